use serde_json::{Value, json};

use crate::domain::consent::{Consents, Decision, Recipient};
use crate::standards::bars::sample::{self, found, policy, read_as};

const WORKWELL: &str = "https://workwell-gateway.example/CodeSystem/workwell-consent";
const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const SCOPES: &str = "http://terminology.hl7.org/CodeSystem/consentscope";

fn coded(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code }] })
}

/// A yes of 1 September; every message is received on the 3rd at 09:00 UTC.
fn yes(code: &str) -> Value {
    json!({
        "resourceType": "Consent",
        "status": "active",
        "scope": coded(SCOPES, "patient-privacy"),
        "category": [coded(WORKWELL, code)],
        "patient": { "reference": sample::url(3) },
        "dateTime": "2026-09-01T09:00:00+00:00",
        "policyRule": coded(ACT_CODE, "OPTIN"),
        "provision": { "type": "permit" },
    })
}

/// The Consent with these members in place of its own; `null` takes one away.
fn with(mut consent: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().expect("members") {
        if value.is_null() {
            consent.as_object_mut().expect("a Consent").remove(name);
        } else {
            consent[name] = value.clone();
        }
    }
    consent
}

fn read(added: &[Value]) -> (Consents, Vec<String>) {
    let mut message = sample::referral();
    for (number, consent) in (40..).zip(added) {
        sample::add(&mut message, number, consent.clone());
    }
    let reading = read_as(&message, &policy());
    let told = found(&reading);
    (reading.referral.expect("a referral").consents, told)
}

fn optout() -> Value {
    coded(ACT_CODE, "OPTOUT")
}

fn permit(period: &Value) -> Value {
    json!({ "provision": { "type": "permit", "period": period } })
}

/// What may stand in a Consent, what it is, and the member for which it is told.
fn answers() -> Vec<(Value, Decision, Option<&'static str>)> {
    use Decision::{Given, NotRecorded, Refused, Withdrawn};
    let unclear = |members: Value, member| (members, NotRecorded, Some(member));
    let clear = |members: Value, decision| (members, decision, None);
    let nested = |outer: &str, inner: &str| {
        let within = json!([{ "type": inner }]);
        json!({ "provision": { "type": outer, "provision": within } })
    };
    vec![
        clear(json!({}), Given),
        clear(json!({ "policyRule": { "text": "WorkWell" } }), Given),
        clear(nested("permit", "permit"), Given),
        // What takes a yes away.
        unclear(json!({ "policyRule": optout() }), "policyRule"),
        unclear(
            json!({ "policyRule": coded("urn:other", "OptOut") }),
            "policyRule",
        ),
        unclear(
            json!({ "policyRule": coded(ACT_CODE, "OPTOUTE") }),
            "policyRule",
        ),
        unclear(nested("permit", "deny"), "provision.provision"),
        unclear(json!({ "scope": coded(SCOPES, "research") }), "scope"),
        unclear(json!({ "provision": null }), "provision"),
        // Its time: a day in England, the last one included.
        clear(permit(&json!({ "start": "2026-09-03" })), Given),
        clear(permit(&json!({ "end": "2026-09-03" })), Given),
        clear(permit(&json!({ "end": "2026" })), Given),
        clear(permit(&json!({ "start": "2026-09-03T09:04:00Z" })), Given),
        unclear(
            permit(&json!({ "start": "2020-01-01", "end": "2021-01-01" })),
            "provision.period",
        ),
        unclear(permit(&json!({ "end": "2026-09-02" })), "provision.period"),
        unclear(permit(&json!({ "end": "2025" })), "provision.period"),
        unclear(
            permit(&json!({ "end": "2026-09-03T09:00:00Z" })),
            "provision.period",
        ),
        unclear(
            permit(&json!({ "start": "2026-09-04" })),
            "provision.period",
        ),
        unclear(permit(&json!({ "start": "2026-10" })), "provision.period"),
        unclear(permit(&json!({ "end": "soon" })), "provision.period"),
        clear(json!({ "dateTime": "2026-09-03" }), Given),
        clear(json!({ "dateTime": "2026-09-03T09:04:00Z" }), Given),
        unclear(json!({ "dateTime": "2026-09-03T09:06:00Z" }), "dateTime"),
        unclear(json!({ "dateTime": "2026-09-04" }), "dateTime"),
        unclear(json!({ "dateTime": "2039-01-01T00:00:00Z" }), "dateTime"),
        // A no, whatever stands beside it and however old it is.
        clear(json!({ "provision": { "type": "deny" } }), Refused),
        clear(nested("deny", "permit"), Refused),
        clear(
            json!({ "provision": { "type": "deny", "period": { "end": "2021" } } }),
            Refused,
        ),
        clear(
            json!({ "policyRule": optout(), "provision": { "type": "deny" } }),
            Refused,
        ),
        clear(
            json!({ "policyRule": optout(), "provision": null }),
            Refused,
        ),
        clear(json!({ "status": "rejected" }), Refused),
        clear(json!({ "status": "inactive" }), Withdrawn),
        clear(json!({ "status": "draft" }), NotRecorded),
        clear(json!({ "status": "entered-in-error" }), NotRecorded),
    ]
}

#[test]
fn a_yes_has_to_be_clear_and_a_no_has_not() {
    for (members, decision, member) in answers() {
        let consent = with(yes("workwell-referral"), &members);
        let (consents, told) = read(&[consent]);
        assert_eq!(consents.workwell.decision, decision, "{members}");
        let place = |member| format!("w WW-REF-032 Bundle.entry[12].resource.{member}");
        let wanted: Vec<String> = member.map(place).into_iter().collect();
        // The shape of a member is the rules' to judge.
        let told: Vec<String> = told
            .into_iter()
            .filter(|told| told.contains("REF"))
            .collect();
        assert_eq!(told, wanted, "{members}");
        assert!(consents.direct_care);
    }
}

