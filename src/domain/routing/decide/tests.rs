use jiff::civil::{Date, date};

use super::super::eligibility::{
    Eligibility, EligibilityRow, Expected, IneligibleReason, Operator, Rule, RuleOutcome,
};
use super::super::{
    Catchment, CatchmentKind, CatchmentRow, Listed, Mode, PracticeFacts, Residence, VerdictOutcome,
    decide_both_ways,
};
use super::*;
use crate::domain::case::Referral;
use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::mapping::{Position, sample};
use crate::domain::organisation::Successions;
use crate::domain::provider::Validity;

const TODAY: Date = date(2026, 11, 20);

fn place(kind: CatchmentKind, code: &str, mode: Mode) -> CatchmentRow {
    CatchmentRow {
        kind,
        code: code.into(),
        mode,
        validity: Validity::default(),
        position: Position::new("catchment.csv", 2),
    }
}

fn serving(slug: &str, rows: Vec<CatchmentRow>) -> Arc<Provider> {
    Arc::new(Provider {
        catchment: Catchment::new(rows),
        ..sample::provider(slug)
    })
}

fn including(slug: &str, kind: CatchmentKind, code: &str) -> Arc<Provider> {
    serving(slug, vec![place(kind, code, Mode::Include)])
}

fn area(slugs: &[&str], tie: TieRule) -> Area {
    let providers = slugs.iter().zip(1..).map(|(slug, priority)| Listed {
        provider: (*slug).into(),
        priority,
        validity: Validity::default(),
        position: Position::new("routing.csv", priority + 1),
    });
    Area {
        slug: "exampleshire".into(),
        tie,
        providers: providers.collect(),
        ..Area::default()
    }
}

fn residence() -> Residence {
    Residence {
        la: Some("E99000001".into()),
        lsoa: Some("E99900001".into()),
        icb: Some("QZ1".into()),
    }
}

fn practice() -> PracticeFacts {
    PracticeFacts {
        ods: OdsCode::parse("Y99001").expect("a right code"),
        pcn: Some("U99001".into()),
        icb: Some("QZ1".into()),
    }
}

fn subject(referral: &Referral) -> Subject<'_> {
    Subject {
        referral,
        referred_on: TODAY,
        decided_on: TODAY,
        residence: Some(residence()),
        practice: Some(practice()),
        successions: Successions::default(),
    }
}

fn decide(subject: &Subject<'_>, area: &Area, providers: &[Arc<Provider>]) -> Decision {
    decide_everywhere(subject, std::slice::from_ref(area), providers)
}

fn decide_everywhere(
    subject: &Subject<'_>,
    areas: &[Area],
    providers: &[Arc<Provider>],
) -> Decision {
    decide_both_ways(subject, &[], areas, providers)
}

fn route(subject: &Subject<'_>, tie: TieRule, providers: &[Arc<Provider>]) -> Outcome {
    let slugs: Vec<&str> = providers.iter().map(|p| p.slug.as_str()).collect();
    decide(subject, &area(&slugs, tie), providers).outcome
}

fn went_to(outcome: &Outcome) -> Option<(&str, &'static str)> {
    match outcome {
        Outcome::One { slug, basis, .. } => Some((slug, basis.code())),
        _ => None,
    }
}

fn nobody_because(outcome: &Outcome) -> &[NobodyReason] {
    match outcome {
        Outcome::Nobody { reasons } => reasons,
        _ => &[],
    }
}

#[test]
fn each_kind_of_row_takes_in_by_practice_or_by_residence() {
    let referral = sample::referral();
    for (kind, code, basis) in [
        (CatchmentKind::Practice, "Y99001", "practice"),
        (CatchmentKind::Pcn, "U99001", "practice"),
        (CatchmentKind::Icb, "QZ1", "practice"),
        (CatchmentKind::La, "E99000001", "residence"),
        (CatchmentKind::Lsoa, "E99900001", "residence"),
        (CatchmentKind::Postcode, "ZZ1", "residence"),
        (CatchmentKind::Postcode, "ZZ1 1AA", "residence"),
        (CatchmentKind::Any, "", "any"),
    ] {
        let outcome = route(
            &subject(&referral),
            TieRule::None,
            &[including("a", kind, code)],
        );
        assert_eq!(went_to(&outcome), Some(("a", basis)), "{}", kind.code());
        if kind == CatchmentKind::Any {
            continue;
        }
        let elsewhere = route(
            &subject(&referral),
            TieRule::None,
            &[including("a", kind, "X")],
        );
        assert_eq!(
            nobody_because(&elsewhere),
            [NobodyReason::OutOfArea],
            "{}",
            kind.code()
        );
    }
}

