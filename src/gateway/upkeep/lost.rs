//! `store lost`: what was acknowledged, as the journal has it, and the store does not
//! hold any more.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use jiff::Timestamp;

use crate::adapters::journal::{self, Kind, Line};
use crate::adapters::store::Store;
use crate::config::Settings;
use crate::domain::identifiers::{CaseId, CaseReference, RequestId};
use crate::domain::status::Status;
use crate::problem::Problem;

/// What the store has lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// By referrer's ODS code, the oldest first.
    pub referrers: BTreeMap<String, Vec<LostCase>>,
    /// Lines of the journal that were looked at.
    pub lines: u64,
    /// Lines that could not be read.
    pub unreadable: u64,
    /// The first and the last line.
    pub between: Option<(Timestamp, Timestamp)>,
    /// What is older was listed when the store was confirmed then.
    pub since: Option<Timestamp>,
}

/// One case that a referrer has to be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostCase {
    /// When the request was acknowledged.
    pub at: Timestamp,
    /// The reference that the referrer was given.
    pub reference: CaseReference,
    /// The case.
    pub case_id: CaseId,
    /// `X-Request-Id` of the request.
    pub request_id: RequestId,
    /// What was lost.
    pub what: What,
}

/// What of a case was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// All of it: the referral has to be sent again.
    Referral,
    /// All of it, and it had been cancelled: nothing has to be sent again.
    CancelledReferral,
    /// Its cancellation: the case is there and open, and has to be cancelled again.
    Cancellation,
}

impl What {
    /// A word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Referral => "referral",
            Self::CancelledReferral => "cancelled-referral",
            Self::Cancellation => "cancellation",
        }
    }

    /// What the referrer does.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Referral => "send again",
            Self::CancelledReferral => "lost, was cancelled",
            Self::Cancellation => "cancel again",
        }
    }
}

impl Lost {
    /// How many cases.
    pub fn count(&self) -> usize {
        self.referrers.values().map(Vec::len).sum()
    }

    /// The cases of which only the cancellation was lost.
    pub(super) fn uncancelled(&self) -> impl Iterator<Item = CaseId> {
        let all = self.referrers.values().flatten();
        all.filter(|case| case.what == What::Cancellation)
            .map(|case| case.case_id)
    }
}

/// Compares the journal of the settings, and those in other folders, with the store; `all`
/// of it, or what was acknowledged since the store was confirmed last. Errors: those of
/// opening, and WW-STO-016.
pub async fn lost(settings: &Settings, others: &[PathBuf], all: bool) -> Result<Lost, Problem> {
    compare(&super::open(settings).await?, settings, others, all).await
}

pub(super) async fn compare(
    store: &Store,
    settings: &Settings,
    others: &[PathBuf],
    all: bool,
) -> Result<Lost, Problem> {
    let since = if all {
        None
    } else {
        // A store that was put back to before then does not know of it either.
        store.confirmed_at().await?
    };
    let mut folders = vec![settings.store.journal_folder.clone()];
    folders.extend_from_slice(others);
    let mut journal = journal::read(&folders)?;
    journal.lines.retain(|line| Some(line.at) > since);
    let mut ids: Vec<CaseId> = journal.lines.iter().map(|line| line.case_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let held = store.statuses(&ids).await?;
    let mut lost = sort_out(&journal.lines, &held);
    lost.unreadable = journal.unreadable;
    lost.since = since;
    Ok(lost)
}

fn sort_out(lines: &[Line], held: &HashMap<CaseId, Status>) -> Lost {
    let cancelled: HashSet<CaseId> = lines
        .iter()
        .filter(|line| line.kind == Kind::Cancelled)
        .map(|line| line.case_id)
        .collect();
    let mut lost = Lost {
        lines: lines.len() as u64,
        between: lines
            .first()
            .zip(lines.last())
            .map(|(first, last)| (first.at, last.at)),
        ..Lost::default()
    };
    for line in lines {
        let what = match (line.kind, held.get(&line.case_id)) {
            (Kind::New, None) if cancelled.contains(&line.case_id) => What::CancelledReferral,
            (Kind::New, None) => What::Referral,
            (Kind::Cancelled, Some(status)) if is_open(*status) => What::Cancellation,
            _ => continue,
        };
        let of_referrer = lost.referrers.entry(line.referrer.clone()).or_default();
        of_referrer.push(LostCase {
            at: line.at,
            reference: line.reference.clone(),
            case_id: line.case_id,
            request_id: line.request_id,
            what,
        });
    }
    lost
}

fn is_open(status: Status) -> bool {
    !status.is_terminal() && !status.is_stopped()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn line(number: u8, kind: Kind, referrer: &str) -> Line {
        let id = Uuid::from_u128(number.into());
        Line {
            at: Timestamp::from_second(number.into()).expect("a time"),
            kind,
            reference: CaseReference::of(id),
            case_id: CaseId::new(id),
            referrer: referrer.to_owned(),
            request_id: RequestId::new(id),
        }
    }

    #[test]
    fn each_referrer_is_told_of_what_the_store_lacks_and_of_nothing_else() {
        let lines = [
            line(1, Kind::New, "Y99001"),
            line(2, Kind::New, "Y99002"),
            line(3, Kind::New, "Y99001"),
            line(4, Kind::New, "Y99001"),
            // Lost with its referral.
            line(3, Kind::Cancelled, "Y99001"),
            // Here, and the cancellation is not.
            line(1, Kind::Cancelled, "Y99001"),
            // Here, and the cancellation too.
            line(5, Kind::Cancelled, "Y99001"),
        ];
        let held = [(1, Status::Routed), (5, Status::Cancelled)];
        let held = held.map(|(id, status)| (CaseId::new(Uuid::from_u128(id)), status));
        let lost = sort_out(&lines, &held.into_iter().collect());
        let told = |referrer: &str| -> Vec<(u128, What)> {
            let cases = lost.referrers.get(referrer).into_iter().flatten();
            cases
                .map(|case| (case.case_id.uuid().as_u128(), case.what))
                .collect()
        };
        let expected = [
            (3, What::CancelledReferral),
            (4, What::Referral),
            (1, What::Cancellation),
        ];
        assert_eq!(told("Y99001"), expected);
        assert_eq!(told("Y99002"), [(2, What::Referral)]);
        assert_eq!((lost.count(), lost.lines), (4, 7));
        let uncancelled: Vec<_> = lost.uncancelled().map(|id| id.uuid().as_u128()).collect();
        assert_eq!(uncancelled, [1]);
    }
}