#[test]
fn consents_by_recipient_are_judged_alike() {
    for (members, decision, _) in answers() {
        let (consents, _) = read(&[with(yes("employer"), &members)]);
        let found = consents.for_recipient(&Recipient::Employer);
        assert_eq!(found, decision, "{members}");
        assert_eq!(consents.workwell.decision, Decision::NotRecorded);
    }
}

#[test]
fn the_end_of_a_yes_is_kept_and_that_of_a_no_is_not() {
    let period = json!({ "end": "2026-10-05" });
    let (consents, _) = read(&[with(yes("workwell-referral"), &permit(&period))]);
    let until = consents.workwell.until.map(|until| until.to_string());
    // Midnight by the clock on the wall, in summer time.
    assert_eq!(until.as_deref(), Some("2026-10-05T23:00:00Z"));
    let no = json!({ "provision": { "type": "deny", "period": period } });
    let (consents, _) = read(&[with(yes("workwell-referral"), &no)]);
    assert_eq!(consents.workwell.until, None);
}

#[test]
fn of_a_yes_and_something_unclear_the_later_counts() {
    use Decision::{Given, NotRecorded, Refused};
    let dated = |day: Option<&str>, members: &Value| {
        let consent = with(yes("workwell-referral"), members);
        with(consent, &json!({ "dateTime": day }))
    };
    let unclear = json!({ "policyRule": optout() });
    let no = json!({ "provision": { "type": "deny" } });
    let clear = json!({});
    let draft = json!({ "status": "draft" });
    let (first, second) = (Some("2026-08-01"), Some("2026-08-02"));
    for (one, other, decision) in [
        (dated(first, &clear), dated(second, &unclear), NotRecorded),
        (dated(first, &unclear), dated(second, &clear), Given),
        (dated(first, &clear), dated(None, &unclear), NotRecorded),
        (dated(first, &clear), dated(first, &unclear), NotRecorded),
        // A draft says nothing, and a no stands.
        (dated(first, &clear), dated(second, &draft), Given),
        (dated(first, &no), dated(second, &unclear), Refused),
        (dated(first, &unclear), dated(second, &no), Refused),
        (dated(first, &no), dated(second, &clear), Given),
    ] {
        for added in [[one.clone(), other.clone()], [other, one]] {
            let (consents, _) = read(&added);
            assert_eq!(consents.workwell.decision, decision, "{added:?}");
        }
    }
}

/// The code, place and words of what refuses a referral with this direct-care Consent, and with
/// a second one where there is one.
fn direct_care(members: &Value, second: Option<&Value>) -> Vec<(String, String)> {
    let mut message = sample::referral();
    let is_consent = |entry: &Value| entry["resource"]["resourceType"] == "Consent";
    let entries = message["entry"].as_array_mut().expect("entries");
    let entry = entries.iter_mut().find(|entry| is_consent(entry));
    let resource = &mut entry.expect("a Consent")["resource"];
    let plain = resource.clone();
    *resource = with(plain.clone(), members);
    if let Some(second) = second {
        sample::add(&mut message, 40, with(plain, second));
    }
    let reading = read_as(&message, &policy());
    let problems = reading.problems.iter().filter(|problem| !problem.warning);
    let told = problems.map(|problem| {
        assert_eq!(problem.entry.code, "WW-REF-018");
        let path = problem.path.as_deref().unwrap_or_default();
        let place = path.rsplit_once("resource.").map_or(path, |(_, at)| at);
        (
            place.to_owned(),
            problem.detail.as_deref().unwrap_or_default().to_owned(),
        )
    });
    told.collect()
}

#[test]
fn a_direct_care_consent_that_says_otherwise_is_none_and_what_was_found_is_told() {
    for (members, place, what) in [
        (
            json!({ "provision": { "type": "deny" } }),
            "provision.type",
            "its provision denies",
        ),
        (
            json!({ "provision": { "provision": [{ "type": "deny" }] } }),
            "provision.provision",
            "a provision within it denies",
        ),
        (
            json!({ "policyRule": optout() }),
            "policyRule",
            "its policyRule says OPTOUT",
        ),
        (
            json!({ "scope": coded(SCOPES, "research") }),
            "scope",
            "its scope is another than patient-privacy",
        ),
        (
            json!({ "status": "rejected" }),
            "status",
            "its status is rejected",
        ),
        (
            json!({ "status": "draft" }),
            "status",
            "its status is not active",
        ),
    ] {
        let told = direct_care(&members, None);
        assert_eq!(told, [(place.to_owned(), what.to_owned())], "{members}");
    }
    for members in [
        json!({}),
        json!({ "provision": { "type": "permit" } }),
        json!({ "provision": { "period": { "start": "2020" } } }),
    ] {
        assert_eq!(direct_care(&members, None), [], "{members}");
    }
}

#[test]
fn of_several_direct_care_consents_a_later_no_counts() {
    let no = json!({ "provision": { "type": "deny" }, "dateTime": "2026-08-02" });
    let yes = json!({ "dateTime": "2026-08-03" });
    assert_eq!(direct_care(&yes, Some(&no)), []);
    assert_eq!(direct_care(&no, Some(&yes)), []);
    let earlier = json!({ "dateTime": "2026-08-01" });
    assert_eq!(direct_care(&earlier, Some(&no)).len(), 1);
    let undated = json!({ "provision": { "type": "deny" }, "dateTime": null });
    assert_eq!(direct_care(&yes, Some(&undated)).len(), 1);
    // One about research is no objection to care.
    let research = json!({ "scope": coded(SCOPES, "research") });
    assert_eq!(direct_care(&json!({}), Some(&research)), []);
}
