//! Tables and places without a gateway: what they decide about a file, and what a provider
//! would get of it. Nothing is stored and nothing is sent.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use super::Days;
use super::places::{subject_of, with_closings};
use crate::adapters::places::Places;
use crate::adapters::tables::{Loaded, load};
use crate::config::nearest;
use crate::domain::case::{Case, ConditionGroups, Referral};
use crate::domain::clock::start_of_day;
use crate::domain::consent::Decision as Consent;
use crate::domain::mapping::Rendered;
use crate::domain::provider::{ConsentPolicy, Load, PayloadKind, Provider, Unavailable};
use crate::domain::routing::{Area, Decision, Offers, Residence, decide_with};
use crate::gateway::conditions::Condition;
use crate::problem::Problem;
use crate::standards::payload::json::Event;
use crate::standards::payload::{self, Heading};

/// Tables and places, for a trial.
#[derive(Debug)]
pub struct Trial {
    loaded: Loaded,
    places: Places,
}

impl Trial {
    /// Reads the tables and the places of these folders.
    ///
    /// # Errors
    ///
    /// Every fault of the places. Faults of a provider's tables leave that provider out.
    pub fn open(mappings: &Path, places: &Path) -> Result<Self, Vec<Problem>> {
        let places = Places::open(places)?;
        Ok(Self {
            loaded: with_closings(load(mappings), &places),
            places,
        })
    }

    /// A provider whose tables are whole.
    pub fn provider(&self, slug: &str) -> Option<&Arc<Provider>> {
        self.loaded.provider(slug)
    }

    /// The slugs of the providers whose tables are whole.
    pub fn slugs(&self) -> Vec<String> {
        let providers = self.loaded.providers.iter();
        providers.map(|provider| provider.slug.clone()).collect()
    }

    /// What keeps a provider's tables from being used.
    pub fn faults_of(&self, slug: &str) -> &[Problem] {
        let mut disabled = self.loaded.disabled.iter();
        disabled
            .find(|disabled| disabled.slug == slug)
            .map_or(&[], |disabled| &disabled.problems)
    }

    /// What is wrong with the areas, which decide nothing then.
    pub fn faults_of_areas(&self) -> Vec<&Problem> {
        let problems = self.loaded.problems.iter();
        problems.filter(|problem| !problem.warning).collect()
    }

    /// Every fault because of which these tables decide otherwise than they are meant to: of
    /// areas and of what all share, and of the providers to which an area's tables lead.
    pub fn unusable(&self) -> Vec<Problem> {
        let areas = self.loaded.areas.iter();
        let named: BTreeSet<&str> = areas.flat_map(Area::named).collect();
        let led_to = self.loaded.disabled.iter();
        let led_to = led_to.filter(|disabled| named.contains(disabled.slug.as_str()));
        let of_areas = self.faults_of_areas().into_iter();
        of_areas
            .chain(led_to.flat_map(|disabled| &disabled.problems))
            .cloned()
            .collect()
    }

    /// Everything that could not be read or used, wherever it stands.
    pub fn faults(&self) -> Vec<Problem> {
        self.loaded.faults()
    }

    /// The providers with a name like this one, or all of them.
    pub fn names_like(&self, slug: &str) -> Vec<String> {
        let providers = self.loaded.providers.iter();
        let slugs: Vec<&str> = providers.map(|p| p.slug.as_str()).collect();
        let near = nearest(slug, slugs.iter().copied(), 3);
        let told = if near.is_empty() { slugs } else { near };
        told.into_iter().map(str::to_owned).collect()
    }

    /// Which codes stand for which group of conditions.
    pub fn condition_groups(&self) -> &ConditionGroups {
        &self.loaded.condition_groups
    }

    /// The areas whose tables are whole.
    pub fn areas(&self) -> &[Area] {
        &self.loaded.areas
    }

    /// Where the person of a case lives, as the installed files say; never of a restricted
    /// person.
    pub fn residence(&self, case: &Case) -> Option<Residence> {
        let person = &case.referral.person;
        let postcode = person.address.postcode.as_ref();
        postcode
            .filter(|_| !person.security.hides_location())
            .and_then(|code| self.places.residence(code))
    }

    /// Every provider's verdict and the outcome, as the gateway decides on these days. Never
    /// of a restricted person, whose place is not looked up.
    ///
    /// Nobody has counted any cases: providers with a limit have room.
    pub fn decide(&self, referral: &Referral, days: Days) -> Decision {
        self.decide_with_full(referral, days, &[])
    }

    /// The same, as if these providers had no room; those without a limit always have.
    pub fn decide_with_full(&self, referral: &Referral, days: Days, full: &[String]) -> Decision {
        let most = Load {
            open_cases: u32::MAX,
            this_week: u32::MAX,
        };
        let loads: Vec<(String, Load)> = full.iter().map(|slug| (slug.clone(), most)).collect();
        self.decide_over(&self.loaded.offers(), &loads, referral, days)
    }

