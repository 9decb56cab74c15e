//! Formats and versions: `Accept` and `Content-Type`.

use std::fmt;

use crate::problem::Problem;
use crate::problem::area::header as entry;

/// A format in which messages come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `application/fhir+json`.
    Json,
    /// `application/fhir+xml`.
    Xml,
}

impl Format {
    /// The media type, without parameters.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/fhir+json",
            Self::Xml => "application/fhir+xml",
        }
    }

    /// Reads a media type; `application/json` and `application/xml` are what generic
    /// HTTP libraries write for the same thing.
    fn of(media_type: &str) -> Option<Self> {
        match media_type.to_ascii_lowercase().as_str() {
            "application/fhir+json" | "application/json" => Some(Self::Json),
            "application/fhir+xml" | "application/xml" => Some(Self::Xml),
            _ => None,
        }
    }
}

/// A version of BaRS Core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CoreVersion {
    /// Only a higher major breaks.
    pub major: u32,
    /// Additions.
    pub minor: u32,
    /// Corrections.
    pub patch: u32,
}

impl CoreVersion {
    /// What is meant when a sender names none (BaRS Core 1.5.0, content negotiation).
    pub const DEFAULT: Self = Self::new(1, 0, 0);

    /// A version of three numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// Reads `1`, `1.5`, `1.5.0` or `1.5.0-beta`.
    pub fn parse(text: &str) -> Option<Self> {
        let numbers = text.trim().trim_matches('"');
        let numbers = numbers.split(['-', '+']).next()?;
        let mut parts = [0u32; 3];
        for (index, part) in numbers.split('.').enumerate() {
            *parts.get_mut(index)? = part.parse().ok()?;
        }
        Some(Self::new(parts[0], parts[1], parts[2]))
    }
}

impl fmt::Display for CoreVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// What the sender wants to have in answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The format.
    pub format: Format,
    /// The highest version named that has a major we speak.
    pub version: CoreVersion,
}

impl Accepted {
    /// What an answer is written in when `Accept` cannot be read.
    pub const DEFAULT: Self = Self {
        format: Format::Json,
        version: CoreVersion::DEFAULT,
    };
}

/// Reads `Accept`. Several versions may be named; the highest that we speak counts.
pub(super) fn read(value: Option<&str>, ours: CoreVersion) -> Result<Accepted, Problem> {
    let refused = |row| Err(Problem::new(row).at("Accept"));
    let Some(value) = value.filter(|v| !v.trim().is_empty()) else {
        return Ok(Accepted::DEFAULT);
    };
    let mut best: Option<Accepted> = None;
    let (mut any_format, mut malformed) = (false, false);
    for range in value.split(',') {
        let Some(format) = format_of(range) else {
            continue;
        };
        any_format = true;
        let named = parameter(range, "version").map(CoreVersion::parse);
        let Some(version) = named.unwrap_or(Some(CoreVersion::DEFAULT)) else {
            malformed = true;
            continue;
        };
        if version.major > ours.major {
            continue;
        }
        if best.is_none_or(|known| version > known.version) {
            best = Some(Accepted { format, version });
        }
    }
    match best {
        Some(accepted) => Ok(accepted),
        None if malformed => refused(&entry::VERSION_MALFORMED),
        None if any_format => refused(&entry::VERSION_NOT_ACCEPTABLE),
        None => refused(&entry::MEDIA_NOT_ACCEPTABLE),
    }
}

fn format_of(range: &str) -> Option<Format> {
    let media_type = range.split(';').next()?.trim();
    // q=0 means "not this one" (RFC 9110, 12.4.2).
    if parameter(range, "q").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0)) {
        return None;
    }
    match media_type {
        "*/*" | "application/*" => Some(Format::Json),
        other => Format::of(other),
    }
}

/// Reads `Content-Type`; a charset other than UTF-8 is no format of ours.
pub(super) fn content(value: &str) -> Option<Format> {
    let format = Format::of(value.split(';').next()?.trim())?;
    let charset = parameter(value, "charset").unwrap_or("utf-8");
    charset
        .trim_matches('"')
        .eq_ignore_ascii_case("utf-8")
        .then_some(format)
}

fn parameter<'v>(range: &'v str, name: &str) -> Option<&'v str> {
    range.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
