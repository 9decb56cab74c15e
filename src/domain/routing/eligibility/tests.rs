use super::*;
use crate::domain::case::{
    Answer, Barrier, BarrierGroup, EmploymentStatus, FitNote, Referral, SourceRoute,
};
use crate::domain::identifiers::OdsCode;
use crate::domain::mapping::sample;
use crate::domain::organisation::Successions;
use crate::domain::sensitive::Sensitive;
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 11, 20);

fn row(rule: Rule, operator: Operator, expected: Expected, outcome: RuleOutcome) -> EligibilityRow {
    EligibilityRow {
        rule,
        operator,
        expected,
        outcome,
        reason: Some(IneligibleReason::Age),
        words: "the words".into(),
        position: Position::new("eligibility.csv", 2),
    }
}

fn number(rule: Rule, operator: Operator, number: u32) -> EligibilityRow {
    row(
        rule,
        operator,
        Expected::Number(number),
        RuleOutcome::Refuse,
    )
}

fn words(rule: Rule, operator: Operator, words: &[&str]) -> EligibilityRow {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    row(rule, operator, Expected::Words(words), RuleOutcome::Refuse)
}

fn judge(rows: Vec<EligibilityRow>, referral: &Referral) -> Judgement {
    let subject = Subject {
        referral,
        referred_on: TODAY,
        decided_on: TODAY,
        residence: None,
        practice: None,
        successions: Successions::default(),
    };
    Eligibility::new(rows).judge(&subject)
}

fn only(row: EligibilityRow, referral: &Referral) -> VerdictOutcome {
    judge(vec![row], referral).verdicts[0].outcome
}

fn born(day: Date) -> Referral {
    let mut referral = sample::referral();
    referral.person.birth_date = Some(Sensitive::new(day));
    referral
}

fn barriers(groups: &[BarrierGroup]) -> Referral {
    let barrier = |group: &BarrierGroup| Barrier {
        group: *group,
        code: None,
        text: None,
    };
    let mut referral = sample::referral();
    referral.barriers = groups.iter().map(barrier).collect();
    referral
}

#[test]
fn the_day_of_the_eighteenth_birthday_is_old_enough_and_the_day_before_is_not() {
    let below = || number(Rule::Age, Operator::Below, 18);
    let day_before = only(below(), &born(date(2008, 11, 21)));
    assert_eq!(day_before, VerdictOutcome::Refuse);
    let birthday = only(below(), &born(date(2008, 11, 20)));
    assert_eq!(birthday, VerdictOutcome::NotMet);
}

#[test]
fn the_order_operators_include_or_leave_out_the_number_itself() {
    let thirty_six = sample::referral();
    for (operator, expected) in [
        (Operator::Below, VerdictOutcome::NotMet),
        (Operator::Above, VerdictOutcome::NotMet),
        (Operator::AtLeast, VerdictOutcome::Refuse),
        (Operator::AtMost, VerdictOutcome::Refuse),
        (Operator::Is, VerdictOutcome::Refuse),
        (Operator::IsNot, VerdictOutcome::NotMet),
    ] {
        let found = only(number(Rule::Age, operator, 36), &thirty_six);
        assert_eq!(found, expected, "{}", operator.code());
    }
}

#[test]
fn a_missing_fact_never_refuses_and_becomes_a_question() {
    let mut referral = sample::referral();
    referral.person.birth_date = None;
    referral.work.employment = Answer::NotKnown;
    referral.work.absence = Answer::Declined;
    referral.work.fit_note = None;
    referral.work.weeks_out_of_work = None;
    referral.barriers.clear();
    referral.referrer.route = SourceRoute::NotKnown;
    let rows = vec![
        number(Rule::Age, Operator::AtLeast, 0),
        words(Rule::Employment, Operator::NoneOf, &["employed"]),
        words(Rule::Absence, Operator::IsNot, &["off-sick"]),
        words(Rule::FitNote, Operator::IsNot, &["yes"]),
        number(Rule::WeeksOutOfWork, Operator::AtLeast, 0),
        words(Rule::ConditionGroup, Operator::NoneOf, &["msk"]),
        words(Rule::SourceRoute, Operator::IsNot, &["gp"]),
    ];
    let judgement = judge(rows, &referral);
    assert_eq!(judgement.refused, None);
    assert!(
        judgement
            .verdicts
            .iter()
            .all(|v| v.outcome == VerdictOutcome::Unknown)
    );
    assert_eq!(judgement.questions.len(), 7);
    assert!(
        judgement
            .questions
            .iter()
            .all(|q| q.missing && q.words.is_empty())
    );
}

