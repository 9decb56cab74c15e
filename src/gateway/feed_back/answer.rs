//! What a report is answered: once, and the same again to its repeat.

use super::report::Report;
use super::{Taken, not_found};
use crate::adapters::store::{CaseRow, UpdateKey};
use crate::domain::caller::Caller;
use crate::domain::identifiers::CaseId;
use crate::domain::status::{Refusal, Status};
use crate::gateway::Gateway;
use crate::problem::{Problem, area::provider_api as problems};

/// What a report did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FedBack {
    /// Where the case stands now.
    pub status: Status,
    /// `moved`, `history` or `unchanged`.
    pub outcome: &'static str,
}

impl Gateway {
    pub(super) async fn refuse_report(
        &self,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
        refusal: Refusal,
    ) -> Result<Taken, Problem> {
        // A repeat of a report that was taken earlier still gets its answer.
        let Caller::Provider(slug) = caller else {
            return Err(not_found());
        };
        if let Some(earlier) = self
            .store
            .update_key(row.id, slug, &report.client_key)
            .await?
        {
            return repeated(report, &earlier).map(Taken::Done);
        }
        Err(Problem::new(&problems::MOVE_NOT_ALLOWED)
            .at("status")
            .with(format!(
                "the case stands at `{}`: {}",
                row.status.code(),
                refusal.code()
            )))
    }
}

pub(super) fn update_key(
    caller: &Caller,
    case_id: CaseId,
    report: &Report,
    http: u16,
    done: &FedBack,
) -> UpdateKey {
    let provider = match caller {
        Caller::Provider(slug) => slug.clone(),
        other => other.label(),
    };
    UpdateKey {
        case_id,
        provider,
        client_key: report.client_key.clone(),
        body_hash: report.body_hash,
        http,
        response: format!("{} {}", done.status.code(), done.outcome).into_bytes(),
    }
}

/// The same key with the same body gets the same answer; with another body it is a
/// mistake that the provider has to see.
pub(super) fn repeated(report: &Report, earlier: &UpdateKey) -> Result<FedBack, Problem> {
    if earlier.body_hash != report.body_hash {
        return Err(Problem::new(&problems::KEY_REUSED).at("Idempotency-Key"));
    }
    let text = String::from_utf8_lossy(&earlier.response);
    let (status, outcome) = text.split_once(' ').unwrap_or_default();
    Ok(FedBack {
        status: Status::from_code(status).unwrap_or(Status::Received),
        outcome: match outcome {
            "moved" => "moved",
            "history" => "history",
            _ => "unchanged",
        },
    })
}
