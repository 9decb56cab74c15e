use std::sync::Arc;

use jiff::civil::{Date, date};

use super::super::{
    Area, Basis, Catchment, CatchmentKind, CatchmentRow, Decision, Eligibility, EligibilityRow,
    Expected, Listed, Mode, NobodyReason, Operator, Outcome, Overflow, PracticeFacts, Rule,
    RuleOutcome, SplitBy, SplitRow, Standing, Subject, TieRule, VerdictOutcome, Via, ViaKind,
    decide_both_ways,
};
use crate::domain::case::Referral;
use crate::domain::identifiers::OdsCode;
use crate::domain::mapping::{Position, sample};
use crate::domain::organisation::Successions;
use crate::domain::provider::{Cap, Capacity, Load, Provider, Validity};
use crate::domain::sensitive::Sensitive;

const TODAY: Date = date(2026, 11, 20);

/// A provider that serves everybody.
fn provider(slug: &str) -> Provider {
    Provider {
        catchment: Catchment::new(vec![CatchmentRow {
            kind: CatchmentKind::Any,
            code: String::new(),
            mode: Mode::Include,
            validity: Validity::default(),
            position: Position::new("catchment.csv", 2),
        }]),
        ..sample::provider(slug)
    }
}

fn taking(slug: &str, most: u32) -> Provider {
    Provider {
        capacity: Capacity {
            open_cases: Some(Cap {
                most,
                position: Position::new("provider.toml", 9),
            }),
            per_week: None,
        },
        ..provider(slug)
    }
}

fn refusing(slug: &str) -> Provider {
    Provider {
        eligibility: Eligibility::new(vec![EligibilityRow {
            rule: Rule::Age,
            operator: Operator::AtLeast,
            expected: Expected::Number(0),
            outcome: RuleOutcome::Refuse,
            reason: None,
            words: "Nobody.".into(),
            position: Position::new("eligibility.csv", 2),
        }]),
        ..provider(slug)
    }
}

fn row(partner: &str, by: SplitBy, code: &str, line: u32) -> SplitRow {
    SplitRow {
        hub: "hub".into(),
        partner: partner.into(),
        by,
        code: code.into(),
        validity: Validity::default(),
        position: Position::new("split.csv", line),
    }
}

fn by_pcn(partner: &str, code: &str, line: u32) -> SplitRow {
    row(partner, SplitBy::Place(CatchmentKind::Pcn), code, line)
}

/// An area that lists these.
fn area(listed: &[&str]) -> Area {
    let providers = listed.iter().zip(1..).map(|(slug, priority)| Listed {
        provider: (*slug).into(),
        priority,
        validity: Validity::default(),
        position: Position::new("routing.csv", priority + 1),
    });
    Area {
        providers: providers.collect(),
        ..Area::default()
    }
}

fn split(rows: Vec<SplitRow>) -> Area {
    Area {
        splits: rows,
        ..area(&["hub"])
    }
}

fn flowing(listed: &[&str], rows: &[(&str, &str)]) -> Area {
    let rows = rows.iter().zip(7..).map(|((provider, to), line)| Overflow {
        provider: (*provider).into(),
        to: (*to).into(),
        position: Position::new("area.toml", line),
    });
    Area {
        overflow: rows.collect(),
        ..area(listed)
    }
}

fn decided(
    referral: &Referral,
    area: &Area,
    providers: Vec<Provider>,
    open_cases: &[(&str, u32)],
) -> Decision {
    let subject = Subject {
        successions: Successions::default(),
        referral,
        referred_on: TODAY,
        decided_on: TODAY,
        residence: None,
        practice: Some(PracticeFacts {
            ods: OdsCode::parse("Y99001").expect("a right code"),
            pcn: Some("U99001".into()),
            icb: None,
        }),
    };
    let providers: Vec<Arc<Provider>> = providers.into_iter().map(Arc::new).collect();
    let loads = open_cases.iter().map(|(slug, open_cases)| {
        let load = Load {
            open_cases: *open_cases,
            this_week: 0,
        };
        ((*slug).to_owned(), load)
    });
    let loads: Vec<(String, Load)> = loads.collect();
    decide_both_ways(&subject, &loads, std::slice::from_ref(area), &providers)
}

/// From whom, by what and by which row a case came to somebody.
type Way<'d> = Option<(&'d str, &'static str, String)>;

fn went_to(decision: &Decision) -> Option<(&str, Way<'_>)> {
    let Outcome::One { slug, via, .. } = &decision.outcome else {
        return None;
    };
    let via = via.as_ref();
    Some((
        slug,
        via.map(|via| (via.from.as_str(), via.kind.code(), via.row.to_string())),
    ))
}

fn three() -> Vec<Provider> {
    vec![provider("hub"), provider("north"), provider("south")]
}

