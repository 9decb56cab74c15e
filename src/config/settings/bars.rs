//! Receiving referrals and answering referrers.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::identifiers::ServiceAddress;

/// `[bars]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// Version of BaRS Core, `x.y.z`.
    pub core_version: String,
    /// The base address under which callers reach us; without a closing slash.
    pub base_url: Option<String>,
    /// The services that may be addressed.
    pub services: Vec<Service>,
    /// Limits on one request.
    pub limits: Limits,
    /// What happens where there is room for judgement.
    pub policies: Policies,
    /// Messages to referrers.
    pub outbound: Outbound,
}

/// One row of `[[bars.services]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// System and value.
    pub address: ServiceAddress,
    /// Use case codes in lower case.
    pub use_cases: Vec<String>,
    /// BaRS Application versions.
    pub application_versions: Vec<String>,
}

/// `[bars.limits]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest body, bytes.
    pub body_bytes: usize,
    /// Deepest nesting.
    pub depth: usize,
    /// Longest time to an answer.
    pub time_limit: Duration,
}

/// What to do with a message that has a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Answer with the fault, store nothing of the message.
    Refuse,
    /// Accept, and put the case before the operator.
    Hold,
    /// Accept, and record the fault.
    Warn,
}

/// `[bars.policies]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policies {
    /// NHS number that fails its check digit: refuse or warn.
    pub nhs_number_check: Policy,
    /// WorkWell consent not recorded: refuse or hold.
    pub workwell_consent: Policy,
    /// Reference to something that is not there: refuse or warn.
    pub dangling_reference: Policy,
    /// Field that the BaRS Application asks for: refuse or warn.
    pub application_gaps: Policy,
    /// Phrase that sounds like a crisis: hold or warn.
    pub red_flag: Policy,
    /// NHS number outside the test range, in mode `test`: refuse or warn.
    pub number_outside_test_range: Policy,
    /// Sender without an ODS code: refuse or warn.
    pub referrer_sender_without_ods: Policy,
    /// Receiver with the ODS code of another organisation: refuse or warn.
    pub receiver_not_ours: Policy,
}

/// `[bars.outbound]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outbound {
    /// Base address of the BaRS proxy; without a closing slash.
    pub base_url: Option<String>,
    /// Base addresses of single targets; without a closing slash.
    pub targets: BTreeMap<ServiceAddress, String>,
    /// Longest time to make a connection.
    pub connect_timeout: Duration,
    /// Longest time for one attempt.
    pub attempt_timeout: Duration,
}

impl Outbound {
    /// The base address for messages to this target, if one is known.
    pub fn address_for(&self, target: &ServiceAddress) -> Option<&str> {
        let own = self.targets.get(target);
        own.or(self.base_url.as_ref()).map(String::as_str)
    }
}
