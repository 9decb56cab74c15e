//! "No news since DATE": what a referrer hears of a person who waits, by its system or,
//! where no system can be told, on the telephone (DESIGN I9).
//!
//! One stretch of silence is told once, however many entries of the queue it has. Who is
//! told on the telephone is told by whoever works the entry: it says whom to ring, and a
//! recorded call ends that.

use jiff::Timestamp;

use super::Gateway;
use crate::adapters::store::{CaseRow, LegKind, NewLeg, QueueFilter, QueueRow};
use crate::domain::caller::Caller;
use crate::domain::clock::date_in_england;
use crate::domain::fact::FactKind;
use crate::domain::queue::QueueKind;
use crate::problem::Problem;

impl Gateway {
    /// Since when there is no news that the operator has to tell on the telephone. `None`
    /// before the entry's time is over, once they were told, and where a system tells them.
    pub(super) async fn silent_since(
        &self,
        entry: &QueueRow,
        case: &CaseRow,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Problem> {
        if !is_untold(entry, case, now) {
            return Ok(None);
        }
        let since = self.last_news(case).await?;
        let by_system = self.no_news_leg(case, since, now)?.is_some();
        if by_system || self.is_told_since(case, since).await? {
            return Ok(None);
        }
        Ok(Some(since))
    }

    /// When something was last heard of the case or done about it. That the referrer was
    /// rung is no news of the person.
    pub(super) async fn last_news(&self, case: &CaseRow) -> Result<Timestamp, Problem> {
        let events = self.store.events(&Caller::System, case.id).await?;
        let news = events
            .iter()
            .filter(|row| row.event.kind != FactKind::ReferrerCalled.code());
        let last = news.map(|row| row.event.occurred_at).max();
        Ok(last.unwrap_or(case.received_at))
    }

    /// Whether another entry of the case has told the referrer of the same silence.
    pub(super) async fn is_told_since(
        &self,
        case: &CaseRow,
        since: Timestamp,
    ) -> Result<bool, Problem> {
        let filter = QueueFilter {
            case_id: Some(case.id),
            closed_too: true,
            ..QueueFilter::default()
        };
        let entries = self.store.queue(&Caller::System, &filter).await?;
        let told = entries.iter().filter_map(|entry| entry.told_at);
        Ok(told.max().is_some_and(|told| told > since))
    }

    /// The message that says so; `None` where the referral named no address, or none that
    /// can be reached, and of a person whom a provider referred on.
    pub(super) fn no_news_leg(
        &self,
        row: &CaseRow,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<NewLeg>, Problem> {
        if row.return_address.is_none() {
            return Ok(None);
        }
        let case = self.store.unseal_case(row)?;
        let words = no_news(since);
        Ok(self.response_leg(&case, row.status, None, Some(&words), now))
    }
}

/// The line that the practice reads.
fn no_news(since: Timestamp) -> String {
    format!(
        "No news since {}",
        date_in_england(since).strftime("%-d %B %Y")
    )
}

/// Whether the referrer has to hear by now that there is no news, and has not heard it by
/// this entry.
pub(super) fn is_untold(row: &QueueRow, case: &CaseRow, now: Timestamp) -> bool {
    row.told_at.is_none() && row.entry.due_at <= now && is_told(row, case)
}

pub(super) fn is_parked_delivery(row: &QueueRow) -> bool {
    let kind = row.entry.subject.split(':').next();
    row.entry.kind == QueueKind::Parked && kind == Some(LegKind::Deliver.code())
}

/// The referrer hears of a person who waits, whatever a provider's table says of progress
/// (DESIGN I9). An answer that cannot be delivered to it is not answered by another one.
fn is_told(row: &QueueRow, case: &CaseRow) -> bool {
    let waits = match row.entry.kind {
        QueueKind::Held
        | QueueKind::Uncollected
        | QueueKind::Unacknowledged
        | QueueKind::Silent => true,
        QueueKind::Parked => is_parked_delivery(row),
        QueueKind::ReturnUnheard | QueueKind::StopUnheard => false,
    };
    waits && !case.status.is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_the_day_in_england_in_words() {
        let at = |text: &str| text.parse().expect("the test's own instant");
        assert_eq!(
            no_news(at("2026-07-01T23:30:00Z")),
            "No news since 2 July 2026"
        );
        assert_eq!(
            no_news(at("2026-12-01T23:30:00Z")),
            "No news since 1 December 2026"
        );
    }
}
