//! What a deployment decides about reading messages.

use serde::Deserialize;

use super::codes;
use crate::domain::identifiers::{OdsCode, ServiceAddress};

/// Whether a finding refuses the message or is only reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// The message is refused.
    Refuse,
    /// The message is taken and the finding is a warning.
    Warn,
}

/// The policy of one receiving endpoint. Defaults are the strict ones that the NHS's
/// own GP examples still pass, except for the check digit of their NHS number.
#[derive(Clone, Debug)]
pub struct ReadPolicy {
    /// The services served here; a message for any other is refused, and one for one of
    /// them is judged by what that one takes.
    pub services: Vec<Served>,
    /// NHS number failing modulus 11. On `Warn` the number is taken as absent.
    pub nhs_number_check: Grade,
    /// A dangling reference other than the Journey ID.
    pub dangling: Grade,
    /// A MUST of the payload tables that is not met (published examples miss some).
    pub application_fields: Grade,
    /// A sender without an ODS code: then the organisation header alone names the
    /// referrer. `Warn` by default, because no harm follows: the header is the
    /// authenticated half of the comparison.
    pub sender_without_ods: Grade,
    /// The organisation to which messages are addressed; `None` compares with none.
    pub organisation: Option<OdsCode>,
    /// A receiver with the ODS code of another organisation. `Warn` by default: whom the
    /// message is for is told by its endpoint, which is compared and refused.
    pub receiver_not_ours: Grade,
    /// Whether category `validation` is offered.
    pub validation: bool,
    /// Use cases (lower case) in which a referral may be amended; `*` for all.
    pub amend: Vec<String>,
    /// Whether this gateway has sent requests that a response can answer. Without it
    /// every response is one to somebody else's request.
    pub expects_responses: bool,
    /// Characters of the reason that are read on.
    pub reason_characters: usize,
}

impl Default for ReadPolicy {
    fn default() -> Self {
        Self {
            services: Vec::new(),
            nhs_number_check: Grade::Refuse,
            dangling: Grade::Refuse,
            application_fields: Grade::Warn,
            sender_without_ods: Grade::Warn,
            organisation: None,
            receiver_not_ours: Grade::Warn,
            validation: false,
            amend: Vec::new(),
            expects_responses: false,
            reason_characters: 2_000,
        }
    }
}

impl ReadPolicy {
    /// Whether a referral of this use case may be amended.
    pub fn takes_amendments(&self, use_case: &str) -> bool {
        contains(&self.amend, use_case) || contains(&self.amend, "*")
    }

    /// A use case as it may be repeated in an error: a national one, or one of these services.
    pub fn shown_use_case(&self, use_case: &str) -> String {
        let ours = self.services.iter().flat_map(|service| &service.use_cases);
        let known: Vec<&str> = codes::USE_CASE_CODES
            .iter()
            .copied()
            .chain(ours.map(String::as_str))
            .collect();
        codes::shown(use_case, &known)
    }

    /// The service of this address; `None` when it is not served here.
    pub fn service(&self, address: &ServiceAddress) -> Option<&Served> {
        let is_it = |ours: &&Served| same_service(&ours.address, address);
        self.services.iter().find(is_it)
    }
}

/// A service served here and what it takes. A service id is one workflow (BaRS Core 1.5.0,
/// the directory of services), so that what one takes says nothing of another.
#[derive(Clone, Debug)]
pub struct Served {
    /// System and value.
    pub address: ServiceAddress,
    /// Use cases taken (lower case); empty takes every one.
    pub use_cases: Vec<String>,
    /// Application versions taken: a whole version (`1.0.0-beta`) or a major (`1`).
    /// Only a higher major breaks (BaRS Core 1.5.0, versioning).
    pub application_versions: Vec<String>,
}

