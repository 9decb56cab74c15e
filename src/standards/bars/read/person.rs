//! The Patient (UKCore-Patient as BaRS uses it).

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;

use super::Faults;
use super::bundle::Entries;
use super::coding::{codings, codings_in, extension, sensitive, words};
use super::organisations::ods;
use crate::domain::case::{
    Address, Answer, Contact, ContactKind, NhsNumberStatus, Person, PersonName, Security,
};
use crate::domain::clock::date_in_england;
use crate::domain::identifiers::{NhsNumber, NhsNumberFault, OdsCode, Postcode};
use crate::domain::sensitive::Sensitive;
use crate::problem::Problem;
use crate::problem::area::{fhir as fhir_entry, referral as entry};
use crate::standards::bars::codes;
use crate::standards::bars::policy::Grade;
use crate::standards::fhir::Node;

/// Reads the Patient.
pub(super) fn read(patient: Node<'_>, entries: &Entries<'_>, faults: &mut Faults<'_>) -> Person {
    let (nhs_number, nhs_number_status) = nhs_number(patient, faults);
    Person {
        nhs_number,
        nhs_number_status,
        name: name(patient),
        birth_date: birth_date(patient, faults),
        gender: sensitive(patient.str("gender")),
        address: address(patient, faults),
        contacts: contacts(patient),
        language: language(patient),
        interpreter: interpreter(patient),
        ethnicity: ethnicity(patient),
        practice: practice(patient, entries),
        security: security(entries),
        deceased: is_marked_dead(patient),
    }
}

/// Whether the Patient is marked as dead: `Patient.deceased[x]` of FHIR R4, or the death
/// notification of UK Core, of which 1 is informal, 2 formal and U taken back. What lies beside
/// a U counts, and a status that is none of them is not understood and counts too.
fn is_marked_dead(patient: Node<'_>) -> bool {
    let status = extension(patient, "UKCore-DeathNotificationStatus")
        .and_then(|notification| extension(notification, "deathNotificationStatus"))
        .and_then(|status| status.get("valueCodeableConcept"))
        .and_then(|concept| codings(concept).next());
    patient.str("deceasedBoolean") == Some("true")
        || patient.get("deceasedDateTime").is_some()
        || status.is_some_and(|status| status.code != "U")
}

/// The number, when it is one. A number that fails its check is never kept: it would be
/// somebody else's, or nobody's.
fn nhs_number(patient: Node<'_>, faults: &mut Faults<'_>) -> (Option<NhsNumber>, NhsNumberStatus) {
    let mut found: Option<(NhsNumber, NhsNumberStatus)> = None;
    let is_nhs = |id: &Node<'_>| {
        id.str("system")
            .is_some_and(|system| system.eq_ignore_ascii_case(codes::NHS_NUMBER))
    };
    for identifier in patient.each("identifier").filter(is_nhs) {
        let Some(value) = identifier.str("value") else {
            continue;
        };
        let grade = faults.policy.nhs_number_check;
        let absent = match grade {
            Grade::Refuse => "",
            Grade::Warn => "; the number is taken as absent",
        };
        let detail = match NhsNumber::parse(value) {
            Ok(number) => match &found {
                Some((known, _)) if *known != number => {
                    "there are two different NHS numbers".to_owned()
                }
                _ => {
                    found = Some((number, status(identifier)));
                    continue;
                }
            },
            Err(NhsNumberFault::NotTenDigits) => format!("not ten digits{absent}"),
            Err(NhsNumberFault::CheckDigit) => format!("the check digit does not hold{absent}"),
        };
        faults.tell(&entry::NHS_NUMBER, grade, |problem| {
            let path = format!("{}.value", identifier.path());
            problem.at(path).with(detail)
        });
    }
    found.map_or((None, NhsNumberStatus::None), |(number, status)| {
        (Some(number), status)
    })
}

fn status(identifier: Node<'_>) -> NhsNumberStatus {
    match coded(identifier, "UKCore-NHSNumberVerificationStatus") {
        Some("number-present-and-verified" | "01") => NhsNumberStatus::Verified,
        _ => NhsNumberStatus::Unverified,
    }
}

