//! A stop on its way to whoever holds a case, whoever ordered it.
//!
//! It overtakes everything: unsent legs die in the same unit of work, an earlier stop that
//! has not arrived is replaced, and every provider that has the case or may have it is
//! sent the stop and awaited, each for itself (DESIGN I10).

use jiff::Timestamp;

use super::Gateway;
use super::commit::unparked;
use super::leg::{Draft, settled};
use super::waiting::{AWAITING, close_work, closing};
use crate::adapters::store::{CaseRow, LegChange, LegKind, LegRow, LegState, NewLeg, Unit};
use crate::domain::caller::Caller;
use crate::domain::case::Case;
use crate::domain::provider::{Channel, PayloadKind};
use crate::domain::queue::QueueKind;
use crate::domain::status::{Status, StopReason};
use crate::problem::Problem;
use crate::standards::payload::{self, Heading};

/// Working days for a holder to confirm a stop.
const TO_CONFIRM: u32 = 1;

/// The legs of a case to its providers: where it is, and where it was stopped.
pub(super) struct Standing {
    /// Deliveries, the oldest first.
    pub delivered: Vec<LegRow>,
    /// Stops, the oldest first.
    pub stops: Vec<LegRow>,
}

/// What a stop is for, and who needs no word of it.
pub(super) struct Order<'a> {
    /// Who gave it.
    pub by: &'a Caller,
    /// Why.
    pub reason: StopReason,
    /// The provider that said so itself.
    pub known_to: Option<&'a str>,
}

impl Standing {
    /// Whether any leg was delivered, or attempted and so may have been.
    pub(super) fn may_be_held(&self) -> bool {
        self.delivered.iter().any(reached_or_may_have)
    }

    /// Each provider that has the case or may have it, once.
    fn holders(&self) -> Vec<&LegRow> {
        let mut holders: Vec<&LegRow> = Vec::new();
        for leg in self
            .delivered
            .iter()
            .rev()
            .filter(|l| reached_or_may_have(l))
        {
            if !holders.iter().any(|h| h.destination == leg.destination) {
                holders.push(leg);
            }
        }
        holders
    }

    /// The highest version of the case that was meant for this provider; 0 without any.
    pub(super) fn version(&self, destination: Option<&str>) -> u32 {
        let meant = self.delivered.iter();
        meant
            .filter(|leg| destination.is_none_or(|slug| leg.destination == slug))
            .map(|leg| leg.version)
            .max()
            .unwrap_or(0)
    }

    /// Whether a stop for this provider has certainly not reached it: what it confirms is
    /// something else.
    pub(super) fn stop_is_unsent(&self, slug: &str) -> bool {
        let mut stops = self.stops.iter().rev();
        stops
            .find(|stop| stop.destination == slug)
            .is_some_and(|stop| stop.state == LegState::Released && stop.attempts == 0)
    }

    /// Whether this provider has the case and was not told to stop since.
    pub(super) fn is_at(&self, slug: &str) -> bool {
        let reached = self.delivered.iter().rev();
        let reached = reached
            .filter(|leg| leg.destination == slug && reached_or_may_have(leg))
            .map(|leg| leg.number)
            .next();
        let stopped = |number: i64| {
            let mut stops = self.stops.iter();
            stops.any(|stop| stop.destination == slug && stop.number > number)
        };
        reached.is_some_and(|number| !stopped(number))
    }
}

impl Gateway {
    /// Where a case is, read together with nothing else: the unit that is decided on it
    /// carries the case's revision and what was believed of its legs.
    pub(super) async fn standing(&self, row: &CaseRow) -> Result<Standing, Problem> {
        Ok(Standing {
            delivered: self.legs_of(row.id, LegKind::Deliver).await?,
            stops: self.legs_of(row.id, LegKind::Stop).await?,
        })
    }

    /// Puts the stop of a case into a unit, for each of its holders.
    pub(super) fn stop_everywhere(
        &self,
        unit: &mut Unit,
        case: &Case,
        standing: &Standing,
        order: &Order<'_>,
        now: Timestamp,
    ) {
        unit.stop_unsent = Some(case.id);
        unit.expected_may_be_held = Some(standing.may_be_held());
        self.stop_holders(unit, case, standing, order, now);
    }

