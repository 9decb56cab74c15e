//! The guard against addresses inside the network: a table is written by many hands,
//! and must not make the gateway call its own surroundings.
//!
//! An address literal is judged here before the request; a name is judged when it is
//! resolved, and the connection goes to the very addresses that were judged, so that a
//! name that changes its answer in between gains nothing.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::problem::{Problem, area::channel};

/// What is allowed beside public https addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Loopback addresses, and plain http to them: demonstration and tests.
    pub allow_loopback: bool,
    /// Private networks (RFC 1918, unique local, carrier-grade NAT).
    pub allow_private: bool,
    /// Hosts from the operator's own configuration that may lie in a private network, or
    /// be this machine: a national proxy reached through a hospital's network, a relay
    /// beside the gateway; lower case. A table never adds to them.
    pub trusted_hosts: Vec<String>,
}

/// Reads the address of a destination and judges what can be judged before its name is
/// resolved. Errors: `WW-DLV-009`, `WW-DLV-010`, without the address itself.
pub fn check(address: &str, policy: &Policy) -> Result<Url, Problem> {
    let url = Url::parse(address).map_err(|_| malformed("it is not an absolute URL"))?;
    let host = url.host_str().ok_or_else(|| malformed("it has no host"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(malformed("it carries a user name or a password"));
    }
    if url.fragment().is_some() {
        return Err(malformed("it carries a fragment"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(host) && (policy.allow_loopback || policy.trusts(host)) => {}
        "http" => return Err(malformed("it is http, not https")),
        _ => return Err(malformed("its scheme is not https")),
    }
    if let Some(literal) = literal(host)
        && !policy.allows(host, literal)
    {
        return Err(Problem::new(&channel::ADDRESS_REFUSED).with(Kind::of(literal).words()));
    }
    Ok(url)
}

/// The host of an address as [`Policy::trusted_hosts`] holds it.
pub fn host_of(address: &str) -> Option<String> {
    Url::parse(address)
        .ok()?
        .host_str()
        .map(str::to_ascii_lowercase)
}

impl Policy {
    fn allows(&self, host: &str, address: IpAddr) -> bool {
        // `localhost` means this machine whatever a resolver says (RFC 6761, 6.3).
        if is_localhost(host) && !address.is_loopback() {
            return false;
        }
        match Kind::of(address) {
            Kind::Public => true,
            Kind::Loopback => self.allow_loopback || self.trusts(host),
            Kind::Private => self.allow_private || self.trusts(host),
            Kind::Reserved => false,
        }
    }

    fn trusts(&self, host: &str) -> bool {
        self.trusted_hosts
            .iter()
            .any(|trusted| trusted.eq_ignore_ascii_case(host))
    }
}

/// Resolves names and lets only allowed addresses through.
pub(super) struct Guard(pub(super) Policy);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            let kind = found.first().map(|address| Kind::of(address.ip()));
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| policy.allows(host, address.ip()))
                .collect();
            match kind {
                Some(kind) if allowed.is_empty() => Err(Refused(kind).into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// A name resolved to addresses of which none is allowed.
#[derive(Debug)]
pub(super) struct Refused(Kind);

impl Refused {
    /// The problem to report.
    pub(super) fn problem(&self) -> Problem {
        Problem::new(&channel::ADDRESS_REFUSED).with(self.0.words())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.words())
    }
}

impl std::error::Error for Refused {}

/// Where an address lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Public,
    Loopback,
    Private,
    /// Link-local (cloud metadata services live there), multicast, documentation,
    /// unspecified and everything else that no provider can have.
    Reserved,
}

impl Kind {
    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::of_v4(v4),
            IpAddr::V6(v6) => Self::of_v6(v6),
        }
    }

    /// IANA IPv4 special-purpose address registry.
    const fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            [127, ..] => Self::Loopback,
            [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Self::Private,
            [0 | 224..=255, ..]
            | [169, 254, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _] => Self::Reserved,
            _ => Self::Public,
        }
    }

    /// IANA IPv6 special-purpose address registry; an IPv4 address inside an IPv6 one is
    /// judged as itself.
    fn of_v6(address: Ipv6Addr) -> Self {
        if address.is_loopback() {
            return Self::Loopback;
        }
        if let Some(v4) = embedded_v4(address) {
            return Self::of_v4(v4);
        }
        match address.segments() {
            [0xfc00..=0xfdff, ..] => Self::Private,
            [0x2001, 0x0000..=0x01ff | 0x0db8, ..] | [0x3fff, 0x0000..=0x0fff, ..] => {
                Self::Reserved
            }
            [0x2000..=0x3fff, ..] => Self::Public,
            _ => Self::Reserved,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Public => "none of the addresses of its name is allowed",
            Self::Loopback => "it is a loopback address",
            Self::Private => "it is a private address",
            Self::Reserved => "it is a link-local or reserved address",
        }
    }
}

