//! One row of the catalogue and one occurrence of it.

use std::fmt;

/// Who can put the matter right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixedBy {
    /// The system that sent the message.
    Referrer,
    /// The analyst who keeps the tables.
    Icb,
    /// The local provider.
    Provider,
    /// Whoever runs this gateway.
    Operator,
    /// The makers of this gateway.
    Us,
}

impl FixedBy {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Referrer => "the referring system",
            Self::Icb => "the ICB's table editor",
            Self::Provider => "the local provider",
            Self::Operator => "the gateway's operator",
            Self::Us => "the gateway's makers",
        }
    }
}

/// Whether sending the same thing again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never.
    Never,
    /// After something was put right, as a new request.
    AfterFix,
    /// The same request again, later.
    Later,
}

impl Retry {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Never => "no",
            Self::AfterFix => "after it is put right, as a new request",
            Self::Later => "yes, the same request, after a pause",
        }
    }
}

/// One row of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// `WW-<AREA>-<nnn>`.
    pub code: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
    /// What to do about it.
    pub advice: &'static str,
    /// Who acts.
    pub fixed_by: FixedBy,
    /// HTTP status.
    pub http: u16,
    /// Code of `http-error-codes` (BaRS Core 1.5.0, error handling).
    pub bars: &'static str,
    /// FHIR R4 issue code.
    pub issue: &'static str,
    /// Whether trying again helps.
    pub retry: Retry,
}

/// One occurrence of an entry: where it was found and what was found there. Neither
/// may hold a datum of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The row of the catalogue.
    pub entry: &'static Entry,
    /// FHIRPath-like path, header name or parameter.
    pub path: Option<String>,
    /// What was found and what was expected: names, codes and counts only.
    pub detail: Option<String>,
    /// Reported, but no reason to refuse.
    pub warning: bool,
}

impl Problem {
    /// An occurrence without place or detail.
    pub const fn new(entry: &'static Entry) -> Self {
        Self {
            entry,
            path: None,
            detail: None,
            warning: false,
        }
    }

    /// At this path, header or parameter.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// With what was found and what was expected.
    #[must_use]
    pub fn with(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// As a warning only.
    #[must_use]
    pub const fn as_warning(mut self) -> Self {
        self.warning = true;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.entry.code, self.entry.title)?;
        if let Some(path) = &self.path {
            write!(formatter, " at {path}")?;
        }
        if let Some(detail) = &self.detail {
            write!(formatter, ": {detail}")?;
        }
        Ok(())
    }
}