#[test]
fn the_first_row_that_accepts_ends_the_reading() {
    let accept = EligibilityRow {
        outcome: RuleOutcome::Accept,
        ..words(Rule::Employment, Operator::Is, &["employed"])
    };
    let judgement = judge(
        vec![accept, number(Rule::Age, Operator::AtLeast, 0)],
        &sample::referral(),
    );
    assert_eq!((judgement.refused, judgement.verdicts.len()), (None, 1));
}

#[test]
fn the_first_row_that_refuses_ends_the_reading_with_its_words() {
    let rows = vec![
        number(Rule::Age, Operator::Below, 40),
        number(Rule::Age, Operator::Below, 50),
    ];
    let judgement = judge(rows, &sample::referral());
    assert_eq!(
        judgement.refused,
        Some((IneligibleReason::Age, "the words".into()))
    );
    assert_eq!(judgement.verdicts.len(), 1);
}

#[test]
fn a_row_that_asks_adds_its_words_and_reads_on() {
    let ask = EligibilityRow {
        outcome: RuleOutcome::Ask,
        ..words(Rule::ConditionGroup, Operator::NoneOf, &["autism"])
    };
    let judgement = judge(
        vec![ask, number(Rule::Age, Operator::Below, 18)],
        &sample::referral(),
    );
    assert_eq!(judgement.verdicts.len(), 2);
    assert_eq!(judgement.questions[0].words, "the words");
    assert!(!judgement.questions[0].missing);
}

#[test]
fn one_listed_condition_among_several_settles_a_row() {
    let both = barriers(&[BarrierGroup::Other, BarrierGroup::Msk]);
    let none_of = || words(Rule::ConditionGroup, Operator::NoneOf, &["msk"]);
    assert_eq!(only(none_of(), &both), VerdictOutcome::NotMet);
    let other = barriers(&[BarrierGroup::Other]);
    assert_eq!(only(none_of(), &other), VerdictOutcome::Refuse);
}

#[test]
fn a_condition_of_no_known_group_leaves_the_row_open() {
    let open = barriers(&[BarrierGroup::Other, BarrierGroup::NotKnown]);
    let found = only(
        words(Rule::ConditionGroup, Operator::NoneOf, &["msk"]),
        &open,
    );
    assert_eq!(found, VerdictOutcome::Unknown);
}

#[test]
fn a_person_in_work_has_been_out_of_work_for_no_weeks() {
    let mut referral = sample::referral();
    let above = || number(Rule::WeeksOutOfWork, Operator::Above, 26);
    assert_eq!(only(above(), &referral), VerdictOutcome::NotMet);
    // Out of work since 5 October: six whole weeks on 20 November.
    referral.work.employment = Answer::Known(EmploymentStatus::UnemployedSeeking);
    let at_least = |weeks| number(Rule::WeeksOutOfWork, Operator::AtLeast, weeks);
    assert_eq!(only(at_least(6), &referral), VerdictOutcome::Refuse);
    assert_eq!(only(at_least(7), &referral), VerdictOutcome::NotMet);
    referral.work.weeks_out_of_work = Some(27);
    assert_eq!(only(above(), &referral), VerdictOutcome::Refuse);
}

#[test]
fn a_fit_note_is_there_and_says_one_thing() {
    let mut referral = sample::referral();
    let is = |word| words(Rule::FitNote, Operator::Is, &[word]);
    assert_eq!(only(is("yes"), &referral), VerdictOutcome::Refuse);
    assert_eq!(only(is("may-be-fit"), &referral), VerdictOutcome::Refuse);
    referral.work.fit_note = Some(FitNote {
        may_be_fit: false,
        from: None,
        to: None,
    });
    assert_eq!(only(is("may-be-fit"), &referral), VerdictOutcome::NotMet);
}

#[test]
fn a_verdict_names_the_row_and_the_rule_but_nothing_of_the_person() {
    let judgement = judge(
        vec![number(Rule::Age, Operator::Below, 18)],
        &sample::referral(),
    );
    let verdict = &judgement.verdicts[0];
    assert_eq!(verdict.what, "age below 18");
    assert_eq!(verdict.row.to_string(), "eligibility.csv:2");
}

