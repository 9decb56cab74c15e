//! Two consents that are never inferred from one another.
//!
//! BaRS allows one consent only: direct care, implied (`policyRule` IMPLIED,
//! category DRC). A referral to a council or a charity for employment help is not
//! obviously direct care, so a WorkWell case carries a second, explicit record
//! (reference/workwell.md 0.5).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::sensitive::Sensitive;

/// What a person was asked and answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Asked, and said yes.
    Given,
    /// Asked, and said no.
    Refused,
    /// Said yes before, has taken it back.
    Withdrawn,
    /// Nobody has recorded an answer.
    #[default]
    NotRecorded,
}

/// One recorded answer, with the evidence that a reviewer asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The answer.
    pub decision: Decision,
    /// When it was given.
    pub at: Option<Timestamp>,
    /// Who wrote it down: a role or an organisation, in the source's words.
    pub recorded_by: Option<Sensitive<String>>,
    /// How it was given: `spoken`, `written`, `form` or the source's word.
    pub how: Option<String>,
}

/// Whom a consent lets the case pass on to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    /// Progress back to the person's practice, beyond what is needed to act.
    GpFeedback,
    /// The person's employer.
    Employer,
    /// The national evaluation.
    Evaluation,
    /// A partner that a provider wants to refer on to (its slug or name).
    Partner(String),
}

/// Everything recorded about consent on a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consents {
    /// Whether the message carried the BaRS direct-care consent.
    pub direct_care: bool,
    /// The explicit WorkWell consent.
    pub workwell: Record,
    /// Consent by recipient; an absent recipient was not asked about.
    pub recipients: Vec<(Recipient, Record)>,
}

impl Consents {
    /// What was recorded for one recipient.
    pub fn for_recipient(&self, recipient: &Recipient) -> Decision {
        self.recipients
            .iter()
            .find(|(found, _)| found == recipient)
            .map_or(Decision::NotRecorded, |(_, record)| record.decision)
    }

    /// Whether the person said no to WorkWell, before or now: then nothing is delivered.
    pub fn forbids_delivery(&self) -> bool {
        matches!(
            self.workwell.decision,
            Decision::Refused | Decision::Withdrawn
        )
    }
}

/// On what a provider may receive a case although the common law duty of
/// confidentiality holds (reference/workwell.md 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfidentialityBasis {
    /// The person's explicit WorkWell consent.
    ExplicitConsent,
    /// Direct care, approved by a named person for this provider.
    DirectCare,
    /// Support under section 251 of the NHS Act 2006.
    S251,
}

impl ConfidentialityBasis {
    /// Whether a case needs a recorded WorkWell consent before this provider gets it.
    pub const fn needs_workwell_consent(self) -> bool {
        matches!(self, Self::ExplicitConsent)
    }

    /// The word in a provider's table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ExplicitConsent => "explicit-consent",
            Self::DirectCare => "direct-care",
            Self::S251 => "s251",
        }
    }

    /// Reads the word in a provider's table.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::ExplicitConsent, Self::DirectCare, Self::S251]
            .into_iter()
            .find(|b| b.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direct_care_consent_says_nothing_about_workwell() {
        let consents = Consents {
            direct_care: true,
            ..Consents::default()
        };
        assert_eq!(consents.workwell.decision, Decision::NotRecorded);
        assert!(!consents.forbids_delivery());
        assert_eq!(
            consents.for_recipient(&Recipient::Employer),
            Decision::NotRecorded
        );
    }

    #[test]
    fn a_refusal_and_a_withdrawal_both_forbid_delivery() {
        for decision in [Decision::Refused, Decision::Withdrawn] {
            let workwell = Record {
                decision,
                ..Record::default()
            };
            assert!(
                Consents {
                    workwell,
                    ..Consents::default()
                }
                .forbids_delivery()
            );
        }
    }
}