fn name(patient: Node<'_>) -> PersonName {
    let of_use = |wanted: &str| patient.each("name").find(|n| n.str("use") == Some(wanted));
    let unmarked = || patient.each("name").find(|n| n.get("use").is_none());
    let Some(name) = of_use("official")
        .or_else(|| of_use("usual"))
        .or_else(unmarked)
    else {
        return PersonName::default();
    };
    PersonName {
        prefix: sensitive(name.each("prefix").next().and_then(Node::text)),
        given: name
            .each("given")
            .filter_map(|given| sensitive(given.text()))
            .collect(),
        family: sensitive(name.str("family")),
        text: sensitive(name.str("text")),
    }
}

/// A name in one line: its text, else its parts.
pub(super) fn whole_name(resource: Node<'_>) -> Option<String> {
    let name = resource.dig(&["name"])?;
    if let Some(text) = name.str("text") {
        return Some(text.to_owned());
    }
    let parts = ["prefix", "given", "family"];
    let parts: Vec<&str> = parts
        .iter()
        .flat_map(|part| name.each(part).filter_map(Node::text))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// More years than anybody has lived.
const MOST_YEARS: i64 = 130;

/// The birth date, when it can be one. What cannot be is reported and absent, not refused:
/// missing data is no refusal, and an age that nobody can have would be a guess (DESIGN I5).
fn birth_date(patient: Node<'_>, faults: &mut Faults<'_>) -> Option<Sensitive<Date>> {
    let node = patient.get("birthDate")?;
    let date = node.text().and_then(|text| text.parse::<Date>().ok());
    let what = match date {
        // A year alone is right R4 and too little for an age.
        None => "not a whole date; it is taken as absent",
        Some(date) => match impossible(date, date_in_england(faults.received_at)) {
            Some(what) => what,
            None => return Some(Sensitive::new(date)),
        },
    };
    let problem = Problem::new(&fhir_entry::VALUE).at(node.path());
    faults.add(problem.with(what).as_warning());
    None
}

fn impossible(birth: Date, today: Date) -> Option<&'static str> {
    if birth > today {
        return Some("it lies in the future; it is taken as absent");
    }
    let oldest = today.checked_sub(MOST_YEARS.years()).ok()?;
    (birth < oldest).then_some("more than 130 years ago; it is taken as absent")
}

fn address(patient: Node<'_>, faults: &mut Faults<'_>) -> Address {
    let of_use = |wanted: &str| {
        patient
            .each("address")
            .find(|a| a.str("use") == Some(wanted))
    };
    let unmarked = || patient.each("address").find(|a| a.get("use").is_none());
    let Some(address) = of_use("home").or_else(unmarked) else {
        return Address::default();
    };
    let postcode = address.str("postalCode").and_then(Postcode::parse);
    if let (Some(node), None) = (address.get("postalCode"), &postcode) {
        let problem = Problem::new(&fhir_entry::VALUE).at(node.path());
        faults.add(
            problem
                .with("not a UK postcode; it is taken as absent")
                .as_warning(),
        );
    }
    Address {
        lines: address
            .each("line")
            .filter_map(|line| sensitive(line.text()))
            .collect(),
        city: sensitive(address.str("city")),
        district: sensitive(address.str("district")),
        postcode,
    }
}

/// The person's own numbers: Patient.telecom, and those in Patient.contact with the
/// relationship ONESELF, where BaRS puts them. Of any other contact nothing is read.
fn contacts(patient: Node<'_>) -> Vec<Contact> {
    let oneself = patient.each("contact").filter(|contact| {
        codings_in(*contact, "relationship")
            .iter()
            .any(|coding| coding.code.eq_ignore_ascii_case("ONESELF"))
    });
    let mut found: Vec<Contact> = Vec::new();
    let mut known = BTreeSet::new();
    for telecom in oneself
        .flat_map(|contact| contact.each("telecom"))
        .chain(patient.each("telecom"))
    {
        let Some(contact) = contact_of(telecom) else {
            continue;
        };
        if known.insert(contact.value.clone()) {
            found.push(contact);
        }
    }
    found.sort_by_key(|contact| contact.rank.unwrap_or(u32::MAX));
    found
}