#[test]
fn a_hubs_people_go_to_the_partner_of_their_own_network_and_the_row_says_why() {
    let area = split(vec![
        by_pcn("north", "U99009", 2),
        by_pcn("south", "U99001", 3),
    ]);
    let decision = decided(&sample::referral(), &area, three(), &[]);
    let via = ("hub", "split", "split.csv:3".to_owned());
    assert_eq!(went_to(&decision), Some(("south", Some(via))));
    let slugs: Vec<&str> = decision
        .considered
        .iter()
        .map(|c| c.slug.as_str())
        .collect();
    assert_eq!(slugs, ["hub", "south"], "the account names both");
    let said: Vec<VerdictOutcome> = decision.considered[0]
        .verdicts
        .iter()
        .filter(|verdict| &*verdict.row.file == "split.csv")
        .map(|verdict| verdict.outcome)
        .collect();
    assert_eq!(said, [VerdictOutcome::NotMet, VerdictOutcome::Included]);
}

#[test]
fn who_belongs_to_no_partner_stays_with_the_hub() {
    let elsewhere = split(vec![by_pcn("north", "U99009", 2)]);
    let decision = decided(&sample::referral(), &elsewhere, three(), &[]);
    assert_eq!(went_to(&decision), Some(("hub", None)));
    let mut later = by_pcn("north", "U99001", 2);
    later.validity.from = Some(date(2026, 11, 21));
    let decision = decided(&sample::referral(), &split(vec![later]), three(), &[]);
    assert_eq!(went_to(&decision), Some(("hub", None)), "not valid yet");
}

#[test]
fn two_partners_are_never_chosen_between() {
    let area = split(vec![
        by_pcn("north", "U99001", 2),
        row("south", SplitBy::ConditionGroup, "msk", 3),
    ]);
    let decision = decided(&sample::referral(), &area, three(), &[]);
    let slugs = vec!["north".to_owned(), "south".to_owned()];
    assert_eq!(decision.outcome, Outcome::Several { slugs });
}

#[test]
fn two_rows_that_lead_to_one_partner_are_one_partner() {
    let area = split(vec![
        by_pcn("north", "U99001", 2),
        row("north", SplitBy::ConditionGroup, "msk", 3),
    ]);
    let decision = decided(&sample::referral(), &area, three(), &[]);
    let via = ("hub", "split", "split.csv:2".to_owned());
    assert_eq!(went_to(&decision), Some(("north", Some(via))));
}

#[test]
fn a_partner_that_does_not_take_the_person_is_passed_over() {
    let area = split(vec![by_pcn("north", "U99001", 2)]);
    for (north, why) in [
        (Some(refusing("north")), "ineligible-condition"),
        (Some(sample::provider("north")), "out-of-area"),
        (Some(taking("north", 3)), "full"),
        (None, "provider-disabled"),
    ] {
        let providers = [provider("hub")].into_iter().chain(north).collect();
        let decision = decided(&sample::referral(), &area, providers, &[("north", 3)]);
        assert_eq!(went_to(&decision), Some(("hub", None)), "{why}");
        assert_eq!(decision.considered[1].result.code(), why);
    }
}

#[test]
fn a_language_or_a_group_that_the_referral_does_not_say_leads_nowhere() {
    let rows = vec![
        row("north", SplitBy::Language, "ur", 2),
        row("south", SplitBy::ConditionGroup, "autism", 3),
    ];
    let mut referral = sample::referral();
    referral.person.language = None;
    referral.barriers.clear();
    let decision = decided(&referral, &split(rows.clone()), three(), &[]);
    assert_eq!(went_to(&decision), Some(("hub", None)));
    let unknown = decision.considered[0].verdicts.iter();
    let unknown = unknown.filter(|verdict| verdict.outcome == VerdictOutcome::Unknown);
    assert_eq!(unknown.count(), 2, "and both rows say so");
    for written in ["urn:ietf:bcp:47|ur", "UR", "ur"] {
        referral.person.language = Some(Sensitive::new(written.to_owned()));
        let decision = decided(&referral, &split(rows.clone()), three(), &[]);
        let slug = went_to(&decision).map(|(slug, _)| slug);
        assert_eq!(slug, Some("north"), "{written}");
    }
}

#[test]
fn a_full_provider_without_overflow_is_a_reason_of_its_own() {
    let decision = decided(
        &sample::referral(),
        &area(&["a"]),
        vec![taking("a", 4)],
        &[("a", 4)],
    );
    let reasons = vec![NobodyReason::Full];
    assert_eq!(decision.outcome, Outcome::Nobody { reasons });
    let last = decision.considered[0].verdicts.last();
    assert_eq!(
        last.map(|verdict| (&*verdict.what, verdict.outcome)),
        Some(("capacity.open_cases 4", VerdictOutcome::Full))
    );
    let room = decided(
        &sample::referral(),
        &area(&["a"]),
        vec![taking("a", 4)],
        &[("a", 3)],
    );
    assert_eq!(went_to(&room), Some(("a", None)));
}

