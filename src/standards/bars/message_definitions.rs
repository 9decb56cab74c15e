//! `GET /MessageDefinition?context=` and by id: our own copies of the national definitions, with
//! our services and use cases as their contexts (BaRS Core 1.5.0, content negotiation).
//!
//! The one national asset lists only the use cases of Application 6, although every
//! referral Application cites it; a receiver serves its own.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::codes::{self, profile::uk_core};
use super::message_rules::{self, Focus, MessageRule};
use super::policy::{Served, same_service};
use crate::domain::identifiers::ServiceAddress;
use crate::problem::area::header as entry;
use crate::problem::{Entry, Problem};

/// What the configuration says.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The base URL that the endpoint catalogue holds.
    pub base_url: String,
    /// The services served here, each with what it takes.
    pub services: Vec<Served>,
    /// When the definitions last changed.
    pub date: Date,
    /// The name of the organisation that runs this gateway.
    pub publisher: String,
}

/// Answers a search; `contexts` are the values of all `context` parameters.
///
/// # Errors
/// 400 without both kinds of context, with one that cannot be read or with several of one
/// kind, 404 when the pair is not served.
pub fn search(facts: &Facts, contexts: &[&str]) -> Result<Value, Vec<Problem>> {
    let (wanted, use_case) = read_contexts(facts, contexts)?;
    let takes =
        |ours: &&Served| matches_service(&ours.address, &wanted) && ours.takes_use_case(&use_case);
    let Some(service) = facts.services.iter().find(takes) else {
        return Err(vec![problem(&entry::CONTEXT_NOT_FOUND)]);
    };
    let contexts = [
        service_context(&service.address),
        use_case_context(&use_case),
    ];
    let base = facts.base_url.trim_end_matches('/');
    let entries: Vec<Value> = message_rules::ALL
        .iter()
        .map(|rule| {
            json!({
                "fullUrl": format!("{base}/MessageDefinition/{}", id(rule)),
                "resource": definition(facts, rule, service.newest_version(), &contexts),
                "search": { "mode": "match" },
            })
        })
        .collect();
    Ok(json!({
        "resourceType": "Bundle",
        "type": "searchset",
        "total": entries.len(),
        "entry": entries,
    }))
}

/// Our copy of the national definition with this id: for the service that the request is
/// addressed to, with every use case of it, else for every service. Where those differ, it
/// tells only what holds of all of them: no version, and the use cases that each takes.
pub fn read(facts: &Facts, wanted: &str, target: Option<&ServiceAddress>) -> Option<Value> {
    let rule = message_rules::ALL.iter().find(|rule| id(rule) == wanted)?;
    let is_meant = |ours: &&Served| target.is_none_or(|t| same_service(t, &ours.address));
    let services: Vec<&Served> = facts.services.iter().filter(is_meant).collect();
    let (first, others) = services.split_first()?;
    let all_take = |code: &&String| others.iter().all(|other| other.takes_use_case(code));
    let use_cases = services
        .iter()
        .find(|s| !s.use_cases.is_empty())
        .unwrap_or(first);
    let use_cases = use_cases.use_cases.iter().filter(all_take);
    let version = first.newest_version();
    let is_of_all = others.iter().all(|other| other.newest_version() == version);
    let contexts: Vec<Value> = services
        .iter()
        .map(|service| service_context(&service.address))
        .chain(use_cases.map(|code| use_case_context(code)))
        .collect();
    Some(definition(
        facts,
        rule,
        version.filter(|_| is_of_all),
        &contexts,
    ))
}

fn problem(row: &'static Entry) -> Problem {
    Problem::new(row).at("context")
}

/// A service as a context names it: by its value alone, or with its system.
struct WantedService<'c> {
    system: Option<&'c str>,
    value: &'c str,
}

fn matches_service(ours: &ServiceAddress, wanted: &WantedService<'_>) -> bool {
    let same_system = |system: &str| ours.system.eq_ignore_ascii_case(system);
    ours.value == wanted.value && wanted.system.is_none_or(same_system)
}

/// Reads the contexts: one service and one use case (BaRS Core 1.5.0, endpoints: the
/// parameter stands twice). Which of several services answers would be a guess.
fn read_contexts<'c>(
    facts: &Facts,
    contexts: &[&'c str],
) -> Result<(WantedService<'c>, String), Vec<Problem>> {
    let mut problems = Vec::new();
    let (mut service, mut use_case) = (None, None);
    for context in contexts {
        let (system, value) = match context.rsplit_once('|') {
            Some((system, value)) => (Some(system), value),
            None => (None, *context),
        };
        if value.is_empty() || system == Some("") {
            problems.push(problem(&entry::CONTEXT_MALFORMED));
            continue;
        }
        match kind_of(facts, system, value) {
            Some(Kind::Service) if service.is_some() => problems.push(twice("service")),
            Some(Kind::UseCase) if use_case.is_some() => problems.push(twice("use case")),
            Some(Kind::Service) => service = Some(WantedService { system, value }),
            Some(Kind::UseCase) => use_case = Some(value.to_ascii_lowercase()),
            None => problems.push(problem(&entry::CONTEXT_SYSTEM)),
        }
    }
    let missing = match (&service, &use_case) {
        _ if !problems.is_empty() => None,
        (Some(_), Some(_)) => None,
        (None, Some(_)) => Some("the context of the service is missing"),
        (Some(_), None) => Some("the context of the use case is missing"),
        (None, None) => Some("there is no context"),
    };
    problems.extend(missing.map(|what| problem(&entry::CONTEXT_MISSING).with(what)));
    match (service, use_case) {
        (Some(service), Some(use_case)) if problems.is_empty() => Ok((service, use_case)),
        _ => Err(problems),
    }
}

