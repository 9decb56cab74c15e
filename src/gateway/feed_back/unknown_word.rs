//! Holds a case of which a provider said a word that no table knows.

use super::not_found;
use super::report::{Report, TimedBy, kept_report};
use crate::adapters::seal::hex;
use crate::adapters::store::{CaseChange, CaseRow, CommitError, Hold, Unit, UpdateKey};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::gateway::Gateway;
use crate::gateway::conditions::Condition;
use crate::gateway::happened::happened;
use crate::gateway::unavailable;
use crate::problem::{Problem, area::provider_api as problems};

impl Gateway {
    /// An unknown word is never guessed: the case keeps its status and a named operator
    /// is asked to look (DESIGN I5). Its repeat does not start the operator's clock anew.
    /// `false` when the case has changed meanwhile.
    pub(super) async fn hold_for_unknown_word(
        &self,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
    ) -> Result<bool, Problem> {
        let now = self.clock.now();
        let reason = Condition::UnknownProviderWord.code();
        let Caller::Provider(slug) = caller else {
            return Err(not_found());
        };
        let since = row.hold.as_ref().filter(|hold| hold.reason == reason);
        let since = since.map_or(now, |hold| hold.since);
        let mut event = happened(row.id, caller, FactKind::CaseHeld, row.status, now);
        event.occurred_at = report.occurred_at;
        event.note = Some(reason.to_owned());
        let unit = Unit {
            // Remembered by what was said, under whatever key: the same report again is no
            // second event, and is taken once a table knows the word.
            update_key: Some(UpdateKey {
                case_id: row.id,
                provider: slug.clone(),
                client_key: unknown_word_key(report),
                body_hash: report.body_hash,
                http: problems::UNKNOWN_WORD.http,
                // Sealed: what was said is read again once a table knows the word.
                response: kept_report(report),
            }),
            change: Some(CaseChange {
                hold: Some(Some(Hold {
                    reason: reason.to_owned(),
                    since,
                })),
                ..CaseChange::of(row.id, row.revision)
            }),
            events: vec![event],
            facts: vec![
                Fact::new(FactKind::CaseHeld, caller)
                    .about(row.id)
                    .with("reason", reason),
            ],
            ..Unit::default()
        };
        match self.commit(unit, Some(row), now).await {
            Ok(_) | Err(CommitError::UpdateKeyExists(_)) => Ok(true),
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(unavailable(&error)),
        }
    }
}

/// What was said, where the provider wrote it; else the delivery that it answered.
fn unknown_word_key(report: &Report) -> String {
    let hash = hex(&report.body_hash);
    match report.timed_by {
        TimedBy::Provider => format!("unknown-word:{hash}"),
        TimedBy::Gateway => format!("unknown-word:{}", report.client_key),
    }
}
