//! Release: renders a case with a provider's tables and puts it into the outbox. The
//! same unit of work as the receipt when nothing has to be cleared first (DESIGN I3).

use jiff::Timestamp;

use super::Gateway;
use super::conditions::Condition;
use super::leg::Draft;
use super::route::Routed;
use super::tables::{lists_without_row, trace_csv};
use crate::adapters::store::{LegKind, NewLeg};
use crate::config::Mode;
use crate::domain::case::Case;
use crate::domain::mapping::{Given, Rendered, render};
use crate::domain::provider::{Channel, PayloadKind, Provider};
use crate::standards::payload::json::Event;
use crate::standards::payload::{self, Heading};

/// A case that cannot be rendered: the coded reasons, for the hold and the audit log.
#[derive(Debug)]
pub(super) struct NotRendered {
    /// `row code` pairs such as `fields.csv:7 required-missing`; no value.
    pub reasons: Vec<String>,
}

impl Gateway {
    /// Whether nothing about this person leaves, whoever decides so: a made-up person at a
    /// gateway that serves people would take a place and a worker's day from somebody real.
    pub(super) fn is_never_delivered(&self, test_person: bool) -> bool {
        test_person && self.settings.gateway.mode == Mode::Production
    }

    /// The case in the provider's words, with what the decision leaves to it to ask; codes that
    /// its lists do not know are counted.
    pub(super) fn rendered<'t>(&self, case: &Case, routed: &'t Routed) -> Rendered<'t> {
        let provider = routed.provider.as_ref();
        let person = &case.referral.person;
        // A row that asks for the place gets it; of a restricted person nothing is looked up.
        let postcode = person.address.postcode.as_ref();
        let residence = postcode
            .filter(|_| !person.security.hides_location())
            .and_then(|code| self.places.residence(code));
        let given = Given {
            referred_on: case.day_of_referral(),
            residence: residence.as_ref(),
            questions: Some(&routed.questions),
        };
        let rendered = render(case, provider, given);
        for list in lists_without_row(provider, &rendered) {
            self.telemetry.code_unmapped(&provider.slug, list);
        }
        rendered
    }

    /// The outbox row that carries this case, in its provider's words, to the provider.
    pub(super) fn release(
        &self,
        case: &Case,
        routed: &Routed,
        rendered: &Rendered<'_>,
        version: u32,
        now: Timestamp,
    ) -> Result<NewLeg, NotRendered> {
        let provider = routed.provider.as_ref();
        if self.is_never_delivered(case.test_person) {
            let reasons = vec![Condition::TestNumber.code().to_owned()];
            return Err(NotRendered { reasons });
        }
        if !rendered.faults.is_empty() {
            return Err(NotRendered {
                reasons: reasons_of(rendered),
            });
        }
        let (content_type, payload) = payload_of(case, provider, rendered, version, now)?;
        let draft = Draft {
            case_id: case.id,
            kind: LegKind::Deliver,
            destination: provider.slug.clone(),
            channel: provider.channel.code().to_owned(),
            content_type: content_type.to_owned(),
            payload,
            trace: Some(trace_csv(rendered)),
            effect_key: format!("{}-{version}", case.id),
            says: None,
            version,
            collected: matches!(provider.channel, Channel::Collect),
        };
        Ok(self.leg(draft, now))
    }
}

/// Why nothing can be sent: the rows, each with its code; no value.
pub(super) fn reasons_of(rendered: &Rendered<'_>) -> Vec<String> {
    let faults = rendered.faults.iter();
    let reasons = faults.map(|fault| format!("{} {}", fault.row, fault.code.code()));
    reasons.collect()
}

fn payload_of(
    case: &Case,
    provider: &Provider,
    rendered: &Rendered<'_>,
    version: u32,
    now: Timestamp,
) -> Result<(&'static str, Vec<u8>), NotRendered> {
    let heading = Heading::of(case, version, now);
    let built = match (provider.payload, &provider.channel) {
        (PayloadKind::FhirBundle, _) => payload::fhir::referral(&heading, &rendered.outputs),
        // A provider that polls reads the fields themselves; the envelope is a webhook's.
        (PayloadKind::Json, Channel::Collect) => payload::json::fields(&rendered.outputs),
        (PayloadKind::Json, _) => {
            payload::json::referral(&heading, Event::Created, &rendered.outputs)
        }
        (PayloadKind::Csv, _) => Ok(payload::csv::referral(
            &heading,
            Event::Created,
            provider.targets(),
            &rendered.outputs,
        )),
    };
    let content_type = match provider.payload {
        PayloadKind::FhirBundle => payload::fhir::CONTENT_TYPE,
        PayloadKind::Json => payload::json::CONTENT_TYPE,
        PayloadKind::Csv => payload::csv::CONTENT_TYPE,
    };
    built
        .map(|bytes| (content_type, bytes))
        .map_err(|faults| NotRendered {
            reasons: faults.iter().map(ToString::to_string).collect(),
        })
}