#[test]
fn an_unknown_practice_falls_back_to_the_residence() {
    let mut referral = sample::referral();
    referral.person.practice = OdsCode::parse("Y99999");
    let mut subject = subject(&referral);
    subject.practice = None;
    let providers = [
        including("by-practice", CatchmentKind::Pcn, "U99001"),
        including("by-home", CatchmentKind::La, "E99000001"),
    ];
    let outcome = route(&subject, TieRule::None, &providers);
    assert_eq!(went_to(&outcome), Some(("by-home", "residence")));
}

#[test]
fn the_icb_of_the_home_serves_where_the_practice_is_not_known() {
    let referral = sample::referral();
    let mut subject = subject(&referral);
    subject.practice = None;
    let outcome = route(
        &subject,
        TieRule::None,
        &[including("a", CatchmentKind::Icb, "QZ1")],
    );
    assert_eq!(went_to(&outcome), Some(("a", "residence")));
}

#[test]
fn without_postcode_and_practice_nobody_can_be_found() {
    let mut referral = sample::referral();
    referral.person.practice = None;
    referral.person.address.postcode = None;
    let subject = Subject {
        residence: None,
        practice: None,
        ..subject(&referral)
    };
    let providers = [including("a", CatchmentKind::La, "E99000001")];
    let decision = decide(&subject, &area(&["a"], TieRule::None), &providers);
    assert_eq!(
        nobody_because(&decision.outcome),
        [NobodyReason::NoPlaceKnown]
    );
    let verdict = &decision.considered[0].verdicts[0];
    assert_eq!(
        (&*verdict.what, verdict.outcome),
        ("la", VerdictOutcome::Unknown)
    );
    // A provider for everybody needs no place.
    let outcome = route(
        &subject,
        TieRule::None,
        &[including("all", CatchmentKind::Any, "")],
    );
    assert_eq!(went_to(&outcome), Some(("all", "any")));
}

#[test]
fn a_place_that_no_file_holds_is_told_apart_from_one_that_nobody_serves() {
    let mut referral = sample::referral();
    referral.person.address.postcode = Postcode::parse("ZZ99 9ZZ");
    let subject = Subject {
        residence: None,
        practice: None,
        ..subject(&referral)
    };
    let outcome = route(
        &subject,
        TieRule::None,
        &[including("a", CatchmentKind::La, "E99000001")],
    );
    assert_eq!(nobody_because(&outcome), [NobodyReason::PlaceNotRecognised]);
}

#[test]
fn a_row_that_excludes_leaves_out_whatever_takes_in() {
    let referral = sample::referral();
    let provider = serving(
        "a",
        vec![
            place(CatchmentKind::Practice, "Y99001", Mode::Include),
            place(CatchmentKind::Postcode, "ZZ1", Mode::Exclude),
        ],
    );
    let decision = decide(
        &subject(&referral),
        &area(&["a"], TieRule::None),
        &[provider],
    );
    assert_eq!(decision.considered[0].result, Standing::OutOfArea);
    assert_eq!(
        decision.considered[0].verdicts[0].outcome,
        VerdictOutcome::Excluded
    );
}

#[test]
fn a_row_counts_only_on_its_days() {
    let referral = sample::referral();
    let mut row = place(CatchmentKind::Any, "", Mode::Include);
    row.validity.to = Some(date(2026, 11, 19));
    let outcome = route(
        &subject(&referral),
        TieRule::None,
        &[serving("a", vec![row])],
    );
    assert_eq!(nobody_because(&outcome), [NobodyReason::OutOfArea]);
}

#[test]
fn two_providers_without_a_tie_rule_are_refused_and_a_rule_chooses() {
    let referral = sample::referral();
    let subject = subject(&referral);
    let providers = [
        including("home", CatchmentKind::La, "E99000001"),
        including("practice", CatchmentKind::Practice, "Y99001"),
    ];
    let tied = route(&subject, TieRule::None, &providers);
    let slugs = vec!["home".to_owned(), "practice".to_owned()];
    assert_eq!(tied, Outcome::Several { slugs });
    let first = route(&subject, TieRule::FirstListed, &providers);
    assert_eq!(went_to(&first), Some(("home", "residence")));
    let preferred = route(&subject, TieRule::PreferPractice, &providers);
    assert_eq!(went_to(&preferred), Some(("practice", "practice")));
}

