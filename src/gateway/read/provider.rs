//! What a provider lists: the cases that were released to it.

use crate::adapters::store::{Cursor, CursorFault, Page};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::status::Status;
use crate::gateway::Gateway;
use crate::problem::{Problem, area::provider_api as problems};

impl Gateway {
    /// One page of a provider's cases, in the order of their release. `limit` is cut to
    /// the configured page size. Errors: WW-PRV-006 no cursor of ours, WW-PRV-010 one that
    /// does not hold good any more.
    pub async fn list_cases(
        &self,
        caller: &Caller,
        cursor: Option<&str>,
        limit: Option<usize>,
        status: Option<Status>,
    ) -> Result<Page, Problem> {
        let Caller::Provider(slug) = caller else {
            return Err(Problem::new(&problems::UNAUTHENTICATED));
        };
        let cursor = cursor
            .map(|text| {
                Cursor::parse(text).map_err(|fault| match fault {
                    CursorFault::Outdated => Problem::new(&problems::OUTDATED_CURSOR).at("cursor"),
                    CursorFault::NotOurs => Problem::new(&problems::BAD_REQUEST).at("cursor").with(
                        "this is no cursor that the list has given; to list from the start, \
                             leave it out",
                    ),
                })
            })
            .transpose()?;
        let most = self.settings.provider_api.page_size;
        let limit = limit.unwrap_or(most).clamp(1, most);
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let page = self
            .store
            .provider_cases(caller, slug, cursor, limit, status)
            .await?;
        let fact =
            Fact::new(FactKind::CaseSearched, caller).with("found", page.cases.len().to_string());
        self.record(vec![fact]).await?;
        Ok(page)
    }
}