    /// Whether a partner takes a person whom a provider refers on, by its own tables as the
    /// gateway asks them: nobody is chosen. None where no row lets the provider refer there.
    pub fn decide_on_partner(
        &self,
        (from, partner): (&str, &str),
        referral: &Referral,
        days: Days,
    ) -> Option<Decision> {
        let rows = self.loaded.areas.iter().flat_map(|area| &area.partners);
        let mut rows = rows.filter(|row| row.validity.holds_on(days.decided_on));
        let row = rows.find(|row| row.provider == from && row.partner == partner)?;
        let alone = Offers {
            areas: &[row.alone()],
            damaged: &[],
            ..self.loaded.offers()
        };
        Some(self.decide_over(&alone, &[], referral, days))
    }

    fn decide_over(
        &self,
        offers: &Offers<'_>,
        loads: &[(String, Load)],
        referral: &Referral,
        days: Days,
    ) -> Decision {
        let subject = subject_of(&self.places, referral, days.referred_on, days.decided_on);
        decide_with(&subject, loads, offers)
    }
}

/// What a provider gets of a case: its own fields, or its FHIR Bundle. The envelope of a
/// webhook is left out: it is the gateway's and the same for all.
///
/// # Errors
///
/// Targets that the format cannot hold.
pub fn payload_of(
    case: &Case,
    provider: &Provider,
    rendered: &Rendered<'_>,
) -> Result<Vec<u8>, Vec<Problem>> {
    let heading = Heading::of(case, 1, case.received_at);
    match provider.payload {
        PayloadKind::Json => payload::json::fields(&rendered.outputs),
        PayloadKind::FhirBundle => payload::fhir::referral(&heading, &rendered.outputs),
        PayloadKind::Csv => Ok(payload::csv::referral(
            &heading,
            Event::Created,
            provider.targets(),
            &rendered.outputs,
        )),
    }
}

/// Why the gateway would not send to this provider what its tables can say, in words: the
/// person's record and consent, and the provider's own time. What only the store knows, such
/// as an open case of the person, is not among them.
pub fn kept_back(case: &Case, provider: &Provider, today: Date) -> Vec<&'static str> {
    let mut why = Vec::new();
    if case.referral.person.security.hides_location() {
        why.push("the record is restricted: the case is held and not routed");
    }
    let on_that_day = case.at(start_of_day(today));
    why.extend(kept_by_record(&on_that_day, provider).map(|kept| kept.words));
    match provider.may_receive(today) {
        Ok(()) => {}
        Err(Unavailable::AgreementExpired) => why.push("the agreement is over on that day"),
        Err(Unavailable::Closed) => why.push("the provider's organisation is closed on that day"),
        Err(_) => why.push("the tables are not valid on that day"),
    }
    why
}

/// Why nothing leaves for a provider that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptBack {
    /// The gateway's word for it.
    pub reason: &'static str,
    /// What comes of it, in words.
    pub words: &'static str,
    /// Whether the referral is refused; else it is held for a person.
    pub is_refused: bool,
}

/// What the message says of the person for which nothing is sent to this provider, in the
/// order in which the gateway asks.
pub(super) fn kept_by_record(case: &Case, provider: &Provider) -> Option<KeptBack> {
    let lacks = lacks_consent(case, provider);
    let is_first = |kept: &KeptBack| {
        kept.is_refused || kept.reason == Condition::WorkwellConsentRefused.code()
    };
    if !case.referral.person.deceased || lacks.as_ref().is_some_and(is_first) {
        return lacks;
    }
    Some(KeptBack {
        reason: Condition::Deceased.code(),
        words: "the person is marked as dead: the case is held",
        is_refused: false,
    })
}

/// The consent for which nothing is sent to this provider.
fn lacks_consent(case: &Case, provider: &Provider) -> Option<KeptBack> {
    let consents = &case.referral.consents;
    if consents.forbids_delivery() {
        let words = "the WorkWell consent is refused or withdrawn: the case is held";
        return Some(KeptBack {
            reason: Condition::WorkwellConsentRefused.code(),
            words,
            is_refused: false,
        });
    }
    // Who is referred on has consented to the partner: that is judged when it is done.
    let is_needed = provider.basis.needs_workwell_consent() && case.referred_on_by.is_none();
    if !is_needed || consents.workwell.decision == Consent::Given {
        return None;
    }
    let words = match provider.workwell_consent {
        ConsentPolicy::Hold => "no WorkWell consent is recorded: the case is held",
        ConsentPolicy::Refuse => "no WorkWell consent is recorded: the referral is refused",
    };
    Some(KeptBack {
        reason: Condition::WorkwellConsentNotRecorded.code(),
        words,
        is_refused: provider.workwell_consent == ConsentPolicy::Refuse,
    })
}

/// How each output came to be, as rows a reviewer can read; it holds no value. It is sealed
/// beside the payload.
pub fn trace_csv(rendered: &Rendered<'_>) -> Vec<u8> {
    let mut text = String::with_capacity(96 * (1 + rendered.trace.len()));
    text.push_str("target,source,row,transform,lossy,outcome\n");
    for row in &rendered.trace {
        text.push_str(row.cells);
        text.push(',');
        // Writing to a String cannot fail.
        let _ = match (row.lossy, row.removed) {
            (false, _) => Ok(()),
            (true, 0) => text.write_str("lossy"),
            (true, count) => write!(text, "lossy: {count} removed"),
        };
        text.push(',');
        text.push_str(row.outcome.code());
        text.push('\n');
    }
    for name in &rendered.unused {
        text.push(',');
        text.push_str(name);
        text.push_str(",,,,not-used\n");
    }
    text.into_bytes()
}