impl Served {
    /// A service that takes every use case in the versions that are published today.
    pub fn of_all(address: ServiceAddress) -> Self {
        Self {
            address,
            use_cases: Vec::new(),
            application_versions: vec!["1".to_owned(), "2".to_owned()],
        }
    }

    /// Whether this use case is taken.
    pub fn takes_use_case(&self, use_case: &str) -> bool {
        self.use_cases.is_empty() || contains(&self.use_cases, use_case)
    }

    /// Whether this Application version is taken.
    pub fn takes_version(&self, version: &str) -> bool {
        let major = version.split('.').next().unwrap_or_default();
        self.application_versions
            .iter()
            .any(|taken| taken == version || taken == major)
    }

    /// The newest Application version taken; `None` when none is listed.
    pub fn newest_version(&self) -> Option<&str> {
        let taken = self.application_versions.iter().map(String::as_str);
        taken.max_by_key(|version| precedence(version))
    }
}

/// The order of versions (Semantic Versioning 2.0.0, as BaRS numbers its Applications): by
/// the numbers, and a pre-release before its release.
fn precedence(version: &str) -> (Vec<u32>, bool, &str) {
    let (numbers, before) = match version.split_once('-') {
        Some((numbers, before)) => (numbers, before),
        None => (version, ""),
    };
    let numbers = numbers.split('.').map(|n| n.parse().unwrap_or(0));
    (numbers.collect(), before.is_empty(), before)
}

/// Whether two addresses name one service. Systems differ in case between pages of the
/// guide (`/Id/`, `/id/`); values are compared as they are.
pub fn same_service(one: &ServiceAddress, other: &ServiceAddress) -> bool {
    one.value == other.value && one.system.eq_ignore_ascii_case(&other.system)
}

fn contains(list: &[String], word: &str) -> bool {
    list.iter().any(|item| item.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> ServiceAddress {
        ServiceAddress::parse(text).expect("an address")
    }

    fn any() -> Served {
        Served::of_all(address("https://fhir.nhs.uk/Id/dos-service-id|2000099999"))
    }

    #[test]
    fn a_version_is_taken_by_its_major_or_as_a_whole() {
        let service = Served {
            application_versions: vec!["1".into(), "3.0.0-beta".into()],
            ..any()
        };
        for (version, taken) in [
            ("1.0.0-beta", true),
            ("1.2.0", true),
            ("3.0.0-beta", true),
            ("3.0.0", false),
            ("10.0.0", false),
            ("", false),
        ] {
            assert_eq!(service.takes_version(version), taken, "{version}");
        }
    }

    #[test]
    fn the_newest_version_is_told_by_its_numbers() {
        for (listed, newest) in [
            (&["1.2.0", "1.10.0", "1.9.0"][..], Some("1.10.0")),
            (&["1.0.0", "1.0.0-beta"], Some("1.0.0")),
            (&["1.0.0-alpha", "1.0.0-beta"], Some("1.0.0-beta")),
            (&["2", "1.2.0"], Some("2")),
            (&[], None),
        ] {
            let service = Served {
                application_versions: listed.iter().map(|&v| v.to_owned()).collect(),
                ..any()
            };
            assert_eq!(service.newest_version(), newest, "{listed:?}");
        }
    }

    #[test]
    fn no_list_of_use_cases_takes_every_one() {
        let mut service = any();
        assert!(service.takes_use_case("a5t1"));
        service.use_cases = vec!["ww1".into()];
        assert!(service.takes_use_case("WW1"));
        assert!(!service.takes_use_case("a5t1"));
    }

    #[test]
    fn the_spelling_of_a_system_does_not_make_another_service() {
        let policy = ReadPolicy {
            services: vec![any()],
            ..ReadPolicy::default()
        };
        let serves = |text: &str| policy.service(&address(text)).is_some();
        assert!(serves("https://fhir.nhs.uk/id/dos-service-id|2000099999"));
        assert!(!serves("https://fhir.nhs.uk/Id/dos-service-id|2000099998"));
    }
}
