//! From the provider that serves a person to the one that gets the case: a hub's partner, or
//! the one that takes those for whom another has no room.

use std::ops::Range;

use super::consider::Ground;
use super::{
    Area, Considered, Listed, Question, SplitRow, Standing, Verdict, VerdictOutcome, Via, ViaKind,
};

/// Judges a listed provider into the account, followed by its partners as far as a row of
/// `split.csv` leads to them. Tells where they stand when it serves the person, its room
/// aside: whoever is left with the person is judged by its room too.
pub(super) fn place(
    listed: &Listed,
    ground: &Ground<'_>,
    area: &Area,
    account: &mut Vec<Considered>,
) -> Option<Range<usize>> {
    let mut own = ground.consider(listed);
    let begin = account.len();
    if !is_match(&own) {
        account.push(own);
        return None;
    }
    let partners = split(&mut own, ground, area);
    if !partners.iter().any(is_match) {
        ground.judge_room(&mut own);
    }
    account.push(own);
    account.extend(partners);
    Some(begin..account.len())
}

/// A listed provider that serves the person, as it stands in the account.
pub(super) struct Placed<'a> {
    /// The provider itself.
    pub(super) own: &'a Considered,
    /// Its partners.
    partners: &'a [Considered],
}

/// Who gets the case of a provider that serves the person.
pub(super) enum Holder<'a> {
    /// This one: itself, or the one partner that takes the person.
    One(&'a Considered),
    /// Two or more partners take the person.
    Several(Vec<&'a Considered>),
}

impl<'a> Placed<'a> {
    /// The part of an account that [`place`] has told of.
    pub(super) fn of(part: &'a [Considered]) -> Option<Self> {
        let (own, partners) = part.split_first()?;
        Some(Self { own, partners })
    }

    pub(super) fn holder(&self) -> Holder<'a> {
        let taking: Vec<&'a Considered> = self.partners.iter().filter(|p| is_match(p)).collect();
        match taking[..] {
            [] => Holder::One(self.own),
            [only] => Holder::One(only),
            _ => Holder::Several(taking),
        }
    }

    /// What the hub asks beside what its partner asks, each once.
    pub(super) fn questions(&self, holder: &Considered) -> Vec<Question> {
        let mut questions = asked(holder).to_vec();
        if holder.slug != self.own.slug {
            for question in asked(self.own) {
                if !question.is_among(&questions) {
                    questions.push(question.clone());
                }
            }
        }
        questions
    }
}

fn asked(considered: &Considered) -> &[Question] {
    match &considered.result {
        Standing::Match { questions, .. } => questions,
        _ => &[],
    }
}

/// The partners that a row leads to, each once; rows that do not hold or cannot be judged
/// stand among the hub's own verdicts.
fn split(hub: &mut Considered, ground: &Ground<'_>, area: &Area) -> Vec<Considered> {
    let today = ground.subject.decided_on;
    let rows = area.splits.iter();
    let mut partners: Vec<Considered> = Vec::new();
    for row in rows.filter(|row| row.hub == hub.slug && row.validity.holds_on(today)) {
        let known = partners.iter().any(|partner| partner.slug == row.partner);
        let outcome = match row.holds(ground.subject) {
            Some(true) => VerdictOutcome::Included,
            Some(false) => VerdictOutcome::NotMet,
            None => VerdictOutcome::Unknown,
        };
        hub.verdicts.push(verdict(row, outcome));
        if outcome == VerdictOutcome::Included && !known {
            let via = Via {
                from: hub.slug.clone(),
                kind: ViaKind::Split,
                row: row.position.clone(),
            };
            partners.push(ground.consider_via(&row.partner, via));
        }
    }
    partners
}

fn verdict(row: &SplitRow, outcome: VerdictOutcome) -> Verdict {
    Verdict {
        row: row.position.clone(),
        what: row.what().into(),
        outcome,
    }
}

/// Whoever takes a person for whom a provider has no room: the one that `[overflow]` names,
/// or the one that this names in turn. Everybody who was asked is told, the last one may
/// have taken them.
pub(super) fn overflow(full: &Considered, ground: &Ground<'_>, area: &Area) -> Vec<Considered> {
    let mut asked: Vec<Considered> = Vec::new();
    let mut from = full.slug.clone();
    while let Some(row) = area.overflow_of(&from) {
        let is_known = row.to == full.slug || asked.iter().any(|one| one.slug == row.to);
        if is_known {
            break;
        }
        let via = Via {
            from: from.clone(),
            kind: ViaKind::Overflow,
            row: row.position.clone(),
        };
        let next = ground.consider_via(&row.to, via);
        let is_full = next.result == Standing::Full;
        from.clone_from(&next.slug);
        asked.push(next);
        if !is_full {
            break;
        }
    }
    asked
}

pub(super) const fn is_match(considered: &Considered) -> bool {
    matches!(considered.result, Standing::Match { .. })
}

#[cfg(test)]
mod tests;
