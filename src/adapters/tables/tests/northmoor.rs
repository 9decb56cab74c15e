//! Where the people of the second committed area go: each folder is there for one difference
//! between real providers (reference/workwell.md 4).

use jiff::civil::{Date, date};

use super::{committed, package};
use crate::adapters::places::Places;
use crate::domain::case::{
    Answer, Barrier, BarrierGroup, EmploymentStatus, Referral, SicknessAbsence, SourceRoute,
};
use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::mapping::sample;
use crate::domain::provider::{ControllerRole, Load};
use crate::domain::routing::{NobodyReason, Outcome, Subject, ViaKind, decide_both_ways};
use crate::domain::sensitive::Sensitive;
use crate::domain::status::{Status, Visibility};

const TODAY: Date = date(2026, 11, 20);

/// A person of this practice, whom it refers; these providers have no room.
fn routed(practice: &str, full: &[&str], change: impl FnOnce(&mut Referral)) -> Outcome {
    let loaded = committed();
    let places = Places::synthetic();
    let mut referral = sample::referral();
    referral.person.address.postcode = Postcode::parse("ZW1 1AA");
    referral.person.practice = OdsCode::parse(practice);
    referral.referrer.organisation = OdsCode::parse(practice);
    change(&mut referral);
    let person = &referral.person;
    let (home, registered) = (person.address.postcode.as_ref(), person.practice.as_ref());
    let found = places.whereabouts(home, registered, TODAY);
    let subject = Subject {
        residence: found.residence,
        practice: found.practice,
        successions: found.successions,
        referral: &referral,
        referred_on: TODAY,
        decided_on: TODAY,
    };
    let none = loaded.providers.iter().filter(|p| p.capacity.is_limited());
    let loads = none.map(|provider| {
        let is_full = full.contains(&provider.slug.as_str());
        let number = if is_full { 1000 } else { 0 };
        let load = Load {
            open_cases: number,
            this_week: number,
        };
        (provider.slug.clone(), load)
    });
    let loads: Vec<(String, Load)> = loads.collect();
    decide_both_ways(&subject, &loads, &loaded.areas, &loaded.providers).outcome
}

fn slug(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::One { slug, .. } => Some(slug),
        _ => None,
    }
}

fn by(route: SourceRoute, organisation: &str) -> impl FnOnce(&mut Referral) {
    let organisation = OdsCode::parse(organisation);
    move |referral| {
        referral.referrer.route = route;
        referral.referrer.organisation = organisation;
    }
}

#[test]
fn the_hub_is_split_over_four_charities_by_network_and_keeps_who_has_none() {
    for (practice, partner) in [
        ("Y99031", "anchor-house"),
        ("Y99032", "bridgeworks"),
        ("Y99033", "cedar-collective"),
        ("Y99034", "dovetail"),
    ] {
        let outcome = routed(practice, &[], |_| {});
        let Outcome::One { slug, via, .. } = &outcome else {
            panic!("{practice}: {outcome:?}");
        };
        let via = via.as_ref().map(|via| (via.from.as_str(), via.kind));
        let expected = (partner, Some(("moor-hub", ViaKind::Split)));
        assert_eq!((slug.as_str(), via), expected, "{practice}");
    }
    assert_eq!(slug(&routed("Y99035", &[], |_| {})), Some("moor-hub"));
}

#[test]
fn the_hub_takes_from_sixteen_where_its_partner_takes_adults_only() {
    for (born, expected) in [
        (date(2008, 11, 20), Some("cedar-collective")),
        (date(2008, 11, 21), Some("moor-hub")),
        (date(2010, 11, 20), Some("moor-hub")),
        (date(2010, 11, 21), None),
    ] {
        let outcome = routed("Y99033", &[], |referral| {
            referral.person.birth_date = Some(Sensitive::new(born));
        });
        assert_eq!(slug(&outcome), expected, "{born}: {outcome:?}");
    }
}

#[test]
fn the_adviser_in_a_practice_takes_its_own_referrals_while_there_is_room() {
    let own = || by(SourceRoute::Gp, "Y99040");
    assert_eq!(slug(&routed("Y99040", &[], own())), Some("surgery-adviser"));
    // The hub is listed after it, and takes whoever does not fit in or comes another way.
    let full = routed("Y99040", &["surgery-adviser"], own());
    assert_eq!(slug(&full), Some("moor-hub"));
    let elsewhere = routed("Y99040", &[], by(SourceRoute::Gp, "Y99035"));
    assert_eq!(slug(&elsewhere), Some("moor-hub"));
}

#[test]
fn fellside_parts_people_in_work_with_a_fit_note_from_people_out_of_work() {
    let work = |employment, absence, weeks| {
        move |referral: &mut Referral| {
            referral.work.employment = employment;
            referral.work.absence = absence;
            referral.work.weeks_out_of_work = weeks;
            referral.work.absence_start = None;
        }
    };
    let employed = Answer::Known(EmploymentStatus::Employed);
    let looking = Answer::Known(EmploymentStatus::UnemployedSeeking);
    let off = Answer::Known(SicknessAbsence::OffSick);
    let at_work = Answer::Known(SicknessAbsence::NotOffSick);
    for (change, expected) in [
        (work(employed, off, None), Some("fit-note-first")),
        (work(employed, at_work, None), None),
        (
            work(looking, Answer::Absent, Some(25)),
            Some("restart-fell"),
        ),
        (work(looking, Answer::Absent, Some(26)), None),
        // Nobody is refused for what the referral does not say: the first of the two asks.
        (
            work(Answer::Absent, Answer::Absent, None),
            Some("fit-note-first"),
        ),
    ] {
        let outcome = routed("Y99036", &[], change);
        assert_eq!(slug(&outcome), expected, "{outcome:?}");
        if expected.is_none() {
            let reasons = vec![NobodyReason::NotEligible];
            assert_eq!(outcome, Outcome::Nobody { reasons });
        }
    }
}

