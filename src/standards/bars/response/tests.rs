use super::*;
use crate::domain::case::{EncounterAs, Security};
use crate::domain::status::Milestone;
use crate::standards::bars::decision::Meaning;
use crate::standards::bars::message_rules::RESPONSE_SHORT;
use crate::standards::bars::policy::{ReadPolicy, Served};
use crate::standards::bars::{read, sample};
use crate::standards::emitted;
use crate::standards::fhir::{Document, Limits};

fn ours() -> Ours {
    Ours {
        ods: OdsCode::parse("Y99100").expect("an ODS code"),
        name: "Example WorkWell".into(),
        desk: "WorkWell referral desk".into(),
        telephone: None,
        software: "workwell-gateway".into(),
        software_version: "0.1.0".into(),
        core_version: CoreVersion::new(1, 5, 0),
    }
}

fn response(case: &Case, status: Status) -> Option<Message> {
    saying(case, status, None, None)
}

fn saying(
    case: &Case,
    status: Status,
    rejection: Option<Rejection>,
    summary: Option<&str>,
) -> Option<Message> {
    let mut next = 200u128;
    let told = Told {
        case,
        status,
        since: "2026-09-03T10:00:00Z".parse().expect("an instant"),
        rejection,
        summary,
        ours: &ours(),
        bundle_id: BundleId::new(Uuid::from_u128(900)),
        request_id: RequestId::new(Uuid::from_u128(901)),
        now: "2026-09-03T10:00:01Z".parse().expect("an instant"),
    };
    build(&told, &mut || {
        next += 1;
        Uuid::from_u128(next)
    })
}

#[test]
fn an_identifier_goes_back_as_it_came_whatever_its_value_holds() {
    let mut message = sample::referral();
    let identifier = json!({ "system": "https://gp.example/referrals", "value": "A|7" });
    sample::resource(&mut message, 2)["identifier"] = json!([identifier]);
    let read = sample::read_as(&message, &sample::policy()).referral;
    let case = Case {
        referral: read.expect("a referral"),
        ..sample::case()
    };
    assert_eq!(original_identifiers(&case), [identifier]);
}

#[test]
fn the_response_to_a_declined_referral() {
    let message = response(&sample::case(), Status::Declined).expect("a return address");
    emitted::kept("response-declined", &message.body);
}

/// What a referrer's system gets on the way of a case, each with all that may be said.
#[test]
fn the_responses_of_every_milestone_look_as_they_did() {
    let case = sample::case();
    for status in Status::ALL {
        let milestone = Milestone::of(*status);
        if !milestone.tells_referrer {
            continue;
        }
        let message = response(&case, *status).expect("a return address");
        emitted::kept(
            &format!("response-milestone-{}", status.code()),
            &message.body,
        );
    }
    for (name, status, rejection, summary) in [
        (
            "response-returned-with-its-reason",
            Status::Returned,
            Some(Rejection::FailedContact),
            Some("Given back: could not be reached"),
        ),
        (
            "response-no-news",
            Status::Delivered,
            None,
            Some("No news since 2026-09-01"),
        ),
    ] {
        let message = saying(&case, status, rejection, summary).expect("a return address");
        sample::assert_sound(&message.body);
        emitted::kept(name, &message.body);
    }
    let mut restricted = sample::case();
    restricted.referral.person.security = Security::Restricted;
    let message = response(&restricted, Status::Accepted).expect("a return address");
    sample::assert_sound(&message.body);
    emitted::kept("response-about-a-restricted-person", &message.body);
}

#[test]
fn the_headers_of_a_response() {
    let message = response(&sample::case(), Status::Accepted).expect("a return address");
    insta::assert_json_snapshot!(message.headers);
    assert_eq!(message.target, sample::address(sample::SENDER));
}

#[test]
fn every_milestone_makes_a_message_that_our_own_reader_takes_as_a_status() {
    let policy = ReadPolicy {
        services: vec![Served::of_all(sample::address(sample::SENDER))],
        expects_responses: true,
        ..ReadPolicy::default()
    };
    for status in Status::ALL {
        let message = response(&sample::case(), *status).expect("a return address");
        sample::assert_sound(&message.body);
        let bytes = serde_json::to_vec(&message.body).expect("JSON");
        let document = Document::parse(bytes, &Limits::default()).expect("readable");
        let headers = sample::headers("Y99100", sample::SENDER);
        let reading = read::read(
            &document,
            &headers,
            &policy,
            &sample::groups(),
            sample::received_at(),
        );
        assert_eq!(
            reading.meaning,
            Some(Meaning::StatusResponse),
            "{}",
            status.code()
        );
        assert_eq!(sample::found(&reading), [""; 0], "{}", status.code());
    }
}

#[test]
fn the_resources_are_as_many_as_referral_short_asks() {
    let message = response(&sample::case(), Status::InSupport).expect("a return address");
    for focus in RESPONSE_SHORT.focus {
        let entries = message.body["entry"].as_array().expect("entries");
        let of_type = |e: &&Value| e["resource"]["resourceType"] == focus.kind;
        let count = entries.iter().filter(of_type).count();
        assert!(count >= focus.min, "{}", focus.kind);
        assert!(focus.max.is_none_or(|max| count <= max), "{}", focus.kind);
    }
}

#[test]
fn a_response_holds_no_more_of_the_person_than_the_nhs_number() {
    let message = response(&sample::case(), Status::Accepted).expect("a return address");
    let text = message.body.to_string();
    assert!(text.contains("9990000018"));
    for datum in [
        "Quillfeather",
        "Orla",
        "Invented Row",
        "07700900001",
        "1984",
    ] {
        assert!(!text.contains(datum), "{datum}");
    }
}

#[test]
fn for_a_restricted_person_no_practice_is_named() {
    let mut case = sample::case();
    case.referral.person.security = Security::Restricted;
    let message = response(&case, Status::Accepted).expect("a return address");
    let text = message.body.to_string();
    assert!(!text.contains("Y99001") && !text.contains("Example Surgery"));
}

#[test]
fn the_senders_encounter_comes_back_as_it_was() {
    let mut case = sample::case();
    case.sender_ids.encounter_as = Some(EncounterAs {
        status: "triaged".to_owned(),
        class: Some("AMB".to_owned()),
        identifiers: vec![
            "https://larkspur.example/Id/encounter|LK-CASE-000077".to_owned(),
            "|77".to_owned(),
        ],
        start: Some("2026-09-01T09:10:00+01:00".to_owned()),
        end: Some("2026-09-01".to_owned()),
    });
    let message = response(&case, Status::Accepted).expect("a return address");
    let entries = message.body["entry"].as_array().expect("entries");
    let mut encounters = entries
        .iter()
        .map(|entry| &entry["resource"])
        .filter(|resource| resource["resourceType"] == "Encounter");
    let theirs = encounters.find(|e| e["status"] == "triaged");
    let theirs = theirs.expect("the sender's");
    assert_eq!(theirs["class"]["code"], "AMB");
    assert_eq!(theirs["class"]["display"], "ambulatory");
    let expected = json!([
        { "system": "https://larkspur.example/Id/encounter", "value": "LK-CASE-000077" },
        { "value": "77" },
    ]);
    assert_eq!(theirs["identifier"], expected);
    let expected = json!({ "start": "2026-09-01T09:10:00+01:00", "end": "2026-09-01" });
    assert_eq!(theirs["period"], expected);
    sample::assert_sound(&message.body);
}

#[test]
fn without_a_return_address_there_is_no_response() {
    let mut case = sample::case();
    case.referral.return_address = None;
    assert!(response(&case, Status::Accepted).is_none());
}
