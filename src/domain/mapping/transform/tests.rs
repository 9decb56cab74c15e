use super::super::{CodeRow, Position, Relation, UnmappedPolicy};
use super::*;
use crate::domain::routing::Residence;
use jiff::civil::date;

const TODAY: Date = date(2026, 11, 20);

fn run(step: &Transform, value: Value) -> (Value, bool) {
    match step.apply(value, &Given::from(TODAY), &[]) {
        Step::Done(value, lossy) => (value, lossy),
        Step::Removed(value, count) => (value, count > 0),
        Step::Defaulted(value) => (value, true),
        _ => panic!("{} comes to a value here", step.code()),
    }
}

fn text(words: &str) -> Value {
    Value::Text(words.into())
}

#[test]
fn each_step_does_what_its_name_says() {
    let names = Value::List(vec!["Ada".into(), "Mary".into()]);
    let born = Value::Date(date(1990, 2, 3));
    let cases = [
        (Transform::Copy, text("a"), text("a"), false),
        (
            Transform::Join(Join::Comma),
            names.clone(),
            text("Ada, Mary"),
            false,
        ),
        (Transform::First, names.clone(), text("Ada"), true),
        (
            Transform::Date("dd/mm/yyyy".into()),
            born.clone(),
            text("03/02/1990"),
            false,
        ),
        (
            Transform::Date("yyyymmdd".into()),
            born.clone(),
            text("19900203"),
            false,
        ),
        (Transform::Year, born.clone(), Value::Number(1990), true),
        (Transform::Age, born.clone(), Value::Number(36), true),
        (
            Transform::AgeBand(AgeBands(vec![16, 25, 50])),
            born,
            text("25-49"),
            true,
        ),
        (Transform::Outward, text("ZZ1 1AA"), text("ZZ1"), true),
        (
            Transform::Constant("WW".into()),
            Value::Absent,
            text("WW"),
            false,
        ),
        (
            Transform::YesNo("Y".into(), "N".into()),
            Value::Bool(false),
            text("N"),
            false,
        ),
        (Transform::Upper, text("abc"), text("ABC"), false),
        (Transform::Lower, text("ABC"), text("abc"), false),
        (Transform::Digits, text("+44 7700"), text("447700"), false),
        (
            Transform::Split(Join::Slash),
            text("English / Urdu/"),
            Value::List(vec!["English".into(), "Urdu".into()]),
            false,
        ),
        (Transform::Last, names.clone(), text("Mary"), true),
        (Transform::Part(2), names.clone(), text("Mary"), true),
        (Transform::Part(3), names.clone(), Value::Absent, true),
        (
            Transform::Phone(PhoneFormat::Digits),
            text("+44 7700 900001"),
            text("07700900001"),
            false,
        ),
        (
            Transform::Screen,
            text("ring 07700 900001"),
            text("ring [removed]"),
            true,
        ),
        (
            Transform::Default("X".into()),
            Value::NotKnown,
            text("X"),
            true,
        ),
        (Transform::Default("X".into()), text("a"), text("a"), false),
        (
            Transform::Default("X".into()),
            Value::Declined,
            Value::Declined,
            false,
        ),
        (Transform::Max(2), text("abc"), text("ab"), true),
        (Transform::Max(3), text("abc"), text("abc"), false),
    ];
    for (step, taken, given, lossy) in cases {
        assert!(run(&step, taken) == (given, lossy), "{}", step.code());
    }
}

#[test]
fn a_number_that_is_none_is_malformed_and_of_several_only_the_others_are_left() {
    let step = Transform::Phone(PhoneFormat::National);
    let apply = |value| step.apply(value, &Given::from(TODAY), &[]);
    assert!(matches!(apply(text("ring me")), Step::Malformed));
    let both = Value::List(vec!["07700 900001".into(), "7700 900002".into()]);
    assert!(matches!(apply(both), Step::Removed(Value::List(left), 1) if left == ["07700 900001"]));
    let none = Value::List(vec!["1".into(), "2".into()]);
    assert!(matches!(apply(none), Step::Malformed));
}

#[test]
fn a_place_is_what_the_files_say_and_without_them_there_is_none() {
    let residence = Residence {
        la: Some("E99000001".into()),
        lsoa: None,
        icb: None,
    };
    let known = Given {
        referred_on: TODAY,
        residence: Some(&residence),
        questions: None,
    };
    let postcode = || text("ZZ1 1AA");
    let found = Transform::Authority.apply(postcode(), &known, &[]);
    assert!(matches!(found, Step::Done(value, true) if value == text("E99000001")));
    let unknown = Transform::Lsoa.apply(postcode(), &known, &[]);
    assert!(matches!(unknown, Step::NoPlace));
    let nobody_looked = Transform::Authority.apply(postcode(), &Given::from(TODAY), &[]);
    assert!(matches!(nobody_looked, Step::NoPlace));
    let absent = Transform::Authority.apply(Value::Absent, &known, &[]);
    assert!(matches!(absent, Step::Done(Value::Absent, false)));
}

