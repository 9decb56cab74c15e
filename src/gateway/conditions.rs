//! What each condition gets: one table, with the policy key that may change it and
//! the default.
//!
//! Rows that no policy can change carry no key. A verb asks [`Condition::treatment`]
//! and never decides by itself.

use std::fmt::Write as _;

use crate::config::{Policies, Policy};

/// What is done about a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Refused at once, whole; the person stays with the referrer.
    Refuse,
    /// Accepted, and held with a named owner; nothing leaves.
    Hold,
    /// Accepted and routed, with a warning.
    Warn,
    /// Accepted and routed.
    Accept,
}

impl Treatment {
    /// What is done, for the reference page.
    const fn words(self) -> &'static str {
        match self {
            Self::Refuse => "refused",
            Self::Hold => "held",
            Self::Warn => "accepted with a warning",
            Self::Accept => "accepted",
        }
    }
}

impl From<Policy> for Treatment {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Refuse => Self::Refuse,
            Policy::Hold => Self::Hold,
            Policy::Warn => Self::Warn,
        }
    }
}

macro_rules! conditions {
    ($(#[doc = $words:literal] $name:ident = $code:literal, $default:ident, $policy:expr;)*) => {
        /// A condition that a referral or a report can be in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Condition { $(#[doc = $words] $name,)* }

        impl Condition {
            /// Every condition with its code, default treatment and policy key.
            pub const TABLE: &'static [(Self, &'static str, Treatment, Option<&'static str>)] =
                &[$((Self::$name, $code, Treatment::$default, $policy),)*];

            /// The condition in a few words, as the reference page has it.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

conditions! {
    /// X-Request-Id or X-Correlation-Id absent or malformed.
    IdsMissing = "ids-missing", Refuse, None;
    /// NHSD-Target-Identifier not base64, not JSON, or not ours.
    TargetUnusable = "target-unusable", Refuse, None;
    /// A media type the gateway does not speak.
    WrongMediaType = "wrong-media-type", Refuse, None;
    /// Body or nesting over the limit.
    TooLarge = "too-large", Refuse, None;
    /// Not JSON, duplicate members, or XML with a DTD.
    Unreadable = "unreadable", Refuse, None;
    /// An event, reason, category and status that mean nothing together.
    UnknownCombination = "unknown-combination", Refuse, None;
    /// More than one Patient.
    TwoPatients = "two-patients", Refuse, None;
    /// A reference to nothing, other than the Journey ID.
    DanglingReference = "dangling-reference", Refuse, Some("dangling_reference");
    /// An NHS number whose check digit fails.
    NhsNumberCheck = "nhs-number-check", Refuse, Some("nhs_number_check");
    /// A gap against the payload tables of an Application.
    ApplicationGap = "application-gap", Warn, Some("application_gaps");
    /// No BaRS direct-care consent.
    ConsentAbsent = "consent-absent", Refuse, None;
    /// No provider serves this person.
    Nobody = "nobody-serves", Refuse, None;
    /// Two providers match and no rule chooses.
    SeveralProviders = "several-providers", Refuse, None;
    /// The same ServiceRequest identifier belongs to an open referral.
    AlreadyOpen = "already-open", Refuse, None;
    /// Cancel of a referral nobody knows.
    CancelUnknown = "cancel-unknown", Refuse, None;
    /// Cancel of a referral that is over.
    CancelClosed = "cancel-closed", Refuse, None;
    /// An amendment where the use case has none.
    AmendNotAllowed = "amend-not-allowed", Refuse, None;
    /// No WorkWell consent recorded where the provider's basis needs one.
    WorkwellConsentNotRecorded = "workwell-consent-not-recorded", Hold, Some("workwell_consent");
    /// WorkWell consent refused or withdrawn: never delivered.
    WorkwellConsentRefused = "workwell-consent-refused", Hold, None;
    /// The same person has an open case.
    OpenCase = "open-case", Hold, None;
    /// An open case has the same NHS number and another birth date: the number may be wrong on either referral.
    OpenCaseBirthDate = "open-case-birth-date", Hold, None;
    /// `meta.security` restricted or unrecognised.
    Restricted = "restricted", Hold, None;
    /// The message marks the person as dead.
    Deceased = "deceased", Hold, None;
    /// A number of the test range at a gateway that serves people.
    TestNumber = "test-number", Hold, None;
    /// A number outside the test range at a gateway that serves nobody.
    NotTestNumber = "not-test-number", Refuse, Some("number_outside_test_range");
    /// A phrase that tells of a crisis.
    RedFlag = "red-flag", Hold, Some("red_flag");
    /// A provider's word that its table does not know.
    UnknownProviderWord = "unknown-provider-word", Hold, None;
    /// A provider gives another reason for the end of a case that is over.
    ClosingReasonDiffers = "closing-reason-differs", Hold, None;
    /// A provider's report that the work has ended, dated before what it reported earlier.
    LateEnd = "end-reported-late", Hold, None;
    /// The provider's table cannot render this case.
    MappingFault = "mapping-fault", Hold, None;
    /// A code that the provider's list does not name, and its tables refuse such a case.
    UnmappedCodeRefused = "unmapped-code-refused", Refuse, None;
    /// No NHS number.
    NoNhsNumber = "no-nhs-number", Accept, None;
    /// A practice that no list knows: routed by residence.
    UnknownPractice = "unknown-practice", Accept, None;
    /// Optional data missing.
    MissingOptional = "missing-optional", Accept, None;
    /// A condition code that no list knows.
    UnlistedCode = "unlisted-code", Accept, None;
}

impl Condition {
    fn row(self) -> &'static (Self, &'static str, Treatment, Option<&'static str>) {
        Self::TABLE
            .iter()
            .find(|(condition, ..)| *condition == self)
            .expect("the table is declared from the same list as the enum")
    }

    /// The stable word: hold reason, metric label, audit detail.
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// What is done, the operator's policy considered.
    pub fn treatment(self, policies: &Policies) -> Treatment {
        let set = match self {
            Self::NhsNumberCheck => policies.nhs_number_check,
            Self::DanglingReference => policies.dangling_reference,
            Self::ApplicationGap => policies.application_gaps,
            Self::WorkwellConsentNotRecorded => policies.workwell_consent,
            Self::RedFlag => policies.red_flag,
            Self::NotTestNumber => policies.number_outside_test_range,
            _ => return self.row().2,
        };
        Treatment::from(set)
    }
}

/// The table as `docs/reference/conditions.md`.
pub fn page() -> String {
    let mut page = String::from(PAGE_HEAD);
    for (condition, code, default, policy) in Condition::TABLE {
        let words = condition.words().trim().trim_end_matches('.');
        let policy = policy.map_or_else(String::new, |key| format!("`{key}`"));
        let done = default.words();
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| {words} | `{code}` | {done} | {policy} |");
    }
    page
}

const PAGE_HEAD: &str = "# What each condition gets\n\n\
    This page is made from the table in `src/gateway/conditions.rs`; do not edit it. Write it \
    anew with `UPDATE=1 cargo test --lib is_current`.\n\n\
    *Refused*: one OperationOutcome with every fault; nothing of the message is kept, and the \
    person stays with the referrer. *Held*: accepted, and nothing leaves until the named \
    operator has decided. *Accepted*: routed and delivered. A policy is a key under \
    `[bars.policies]` that may change the default; its allowed values are in \
    [configuration.md](configuration.md). HTTP statuses and codes of refusals are in \
    [errors.md](errors.md).\n\n\
    | condition | word in logs and figures | default | policy |\n\
    |---|---|---|---|\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_conditions_is_current() {
        crate::problem::page::assert_current("docs/reference/conditions.md", &page());
    }

    #[test]
    fn only_rows_with_a_key_listen_to_a_policy() {
        let keyed: Vec<&str> = Condition::TABLE
            .iter()
            .filter(|row| row.3.is_some())
            .map(|row| row.1)
            .collect();
        assert_eq!(
            keyed,
            [
                "dangling-reference",
                "nhs-number-check",
                "application-gap",
                "workwell-consent-not-recorded",
                "not-test-number",
                "red-flag",
            ]
        );
    }

    #[test]
    fn a_crisis_is_known_by_the_same_word_in_the_queue() {
        assert_eq!(Condition::RedFlag.code(), crate::domain::queue::CRISIS);
    }

    #[test]
    fn a_refused_consent_and_a_mark_of_death_are_held_whatever_the_policy_says() {
        for condition in [Condition::WorkwellConsentRefused, Condition::Deceased] {
            let row = condition.row();
            assert_eq!((row.2, row.3), (Treatment::Hold, None));
        }
    }
}
