//! Tells the referrer: a `servicerequest-response` by BaRS, one more row of the outbox
//! in the same unit of work as the change it tells of.

use jiff::Timestamp;

use super::Gateway;
use super::leg::Draft;
use crate::adapters::store::{CaseRow, LegKind, NewLeg};
use crate::domain::case::Case;
use crate::domain::consent::{Decision, Recipient};
use crate::domain::identifiers::{BundleId, RequestId, ServiceAddress};
use crate::domain::status::{ClosureReason, Milestone, Status};
use crate::problem::Problem;
use crate::standards::bars::response::{self, Rejection};

/// What a response tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Telling {
    /// Where the case stands.
    pub status: Status,
    /// Why it ended.
    pub reason: Option<ClosureReason>,
    /// Whether the provider's table lets the referrer see the reason as it is.
    pub in_detail: bool,
}

impl Telling {
    /// A status alone.
    pub(super) const fn of(status: Status) -> Self {
        Self {
            status,
            reason: None,
            in_detail: false,
        }
    }

    /// One more line for the referrer. Who gets a person back is told why in plain words,
    /// as far as that is needed to act; the detail of an outcome goes where the table
    /// allows it and the person has not forbidden it (DESIGN I9).
    fn summary(&self, case: &Case) -> Option<String> {
        let reason = self.reason?;
        if self.status.returns_person() {
            return reason.words().map(str::to_owned);
        }
        let decided = case.referral.consents.for_recipient(&Recipient::GpFeedback);
        let forbidden = matches!(decided, Decision::Refused | Decision::Withdrawn);
        (self.in_detail && !forbidden).then(|| reason.code().replace('-', " "))
    }
}

/// How a referrer's destination is written in the outbox.
pub(super) const REFERRER: &str = "referrer:";

impl Gateway {
    /// The outbox row of a response; `None` when this status is not told, or when the
    /// referral named no address to answer to (its status can still be read).
    pub(super) fn respond_leg(
        &self,
        row: &CaseRow,
        telling: &Telling,
        now: Timestamp,
    ) -> Result<Option<NewLeg>, Problem> {
        if !Milestone::of(telling.status).tells_referrer || row.return_address.is_none() {
            return Ok(None);
        }
        let case = self.store.unseal_case(row)?;
        Ok(self.response_to(&case, telling, now))
    }

    /// As [`Self::respond_leg`], for a case that is at hand.
    pub(super) fn response_to(
        &self,
        case: &Case,
        telling: &Telling,
        now: Timestamp,
    ) -> Option<NewLeg> {
        if !Milestone::of(telling.status).tells_referrer {
            return None;
        }
        let summary = telling.summary(case);
        let rejection = telling.reason.map(rejection);
        self.response_leg(case, telling.status, rejection, summary.as_deref(), now)
    }

    /// The outbox row of a response that says `summary` beside a status, whether that
    /// status is a milestone or not. Application 6 has no message of its own for it: it
    /// is one more status update, reason `new`, with an Encounter.status that has not
    /// changed.
    pub(super) fn response_leg(
        &self,
        case: &Case,
        status: Status,
        rejection: Option<Rejection>,
        summary: Option<&str>,
        now: Timestamp,
    ) -> Option<NewLeg> {
        let address = case.referral.return_address.as_ref()?;
        // Without a BaRS endpoint nothing is posted; the status can still be read.
        self.settings.bars.outbound.address_for(address)?;
        let request_id = RequestId::new(self.ids.v4());
        let told = response::Told {
            case,
            status,
            since: now,
            rejection,
            summary,
            ours: &self.policies.ours,
            bundle_id: BundleId::new(self.ids.v4()),
            request_id,
            now,
        };
        let message = response::build(&told, &mut || self.ids.v4())?;
        let draft = Draft {
            case_id: case.id,
            kind: LegKind::Respond,
            destination: format!("{REFERRER}{address}"),
            channel: "bars".to_owned(),
            content_type: response::content_type(&self.policies.ours),
            payload: message.body.to_string().into_bytes(),
            trace: None,
            // The request id of every attempt: a repeat is told from a new message by it.
            effect_key: request_id.to_string(),
            says: Some(status),
            version: 1,
            collected: false,
        };
        Some(self.leg(draft, now))
    }
}

/// The reason of `rejected-reasons-bars` that a closure reason comes nearest to.
fn rejection(reason: ClosureReason) -> Rejection {
    match reason.code() {
        "ineligible-capacity" | "service-silent" => Rejection::NotAvailable,
        "unable-to-contact" | "did-not-attend" => Rejection::FailedContact,
        _ => Rejection::Other,
    }
}

/// The service that an outbox row's destination names.
pub(super) fn address_of(destination: &str) -> Option<ServiceAddress> {
    ServiceAddress::parse(destination.strip_prefix(REFERRER)?)
}
