//! What is awaited of a case next, and until when (DESIGN I9).
//!
//! A clock counts working days in England; the day on which it starts is not counted.
//! What is due is due at the *end of the working day*, 17:00 by the clock on the wall: a
//! provider has its whole last day, and whoever looks at the queue next morning sees what
//! became overdue. A clock of no days that starts after 17:00, or on a day that is not
//! worked, runs to the end of the next working day, so that nothing is ever due before
//! it began.

mod england;
mod step;

pub use england::{
    date_in_england, from_england, in_england, start_of_day, start_of_week, zone_in_england,
};
pub use step::{Awaited, PlanType, Step};

use jiff::Timestamp;

use super::provider::Clocks;
use super::status::Status;
use super::working_days::WorkingDays;

/// What is awaited of a case that came to stand at `status` at `since`; `None` when it is
/// over. `plan` decides how long support may take; without one the longest cap holds.
pub fn awaited(
    status: Status,
    plan: Option<PlanType>,
    clocks: &Clocks,
    since: Timestamp,
    calendar: &WorkingDays,
) -> Option<Awaited> {
    let step = Step::after(status)?;
    let due = match days(step, clocks) {
        Some(days) => end_of_working_day(since, days, calendar),
        None => end_of_support(since, clocks.support_weeks.cap(plan), calendar),
    };
    Some(Awaited { step, due })
}

/// Working days that a step may take; `None` for the one that is counted in weeks.
const fn days(step: Step, clocks: &Clocks) -> Option<u32> {
    Some(match step {
        Step::Decide => clocks.hold,
        Step::Collect => clocks.collect,
        Step::Acknowledge | Step::ConfirmStop => clocks.acknowledge,
        Step::FirstContact => clocks.first_contact,
        Step::Assessment => clocks.assessment,
        Step::Plan => clocks.plan,
        Step::EndOfSupport => return None,
    })
}

/// The end of the working day that lies `days` working days after `since`; never earlier
/// than `since`.
pub fn end_of_working_day(since: Timestamp, days: u32, calendar: &WorkingDays) -> Timestamp {
    let first = calendar.after(date_in_england(since), days);
    let end = england::end_of_day(first);
    if end > since {
        return end;
    }
    england::end_of_day(calendar.after(first, 1)).max(since)
}

/// The end of the first working day that lies so many whole weeks after `since`.
fn end_of_support(since: Timestamp, weeks: u32, calendar: &WorkingDays) -> Timestamp {
    let span = jiff::SignedDuration::from_hours(i64::from(weeks) * 7 * 24);
    let then = since.saturating_add(span).unwrap_or(since);
    end_of_working_day(then, 0, calendar)
}

#[cfg(test)]
mod tests;
