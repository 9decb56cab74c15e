//! The legal moves of a case (DESIGN I10).
//!
//! Three kinds of move, never mixed: an ordinary *update* goes forward and never
//! regresses a terminal state; a *stop* overtakes everything; a *correction* is
//! legal from every state and carries an actor and evidence.

use jiff::Timestamp;

use super::Status;

/// A provider's report of where a case stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The canonical status that the provider's word means.
    pub status: Status,
    /// When it happened, by the provider's clock.
    pub occurred_at: Timestamp,
    /// The provider's own per-case sequence, where it keeps one.
    pub sequence: Option<u64>,
}

/// The last report that counted, to judge the next one against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// When it happened.
    pub occurred_at: Option<Timestamp>,
    /// Its sequence.
    pub sequence: Option<u64>,
}

/// What becomes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The case moves.
    To(Status),
    /// Kept in history and not sent on: older than what is known.
    HistoryOnly,
    /// Nothing changes: the case already stands there.
    AlreadyThere,
}

/// Why a report cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The case is over; a new referral or a correction is needed.
    Terminal,
    /// Nothing was delivered to this provider yet.
    NotDelivered,
    /// This status is not the provider's to set.
    NotTheProviders,
}

impl Refusal {
    /// The stable word for this refusal.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Terminal => "case-is-over",
            Self::NotDelivered => "not-delivered",
            Self::NotTheProviders => "not-the-providers-to-report",
        }
    }
}

/// Judges an ordinary report against the case.
pub fn update(current: Status, last: Mark, update: &Update) -> Result<Move, Refusal> {
    if !update.status.is_providers_to_report() {
        return Err(Refusal::NotTheProviders);
    }
    if is_older(last, update) {
        return Ok(Move::HistoryOnly);
    }
    if current == update.status {
        return Ok(Move::AlreadyThere);
    }
    match current {
        Status::Received | Status::Held => Err(Refusal::NotDelivered),
        // The holder confirms the stop it was sent, or says in another way that its work
        // is over: nobody would confirm after that, and the case would wait for ever.
        // Anything else it reports comes too late and must not bring the case back to life.
        Status::CancelRequested if update.status == Status::Deceased => {
            Ok(Move::To(Status::Deceased))
        }
        Status::CancelRequested if update.status.is_terminal() => Ok(Move::To(Status::Cancelled)),
        Status::CancelRequested => Ok(Move::HistoryOnly),
        over if over.is_terminal() => Err(Refusal::Terminal),
        // A receipt that arrives after the work began tells nothing new.
        _ if update.status == Status::Acknowledged && current > Status::Acknowledged => {
            Ok(Move::HistoryOnly)
        }
        _ => Ok(Move::To(update.status)),
    }
}

fn is_older(last: Mark, update: &Update) -> bool {
    match (last.sequence, update.sequence) {
        (Some(known), Some(new)) => new <= known,
        _ => last
            .occurred_at
            .is_some_and(|known| update.occurred_at < known),
    }
}

/// What stops a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The referrer cancels (ServiceRequest revoked).
    Cancel,
    /// The referrer says that it should never have been sent (entered-in-error).
    EnteredInError,
    /// The person withdraws consent.
    Withdrawal,
    /// The person has died.
    Death,
}

/// Where a stop takes a case. `may_be_held` is whether any leg was, or may have
/// been, delivered: then the holder has to be told and has to confirm.
pub fn stop(current: Status, reason: StopReason, may_be_held: bool) -> Result<Status, Refusal> {
    // A second cancel says nothing new: to the referrer the referral is revoked already,
    // and only an active one may be cancelled (BaRS Core 1.5.0, transactional integrity).
    let again = current == Status::CancelRequested && matches!(reason, StopReason::Cancel);
    if current.is_terminal() || again {
        return Err(Refusal::Terminal);
    }
    Ok(match reason {
        StopReason::Cancel if may_be_held => Status::CancelRequested,
        StopReason::Cancel => Status::Cancelled,
        StopReason::EnteredInError => Status::EnteredInError,
        StopReason::Withdrawal => Status::Withdrawn,
        StopReason::Death => Status::Deceased,
    })
}

/// A correction is legal from every state; who made it and on what evidence is the
/// caller's to record.
pub const fn correct(_current: Status, to: Status) -> Status {
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).expect("a time in range")
    }

    fn report(status: Status, second: i64, sequence: Option<u64>) -> Update {
        Update {
            status,
            occurred_at: at(second),
            sequence,
        }
    }

    #[test]
    fn an_older_report_is_kept_but_moves_nothing() {
        let last = Mark {
            occurred_at: Some(at(10)),
            sequence: Some(4),
        };
        for old in [
            report(Status::InSupport, 20, Some(4)),
            report(Status::InSupport, 5, None),
        ] {
            assert_eq!(update(Status::Accepted, last, &old), Ok(Move::HistoryOnly));
        }
    }

    #[test]
    fn a_terminal_case_is_never_moved_by_a_report() {
        for over in Status::ALL.iter().filter(|status| status.is_terminal()) {
            let result = update(*over, Mark::default(), &report(Status::InSupport, 0, None));
            assert_eq!(result, Err(Refusal::Terminal), "{}", over.code());
        }
    }

    #[test]
    fn while_a_cancel_waits_only_the_end_of_the_holders_work_moves_the_case() {
        let now = Status::CancelRequested;
        for end in [Status::Cancelled, Status::Completed, Status::Declined] {
            let ended = update(now, Mark::default(), &report(end, 0, None));
            assert_eq!(ended, Ok(Move::To(Status::Cancelled)), "{}", end.code());
        }
        let died = report(Status::Deceased, 0, None);
        assert_eq!(
            update(now, Mark::default(), &died),
            Ok(Move::To(Status::Deceased))
        );
        let late = report(Status::Accepted, 0, None);
        assert_eq!(update(now, Mark::default(), &late), Ok(Move::HistoryOnly));
    }

    #[test]
    fn a_provider_cannot_report_what_is_not_its_own() {
        for status in [
            Status::Received,
            Status::Held,
            Status::Routed,
            Status::Delivered,
        ] {
            let result = update(
                Status::Acknowledged,
                Mark::default(),
                &report(status, 0, None),
            );
            assert_eq!(result, Err(Refusal::NotTheProviders));
        }
    }

    #[test]
    fn a_cancel_before_delivery_ends_at_once_and_after_it_waits_for_the_holder() {
        assert_eq!(
            stop(Status::Routed, StopReason::Cancel, false),
            Ok(Status::Cancelled)
        );
        assert_eq!(
            stop(Status::Accepted, StopReason::Cancel, true),
            Ok(Status::CancelRequested)
        );
        assert_eq!(
            stop(Status::Cancelled, StopReason::Cancel, false),
            Err(Refusal::Terminal)
        );
    }

    #[test]
    fn a_second_cancel_is_refused_and_an_error_still_overtakes_the_first() {
        let now = Status::CancelRequested;
        assert_eq!(stop(now, StopReason::Cancel, true), Err(Refusal::Terminal));
        assert_eq!(
            stop(now, StopReason::EnteredInError, true),
            Ok(Status::EnteredInError)
        );
    }

    #[test]
    fn a_late_receipt_does_not_bring_a_case_backwards() {
        let receipt = report(Status::Acknowledged, 5, None);
        assert_eq!(
            update(Status::InSupport, Mark::default(), &receipt),
            Ok(Move::HistoryOnly)
        );
    }
}