fn contact_of(telecom: Node<'_>) -> Option<Contact> {
    let kind = match telecom.str("system")? {
        "phone" => ContactKind::Phone,
        "email" => ContactKind::Email,
        "sms" => ContactKind::Sms,
        _ => return None,
    };
    let usage = telecom.str("use").map(str::to_owned);
    if usage.as_deref() == Some("old") {
        return None;
    }
    Some(Contact {
        kind,
        value: sensitive(telecom.str("value"))?,
        usage,
        rank: telecom.str("rank").and_then(|rank| rank.parse().ok()),
    })
}

fn language(patient: Node<'_>) -> Option<Sensitive<String>> {
    let preferred = |c: &Node<'_>| c.str("preferred") == Some("true");
    let communication = patient
        .each("communication")
        .find(preferred)
        .or_else(|| patient.each("communication").next())?;
    let language = communication.get("language")?;
    match codings(language).next() {
        Some(coding) => Some(Sensitive::new(format!("{}|{}", coding.system, coding.code))),
        None => sensitive(words(language)),
    }
}

/// The R4 extension patient-interpreterRequired, on the Patient or in UK Core's
/// communication extension.
fn interpreter(patient: Node<'_>) -> Answer<bool> {
    let on_patient = ["patient-interpreterRequired", "UKCore-InterpreterRequired"]
        .iter()
        .find_map(|ending| extension(patient, ending));
    let nested = extension(patient, "UKCore-NHSCommunication")
        .and_then(|communication| extension(communication, "interpreterRequired"));
    match on_patient.or(nested).and_then(|e| e.str("valueBoolean")) {
        Some("true") => Answer::Known(true),
        Some("false") => Answer::Known(false),
        _ => Answer::Absent,
    }
}

/// The first code of an extension that holds a CodeableConcept.
fn coded<'d>(holder: Node<'d>, ending: &str) -> Option<&'d str> {
    let concept = extension(holder, ending)?.get("valueCodeableConcept")?;
    codings(concept).next().map(|coding| coding.code)
}

/// NHS Data Dictionary ETHNIC CATEGORY: Z is not stated, 99 not known.
fn ethnicity(patient: Node<'_>) -> Answer<Sensitive<String>> {
    match coded(patient, "UKCore-EthnicCategory") {
        None => Answer::Absent,
        Some("Z") => Answer::Declined,
        Some("99") => Answer::NotKnown,
        Some(code) => Answer::Known(Sensitive::new(code.to_owned())),
    }
}

/// The registered practice: generalPractitioner as an Organization, as a
/// PractitionerRole of one, or by its ODS code alone.
fn practice(patient: Node<'_>, entries: &Entries<'_>) -> Option<OdsCode> {
    patient.each("generalPractitioner").find_map(|gp| {
        let by_role = || {
            let role = entries.follow(Some(gp), "PractitionerRole")?;
            entries.follow(role.get("organization"), "Organization")
        };
        let by_identifier = || {
            let identifier = gp.get("identifier")?;
            let is_ods = identifier.str("system").is_some_and(OdsCode::is_system);
            OdsCode::parse(identifier.str("value").filter(|_| is_ods)?)
        };
        entries
            .follow(Some(gp), "Organization")
            .or_else(by_role)
            .and_then(ods)
            .or_else(by_identifier)
    })
}

/// The strictest label of the message: the Bundle's, the Patient's or that of any other
/// resource, since each of them can tell where the person is.
///
/// PDS labels: U is unrestricted, R, V and REDACTED are restricted. HL7's L, M and N lie
/// below R. Any other label is not understood and therefore restricts too.
fn security(entries: &Entries<'_>) -> Security {
    let resources = entries.list.iter().filter_map(|entry| entry.resource);
    let bundle = entries
        .list
        .first()
        .and_then(|entry| entry.node.parent()?.parent());
    let labels = resources
        .chain(bundle)
        .filter_map(|labelled| labelled.get("meta"))
        .flat_map(|meta| meta.each("security"));
    let mut found = Security::Unrestricted;
    for label in labels {
        match label.str("code").map(str::to_ascii_uppercase).as_deref() {
            Some("U" | "L" | "M" | "N") => {}
            Some("R" | "V" | "REDACTED") => return Security::Restricted,
            _ => found = Security::Unrecognised,
        }
    }
    found
}

#[cfg(test)]
mod tests;