fn twice(kind: &str) -> Problem {
    let what = format!("there is more than one {kind}; ask for each by itself");
    problem(&entry::CONTEXT_MALFORMED).with(what)
}

enum Kind {
    Service,
    UseCase,
}

/// What a context speaks of. A bare value is told by what we serve, else by its shape:
/// service ids are digits, use cases begin with a letter.
fn kind_of(facts: &Facts, system: Option<&str>, value: &str) -> Option<Kind> {
    let Some(system) = system else {
        let is_service = facts
            .services
            .iter()
            .any(|ours| ours.address.value == value)
            || value.starts_with(|c: char| c.is_ascii_digit());
        return Some(if is_service {
            Kind::Service
        } else {
            Kind::UseCase
        });
    };
    if codes::is_use_case_system(system) {
        return Some(Kind::UseCase);
    }
    let is_ours = |ours: &Served| ours.address.system.eq_ignore_ascii_case(system);
    let is_service =
        system.eq_ignore_ascii_case(ServiceAddress::DOS) || facts.services.iter().any(is_ours);
    is_service.then_some(Kind::Service)
}

fn id(rule: &MessageRule) -> &'static str {
    rule.url.rsplit('/').next().unwrap_or(rule.url)
}

fn service_context(service: &ServiceAddress) -> Value {
    use_context(&json!({ "system": service.system, "code": service.value }))
}

fn use_case_context(code: &str) -> Value {
    use_context(&json!({ "system": codes::use_case_system(code), "code": code }))
}

fn definition(
    facts: &Facts,
    rule: &MessageRule,
    version: Option<&str>,
    contexts: &[Value],
) -> Value {
    let mut definition = json!({
        "resourceType": "MessageDefinition",
        "id": id(rule),
        "url": rule.url,
        "version": version,
        "name": name(rule),
        "title": rule.title,
        "status": "active",
        "date": facts.date.to_string(),
        "publisher": facts.publisher,
        "useContext": contexts,
        "eventCoding": { "system": codes::EVENTS, "code": rule.event },
        "category": "consequence",
        "focus": lines(rule),
        "responseRequired": "never",
    });
    if let (None, Some(members)) = (version, definition.as_object_mut()) {
        members.remove("version");
    }
    definition
}

/// The form of the guide's own assets: R4 has one Coding as the code of a use context.
fn use_context(coding: &Value) -> Value {
    json!({
        "code": {
            "system": "http://terminology.hl7.org/CodeSystem/usage-context-type",
            "code": "workflow",
        },
        "valueCodeableConcept": { "coding": [coding] },
    })
}

/// The name as a computer wants it: `BarsMessageServicerequestRequestReferral`.
fn name(rule: &MessageRule) -> String {
    id(rule)
        .split('-')
        .flat_map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            [first.to_ascii_uppercase(), rest.to_owned()]
        })
        .collect()
}

/// The Bundle itself, then what it holds.
fn lines(rule: &MessageRule) -> Vec<Value> {
    let bundle =
        json!({ "code": "Bundle", "profile": codes::profile::BUNDLE, "min": 1, "max": "1" });
    let focus = rule.focus.iter().map(|focus| line(rule, focus));
    std::iter::once(bundle).chain(focus).collect()
}