#[test]
fn preferring_the_practice_does_not_choose_between_two_by_residence() {
    let referral = sample::referral();
    let providers = [
        including("one", CatchmentKind::La, "E99000001"),
        including("two", CatchmentKind::Postcode, "ZZ1"),
    ];
    let outcome = route(&subject(&referral), TieRule::PreferPractice, &providers);
    assert!(matches!(outcome, Outcome::Several { .. }));
}

#[test]
fn a_person_in_the_area_whom_a_rule_refuses_is_not_called_out_of_area() {
    let referral = sample::referral();
    let row = EligibilityRow {
        rule: Rule::Age,
        operator: Operator::AtLeast,
        expected: Expected::Number(18),
        outcome: RuleOutcome::Refuse,
        reason: Some(IneligibleReason::Age),
        words: "For people under 18.".into(),
        position: Position::new("eligibility.csv", 2),
    };
    let young = Arc::new(Provider {
        eligibility: Eligibility::new(vec![row]),
        ..(*including("young", CatchmentKind::Any, "")).clone()
    });
    let elsewhere = including("elsewhere", CatchmentKind::La, "E99000009");
    let decision = decide(
        &subject(&referral),
        &area(&["young", "elsewhere"], TieRule::None),
        &[young, elsewhere],
    );
    assert_eq!(
        nobody_because(&decision.outcome),
        [NobodyReason::NotEligible]
    );
    let codes: Vec<&str> = decision
        .considered
        .iter()
        .map(|c| c.result.code())
        .collect();
    assert_eq!(codes, ["ineligible-age", "out-of-area"]);
}

#[test]
fn an_ended_agreement_and_a_disabled_folder_make_a_provider_unavailable() {
    let referral = sample::referral();
    let mut ended = (*including("ended", CatchmentKind::Any, "")).clone();
    ended.agreement.expires = date(2026, 11, 19);
    let outcome = route(&subject(&referral), TieRule::None, &[Arc::new(ended)]);
    assert_eq!(
        nobody_because(&outcome),
        [NobodyReason::ProviderUnavailable]
    );

    let disabled = decide(&subject(&referral), &area(&["broken"], TieRule::None), &[]);
    let why = Standing::Unavailable(Unavailable::Disabled);
    assert_eq!(disabled.considered[0].result, why);
    let reasons = [NobodyReason::OutOfArea, NobodyReason::ProviderUnavailable];
    assert_eq!(nobody_because(&disabled.outcome), reasons);
}

#[test]
fn a_row_of_the_routing_table_counts_only_on_its_days() {
    let referral = sample::referral();
    let mut area = area(&["a"], TieRule::None);
    area.providers[0].validity.from = Some(date(2026, 11, 21));
    let decision = decide(
        &subject(&referral),
        &area,
        &[including("a", CatchmentKind::Any, "")],
    );
    let why = Standing::Unavailable(Unavailable::NotListedToday);
    assert_eq!(decision.considered[0].result, why);
}

#[test]
fn a_jobcentre_row_is_reported_as_unknown() {
    let referral = sample::referral();
    let providers = [including("a", CatchmentKind::Jobcentre, "JC1")];
    let decision = decide(
        &subject(&referral),
        &area(&["a"], TieRule::None),
        &providers,
    );
    let verdict = &decision.considered[0].verdicts[0];
    assert_eq!(
        (&*verdict.what, verdict.outcome),
        ("jobcentre", VerdictOutcome::Unknown)
    );
}

#[test]
fn over_several_areas_one_match_wins_and_two_are_refused() {
    let referral = sample::referral();
    let providers = [
        including("a", CatchmentKind::La, "E99000001"),
        including("b", CatchmentKind::La, "E99000009"),
        including("c", CatchmentKind::Any, ""),
    ];
    let north = area(&["a"], TieRule::FirstListed);
    let south = area(&["b"], TieRule::FirstListed);
    let all = area(&["c"], TieRule::FirstListed);
    let one = decide_everywhere(
        &subject(&referral),
        &[north.clone(), south.clone()],
        &providers,
    );
    assert_eq!(went_to(&one.outcome), Some(("a", "residence")));
    assert_eq!(one.considered.len(), 2);
    let two = decide_everywhere(&subject(&referral), &[north, all], &providers);
    assert!(matches!(two.outcome, Outcome::Several { .. }));
    let none = decide_everywhere(&subject(&referral), &[south], &providers);
    assert_eq!(nobody_because(&none.outcome), [NobodyReason::OutOfArea]);
    let empty = decide_everywhere(&subject(&referral), &[], &providers);
    assert_eq!(nobody_because(&empty.outcome), [NobodyReason::NoProviders]);
}