#[test]
fn yes_and_no_have_words_in_a_list_and_the_ways_of_having_no_answer_have_others() {
    let row = |source: &str, target: &str| CodeRow {
        source: source.into(),
        target: target.into(),
        relation: Relation::Equivalent,
        position: Position::new("codes/x.csv", 2),
    };
    let rows = vec![
        row("yes", "Y"),
        row("no", "N"),
        row("declined", "Z"),
        row("not-known", "X"),
        row("absent", "-"),
    ];
    let lists = [CodeList::new("x", UnmappedPolicy::Hold, rows)];
    let step = Transform::Code {
        list: "x".into(),
        index: 0,
    };
    for (value, expected) in [
        (Value::Bool(true), "Y"),
        (Value::Bool(false), "N"),
        (Value::Declined, "Z"),
        (Value::NotKnown, "X"),
        (Value::Absent, "-"),
    ] {
        let found = step.apply(value, &Given::from(TODAY), &lists);
        assert!(
            matches!(found, Step::Done(value, false) if value == text(expected)),
            "{expected}"
        );
    }
}

#[test]
fn a_word_for_any_other_code_is_a_default() {
    let rows = vec![CodeRow {
        source: CodeList::ANY_OTHER.into(),
        target: "Other".into(),
        relation: Relation::Wider,
        position: Position::new("codes/x.csv", 2),
    }];
    let lists = [CodeList::new("x", UnmappedPolicy::Hold, rows)];
    let step = Transform::Code {
        list: "x".into(),
        index: 0,
    };
    let found = step.apply(text("vcse"), &Given::from(TODAY), &lists);
    assert!(matches!(found, Step::Defaulted(value) if value == text("Other")));
}

#[test]
fn an_age_changes_on_the_birthday_itself() {
    assert_eq!(age(date(2010, 11, 21), TODAY), Some(15));
    assert_eq!(age(date(2010, 11, 20), TODAY), Some(16));
    assert_eq!(age(date(2008, 2, 29), date(2026, 2, 28)), Some(17));
    assert_eq!(age(date(2008, 2, 29), date(2026, 3, 1)), Some(18));
    assert_eq!(age(date(2027, 1, 1), TODAY), None);
}

#[test]
fn bands_have_an_open_end_on_both_sides() {
    let bands = AgeBands(vec![16, 25, 50]);
    for (age, band) in [
        (15, "under 16"),
        (16, "16-24"),
        (24, "16-24"),
        (25, "25-49"),
        (50, "50+"),
    ] {
        assert_eq!(bands.band(age), band);
    }
}

#[test]
fn a_step_refuses_a_shape_that_it_cannot_take() {
    assert_eq!(Transform::Age.gives(Shape::Text), None);
    assert_eq!(Transform::Age.gives(Shape::Date), Some(Shape::Number));
    assert_eq!(Transform::Upper.gives(Shape::Texts), Some(Shape::Texts));
    assert_eq!(Transform::Outward.gives(Shape::Texts), None);
}

fn list(unmapped: UnmappedPolicy) -> CodeList {
    let row = |source: &str, target: &str, relation| CodeRow {
        source: source.into(),
        target: target.into(),
        relation,
        position: Position::new("codes/x.csv", 2),
    };
    let rows = vec![
        row("msk", "MSK", Relation::Equivalent),
        row("autism", "Neurodivergent", Relation::Wider),
        row("learning", "Neurodivergent", Relation::Wider),
        row("declined", "Prefer not to say", Relation::Equivalent),
    ];
    CodeList::new("x", unmapped, rows)
}

fn code(value: Value, unmapped: UnmappedPolicy) -> Step {
    let step = Transform::Code {
        list: "x".into(),
        index: 0,
    };
    step.apply(value, &Given::from(TODAY), &[list(unmapped)])
}

#[test]
fn a_code_is_translated_and_a_wider_word_is_a_loss() {
    assert!(
        matches!(code(text("msk"), UnmappedPolicy::Hold), Step::Done(v, false) if v == text("MSK"))
    );
    let both = Value::List(vec!["autism".into(), "learning".into()]);
    let Step::Done(words, true) = code(both, UnmappedPolicy::Hold) else {
        panic!("two groups become one wider word");
    };
    assert!(words == Value::List(vec!["Neurodivergent".into()]));
}

#[test]
fn one_unlisted_code_in_a_list_is_never_dropped_in_silence() {
    let codes = Value::List(vec!["msk".into(), "other".into()]);
    assert!(matches!(
        code(codes.clone(), UnmappedPolicy::Hold),
        Step::Unlisted
    ));
    assert!(matches!(
        code(codes, UnmappedPolicy::Omit),
        Step::Removed(_, 1)
    ));
}

#[test]
fn declined_passes_on_by_its_own_row_and_not_known_stays_unsaid() {
    let said = code(Value::Declined, UnmappedPolicy::Hold);
    assert!(matches!(said, Step::Done(v, false) if v == text("Prefer not to say")));
    let unsaid = code(Value::NotKnown, UnmappedPolicy::Hold);
    assert!(matches!(unsaid, Step::Done(Value::NotKnown, false)));
}
