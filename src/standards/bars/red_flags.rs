//! Phrases that must not wait for a working day: this gateway is no crisis service.
//!
//! A listed set of words, not a judgement: it finds what it lists and nothing else. A
//! finding holds the case for a named person and tells the referrer; the text itself is
//! never part of the finding.

use std::sync::LazyLock;

use crate::domain::phrases::{self, Phrases, Words};
use crate::standards::fhir::{Document, Kind, Node, raw_text};

/// One finding with the phrases that give it.
#[derive(Debug)]
pub struct RedFlag {
    /// The stable word of the finding.
    pub code: &'static str,
    /// Lower case; words stand whole.
    pub phrases: &'static [&'static str],
}

/// Every finding, version 0.1.
pub static ALL: &[RedFlag] = &[
    RedFlag {
        code: "suicide-risk",
        phrases: &[
            "suicidal",
            "suicide attempt",
            "attempted suicide",
            "plans to kill",
            "kill myself",
            "kill himself",
            "kill herself",
            "kill themselves",
            "end my life",
            "end his life",
            "end her life",
            "end their life",
            "ending my life",
            "take my own life",
            "want to die",
            "wants to die",
        ],
    },
    RedFlag {
        code: "self-harm",
        phrases: &[
            "overdose",
            "overdosed",
            "self harm",
            "self-harm",
            "self harming",
            "self-harming",
            "cutting myself",
        ],
    },
    RedFlag {
        code: "medical-emergency",
        phrases: &[
            "chest pain now",
            "cannot breathe",
            "can't breathe",
            "crushing chest pain",
            "having a stroke",
        ],
    },
    RedFlag {
        code: "immediate-danger",
        phrases: &[
            "in immediate danger",
            "threatened to kill",
            "being strangled",
            "fears for her life",
            "fears for his life",
            "fear for my life",
        ],
    },
];

/// The phrases of all findings. Nearly every text has none of them.
static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let phrases = ALL.iter().flat_map(|flag| flag.phrases);
    Phrases::of(&phrases.copied().collect::<Vec<_>>())
});

/// The codes of the findings in a text, each once. A negation is found too ("not
/// suicidal"): a person decides, not a list.
pub fn find(text: &str) -> Vec<&'static str> {
    let text = plain(text);
    if !PHRASES.stand_in(&text) {
        return Vec::new();
    }
    let words = Words::of(&text);
    ALL.iter()
        .filter(|flag| flag.phrases.iter().any(|phrase| words.hold(phrase)))
        .map(|flag| flag.code)
        .collect()
}

/// Whether any text of a document holds such a phrase, wherever it stands: for what is not
/// taken, and may not have been read as a referral.
pub fn stand_in(document: &Document) -> bool {
    let root = document.root();
    let texts = root.below().filter(|value| value.kind() == Kind::String);
    let mut texts = texts.filter_map(Node::text);
    texts.any(|text| PHRASES.stand_in(&plain(text)))
}

/// The same of a body that is no document: of its raw text.
pub fn stand_in_raw(body: &[u8]) -> bool {
    PHRASES.stand_in(&plain(&raw_text::of(body)))
}

/// As the phrases are written, one space between words.
fn plain(text: &str) -> String {
    let text = phrases::as_written(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_found_in_any_case_and_spacing() {
        for flag in ALL {
            for phrase in flag.phrases {
                let text = format!(
                    "Seen today,\n{} .",
                    phrase.to_uppercase().replace(' ', "  ")
                );
                assert!(find(&text).contains(&flag.code), "{phrase}");
            }
        }
    }

    #[test]
    fn every_phrase_is_found_in_a_body_that_is_cut_off_however_it_is_escaped() {
        for phrase in ALL.iter().flat_map(|flag| flag.phrases) {
            for (space, apostrophe) in [("\\n", "\\u2019"), ("&#10;", "&apos;"), ("  ", "&#8217;")]
            {
                let phrase = phrase.replace(' ', space).replace('\'', apostrophe);
                let body = format!("{{\"text\":\"Seen today,{space}{phrase}, and");
                assert!(stand_in_raw(body.as_bytes()), "{body}");
            }
        }
        assert!(!stand_in_raw(b"{\"text\":\"works at Selfharmony Ltd"));
        assert!(!stand_in_raw(b"{\"a\":\"wants to\",\"b\":\"die"));
    }

    #[test]
    fn words_stand_whole() {
        assert_eq!(
            find("works at Selfharmony Ltd; no overdosesomething"),
            [""; 0]
        );
        assert_eq!(find("He can\u{2019}t breathe"), ["medical-emergency"]);
        assert_eq!(
            find("took an overdose, feels suicidal"),
            ["suicide-risk", "self-harm"]
        );
        assert_eq!(find("chest pain last year, settled"), [""; 0]);
    }
}
