//! What a provider sees of a person whom it referred on: as much as the partner's own table
//! lets the one who referred see, and no more.

use jiff::Timestamp;

use crate::adapters::store::{CaseRow, EventRow};
use crate::domain::caller::Caller;
use crate::domain::identifiers::{CaseId, CaseReference};
use crate::domain::status::{ClosureReason, Status, Visibility};
use crate::gateway::{Gateway, Tables};
use crate::problem::Problem;

/// A case that was referred on, as the provider that did so sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onward {
    /// The gateway's id of it.
    pub id: CaseId,
    /// What people say on the telephone.
    pub reference: CaseReference,
    /// The partner, by its slug.
    pub partner: String,
    /// The last status that the partner's table lets be seen.
    pub status: Status,
    /// Since when.
    pub since: Timestamp,
    /// Why it ended, where the table lets that be seen.
    pub reason: Option<&'static str>,
}

impl Gateway {
    /// The cases that were referred on from this one, the oldest first.
    pub(in crate::gateway) async fn onward_of(&self, from: CaseId) -> Result<Vec<Onward>, Problem> {
        let tables = self.tables();
        let mut found = Vec::new();
        let children = self.store.cases_referred_on(&Caller::System, from).await?;
        for child in children.into_iter().rev() {
            let events = self.store.events(&Caller::System, child.id).await?;
            found.extend(shown(&tables, child, &events));
        }
        Ok(found)
    }
}

fn shown(tables: &Tables, child: CaseRow, events: &[EventRow]) -> Option<Onward> {
    let last = events
        .iter()
        .rev()
        .find(|row| row.event.visible_to_referrer)?;
    let partner = child.provider?.slug;
    let word = last.event.provider_word.as_deref();
    let word = word.and_then(|word| tables.provider(&partner)?.status_words.find(word));
    let told = word.filter(|word| word.visibility == Visibility::Summary);
    Some(Onward {
        id: child.id,
        reference: child.reference,
        partner,
        status: last.event.status,
        since: last.event.occurred_at,
        reason: told.and_then(|word| word.closure).map(ClosureReason::code),
    })
}
