//! One provider with reasons, or a typed nobody.

use std::ops::Range;
use std::sync::Arc;

use super::board::{is_of_damaged, is_of_others};
use super::consider::Ground;
use super::eligibility::Question;
use super::place::{Holder, Placed, is_match, overflow, place};
use super::{
    Area, Basis, Considered, DamagedArea, Listed, Shortlist, Standing, Subject, TieRule, Via,
};
use crate::domain::provider::{Load, Provider, Unavailable};

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
    /// Who serves the person has no room, and nobody else takes them.
    Full,
    /// Who serves the place takes nobody just now, or its tables or those of the person's area
    /// are disabled.
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
        Self::Full,
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
            Self::Full => "provider-full",
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
        /// The hub, or the provider without room, from which the tables lead to it.
        via: Option<Via>,
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
    /// Every provider that was looked at, in the area's order; each is followed by those to
    /// which it leads. See [`decide_among`] for who may be left out.
    pub considered: Vec<Considered>,
    /// Where the case goes.
    pub outcome: Outcome,
}

impl Decision {
    /// Those that would serve the person and have a limit that nobody has counted.
    pub fn uncounted<'d>(
        &'d self,
        providers: &'d [Arc<Provider>],
        loads: &'d [(String, Load)],
    ) -> impl Iterator<Item = &'d Arc<Provider>> {
        let is_counted = |slug: &str| loads.iter().any(|(known, _)| known == slug);
        let open = self.considered.iter();
        let open = open.filter(move |one| is_match(one) && !is_counted(&one.slug));
        let found = open.filter_map(|one| providers.iter().find(|p| p.slug == one.slug));
        found.filter(|provider| provider.capacity.is_limited())
    }
}

/// What is on offer when a decision is made.
#[derive(Clone, Copy, Debug)]
pub struct Offers<'a> {
    /// The areas that list providers.
    pub areas: &'a [Area],
    /// The areas that cannot be used, so that nobody knows whom they would list.
    pub damaged: &'a [DamagedArea],
    /// Every provider, those too to whom only others lead.
    pub providers: &'a [Arc<Provider>],
    /// Whom a place concerns, where somebody has made a list of it for these tables.
    pub shortlist: Option<&'a Shortlist>,
}

/// Decides over every area that the gateway serves. Between areas there is no tie rule.
/// `loads` says how many cases the providers have that have a limit.
pub fn decide_with(
    subject: &Subject<'_>,
    loads: &[(String, Load)],
    offers: &Offers<'_>,
) -> Decision {
    let areas = offers.areas.iter();
    let listed = areas.map(|area| (area, area.providers.iter()));
    over(
        &Ground::new(subject, loads, offers.providers),
        offers,
        listed,
    )
}

/// The outcome of [`decide_with`]. With a shortlist the account of a decision for somebody holds those only
/// whom the place concerns; where there is nobody, it holds all, for their reasons are told.
pub fn decide_among(
    subject: &Subject<'_>,
    loads: &[(String, Load)],
    offers: &Offers<'_>,
) -> Decision {
    let areas = offers.areas;
    if let Some(shortlist) = offers.shortlist {
        let near = shortlist.near(subject);
        let listed = areas.iter().enumerate().map(|(index, area)| {
            let rows = near.iter().filter(move |(area, _)| *area == index);
            (area, rows.filter_map(|(_, row)| area.providers.get(*row)))
        });
        let ground = Ground::new(subject, loads, offers.providers);
        let decision = over(&ground, offers, listed);
        if !matches!(decision.outcome, Outcome::Nobody { .. }) {
            return decision;
        }
    }
    decide_with(subject, loads, offers)
}