fn line(rule: &MessageRule, focus: &Focus) -> Value {
    let profile = match focus.kind {
        "MessageHeader" => {
            format!(
                "https://fhir.nhs.uk/StructureDefinition/BARSMessageHeader-{}",
                rule.event
            )
        }
        "ServiceRequest" => codes::profile::SERVICE_REQUEST.to_owned(),
        // BaRS uses the base profiles of these.
        "Flag" | "Device" => format!("http://hl7.org/fhir/StructureDefinition/{}", focus.kind),
        kind => uk_core(kind),
    };
    let max = focus
        .max
        .map_or_else(|| "*".to_owned(), |max| max.to_string());
    json!({ "code": focus.kind, "profile": profile, "min": focus.min, "max": max })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::bars::sample;
    use crate::standards::emitted;

    const USE_CASE: &str = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars|A5T1";

    /// A service of the same operator that takes something else.
    const SECOND: &str = "https://fhir.nhs.uk/Id/dos-service-id|2000088888";

    fn served(address: &str, use_cases: &[&str], versions: &[&str]) -> Served {
        let owned = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect();
        Served {
            address: sample::address(address),
            use_cases: owned(use_cases),
            application_versions: owned(versions),
        }
    }

    fn of_two() -> Facts {
        let mut facts = facts();
        let second = served(SECOND, &["ww1", "a5t1"], &["9.0.0"]);
        facts.services.push(second);
        facts
    }

    fn facts() -> Facts {
        Facts {
            base_url: "https://gateway.example/bars".into(),
            services: vec![served(sample::SERVICE, &["a5t1"], &["1.0.0", "1.1.0"])],
            date: jiff::civil::date(2026, 9, 1),
            publisher: "Example ICB".into(),
        }
    }

    #[test]
    fn the_definitions_of_a_served_pair() {
        let set = search(&facts(), &[sample::SERVICE, USE_CASE]).expect("a served pair");
        sample::assert_sound(&set);
        emitted::kept("the-definitions-of-a-served-pair", &set);
    }

    #[test]
    fn one_definition_is_read_by_its_id_with_every_service_and_use_case() {
        let id = "bars-message-servicerequest-request-referral";
        let one = read(&facts(), id, None).expect("a national definition");
        sample::assert_sound(&one);
        emitted::kept("a-definition-read", &one);
        assert_eq!(one["useContext"].as_array().map(Vec::len), Some(2));
        assert_eq!(one["version"], "1.1.0");
        assert_eq!(read(&facts(), "bars-message-booking-request", None), None);
    }

    fn contexts(definition: &Value) -> Vec<&str> {
        let found = definition["useContext"].as_array().into_iter().flatten();
        found
            .filter_map(|one| one["valueCodeableConcept"]["coding"][0]["code"].as_str())
            .collect()
    }

    #[test]
    fn each_service_answers_for_itself_only() {
        let facts = of_two();
        for (service, use_case, version) in [
            (sample::SERVICE, "a5t1", Some("1.1.0")),
            (SECOND, "a5t1", Some("9.0.0")),
            (SECOND, "ww1", Some("9.0.0")),
            (sample::SERVICE, "ww1", None),
        ] {
            let found = search(&facts, &[service, use_case]);
            let told = found.as_ref().ok().and_then(|set| {
                let definition = &set["entry"][0]["resource"];
                definition["version"].as_str()
            });
            assert_eq!(told, version, "{service} {use_case}");
        }
    }

    #[test]
    fn one_definition_of_services_that_differ_tells_what_holds_of_the_one_addressed_or_of_all() {
        let facts = of_two();
        let id = "bars-message-servicerequest-request-referral";
        let read = |target: Option<&str>| {
            let target = target.map(sample::address);
            let found = super::read(&facts, id, target.as_ref()).expect("a national definition");
            sample::assert_sound(&found);
            found
        };
        let first = read(Some(sample::SERVICE));
        assert_eq!(contexts(&first), ["2000099999", "a5t1"]);
        assert_eq!(first["version"], "1.1.0");
        let second = read(Some(SECOND));
        assert_eq!(contexts(&second), ["2000088888", "ww1", "a5t1"]);
        assert_eq!(second["version"], "9.0.0");
        let all = read(None);
        assert_eq!(contexts(&all), ["2000099999", "2000088888", "a5t1"]);
        assert!(all.get("version").is_none());
    }

    #[test]
    fn bare_values_and_any_order_are_honoured() {
        for contexts in [
            [sample::SERVICE, "a5t1"],
            ["2000099999", USE_CASE],
            ["a5t1", "2000099999"],
            [
                "https://fhir.nhs.uk/CodeSystem/usecase-categories-bars|a5t1",
                "https://fhir.nhs.uk/id/dos-service-id|2000099999",
            ],
        ] {
            let set = search(&facts(), &contexts).expect("a served pair");
            assert_eq!(set["total"], 3, "{contexts:?}");
        }
    }

    #[test]
    fn each_fault_has_its_own_code() {
        let unknown = "https://fhir.nhs.uk/Id/dos-service-id|1";
        let cases: &[(&[&str], &[&str])] = &[
            (&[], &["WW-HDR-020"]),
            (&[sample::SERVICE], &["WW-HDR-020"]),
            (&["a5t1"], &["WW-HDR-020"]),
            (&["", "a5t1"], &["WW-HDR-021"]),
            (&["|2000099999", "a5t1"], &["WW-HDR-021"]),
            (
                &["https://fhir.nhs.uk/Id/dos-service-id|", "a5t1"],
                &["WW-HDR-021"],
            ),
            (&["https://elsewhere.example/x|1", "a5t1"], &["WW-HDR-022"]),
            (
                &["https://elsewhere.example/x|1", ""],
                &["WW-HDR-022", "WW-HDR-021"],
            ),
            (&[sample::SERVICE, unknown, USE_CASE], &["WW-HDR-021"]),
            (&[sample::SERVICE, "a5t1", USE_CASE], &["WW-HDR-021"]),
            (&[unknown, USE_CASE], &["WW-HDR-023"]),
            (&[sample::SERVICE, "a1t1"], &["WW-HDR-023"]),
        ];
        for (contexts, expected) in cases {
            let problems = search(&facts(), contexts).expect_err("a fault");
            let codes: Vec<&str> = problems.iter().map(|p| p.entry.code).collect();
            assert_eq!(codes, *expected, "{contexts:?}");
        }
    }
}
