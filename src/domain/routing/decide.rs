//! One provider with reasons, or a typed nobody.

use std::sync::Arc;

use jiff::civil::Date;

use super::by_slug::BySlug;
use super::eligibility::{IneligibleReason, Question, Verdict, VerdictOutcome};
use super::{
    Area, Basis, CatchmentKind, CatchmentRow, Listed, PracticeFacts, Reach, Residence, TieRule,
};
use crate::domain::case::Referral;
use crate::domain::organisation::Successions;
use crate::domain::provider::{Provider, Unavailable};

/// The person to be served, with what the places look-up found. A restricted person
/// never gets here: their case is held before any place is looked up.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The referral.
    pub referral: &'a Referral,
    /// The day of the referral: ages are counted and rows are valid on it.
    pub today: Date,
    /// Where the postcode lies; none when there is no postcode or none is found.
    pub residence: Option<Residence>,
    /// The practice; none when it is not given or not known (then routed by residence).
    pub practice: Option<PracticeFacts>,
    /// Former codes of the practice, its network and the boards, and their current ones.
    pub successions: Successions,
}

/// What became of one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Considered {
    /// The provider.
    pub slug: String,
    /// What its tables said, row by row.
    pub verdicts: Vec<Verdict>,
    /// The end of it.
    pub result: Standing,
}

/// How a provider stands to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Serves them.
    Match {
        /// By what they belong.
        basis: Basis,
        /// What the provider asks.
        questions: Vec<Question>,
    },
    /// They do not live or belong there.
    OutOfArea,
    /// They belong, and a rule refuses.
    NotEligible {
        /// Why.
        reason: IneligibleReason,
        /// The table's words for the referrer.
        words: String,
    },
    /// It takes nobody just now.
    Unavailable(Unavailable),
}

impl Standing {
    /// The stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Match { .. } => "match",
            Self::OutOfArea => "out-of-area",
            Self::NotEligible { reason, .. } => reason.code(),
            Self::Unavailable(why) => why.code(),
        }
    }
}

/// Why nobody serves a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NobodyReason {
    /// The message gives neither a postcode nor a practice.
    NoPlaceKnown,
    /// Neither the postcode nor the practice is in the look-up files.
    PlaceNotRecognised,
    /// No provider of the area serves where the person lives or is registered.
    OutOfArea,
    /// Who serves the place has a rule that this person does not meet.
    NotEligible,
    /// Who serves the place takes nobody just now, or its tables are disabled.
    ProviderUnavailable,
    /// No area lists a provider.
    NoProviders,
}

impl NobodyReason {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::NoPlaceKnown,
        Self::PlaceNotRecognised,
        Self::OutOfArea,
        Self::NotEligible,
        Self::ProviderUnavailable,
        Self::NoProviders,
    ];

    /// The stable word; its text is in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoPlaceKnown => "no-place-known",
            Self::PlaceNotRecognised => "place-not-recognised",
            Self::OutOfArea => "out-of-area",
            Self::NotEligible => "not-eligible",
            Self::ProviderUnavailable => "provider-unavailable",
            Self::NoProviders => "no-providers",
        }
    }
}

/// Where the case goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To this provider.
    One {
        /// The provider.
        slug: String,
        /// By what the person belongs to it.
        basis: Basis,
        /// What the provider asks the person.
        questions: Vec<Question>,
    },
    /// To nobody; the referral is refused at once.
    Nobody {
        /// Why, most telling first; never empty.
        reasons: Vec<NobodyReason>,
    },
    /// Two or more serve the person and no rule chooses; refused at once.
    Several {
        /// They.
        slugs: Vec<String>,
    },
}

/// A decision with its grounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Every provider that was looked at, in the area's order.
    pub considered: Vec<Considered>,
    /// Where the case goes.
    pub outcome: Outcome,
}

/// Decides within one area.
pub fn decide(subject: &Subject<'_>, area: &Area, providers: &[Arc<Provider>]) -> Decision {
    within(subject, area, &BySlug::new(providers))
}

fn within(subject: &Subject<'_>, area: &Area, by_slug: &BySlug<'_>) -> Decision {
    let listed = area.providers.iter();
    let considered: Vec<Considered> = listed
        .map(|listed| consider(subject, listed, by_slug.get(&listed.provider)))
        .collect();
    let matches: Vec<&Considered> = considered.iter().filter(|c| is_match(c)).collect();
    let outcome = match matches[..] {
        [] => nobody(subject, &considered),
        [only] => one(only),
        _ => settle(area.tie, &matches),
    };
    Decision {
        considered,
        outcome,
    }
}

/// Decides over every area that the gateway serves. Between areas there is no tie rule.
pub fn decide_everywhere(
    subject: &Subject<'_>,
    areas: &[Area],
    providers: &[Arc<Provider>],
) -> Decision {
    let mut considered = Vec::new();
    let mut chosen: Vec<Outcome> = Vec::new();
    let mut several: Vec<String> = Vec::new();
    let by_slug = BySlug::new(providers);
    for area in areas {
        let decision = within(subject, area, &by_slug);
        considered.extend(decision.considered);
        match decision.outcome {
            Outcome::Nobody { .. } => {}
            Outcome::Several { slugs } => several.extend(slugs),
            one @ Outcome::One { .. } => chosen.push(one),
        }
    }
    let outcome = match (chosen.len(), several.is_empty()) {
        (0, true) => nobody(subject, &considered),
        (1, true) => chosen.remove(0),
        _ => {
            let slugs = chosen.into_iter().filter_map(|outcome| match outcome {
                Outcome::One { slug, .. } => Some(slug),
                _ => None,
            });
            several.extend(slugs);
            Outcome::Several { slugs: several }
        }
    };
    Decision {
        considered,
        outcome,
    }
}

