//! A decision in rows that a test of the tables can keep and a person can read.
//!
//! They name providers and reasons and no line of a table: the decision about one person
//! rests on the tables of several folders, and a row added to another's would move every
//! line below it and nobody's route.

use super::{
    Basis, Considered, Decision, IneligibleReason, NobodyReason, Outcome, Question, Rule, Standing,
    ViaKind,
};
use crate::domain::provider::Unavailable;

/// The reason of a `not-to` row for a provider to which no table leads: the partner of a hub
/// that refuses the person.
const NOT_CONSIDERED: &str = "not-considered";

/// The reason of a `through` row where a provider referred the person on.
const REFERRED_ON: &str = "referred-on";

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteWord {
    /// This provider gets the person.
    GoesTo,
    /// It was led there by this provider: a hub, one without room, one that referred on.
    Through,
    /// What the provider asks, because a row of its table asks.
    Asks,
    /// What the provider asks, because the referral does not say it.
    AsksMissing,
    /// The provider would get the person, and nothing leaves.
    KeptBack,
    /// Nobody is looked for: a person decides first.
    Held,
    /// Why it is not this provider.
    NotTo,
    /// This provider serves the person, another does too, and nothing chooses.
    Several,
    /// Nobody gets the person.
    Nobody,
}

impl RouteWord {
    /// The words of the column.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::GoesTo, "goes-to"),
        (Self::Through, "through"),
        (Self::Asks, "asks"),
        (Self::AsksMissing, "asks-missing"),
        (Self::KeptBack, "kept-back"),
        (Self::Held, "held"),
        (Self::NotTo, "not-to"),
        (Self::Several, "several"),
        (Self::Nobody, "nobody"),
    ];

    /// The word of the column.
    pub fn code(self) -> &'static str {
        let row = Self::ALL.iter().find(|(word, _)| *word == self);
        row.map_or("nobody", |(_, code)| code)
    }

    /// What such a row says, in words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::GoesTo => "this provider gets the person",
            Self::Through => "from where the tables, or a provider, led the person there",
            Self::Asks => "a row of the table asks this",
            Self::AsksMissing => "the referral does not say it, so that the provider asks",
            Self::KeptBack => "the provider is found, and nothing leaves",
            Self::Held => "nobody is looked for; a person decides first",
            Self::NotTo => "why it is not this provider",
            Self::Several => "this provider too, and no rule chooses",
            Self::Nobody => "nobody gets the person",
        }
    }

    /// Whether the row names a provider.
    pub const fn names_provider(self) -> bool {
        !matches!(self, Self::Held | Self::Nobody)
    }

    /// The reasons that such a row may give; none where it gives none.
    pub fn reasons(self) -> Vec<&'static str> {
        match self {
            Self::GoesTo => Basis::ALL.iter().map(|basis| basis.code()).collect(),
            Self::Through => vec![ViaKind::Split.code(), ViaKind::Overflow.code(), REFERRED_ON],
            Self::Asks | Self::AsksMissing => Rule::ALL.iter().map(|(_, code)| *code).collect(),
            Self::KeptBack => vec![
                "unmapped-code-refused",
                "workwell-consent-refused",
                "deceased",
                "workwell-consent-not-recorded",
                "mapping-fault",
            ],
            Self::Held => vec!["restricted"],
            Self::NotTo => {
                let rules = IneligibleReason::ALL.iter().map(|(_, code)| *code);
                let closed = Unavailable::ALL.iter().map(|why| why.code());
                let others = ["out-of-area", "full", "match", NOT_CONSIDERED];
                rules.chain(closed).chain(others).collect()
            }
            Self::Several => Vec::new(),
            Self::Nobody => NobodyReason::ALL.iter().map(|why| why.code()).collect(),
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteRow {
    /// What it says.
    pub outcome: RouteWord,
    /// Of whom, by its slug; empty where it names nobody.
    pub provider: String,
    /// Why, one of [`RouteWord::reasons`]; empty where there is none.
    pub reason: String,
    /// The words of a table for the referrer or for the person; often none.
    pub words: String,
}

impl RouteRow {
    /// A row without words.
    pub fn new(outcome: RouteWord, provider: &str, reason: &str) -> Self {
        Self {
            outcome,
            provider: provider.to_owned(),
            reason: reason.to_owned(),
            words: String::new(),
        }
    }

    /// The same with words.
    #[must_use]
    pub fn saying(mut self, words: &str) -> Self {
        words.clone_into(&mut self.words);
        self
    }

    /// That the person came through a provider which referred them on.
    pub fn referred_on_by(slug: &str) -> Self {
        Self::new(RouteWord::Through, slug, REFERRED_ON)
    }
}

/// A decision in rows, as a test of the provider `own` tells it: who gets the person and what
/// is asked, or why nobody does; and why it is not `own`, where it is another.
pub fn route_rows(decision: &Decision, own: &str) -> Vec<RouteRow> {
    let mut rows = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    match &decision.outcome {
        Outcome::One {
            slug,
            basis,
            questions,
            via,
        } => {
            rows.push(RouteRow::new(RouteWord::GoesTo, slug, basis.code()));
            told.push(slug);
            if let Some(via) = via {
                rows.push(RouteRow::new(
                    RouteWord::Through,
                    &via.from,
                    via.kind.code(),
                ));
                told.push(&via.from);
            }
            rows.extend(questions.iter().map(|question| asked(slug, question)));
        }
        Outcome::Several { slugs } => {
            rows.extend(
                slugs
                    .iter()
                    .map(|slug| RouteRow::new(RouteWord::Several, slug, "")),
            );
            told.extend(slugs.iter().map(String::as_str));
        }
        Outcome::Nobody { reasons } => {
            let nobody = |why: &NobodyReason| RouteRow::new(RouteWord::Nobody, "", why.code());
            rows.extend(reasons.iter().map(nobody));
            // As the referrer is told: those that serve the place, and none to which others lead.
            for one in decision.considered.iter().filter(|one| one.via.is_none()) {
                if one.result != Standing::OutOfArea {
                    rows.push(not_to(one));
                    told.push(&one.slug);
                }
            }
        }
    }
    if !told.contains(&own) {
        let mut considered = decision.considered.iter();
        rows.push(match considered.find(|one| one.slug == own) {
            Some(one) => not_to(one),
            None => RouteRow::new(RouteWord::NotTo, own, NOT_CONSIDERED),
        });
    }
    rows
}

fn asked(slug: &str, question: &Question) -> RouteRow {
    let word = if question.missing {
        RouteWord::AsksMissing
    } else {
        RouteWord::Asks
    };
    RouteRow::new(word, slug, question.rule.code()).saying(question.text())
}

fn not_to(one: &Considered) -> RouteRow {
    let row = RouteRow::new(RouteWord::NotTo, &one.slug, one.result.code());
    match &one.result {
        Standing::NotEligible { words, .. } => row.saying(words),
        _ => row,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn considered(slug: &str, result: Standing) -> Considered {
        Considered {
            slug: slug.to_owned(),
            via: None,
            verdicts: Vec::new(),
            result,
        }
    }

    fn nobody_but(own: &str) -> Vec<String> {
        let refuses = Standing::NotEligible {
            reason: IneligibleReason::Age,
            words: "For adults.".to_owned(),
        };
        let decision = Decision {
            considered: vec![
                considered("lantern", refuses),
                considered("borough-works", Standing::OutOfArea),
                considered("vale-nhs-trust", Standing::OutOfArea),
            ],
            outcome: Outcome::Nobody {
                reasons: vec![NobodyReason::NotEligible],
            },
        };
        let rows = route_rows(&decision, own).into_iter();
        rows.map(|row| {
            let word = row.outcome.code();
            format!("{word},{},{},{}", row.provider, row.reason, row.words)
        })
        .collect()
    }

    #[test]
    fn nobody_is_told_with_the_reason_of_everyone_who_serves_the_place_and_of_the_tests_own() {
        let refused = "not-to,lantern,ineligible-age,For adults.";
        assert_eq!(nobody_but("lantern"), ["nobody,,not-eligible,", refused]);
        assert_eq!(
            nobody_but("borough-works"),
            [
                "nobody,,not-eligible,",
                refused,
                "not-to,borough-works,out-of-area,"
            ]
        );
        assert_eq!(
            nobody_but("dovetail").last().map(String::as_str),
            Some("not-to,dovetail,not-considered,")
        );
    }

    #[test]
    fn every_reason_that_a_row_can_be_given_is_one_that_the_column_may_hold() {
        let reasons = RouteWord::NotTo.reasons();
        for result in [
            Standing::OutOfArea,
            Standing::Full,
            Standing::Match {
                basis: Basis::Everyone,
                questions: Vec::new(),
            },
        ] {
            assert!(reasons.contains(&result.code()), "{result:?}");
        }
    }
}
