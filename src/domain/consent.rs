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
    /// The first instant at which it does not hold any more; only a yes has one, and only
    /// where the person gave it for a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Who wrote it down: a role or an organisation, in the source's words.
    pub recorded_by: Option<Sensitive<String>>,
    /// How it was given: `spoken`, `written`, `form` or the source's word.
    pub how: Option<String>,
}

impl Record {
    /// Whether it was a yes for a time that is over at `now`. A no does not end.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.decision == Decision::Given && self.until.is_some_and(|until| until <= now)
    }

    /// Nobody is known to have said yes to what comes after the end.
    fn end_at(&mut self, now: Timestamp) {
        if self.is_over(now) {
            self.decision = Decision::NotRecorded;
        }
    }
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

    /// Whether a yes among them is over at `now`.
    pub fn any_is_over(&self, now: Timestamp) -> bool {
        let by_recipient = self.recipients.iter().map(|(_, record)| record);
        std::iter::once(&self.workwell)
            .chain(by_recipient)
            .any(|record| record.is_over(now))
    }

    /// What is left of them at `now`: a yes whose time is over counts as not recorded.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.workwell.end_at(now);
        for (_, record) in &mut self.recipients {
            record.end_at(now);
        }
        self
    }

    /// Whether the person said no to WorkWell, before or now: then nothing is delivered.
    pub fn forbids_delivery(&self) -> bool {
        matches!(
            self.workwell.decision,
            Decision::Refused | Decision::Withdrawn
        )
    }
}

/// The ways in which a consent is given that a provider may report.
pub const WAYS: &[&str] = &["spoken", "written", "form"];

/// A consent to be referred on, as a provider reports it: nothing is taken for granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    /// For which partner it was given, by its slug.
    pub recipient: Option<String>,
    /// When the person gave it.
    pub given_at: Option<Timestamp>,
    /// Who wrote it down: a role, not a story.
    pub recorded_by: Option<Sensitive<String>>,
    /// How it was given: one of [`WAYS`].
    pub how: Option<String>,
}

/// Why a reported consent does not let a person be referred on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentFault {
    /// This member of it is missing or is not what it has to be.
    Missing(&'static str),
    /// It was given for another recipient.
    ForAnother,
    /// It is older than the area allows, or than the case itself.
    Old,
    /// It lies in the future.
    NotYet,
}

/// The longest `recorded_by`, in characters.
const MOST_RECORDED_BY: usize = 100;

/// Clocks differ by minutes.
pub const CLOCKS_DIFFER: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);

impl Reported {
    /// The record of a fresh consent for this partner, or everything that is wrong with it.
    /// It is fresh when it was given after `case_received` (before that there was no case to
    /// pass on) and not before `oldest`.
    pub fn fresh_for(
        &self,
        partner: &str,
        case_received: Timestamp,
        oldest: Timestamp,
        now: Timestamp,
    ) -> Result<Record, Vec<ConsentFault>> {
        let mut faults = Vec::new();
        let recorded_by = self.recorded_by.as_ref().filter(|by| {
            let words = by.expose().trim();
            (1..=MOST_RECORDED_BY).contains(&words.chars().count())
        });
        let how = self.how.as_deref().filter(|how| WAYS.contains(how));
        for (member, is_there) in [
            ("consent.recipient", self.recipient.is_some()),
            ("consent.given_at", self.given_at.is_some()),
            ("consent.recorded_by", recorded_by.is_some()),
            ("consent.how", how.is_some()),
        ] {
            if !is_there {
                faults.push(ConsentFault::Missing(member));
            }
        }
        if self.recipient.as_deref().is_some_and(|of| of != partner) {
            faults.push(ConsentFault::ForAnother);
        }
        if let Some(at) = self.given_at {
            if at < case_received.max(oldest) {
                faults.push(ConsentFault::Old);
            }
            if at.duration_since(now) > CLOCKS_DIFFER {
                faults.push(ConsentFault::NotYet);
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Record {
            decision: Decision::Given,
            at: self.given_at,
            until: None,
            recorded_by: recorded_by.cloned(),
            how: how.map(str::to_owned),
        })
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

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + day * 86_400).expect("a time in range")
    }

    fn reported() -> Reported {
        Reported {
            recipient: Some("stillwater".into()),
            given_at: Some(at(10)),
            recorded_by: Some(Sensitive::new("Work coach".into())),
            how: Some("spoken".into()),
        }
    }

    fn judged(reported: &Reported) -> Vec<ConsentFault> {
        let judged = reported.fresh_for("stillwater", at(0), at(5), at(12));
        judged.err().unwrap_or_default()
    }

    #[test]
    fn a_consent_with_who_when_and_how_for_this_partner_is_a_record() {
        let record = reported().fresh_for("stillwater", at(0), at(5), at(12));
        let record = record.expect("a fresh consent");
        assert_eq!(record.decision, Decision::Given);
        assert_eq!(
            (record.at, record.how.as_deref()),
            (Some(at(10)), Some("spoken"))
        );
    }

    #[test]
    fn everything_wrong_with_a_consent_is_said_at_once() {
        let nothing = judged(&Reported::default());
        let members = ["recipient", "given_at", "recorded_by", "how"];
        assert_eq!(nothing.len(), members.len());
        for (fault, member) in nothing.iter().zip(members) {
            let ConsentFault::Missing(found) = fault else {
                panic!("{fault:?}");
            };
            assert_eq!(*found, format!("consent.{member}"));
        }
        let wrong = Reported {
            recipient: Some("lantern".into()),
            given_at: Some(at(4)),
            recorded_by: Some(Sensitive::new("  ".into())),
            how: Some("a nod".into()),
        };
        assert_eq!(
            judged(&wrong),
            [
                ConsentFault::Missing("consent.recorded_by"),
                ConsentFault::Missing("consent.how"),
                ConsentFault::ForAnother,
                ConsentFault::Old,
            ]
        );
    }

    #[test]
    fn a_consent_from_before_the_case_or_from_tomorrow_is_not_fresh() {
        let given = |day| Reported {
            given_at: Some(at(day)),
            ..reported()
        };
        assert_eq!(judged(&given(13)), [ConsentFault::NotYet]);
        let before = given(-1).fresh_for("stillwater", at(0), at(-5), at(2));
        assert_eq!(before.err(), Some(vec![ConsentFault::Old]));
        assert_eq!(judged(&given(5)), []);
    }

    #[test]
    fn a_yes_ends_with_its_time_and_a_no_never() {
        for (decision, until, expected) in [
            (Decision::Given, None, Decision::Given),
            (Decision::Given, Some(at(6)), Decision::Given),
            (Decision::Given, Some(at(5)), Decision::NotRecorded),
            (Decision::Given, Some(at(4)), Decision::NotRecorded),
            (Decision::Refused, Some(at(4)), Decision::Refused),
            (Decision::Withdrawn, Some(at(4)), Decision::Withdrawn),
        ] {
            let record = Record {
                decision,
                until,
                ..Record::default()
            };
            let consents = Consents {
                direct_care: true,
                workwell: record.clone(),
                recipients: vec![(Recipient::Employer, record)],
            };
            assert_eq!(consents.any_is_over(at(5)), decision != expected);
            let left = consents.at(at(5));
            assert_eq!(left.workwell.decision, expected, "{until:?}");
            assert_eq!(left.for_recipient(&Recipient::Employer), expected);
        }
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