fn consider(subject: &Subject<'_>, listed: &Listed, found: Option<&Provider>) -> Considered {
    let Some(provider) = found else {
        return Considered {
            slug: listed.provider.clone(),
            verdicts: Vec::new(),
            result: Standing::Unavailable(Unavailable::Disabled),
        };
    };
    let (mut verdicts, basis) = match provider.catchment.reach(subject) {
        Reach::In { basis, row } => {
            let verdict = of_place(&row, VerdictOutcome::Included, subject);
            (vec![verdict], Some(basis))
        }
        Reach::Excluded(row) => (
            vec![of_place(&row, VerdictOutcome::Excluded, subject)],
            None,
        ),
        Reach::Out { unknown } => {
            let unknown = unknown.iter();
            let verdicts = unknown.map(|row| of_place(row, VerdictOutcome::Unknown, subject));
            (verdicts.collect(), None)
        }
    };
    let result = match basis {
        None => Standing::OutOfArea,
        Some(basis) => {
            let judgement = provider.eligibility.judge(subject);
            verdicts.extend(judgement.verdicts);
            let available = available(provider, listed, subject.today);
            match (judgement.refused, available) {
                (Some((reason, words)), _) => Standing::NotEligible { reason, words },
                (None, Err(why)) => Standing::Unavailable(why),
                (None, Ok(())) => Standing::Match {
                    basis,
                    questions: judgement.questions,
                },
            }
        }
    };
    Considered {
        slug: provider.slug.clone(),
        verdicts,
        result,
    }
}

fn available(provider: &Provider, listed: &Listed, today: Date) -> Result<(), Unavailable> {
    if !listed.validity.holds_on(today) {
        return Err(Unavailable::NotListedToday);
    }
    provider.may_receive(today)
}

/// The kind and the table's code of a row that takes in or leaves out. For a home it
/// names no code: which of several districts held would say where the person lives. A
/// former code of the table is named with the one that it is read as.
fn of_place(row: &CatchmentRow, outcome: VerdictOutcome, subject: &Subject<'_>) -> Verdict {
    let kind = row.kind.code();
    let names_organisation = matches!(
        row.kind,
        CatchmentKind::Practice | CatchmentKind::Pcn | CatchmentKind::Icb
    );
    let current = subject.successions.current(&row.code);
    let what = if names_organisation && current != row.code {
        format!("{kind} {}, now {current}", row.code)
    } else {
        kind.to_owned()
    };
    Verdict {
        row: row.position.clone(),
        what,
        outcome,
    }
}

const fn is_match(considered: &Considered) -> bool {
    matches!(considered.result, Standing::Match { .. })
}

fn one(considered: &Considered) -> Outcome {
    match &considered.result {
        Standing::Match { basis, questions } => Outcome::One {
            slug: considered.slug.clone(),
            basis: *basis,
            questions: questions.clone(),
        },
        _ => Outcome::Several {
            slugs: vec![considered.slug.clone()],
        },
    }
}

fn settle(tie: TieRule, matches: &[&Considered]) -> Outcome {
    let several = || Outcome::Several {
        slugs: matches.iter().map(|m| m.slug.clone()).collect(),
    };
    match tie {
        TieRule::None => several(),
        TieRule::FirstListed => matches.first().map_or_else(several, |first| one(first)),
        TieRule::PreferPractice => {
            let mut by_practice = matches.iter().filter(|m| {
                matches!(
                    m.result,
                    Standing::Match {
                        basis: Basis::Practice,
                        ..
                    }
                )
            });
            match (by_practice.next(), by_practice.next()) {
                (Some(only), None) => one(only),
                _ => several(),
            }
        }
    }
}

fn nobody(subject: &Subject<'_>, considered: &[Considered]) -> Outcome {
    let mut reasons: Vec<NobodyReason> = considered
        .iter()
        .filter_map(|c| match c.result {
            Standing::NotEligible { .. } => Some(NobodyReason::NotEligible),
            Standing::Unavailable(_) => Some(NobodyReason::ProviderUnavailable),
            Standing::OutOfArea | Standing::Match { .. } => None,
        })
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    // A disabled provider's catchment cannot be read, so that the place stays unsaid.
    let unplaced = considered.iter().all(|c| {
        matches!(
            c.result,
            Standing::OutOfArea | Standing::Unavailable(Unavailable::Disabled)
        )
    });
    if unplaced {
        reasons.insert(0, why_no_place(subject, considered));
    }
    Outcome::Nobody { reasons }
}

fn why_no_place(subject: &Subject<'_>, considered: &[Considered]) -> NobodyReason {
    let person = &subject.referral.person;
    if considered.is_empty() {
        return NobodyReason::NoProviders;
    }
    if person.address.postcode.is_none() && person.practice.is_none() {
        return NobodyReason::NoPlaceKnown;
    }
    if subject.residence.is_none() && subject.practice.is_none() {
        return NobodyReason::PlaceNotRecognised;
    }
    NobodyReason::OutOfArea
}

#[cfg(test)]
mod tests;
