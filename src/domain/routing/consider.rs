//! How one provider stands to one person: its places, its rules, its time, its room.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;

use super::by_slug::BySlug;
use super::eligibility::{IneligibleReason, Question};
use super::{
    Basis, CatchmentKind, CatchmentRow, Listed, PracticeFacts, Reach, Residence, Verdict,
    VerdictOutcome,
};
use crate::domain::case::Referral;
use crate::domain::mapping::Position;
use crate::domain::organisation::Successions;
use crate::domain::provider::{Load, Provider, Unavailable, Validity};

/// The person to be served, with what the places look-up found. A restricted person
/// never gets here: their case is held before any place is looked up.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The referral.
    pub referral: &'a Referral,
    /// The day of the referral: age and weeks out of work are counted to it, however long the
    /// decision takes.
    pub referred_on: Date,
    /// The day of the decision: rows, agreements and listings have to be valid on it.
    pub decided_on: Date,
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
    /// Why it was looked at although `routing.csv` did not lead to it; none for one that is
    /// listed.
    pub via: Option<Via>,
    /// What its tables said, row by row.
    pub verdicts: Vec<Verdict>,
    /// The end of it.
    pub result: Standing,
}

/// The way from one provider to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// From whom: a hub, or a provider without room.
    pub from: String,
    /// What leads on.
    pub kind: ViaKind,
    /// The row that leads on.
    pub row: Position,
}

/// What leads from one provider to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViaKind {
    /// A hub whose people are split over partners.
    Split,
    /// A provider that has no room.
    Overflow,
}

impl ViaKind {
    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Overflow => "overflow",
        }
    }
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
    /// It would serve them and has no room.
    Full,
}

impl Standing {
    /// The stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Match { .. } => "match",
            Self::OutOfArea => "out-of-area",
            Self::NotEligible { reason, .. } => reason.code(),
            Self::Unavailable(why) => why.code(),
            Self::Full => "full",
        }
    }
}

/// What a decision is made with: the person, the tables, and what the store has counted.
pub(super) struct Ground<'a> {
    pub(super) subject: &'a Subject<'a>,
    providers: BySlug<'a>,
    loads: &'a [(String, Load)],
}

impl<'a> Ground<'a> {
    pub(super) fn new(
        subject: &'a Subject<'a>,
        loads: &'a [(String, Load)],
        providers: &'a [Arc<Provider>],
    ) -> Self {
        Self {
            subject,
            providers: BySlug::new(providers),
            loads,
        }
    }

    /// A provider that `routing.csv` lists, its room aside: that is judged once it is known
    /// whether one of its partners takes the person.
    pub(super) fn consider(&self, listed: &Listed) -> Considered {
        self.judge(&listed.provider, listed.validity, None)
    }

    /// A provider to which another leads, with its room.
    pub(super) fn consider_via(&self, slug: &str, via: Via) -> Considered {
        let mut considered = self.judge(slug, Validity::default(), Some(via));
        self.judge_room(&mut considered);
        considered
    }

    fn judge(&self, slug: &str, listed: Validity, via: Option<Via>) -> Considered {
        let mut considered = Considered {
            slug: slug.to_owned(),
            via,
            verdicts: Vec::new(),
            result: Standing::Unavailable(Unavailable::Disabled),
        };
        let Some(provider) = self.providers.get(slug) else {
            return considered;
        };
        let basis = self.reach(provider, &mut considered.verdicts);
        considered.result = match basis {
            None => Standing::OutOfArea,
            Some(basis) => {
                let judgement = provider.eligibility.judge(self.subject);
                considered.verdicts.extend(judgement.verdicts);
                let available = available(provider, listed, self.subject.decided_on);
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
        considered
    }

    fn reach(&self, provider: &Provider, verdicts: &mut Vec<Verdict>) -> Option<Basis> {
        match provider.catchment.reach(self.subject) {
            Reach::In { basis, row } => {
                verdicts.push(of_place(row, VerdictOutcome::Included, self.subject));
                Some(basis)
            }
            Reach::Excluded(row) => {
                verdicts.push(of_place(row, VerdictOutcome::Excluded, self.subject));
                None
            }
            Reach::Out { unknown } => {
                let unknown = unknown.into_iter();
                let unknown =
                    unknown.map(|row| of_place(row, VerdictOutcome::Unknown, self.subject));
                verdicts.extend(unknown);
                None
            }
        }
    }

    /// Whether one that would serve the person has room. A limit whose cases nobody has
    /// counted keeps nobody out here: the gateway counts before anything is decided.
    pub(super) fn judge_room(&self, considered: &mut Considered) {
        let matches = matches!(considered.result, Standing::Match { .. });
        let provider = self.providers.get(considered.slug.as_str());
        let Some(provider) = provider.filter(|p| matches && p.capacity.is_limited()) else {
            return;
        };
        let mut loads = self.loads.iter();
        let counted = loads.find(|(slug, _)| *slug == provider.slug);
        let load = counted.map(|(_, load)| *load);
        for (name, cap, found) in provider.capacity.limits(load.unwrap_or_default()) {
            let outcome = match load {
                None => VerdictOutcome::NotCounted,
                Some(_) if found >= cap.most => VerdictOutcome::Full,
                Some(_) => VerdictOutcome::Room,
            };
            considered.verdicts.push(Verdict {
                row: cap.position.clone(),
                what: format!("{name} {}", cap.most).into(),
                outcome,
            });
        }
        if load.is_some_and(|load| provider.capacity.is_full(load)) {
            considered.result = Standing::Full;
        }
    }
}

fn available(provider: &Provider, listed: Validity, today: Date) -> Result<(), Unavailable> {
    if !listed.holds_on(today) {
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
        Cow::Owned(format!("{kind} {}, now {current}", row.code))
    } else {
        Cow::Borrowed(kind)
    };
    Verdict {
        row: row.position.clone(),
        what,
        outcome,
    }
}