#[test]
fn who_does_not_fit_in_goes_to_the_one_that_is_named_for_them() {
    let full = || vec![taking("a", 4), taking("b", 2), provider("c")];
    let flows = flowing(&["a"], &[("a", "b"), ("b", "c")]);
    let decision = decided(&sample::referral(), &flows, full(), &[("a", 4), ("b", 1)]);
    let via = ("a", "overflow", "area.toml:7".to_owned());
    assert_eq!(went_to(&decision), Some(("b", Some(via))));
    // And from there to the next.
    let decision = decided(&sample::referral(), &flows, full(), &[("a", 4), ("b", 2)]);
    let via = ("b", "overflow", "area.toml:8".to_owned());
    assert_eq!(went_to(&decision), Some(("c", Some(via))));
}

#[test]
fn two_full_providers_that_name_each_other_end_the_search() {
    let flows = flowing(&["a"], &[("a", "b"), ("b", "a")]);
    let providers = vec![taking("a", 1), taking("b", 1)];
    let decision = decided(
        &sample::referral(),
        &flows,
        providers,
        &[("a", 1), ("b", 1)],
    );
    let reasons = vec![NobodyReason::Full];
    assert_eq!(decision.outcome, Outcome::Nobody { reasons });
}

#[test]
fn whoever_takes_the_overflow_is_asked_by_its_own_rules() {
    let flows = flowing(&["a"], &[("a", "b")]);
    for b in [refusing("b"), sample::provider("b")] {
        let providers = vec![taking("a", 1), b];
        let decision = decided(&sample::referral(), &flows, providers, &[("a", 1)]);
        let reasons = vec![NobodyReason::Full];
        assert_eq!(decision.outcome, Outcome::Nobody { reasons });
    }
}

#[test]
fn one_that_is_listed_and_has_room_comes_before_any_overflow() {
    let flows = flowing(&["a", "d"], &[("a", "b")]);
    let providers = vec![taking("a", 1), provider("b"), provider("d")];
    let decision = decided(&sample::referral(), &flows, providers, &[("a", 1)]);
    assert_eq!(went_to(&decision), Some(("d", None)), "and the tie is gone");
}

#[test]
fn two_overflows_are_never_chosen_between() {
    let flows = flowing(&["a", "b"], &[("a", "c"), ("b", "d")]);
    let providers = vec![taking("a", 1), taking("b", 1), provider("c"), provider("d")];
    let loads = [("a", 1), ("b", 1)];
    let decision = decided(&sample::referral(), &flows, providers, &loads);
    let slugs = vec!["c".to_owned(), "d".to_owned()];
    assert_eq!(decision.outcome, Outcome::Several { slugs });
}

#[test]
fn only_who_would_get_the_case_and_has_a_limit_is_counted() {
    let flows = flowing(&["a", "b"], &[("a", "c")]);
    let area = Area {
        tie: TieRule::FirstListed,
        ..flows
    };
    let providers = vec![
        taking("a", 1),
        provider("b"),
        taking("c", 1),
        taking("elsewhere", 1),
    ];
    let providers: Vec<Arc<Provider>> = providers.into_iter().map(Arc::new).collect();
    let referral = sample::referral();
    let subject = Subject {
        successions: Successions::default(),
        referral: &referral,
        referred_on: TODAY,
        decided_on: TODAY,
        residence: None,
        practice: None,
    };
    let decision = decide_both_ways(&subject, &[], std::slice::from_ref(&area), &providers);
    let open: Vec<&str> = decision
        .uncounted(&providers, &[])
        .map(|provider| provider.slug.as_str())
        .collect();
    assert_eq!(open, ["a"]);
    assert_eq!(
        decision.outcome,
        Outcome::One {
            slug: "a".into(),
            basis: Basis::Everyone,
            questions: Vec::new(),
            via: None,
        },
        "and has room until somebody has counted"
    );
    let not_counted = decision.considered[0].verdicts.last();
    assert_eq!(
        not_counted.map(|verdict| verdict.outcome),
        Some(VerdictOutcome::NotCounted)
    );
}

#[test]
fn a_full_hub_still_leads_to_its_partners() {
    let area = split(vec![by_pcn("north", "U99001", 2)]);
    let providers = vec![taking("hub", 1), provider("north")];
    let decision = decided(&sample::referral(), &area, providers, &[("hub", 1)]);
    assert_eq!(went_to(&decision).map(|(slug, _)| slug), Some("north"));
    assert!(matches!(
        decision.considered[0].result,
        Standing::Match { .. }
    ));
    let via = decision.considered[1].via.as_ref();
    let expected = Via {
        from: "hub".into(),
        kind: ViaKind::Split,
        row: Position::new("split.csv", 2),
    };
    assert_eq!(via, Some(&expected));
}
