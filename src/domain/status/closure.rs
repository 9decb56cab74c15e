//! Why a case ended.

use super::Status;

/// Why a case ended (canonical closure reasons, version 0.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosureReason(&'static str);

impl ClosureReason {
    /// Every closure reason (reference/workwell.md 1.6), and `service-silent` of our own: the
    /// clocks ran out and nobody at the provider answered.
    pub const ALL: &'static [&'static str] = &[
        "completed-retained-work",
        "completed-returned-to-work",
        "completed-started-work",
        "completed-other-progress",
        "completed-no-change",
        "transferred-other-provision",
        "unable-to-contact",
        "did-not-attend",
        "declined-by-person",
        "withdrew",
        "consent-withdrawn",
        "ineligible-age",
        "ineligible-area",
        "ineligible-employment",
        "ineligible-condition",
        "ineligible-capacity",
        "service-silent",
        "duplicate",
        "wrong-person",
        "moved-away",
        "deceased",
        "safeguarding-diverted",
        "referrer-cancelled",
    ];

    /// Reads the canonical word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|known| **known == code)
            .map(|known| Self(known))
    }

    /// The canonical word.
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// The reasons that go with a status which ends a case; none for any other status. Two
    /// that contradict each other would tell the referrer something false.
    pub fn fitting(status: Status) -> &'static [&'static str] {
        let row = FITTING.iter().find(|(of, _)| *of == status);
        row.map_or(&[], |(_, reasons)| reasons)
    }

    /// Whether an operator may give a person back for this reason: the others are facts
    /// that a provider, a correction or a stop records.
    pub fn is_for_return(self) -> bool {
        FOR_RETURN.contains(&self.0)
    }

    /// The reasons for which an operator may give a person back.
    pub const fn for_return() -> &'static [&'static str] {
        FOR_RETURN
    }

    /// What the referrer is told when the person comes back: enough to act on, and
    /// nothing of health, work or another organisation (reference/workwell.md 6).
    pub fn words(self) -> Option<&'static str> {
        Some(match self.0 {
            "unable-to-contact" => "The person could not be reached",
            "did-not-attend" => "The person did not come to appointments",
            "declined-by-person" | "withdrew" | "consent-withdrawn" => {
                "The person chose not to go on"
            }
            "ineligible-age" | "ineligible-employment" | "ineligible-condition" => {
                "The referral does not meet the service's entry rules"
            }
            "ineligible-area" | "moved-away" => "The person lives outside the service's area",
            "ineligible-capacity" => "The service has no place at present",
            "service-silent" => "The service has not answered",
            "wrong-person" => "Sent for the wrong person",
            "transferred-other-provision" => "Another service helps the person",
            "duplicate" | "safeguarding-diverted" => "Please ring before you act",
            _ => return None,
        })
    }
}

/// See [`ClosureReason::fitting`].
#[rustfmt::skip]
const FITTING: &[(Status, &[&str])] = &[
    (Status::Completed, &[
        "completed-retained-work", "completed-returned-to-work", "completed-started-work",
        "completed-other-progress", "completed-no-change", "transferred-other-provision",
        "moved-away",
    ]),
    (Status::ClosedNotEngaged, &[
        "unable-to-contact", "did-not-attend", "declined-by-person", "withdrew",
        "consent-withdrawn", "moved-away", "transferred-other-provision",
        "safeguarding-diverted", "duplicate", "ineligible-age", "ineligible-area",
        "ineligible-employment", "ineligible-condition", "ineligible-capacity",
    ]),
    (Status::Declined, &[
        "ineligible-age", "ineligible-area", "ineligible-employment", "ineligible-condition",
        "ineligible-capacity", "duplicate", "wrong-person", "moved-away",
        "transferred-other-provision", "safeguarding-diverted",
    ]),
    (Status::Cancelled, &[
        "referrer-cancelled", "duplicate", "wrong-person", "moved-away",
        "transferred-other-provision",
    ]),
    (Status::Withdrawn, &["withdrew", "declined-by-person", "consent-withdrawn", "moved-away"]),
    (Status::EnteredInError, &["wrong-person", "duplicate"]),
    (Status::Deceased, &["deceased"]),
];

/// See [`ClosureReason::is_for_return`].
const FOR_RETURN: &[&str] = &[
    "unable-to-contact",
    "did-not-attend",
    "declined-by-person",
    "ineligible-age",
    "ineligible-area",
    "ineligible-employment",
    "ineligible-condition",
    "ineligible-capacity",
    "service-silent",
    "duplicate",
    "moved-away",
    "safeguarding-diverted",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closure_reasons_are_a_closed_list() {
        assert_eq!(
            ClosureReason::from_code("withdrew").map(ClosureReason::code),
            Some("withdrew")
        );
        assert_eq!(ClosureReason::from_code("went home"), None);
    }

    #[test]
    fn every_reason_for_a_return_is_known_and_has_words() {
        for code in ClosureReason::for_return() {
            let reason = ClosureReason::from_code(code).expect(code);
            assert!(reason.is_for_return() && reason.words().is_some(), "{code}");
        }
    }

    #[test]
    fn the_words_of_a_return_tell_nothing_of_health_work_or_death() {
        for code in ClosureReason::ALL {
            let words = ClosureReason::from_code(code).and_then(ClosureReason::words);
            let words = words.unwrap_or_default().to_lowercase();
            for word in [
                "condition",
                "ill",
                "work",
                "job",
                "employ",
                "died",
                "safeguard",
                "consent",
            ] {
                assert!(
                    !words.split(' ').any(|one| one.starts_with(word)),
                    "{code}: {words}"
                );
            }
        }
    }

    #[test]
    fn every_status_that_ends_a_case_has_reasons_and_every_reason_a_status() {
        for status in Status::ALL {
            let fitting = ClosureReason::fitting(*status);
            let reported = status.is_terminal() && status.is_providers_to_report();
            assert_eq!(!fitting.is_empty(), reported, "{}", status.code());
            for code in fitting {
                assert!(ClosureReason::from_code(code).is_some(), "{code}");
            }
        }
        for code in ClosureReason::ALL {
            let fits = |status: &Status| ClosureReason::fitting(*status).contains(code);
            // No provider says of itself that it does not answer.
            let is_found = Status::ALL.iter().any(fits);
            assert_eq!(is_found, *code != "service-silent", "{code}");
        }
    }
}