#[test]
fn reasons_and_verdicts_hold_nothing_of_the_person() {
    let referral = sample::referral();
    let providers = [including("a", CatchmentKind::Postcode, "ZZ1")];
    let decision = decide(
        &subject(&referral),
        &area(&["a"], TieRule::None),
        &providers,
    );
    let shown = format!("{decision:?}");
    for datum in ["ZZ1", "Quillfeather", "9990000018", "E99900001"] {
        assert!(!shown.contains(datum), "{datum} is shown");
    }
}

fn of_board(area: Area, icb: &str) -> Area {
    Area {
        icb: Some(icb.into()),
        ..area
    }
}

fn damaged(icb: Option<&str>) -> DamagedArea {
    DamagedArea {
        slug: "damaged".into(),
        icb: icb.map(str::to_owned),
    }
}

#[test]
fn whoever_may_be_of_a_damaged_area_is_told_that_nobody_takes_them_just_now() {
    use NobodyReason::{NotEligible, OutOfArea, ProviderUnavailable};
    let referral = sample::referral();
    let elsewhere = [including("elsewhere", CatchmentKind::La, "E99000009")];
    let row = EligibilityRow {
        rule: Rule::Age,
        operator: Operator::AtLeast,
        expected: Expected::Number(18),
        outcome: RuleOutcome::Refuse,
        reason: Some(IneligibleReason::Age),
        words: "Not here.".into(),
        position: Position::new("eligibility.csv", 2),
    };
    let refusing = [Arc::new(Provider {
        eligibility: Eligibility::new(vec![row]),
        ..(*including("elsewhere", CatchmentKind::Any, "")).clone()
    })];
    let far = [of_board(area(&["elsewhere"], TieRule::None), "QZ9")];
    let own = [of_board(area(&["elsewhere"], TieRule::None), "QZ1")];
    for (areas, damaged, providers, expected) in [
        (
            &far[..],
            damaged(Some("QZ1")),
            &elsewhere,
            &[ProviderUnavailable][..],
        ),
        // Another area's refusal is not the last word of the person's own.
        (
            &far,
            damaged(Some("QZ1")),
            &refusing,
            &[ProviderUnavailable, NotEligible],
        ),
        (
            &[],
            damaged(Some("QZ1")),
            &elsewhere,
            &[ProviderUnavailable],
        ),
        // What names no board may be anybody's who has no sound area.
        (&far, damaged(None), &elsewhere, &[ProviderUnavailable]),
        (&own, damaged(None), &elsewhere, &[OutOfArea]),
        (&far, damaged(Some("QZ8")), &elsewhere, &[OutOfArea]),
        (&[], damaged(Some("QZ8")), &elsewhere, &[OutOfArea]),
    ] {
        let offers = Offers {
            areas,
            damaged: std::slice::from_ref(&damaged),
            providers,
            shortlist: None,
        };
        let found = decide_with(&subject(&referral), &[], &offers);
        assert_eq!(nobody_because(&found.outcome), expected, "{damaged:?}");
    }
    // Without a place nobody knows whose the person is.
    let nowhere = Subject {
        residence: None,
        practice: None,
        ..subject(&referral)
    };
    let offers = Offers {
        areas: &[],
        damaged: &[damaged(Some("QZ1"))],
        providers: &[],
        shortlist: None,
    };
    let found = decide_with(&nowhere, &[], &offers);
    let unknown = [NobodyReason::PlaceNotRecognised];
    assert_eq!(nobody_because(&found.outcome), unknown);
}

#[test]
fn a_disabled_folder_is_a_reason_for_its_own_boards_people_only() {
    use NobodyReason::{OutOfArea, ProviderUnavailable};
    let referral = sample::referral();
    let listing = area(&["broken"], TieRule::None);
    for (icb, expected) in [
        ("QZ1", &[OutOfArea, ProviderUnavailable][..]),
        ("QZ9", &[OutOfArea]),
    ] {
        let area = of_board(listing.clone(), icb);
        let decision = decide(&subject(&referral), &area, &[]);
        assert_eq!(nobody_because(&decision.outcome), expected, "{icb}");
        // The account tells it all the same.
        let standing = &decision.considered[0].result;
        assert_eq!(standing.code(), "provider-disabled");
    }
}
