use super::super::{CodeRow, Position, UnmappedPolicy};
use super::*;
use jiff::civil::date;

const TODAY: Date = date(2026, 11, 20);

fn run(step: &Transform, value: Value) -> (Value, bool) {
    match step.apply(value, TODAY, &[]) {
        Step::Done(value, lossy) => (value, lossy),
        Step::NoWord | Step::Unlisted => panic!("{} needs no list", step.code()),
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
        (Transform::Max(2), text("abc"), text("ab"), true),
        (Transform::Max(3), text("abc"), text("abc"), false),
    ];
    for (step, taken, given, lossy) in cases {
        assert!(run(&step, taken) == (given, lossy), "{}", step.code());
    }
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
    step.apply(value, TODAY, &[list(unmapped)])
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
        Step::Done(_, true)
    ));
}

#[test]
fn declined_passes_on_by_its_own_row_and_not_known_stays_unsaid() {
    let said = code(Value::Declined, UnmappedPolicy::Hold);
    assert!(matches!(said, Step::Done(v, false) if v == text("Prefer not to say")));
    let unsaid = code(Value::NotKnown, UnmappedPolicy::Hold);
    assert!(matches!(unsaid, Step::Done(Value::NotKnown, false)));
}