#[test]
fn the_organisation_that_refers_is_told_from_others_and_asked_after_where_it_is_not_said() {
    let only = || vec![words(Rule::Referrer, Operator::NoneOf, &["Y99031", "RZ8"])];
    let mut referral = sample::referral();
    for (code, refused) in [("Y99031", false), ("RZ8", false), ("Y99001", true)] {
        referral.referrer.organisation = OdsCode::parse(code);
        let judgement = judge(only(), &referral);
        assert_eq!(judgement.refused.is_some(), refused, "{code}");
    }
    referral.referrer.organisation = None;
    let judgement = judge(only(), &referral);
    assert!(judgement.refused.is_none() && judgement.questions[0].missing);
}

#[test]
fn the_right_to_work_is_always_a_question() {
    let asks = EligibilityRow {
        outcome: RuleOutcome::Ask,
        ..words(Rule::RightToWork, Operator::Is, &["no"])
    };
    let judgement = judge(vec![asks], &sample::referral());
    assert!(judgement.refused.is_none() && judgement.questions[0].missing);
    assert_eq!(judgement.questions[0].words, "the words");
}

#[test]
fn a_question_is_the_tables_words_or_a_sentence_of_the_rule_and_never_a_value() {
    let mut referral = sample::referral();
    referral.person.birth_date = None;
    referral.work.fit_note = None;
    let asks = EligibilityRow {
        outcome: RuleOutcome::Ask,
        ..words(Rule::FitNote, Operator::IsNot, &["yes"])
    };
    let rows = vec![number(Rule::Age, Operator::Below, 18), asks];
    let questions = Eligibility::new(rows).questions(&referral, TODAY);
    let texts: Vec<&str> = questions.iter().map(Question::text).collect();
    assert_eq!(texts, ["How old are you?", "the words"]);
    assert_eq!(questions[1].what(), "eligibility.csv:2 fit-note");
    for (rule, _) in Rule::ALL {
        assert!(rule.sentence().ends_with('?'), "{}", rule.code());
        let known = |name: &&str| crate::domain::mapping::field(name).is_some();
        assert!(rule.fields().iter().all(known), "{rule:?}");
    }
}

#[test]
fn nobody_is_asked_who_is_refused() {
    let mut referral = sample::referral();
    referral.work.fit_note = None;
    let rows = vec![
        words(Rule::FitNote, Operator::IsNot, &["yes"]),
        number(Rule::Age, Operator::AtLeast, 18),
    ];
    assert_eq!(
        Eligibility::new(rows.clone()).questions(&referral, TODAY),
        []
    );
    assert_eq!(judge(rows, &referral).questions, []);
}

#[test]
fn two_rows_that_ask_of_one_known_fact_are_both_heard_and_a_missing_one_is_asked_for_once() {
    let ask = |says: &str| EligibilityRow {
        outcome: RuleOutcome::Ask,
        words: says.into(),
        ..words(Rule::ConditionGroup, Operator::NoneOf, &["autism"])
    };
    let rows = || vec![ask("First?"), ask("Second?"), ask("First?")];
    let heard = |referral: &Referral| {
        let questions = Eligibility::new(rows()).questions(referral, TODAY);
        let texts = questions.iter().map(|question| question.text().to_owned());
        texts.collect::<Vec<String>>()
    };
    assert_eq!(heard(&sample::referral()), ["First?", "Second?"]);
    assert_eq!(heard(&barriers(&[])), ["First?"]);
}

#[test]
fn age_and_weeks_are_counted_to_the_referral_however_long_the_decision_takes() {
    // Eighteen on the day of the decision, seventeen on that of the referral.
    let mut referral = born(date(2008, 11, 25));
    referral.work.employment = Answer::Known(EmploymentStatus::UnemployedSeeking);
    // Twenty-five whole weeks on the day of the referral.
    referral.work.absence_start = Some(date(2026, 5, 25));
    let subject = Subject {
        referral: &referral,
        referred_on: TODAY,
        decided_on: date(2027, 1, 20),
        residence: None,
        practice: None,
        successions: Successions::default(),
    };
    let rows = vec![
        number(Rule::Age, Operator::AtLeast, 18),
        number(Rule::WeeksOutOfWork, Operator::Above, 25),
    ];
    let found = Eligibility::new(rows).judge(&subject);
    let outcomes: Vec<VerdictOutcome> = found.verdicts.iter().map(|v| v.outcome).collect();
    assert_eq!(outcomes, [VerdictOutcome::NotMet, VerdictOutcome::NotMet]);
}