fn over<'a, L: Iterator<Item = &'a Listed>>(
    ground: &Ground<'_>,
    offers: &Offers<'_>,
    areas: impl Iterator<Item = (&'a Area, L)>,
) -> Decision {
    let mut considered = Vec::new();
    // Disabled folders that are of another board's area than the person: nothing of theirs is
    // the person's.
    let mut of_others: Vec<usize> = Vec::new();
    let mut chosen: Vec<Outcome> = Vec::new();
    let mut several: Vec<String> = Vec::new();
    for (area, listed) in areas {
        let begin = considered.len();
        match within(ground, area, listed, &mut considered) {
            None | Some(Outcome::Nobody { .. }) => {}
            Some(Outcome::Several { slugs }) => several.extend(slugs),
            Some(one @ Outcome::One { .. }) => chosen.push(one),
        }
        let disabled = (begin..considered.len()).filter(|at| is_disabled(&considered[*at]));
        let mut disabled = disabled.peekable();
        if disabled.peek().is_some() && is_of_others(area, ground.subject) {
            of_others.extend(disabled);
        }
    }
    let outcome = match (chosen.len(), several.is_empty()) {
        (0, true) => nobody(ground.subject, offers, &considered, &of_others),
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

/// Who gets the case by the tables of one area and these of its rows, if anybody. The
/// account goes on with their providers.
fn within<'a>(
    ground: &Ground<'_>,
    area: &Area,
    listed: impl Iterator<Item = &'a Listed>,
    account: &mut Vec<Considered>,
) -> Option<Outcome> {
    account.reserve(listed.size_hint().0);
    let serving: Vec<Range<usize>> = listed
        .filter_map(|listed| place(listed, ground, area, account))
        .collect();
    let placed = serving.iter();
    let placed: Vec<Placed<'_>> = placed
        .filter_map(|part| Placed::of(&account[part.clone()]))
        .filter(|placed| is_match(placed.own))
        .collect();
    match &placed[..] {
        [] => overflowed(&serving, ground, area, account),
        [only] => Some(goes_to(only)),
        several => Some(settle(area.tie, several)),
    }
}

/// Only where nobody else has room does the case flow over. Whoever was asked stands in the
/// account behind the provider that has none.
fn overflowed(
    serving: &[Range<usize>],
    ground: &Ground<'_>,
    area: &Area,
    account: &mut Vec<Considered>,
) -> Option<Outcome> {
    let full = serving.iter();
    let full = full.filter(|part| account[part.start].result == Standing::Full);
    let spilt: Vec<(usize, Vec<Considered>)> = full
        .map(|part| (part.end, overflow(&account[part.start], ground, area)))
        .collect();
    let outcome = takes_overflow(&spilt);
    for (end, asked) in spilt.into_iter().rev() {
        account.splice(end..end, asked);
    }
    outcome
}

/// The provider itself or the one partner of it that takes the person.
fn goes_to(placed: &Placed<'_>) -> Outcome {
    match placed.holder() {
        Holder::One(holder) => one(holder, placed.questions(holder)),
        Holder::Several(partners) => Outcome::Several {
            slugs: partners.iter().map(|p| p.slug.clone()).collect(),
        },
    }
}

fn one(considered: &Considered, questions: Vec<Question>) -> Outcome {
    match &considered.result {
        Standing::Match { basis, .. } => Outcome::One {
            slug: considered.slug.clone(),
            basis: *basis,
            questions,
            via: considered.via.clone(),
        },
        _ => Outcome::Several {
            slugs: vec![considered.slug.clone()],
        },
    }
}

/// Whoever takes those for whom there is no room: one, or a choice that nobody makes.
fn takes_overflow(spilt: &[(usize, Vec<Considered>)]) -> Option<Outcome> {
    let mut taking: Vec<&Considered> = Vec::new();
    for last in spilt.iter().filter_map(|(_, asked)| asked.last()) {
        let is_new = !taking.iter().any(|known| known.slug == last.slug);
        if is_match(last) && is_new {
            taking.push(last);
        }
    }
    match taking[..] {
        [] => None,
        [only] => {
            let Standing::Match { questions, .. } = &only.result else {
                return None;
            };
            Some(one(only, questions.clone()))
        }
        _ => Some(Outcome::Several {
            slugs: taking.iter().map(|one| one.slug.clone()).collect(),
        }),
    }
}

fn settle(tie: TieRule, matches: &[Placed<'_>]) -> Outcome {
    let several = || Outcome::Several {
        slugs: matches.iter().map(|m| m.own.slug.clone()).collect(),
    };
    match tie {
        TieRule::None => several(),
        TieRule::FirstListed => matches.first().map_or_else(several, |first| goes_to(first)),
        TieRule::PreferPractice => {
            let mut by_practice = matches.iter().filter(|m| {
                matches!(
                    m.own.result,
                    Standing::Match {
                        basis: Basis::Practice,
                        ..
                    }
                )
            });
            match (by_practice.next(), by_practice.next()) {
                (Some(only), None) => goes_to(only),
                _ => several(),
            }
        }
    }
}

fn is_disabled(considered: &Considered) -> bool {
    considered.result == Standing::Unavailable(Unavailable::Disabled)
}

fn nobody(
    subject: &Subject<'_>,
    offers: &Offers<'_>,
    considered: &[Considered],
    of_others: &[usize],
) -> Outcome {
    // Those to which others lead were asked because another serves the place.
    let listed = considered.iter().enumerate();
    let listed = listed.filter(|(at, c)| c.via.is_none() && !of_others.contains(at));
    let listed = listed.map(|(_, c)| c);
    let mut reasons: Vec<NobodyReason> = listed
        .clone()
        .filter_map(|c| match c.result {
            Standing::NotEligible { .. } => Some(NobodyReason::NotEligible),
            Standing::Unavailable(_) => Some(NobodyReason::ProviderUnavailable),
            Standing::Full => Some(NobodyReason::Full),
            Standing::OutOfArea | Standing::Match { .. } => None,
        })
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    // Who serves the person's own area is not known: that nobody does is never said.
    if is_of_damaged(offers.damaged, offers.areas, subject) {
        reasons.retain(|reason| *reason != NobodyReason::ProviderUnavailable);
        reasons.insert(0, NobodyReason::ProviderUnavailable);
        return Outcome::Nobody { reasons };
    }
    // A disabled provider's catchment cannot be read, so that the place stays unsaid.
    let unplaced = listed
        .clone()
        .all(|c| c.result == Standing::OutOfArea || is_disabled(c));
    if unplaced {
        let is_empty = considered.is_empty() && offers.damaged.is_empty();
        reasons.insert(0, why_no_place(subject, is_empty));
    }
    Outcome::Nobody { reasons }
}

fn why_no_place(subject: &Subject<'_>, is_empty: bool) -> NobodyReason {
    let person = &subject.referral.person;
    if is_empty {
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
