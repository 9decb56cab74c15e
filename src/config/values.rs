//! Reading the texts that settings are written in.

use std::net::IpAddr;
use std::time::Duration;

use super::{PostgresServer, StoreUrl};

/// A time such as `5s`, `10m`, `6h` or `2d`; whole numbers above nought, up to 30 days.
pub(super) fn time(text: &str) -> Option<Duration> {
    const LONGEST_SECONDS: u64 = 30 * 86_400;
    let text = text.trim();
    let unit = text.chars().next_back()?;
    let number = text.strip_suffix(unit)?;
    let each = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = number.parse::<u64>().ok()?.checked_mul(each)?;
    (1..=LONGEST_SECONDS)
        .contains(&seconds)
        .then(|| Duration::from_secs(seconds))
}

/// An address to send to, without a closing slash: https, or http to this machine
/// itself, since referrals must not cross a network in the clear. No user, password,
/// query or fragment.
pub(super) fn web_address(text: &str) -> Option<String> {
    let url = reqwest::Url::parse(text).ok()?;
    let bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let safe = match url.scheme() {
        "https" => url.host_str().is_some(),
        "http" => url.host_str().is_some_and(is_this_machine),
        _ => false,
    };
    (bare && safe).then(|| text.trim_end_matches('/').to_owned())
}

fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Where the cases are kept. A password in the address would be shown with it.
pub(super) fn store_url(text: &str, server: &PostgresServer) -> Option<StoreUrl> {
    if let Some(path) = text.strip_prefix("sqlite:") {
        return (!path.is_empty()).then(|| StoreUrl::Sqlite(path.into()));
    }
    let (scheme, rest) = text.split_once("://")?;
    let is_ours = matches!(scheme, "postgres" | "postgresql");
    let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
    // Several hosts stand side by side: user@one:5432,other:5432/database.
    let (place, database) = place.split_once('/')?;
    let (user, hosts) = place.rsplit_once('@')?;
    let bare = !user.contains(':') && !options.split('&').any(|pair| pair.starts_with("password="));
    let whole = [user, hosts, database].iter().all(|part| !part.is_empty());
    (is_ours && bare && whole).then(|| {
        StoreUrl::Postgres(PostgresServer {
            url: text.to_owned(),
            ..server.clone()
        })
    })
}

/// `x.y.z`.
pub(super) fn core_version(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('.').collect();
    let numbers = parts.len() == 3 && parts.iter().all(|part| part.parse::<u16>().is_ok());
    numbers.then(|| text.to_owned())
}

/// A folder name of a provider: lower-case letters, digits and hyphens.
pub(super) fn slug(text: &str) -> Option<String> {
    let shaped = !text.is_empty()
        && text.len() <= 64
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    shaped.then(|| text.to_owned())
}

/// 64 hexadecimal digits.
pub(super) fn sha256(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut digest = [0; 32];
    for (index, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_their_unit() {
        for (text, seconds) in [("5s", 5), ("10m", 600), ("6h", 21_600), ("2d", 172_800)] {
            assert_eq!(time(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "5", "s", "0s", "-5s", "+5s", "1.5h", "31d", "5 s", "5ß"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn referrals_do_not_cross_a_network_in_the_clear() {
        for text in [
            "https://proxy.example/bars",
            "http://127.0.0.1:9000",
            "http://localhost:9000",
            "http://[::1]:9000",
        ] {
            assert_eq!(web_address(text), Some(text.to_owned()));
        }
        for text in [
            "http://proxy.example",
            "https://user:word@proxy.example",
            "https://proxy.example/?a=b",
            "ftp://proxy.example",
            "proxy.example",
        ] {
            assert_eq!(web_address(text), None, "{text}");
        }
    }

    #[test]
    fn a_store_is_a_file_or_a_server_and_the_password_is_elsewhere() {
        let server = PostgresServer {
            url: String::new(),
            password_file: None,
            root_certificates: None,
            connections: 16,
        };
        for text in [
            "sqlite:workwell.db",
            "sqlite:/var/lib/w.db",
            "postgres://gateway@db.example:5432/workwell",
            "postgresql://gateway@%2Frun%2Fpostgresql/workwell?connect_timeout=5",
            "postgres://gateway@db1.example,db2.example/workwell?target_session_attrs=read-write",
            "postgres://gw@a.example:5432,b.example:5432/w?target_session_attrs=read-write",
        ] {
            let url = store_url(text, &server).map(|url| url.to_string());
            assert_eq!(url.as_deref(), Some(text));
        }
        for text in [
            "",
            "workwell.db",
            "sqlite:",
            "mysql://db.example/w",
            "postgres://gateway:word@db.example/w",
            "postgres://gateway@db.example/w?password=word",
            "postgres://db.example",
        ] {
            assert_eq!(store_url(text, &server), None, "{text}");
        }
    }

    #[test]
    fn a_closing_slash_is_taken_off_an_address() {
        assert_eq!(
            web_address("https://proxy.example/").as_deref(),
            Some("https://proxy.example")
        );
    }

    #[test]
    fn a_digest_has_64_hexadecimal_digits() {
        assert_eq!(sha256(&"0f".repeat(32)), Some([15; 32]));
        assert_eq!(sha256(&"0f".repeat(31)), None);
        assert_eq!(sha256(&"é".repeat(32)), None);
    }

    #[test]
    fn a_folder_name_is_lower_case() {
        assert_eq!(slug("hope-works"), Some("hope-works".to_owned()));
        for text in ["", "Hope", "hope works", "-hope", "../etc"] {
            assert_eq!(slug(text), None, "{text}");
        }
    }
}