#[test]
fn fit_note_first_helps_with_mental_health_and_muscles_only() {
    for (group, expected) in [
        (BarrierGroup::MentalHealth, Some("fit-note-first")),
        (BarrierGroup::Msk, Some("fit-note-first")),
        (BarrierGroup::Autism, None),
        (BarrierGroup::NotKnown, Some("fit-note-first")),
    ] {
        let outcome = routed("Y99036", &[], |referral| {
            referral.barriers = vec![Barrier {
                group,
                code: None,
                text: None,
            }];
        });
        assert_eq!(slug(&outcome), expected, "{group:?}: {outcome:?}");
    }
}

#[test]
fn whoever_does_not_fit_on_the_harbours_list_goes_to_the_workshop() {
    assert_eq!(slug(&routed("Y99037", &[], |_| {})), Some("harbour-line"));
    let full = routed("Y99037", &["harbour-line"], |_| {});
    let Outcome::One { slug, via, .. } = &full else {
        panic!("{full:?}");
    };
    let via = via.as_ref().map(|via| (via.from.as_str(), via.kind));
    assert_eq!(
        (slug.as_str(), via),
        ("dovetail", Some(("harbour-line", ViaKind::Overflow)))
    );
}

#[test]
fn who_may_refer_is_told_apart_by_route_and_by_organisation() {
    for (practice, route, organisation, expected) in [
        // No self-referral, and none by an employer.
        ("Y99038", SourceRoute::Gp, "Y99038", Some("guildhall-link")),
        (
            "Y99038",
            SourceRoute::Pharmacist,
            "FZW01",
            Some("guildhall-link"),
        ),
        ("Y99038", SourceRoute::SelfReferral, "FZW01", None),
        ("Y99038", SourceRoute::Employer, "FZW01", None),
        // Whom the practice itself has found.
        (
            "Y99039",
            SourceRoute::PracticeOther,
            "Y99039",
            Some("search-and-offer"),
        ),
        ("Y99039", SourceRoute::SelfReferral, "Y99039", None),
        // A consultant of the hospital, wherever in Northmoor the person lives.
        (
            "Y99041",
            SourceRoute::SecondaryCare,
            "RZ8",
            Some("waiting-well"),
        ),
        (
            "Y99031",
            SourceRoute::SecondaryCare,
            "RZ8",
            Some("waiting-well"),
        ),
        ("Y99041", SourceRoute::SecondaryCare, "RZ7", None),
        ("Y99041", SourceRoute::Gp, "Y99041", None),
        // Staff, by a service that is no part of an employer.
        (
            "Y99035",
            SourceRoute::OccupationalHealth,
            "8ZW01",
            Some("staff-strand"),
        ),
        ("Y99041", SourceRoute::OccupationalHealth, "RZ8", None),
    ] {
        let outcome = routed(practice, &[], by(route, organisation));
        let found = slug(&outcome);
        assert_eq!(found, expected, "{practice} {route:?} {organisation}");
    }
}

#[test]
fn the_staff_strand_names_no_employer_and_tells_the_referrer_of_a_refusal_only() {
    let loaded = committed();
    let strand = loaded.provider("staff-strand").expect("a provider");
    let leads_back = [
        "employer",
        "employer_consent",
        "occupation",
        "referrer_name",
        "referrer_practitioner",
        "referrer_ods",
        "practice_ods",
        "reason",
    ];
    let sent = strand.fields.iter().filter(|row| !row.target.is_empty());
    for row in sent {
        assert!(!leads_back.contains(&row.source_name()), "{}", row.target);
    }
    for word in strand.status_words.rows() {
        let told = word.visibility != Visibility::Nothing;
        assert_eq!(told, word.status == Status::Declined, "{}", word.word);
    }
}

#[test]
fn a_council_is_a_controller_and_an_adviser_in_a_practice_a_processor() {
    let loaded = committed();
    for (slug, role) in [
        ("borough-works", ControllerRole::Controller),
        ("vale-nhs-trust", ControllerRole::JointController),
        ("surgery-adviser", ControllerRole::Processor),
    ] {
        let provider = loaded.provider(slug).expect("a provider");
        assert_eq!(provider.governance.role, role, "{slug}");
    }
    let abroad = loaded.provider("bridgeworks").expect("a provider");
    let abroad = abroad.governance.recipients.iter();
    let safeguards: Vec<&str> = abroad
        .filter(|recipient| recipient.country.is_abroad())
        .filter_map(|recipient| recipient.country.safeguard.as_deref())
        .collect();
    assert_eq!(safeguards.len(), 1);
}

#[test]
fn there_are_twelve_providers_in_two_areas_and_each_has_a_test_of_its_own() {
    let loaded = committed();
    assert_eq!(loaded.areas.len(), 2);
    assert!(loaded.providers.len() >= 12);
    for provider in &loaded.providers {
        let tests = format!("mappings/{}/{}/tests", provider.area, provider.slug);
        let found = std::fs::read_dir(package(&tests)).map(Iterator::count);
        assert!(found.is_ok_and(|number| number > 0), "{tests}");
    }
}
