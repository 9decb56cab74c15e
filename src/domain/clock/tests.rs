use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::domain::case::{Answer, EmploymentStatus, SicknessAbsence, Work};

fn christmas() -> WorkingDays {
    WorkingDays::new([date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)])
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("the test's own instant")
}

fn due(status: Status, since: &str) -> Option<(Step, String)> {
    let clocks = Clocks::default();
    let awaited = awaited(status, None, &clocks, at(since), &christmas())?;
    Some((awaited.step, awaited.due.to_string()))
}

#[test]
fn each_step_has_its_own_working_days() {
    // A Monday; 17:00 in winter is 17:00Z.
    let since = "2026-11-16T10:00:00Z";
    for (status, step, end) in [
        (Status::Held, Step::Decide, "2026-11-17T17:00:00Z"),
        (Status::Routed, Step::Collect, "2026-11-18T17:00:00Z"),
        (Status::Delivered, Step::Acknowledge, "2026-11-18T17:00:00Z"),
        (
            Status::Acknowledged,
            Step::FirstContact,
            "2026-11-23T17:00:00Z",
        ),
        (Status::Accepted, Step::FirstContact, "2026-11-23T17:00:00Z"),
        (
            Status::ContactAttempted,
            Step::Assessment,
            "2026-12-07T17:00:00Z",
        ),
        (
            Status::DidNotAttend,
            Step::Assessment,
            "2026-12-07T17:00:00Z",
        ),
        (Status::AssessmentBooked, Step::Plan, "2026-12-14T17:00:00Z"),
        (
            Status::CancelRequested,
            Step::ConfirmStop,
            "2026-11-18T17:00:00Z",
        ),
    ] {
        assert_eq!(
            due(status, since),
            Some((step, end.to_owned())),
            "{status:?}"
        );
    }
}

#[test]
fn a_case_is_awaited_until_it_is_over() {
    for status in Status::ALL {
        let found = due(*status, "2026-11-16T10:00:00Z");
        assert_eq!(found.is_none(), status.is_terminal(), "{}", status.code());
    }
}

#[test]
fn weekends_bank_holidays_and_the_turn_of_the_year_are_not_counted() {
    for (since, end) in [
        ("2026-11-20T10:00:00Z", "2026-11-24T17:00:00Z"),
        ("2026-11-21T10:00:00Z", "2026-11-24T17:00:00Z"),
        ("2026-12-24T10:00:00Z", "2026-12-30T17:00:00Z"),
        ("2026-12-30T10:00:00Z", "2027-01-04T17:00:00Z"),
        ("2026-07-31T10:00:00Z", "2026-08-04T16:00:00Z"),
    ] {
        let found = due(Status::Delivered, since).map(|(_, end)| end);
        assert_eq!(found.as_deref(), Some(end), "from {since}");
    }
}

#[test]
fn the_day_is_england_s_and_its_end_is_17_00_on_the_wall() {
    // 23:30Z in July is the next day in England.
    let end = end_of_working_day(at("2026-07-01T23:30:00Z"), 1, &christmas());
    assert_eq!(end, at("2026-07-03T16:00:00Z"));
    // The clocks go back on 25 October 2026.
    let end = end_of_working_day(at("2026-10-23T10:00:00Z"), 1, &christmas());
    assert_eq!(end, at("2026-10-26T17:00:00Z"));
}

#[test]
fn a_clock_of_no_days_runs_to_the_end_of_this_or_of_the_next_working_day() {
    for (since, end) in [
        ("2026-11-20T10:00:00Z", "2026-11-20T17:00:00Z"),
        ("2026-11-20T17:00:00Z", "2026-11-23T17:00:00Z"),
        ("2026-11-22T10:00:00Z", "2026-11-23T17:00:00Z"),
    ] {
        assert_eq!(end_of_working_day(at(since), 0, &christmas()), at(end));
    }
}

#[test]
fn support_has_a_cap_by_its_plan_and_the_longest_without_one() {
    let clocks = Clocks::default();
    let cap = |plan| {
        let since = at("2026-08-03T10:00:00Z");
        awaited(Status::InSupport, plan, &clocks, since, &christmas()).map(|found| found.due)
    };
    assert_eq!(
        cap(Some(PlanType::ThriveAtWork)),
        Some(at("2026-09-28T16:00:00Z"))
    );
    assert_eq!(
        cap(Some(PlanType::ReturnToWork)),
        Some(at("2026-09-28T16:00:00Z"))
    );
    assert_eq!(
        cap(Some(PlanType::SeekWork)),
        Some(at("2026-11-23T17:00:00Z"))
    );
    assert_eq!(cap(None), cap(Some(PlanType::SeekWork)));
}

#[test]
fn the_plan_is_what_is_known_of_the_work_and_never_guessed() {
    let work = |employment, absence| Work {
        employment,
        absence,
        ..Work::default()
    };
    let employed = Answer::Known(EmploymentStatus::Employed);
    let off = Answer::Known(SicknessAbsence::OffSick);
    for (given, expected) in [
        (work(employed, off), Some(PlanType::ReturnToWork)),
        (work(employed, Answer::NotKnown), None),
        (work(Answer::Absent, off), None),
        (
            work(
                Answer::Known(EmploymentStatus::UnemployedSeeking),
                Answer::Absent,
            ),
            Some(PlanType::SeekWork),
        ),
        (work(Answer::Declined, Answer::Declined), None),
    ] {
        assert_eq!(PlanType::of(&given), expected);
    }
}

#[test]
fn steps_are_read_back_from_their_words() {
    for step in Step::ALL {
        assert_eq!(Step::from_code(step.code()), Some(*step));
        assert_eq!(Step::read(step.code()), Some((*step, false)));
        assert_eq!(Step::read(&step.late_code()), Some((*step, true)));
    }
}

fn instants() -> impl Strategy<Value = Timestamp> {
    // 2025 to 2029, to the second.
    (1_735_689_600_i64..1_893_456_000)
        .prop_map(|second| Timestamp::from_second(second).expect("an instant of these years"))
}

proptest! {
    #[test]
    fn what_is_due_is_never_due_before_it_began_and_always_on_a_worked_day(
        since in instants(),
        days in 0_u32..60,
        offset in 0_i64..40,
    ) {
        let calendar = WorkingDays::new((0..4).map(|n| {
            date_in_england(since).checked_add(jiff::Span::new().days(offset + n)).expect("near")
        }));
        let end = end_of_working_day(since, days, &calendar);
        prop_assert!(end > since);
        prop_assert!(calendar.is_working(date_in_england(end)));
        prop_assert_eq!(in_england(end).time(), jiff::civil::time(17, 0, 0, 0));
    }

    #[test]
    fn more_days_and_a_later_start_are_never_due_earlier(
        since in instants(),
        days in 0_u32..60,
        later in 0_i64..1_000_000,
    ) {
        let end = end_of_working_day(since, days, &christmas());
        prop_assert!(end_of_working_day(since, days + 1, &christmas()) >= end);
        let then = since + SignedDuration::from_secs(later);
        prop_assert!(end_of_working_day(then, days, &christmas()) >= end);
    }

    #[test]
    fn every_open_status_is_awaited_after_its_start(since in instants(), index in 0_usize..19) {
        let status = Status::ALL[index];
        let found = awaited(status, None, &Clocks::default(), since, &christmas());
        prop_assert_eq!(found.is_none(), status.is_terminal());
        prop_assert!(found.is_none_or(|found| found.due > since));
    }
}