    /// The same for a case whose unsent legs die otherwise: every holder is sent the stop
    /// and awaited.
    pub(super) fn stop_holders(
        &self,
        unit: &mut Unit,
        case: &Case,
        standing: &Standing,
        order: &Order<'_>,
        now: Timestamp,
    ) {
        close_work(unit, case.id, order.by, "stopped");
        for holder in standing.holders() {
            let slug = holder.destination.as_str();
            if order.known_to == Some(slug) {
                continue;
            }
            let version = standing.version(Some(slug));
            let leg = self.stop_leg(case, holder, version, order.reason, now);
            let earlier = standing.stops.iter().filter(|s| s.destination == slug);
            let mut is_under_way = false;
            for stop in earlier.filter(|stop| stop.state != LegState::Stopped) {
                if stop.effect_key == leg.effect_key {
                    is_under_way = true;
                } else if stop.state != LegState::Delivered {
                    unit.leg_changes.push(overtaken(stop));
                    unit.close.push(unparked(stop, order.by, LegState::Stopped));
                }
            }
            if !is_under_way {
                unit.legs.push(leg);
            }
            let entry = self.entry_within(
                case.id,
                QueueKind::StopUnheard,
                slug,
                AWAITING,
                TO_CONFIRM,
                now,
            );
            unit.raise.push(entry);
        }
    }

    /// The stop, on its way to one holder.
    fn stop_leg(
        &self,
        case: &Case,
        delivered: &LegRow,
        version: u32,
        reason: StopReason,
        now: Timestamp,
    ) -> NewLeg {
        // That a person has died is told to the referrer only (reference/workwell.md 6,
        // deceased): the holder hears that the case is over.
        let reason = match reason {
            StopReason::Death => StopReason::Cancel,
            other => other,
        };
        let tables = self.tables();
        let provider = tables.provider(&delivered.destination);
        let heading = Heading::of(case, version, now);
        // A provider whose tables are gone understands the plainest form.
        let kind = provider.map_or(PayloadKind::Json, |provider| provider.payload);
        let (content_type, payload) = match kind {
            PayloadKind::FhirBundle => (
                payload::fhir::CONTENT_TYPE,
                payload::stop::fhir(&heading, reason),
            ),
            PayloadKind::Csv => (
                payload::csv::CONTENT_TYPE,
                payload::csv::stop(&heading, reason),
            ),
            PayloadKind::Json => (
                payload::json::CONTENT_TYPE,
                payload::stop::json(&heading, reason),
            ),
        };
        let code = payload::stop::code(reason);
        let draft = Draft {
            case_id: case.id,
            kind: LegKind::Stop,
            destination: delivered.destination.clone(),
            channel: delivered.channel.clone(),
            content_type: content_type.to_owned(),
            payload,
            trace: None,
            // A stop for another reason is another effect: the holder of a cancelled case has
            // to hear that it was sent in error.
            effect_key: format!("{}-{version}-stop-{code}", case.id),
            says: Status::from_code(code),
            version,
            collected: provider
                .is_some_and(|provider| matches!(provider.channel, Channel::Collect)),
        };
        self.leg(draft, now)
    }
}

/// A leg that was delivered, or attempted and so may have been.
pub(super) fn reached_or_may_have(leg: &LegRow) -> bool {
    leg.state == LegState::Delivered || leg.attempts > 0
}

/// The provider has confirmed that it stopped: what was still on its way to say so is
/// settled, and nobody waits for it any more.
pub(super) fn confirmed(unit: &mut Unit, stops: &[LegRow], row: &CaseRow, slug: &str, by: &Caller) {
    let open = stops
        .iter()
        .filter(|stop| stop.destination == slug && is_unsettled(stop));
    for stop in open {
        unit.leg_changes.push(settled(stop));
        unit.close.push(unparked(stop, by, LegState::Delivered));
    }
    unit.close.push(closing(
        row.id,
        QueueKind::StopUnheard,
        Some(slug),
        by,
        "confirmed",
    ));
}

/// A stop that nobody is about to send: it waits to be collected, or for a person. One
/// that is to be sent still is, whatever its holder reports meanwhile: that it says its
/// work is over does not show that it has heard.
fn is_unsettled(stop: &LegRow) -> bool {
    matches!(stop.state, LegState::Waiting | LegState::Parked)
}

/// A leg that has not arrived and is not to be sent any more: an earlier stop when the new
/// one says more, a response when it says too much.
pub(super) fn overtaken(leg: &LegRow) -> LegChange {
    LegChange {
        state: LegState::Stopped,
        ..LegChange::of(leg)
    }
}