/// Mapped (RFC 4291), NAT64 (RFC 6052) and 6to4 (RFC 3056) addresses.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(join(high, low))
        }
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

fn is_localhost(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost")
}

fn is_loopback(host: &str) -> bool {
    is_localhost(host) || literal(host).is_some_and(|address| address.is_loopback())
}

fn malformed(why: &str) -> Problem {
    Problem::new(&channel::ADDRESS_MALFORMED).with(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOSED: Policy = Policy {
        allow_loopback: false,
        allow_private: false,
        trusted_hosts: Vec::new(),
    };

    fn code(address: &str, policy: &Policy) -> Option<&'static str> {
        check(address, policy)
            .err()
            .map(|problem| problem.entry.code)
    }

    #[test]
    fn the_operators_own_relay_on_this_machine_may_be_called_and_no_other() {
        let policy = Policy {
            trusted_hosts: vec!["127.0.0.1".to_owned()],
            ..Policy::default()
        };
        assert!(check("http://127.0.0.1:9000/base", &policy).is_ok());
        assert!(check("http://127.0.0.2:9000/base", &policy).is_err());
        assert!(check("http://proxy.example/base", &policy).is_err());
        let none = Policy::default();
        assert!(check("http://127.0.0.1:9000/base", &none).is_err());
    }

    #[test]
    fn addresses_inside_the_network_are_refused_however_they_are_spelt() {
        for address in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://10.0.0.1/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://100.64.0.1/",
            "https://[fd00::1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[fe80::1]/",
            "https://0.0.0.0/",
            "https://[::]/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://198.18.0.1/",
        ] {
            assert_eq!(code(address, &CLOSED), Some("WW-DLV-010"), "{address}");
        }
    }

    #[test]
    fn public_addresses_and_names_pass() {
        for address in [
            "https://referrals.provider.example/inbox?tenant=7",
            "https://8.8.8.8/",
            "https://172.32.0.1/",
            "https://[2606:4700::1]:8443/fhir",
        ] {
            assert_eq!(code(address, &CLOSED), None, "{address}");
        }
    }

    #[test]
    fn anything_but_a_plain_https_url_is_malformed() {
        for address in [
            "",
            "/inbox",
            "http://provider.example/",
            "ftp://provider.example/",
            "file:///etc/hosts",
            "https://user@provider.example/",
            "https://user:word@provider.example/",
            "https://provider.example/#part",
        ] {
            assert_eq!(code(address, &CLOSED), Some("WW-DLV-009"), "{address}");
        }
    }

    #[test]
    fn what_the_operator_allows_is_allowed_and_no_more() {
        let loopback = Policy {
            allow_loopback: true,
            ..CLOSED
        };
        assert_eq!(code("http://127.0.0.1:9/", &loopback), None);
        assert_eq!(code("http://localhost:9/", &loopback), None);
        assert_eq!(code("http://10.0.0.1/", &loopback), Some("WW-DLV-009"));
        assert_eq!(code("https://10.0.0.1/", &loopback), Some("WW-DLV-010"));

        let private = Policy {
            allow_private: true,
            ..CLOSED
        };
        assert_eq!(code("https://10.0.0.1/", &private), None);
        assert_eq!(code("https://127.0.0.1/", &private), Some("WW-DLV-010"));
        assert_eq!(
            code("https://169.254.169.254/", &private),
            Some("WW-DLV-010")
        );

        let trusted = Policy {
            trusted_hosts: vec!["10.0.0.1".to_owned()],
            ..CLOSED
        };
        assert_eq!(code("https://10.0.0.1/", &trusted), None);
        assert_eq!(code("https://10.0.0.2/", &trusted), Some("WW-DLV-010"));
    }

    #[test]
    fn a_name_is_judged_by_the_addresses_it_resolves_to() {
        let refuse = |policy: &Policy, host, address: &str| {
            !policy.allows(host, address.parse().expect("an address"))
        };
        assert!(refuse(&CLOSED, "inside.example", "10.1.2.3"));
        assert!(refuse(&CLOSED, "localhost", "8.8.8.8"));
        assert!(!refuse(&CLOSED, "outside.example", "8.8.8.8"));
        let trusted = Policy {
            trusted_hosts: vec!["proxy.example".to_owned()],
            ..CLOSED
        };
        assert!(!refuse(&trusted, "Proxy.example", "10.1.2.3"));
        assert!(refuse(&trusted, "other.example", "10.1.2.3"));
    }

    #[test]
    fn a_refusal_never_repeats_the_address() {
        let problem = check("http://zebulon.example/?nhs=9990000018", &CLOSED)
            .expect_err("http")
            .to_string();
        assert!(
            !problem.contains("zebulon") && !problem.contains("999"),
            "{problem}"
        );
    }
}
