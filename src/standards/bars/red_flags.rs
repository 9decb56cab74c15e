//! Phrases that must not wait for a working day: this gateway is no crisis service.
//!
//! A listed set of words, not a judgement: it finds what it lists and nothing else. A
//! finding holds the case for a named person and tells the referrer; the text itself is
//! never part of the finding.

use std::sync::LazyLock;

use super::accept::resources;
use crate::domain::phrases::Phrases;
use crate::standards::fhir::name::NameKey;
use crate::standards::fhir::{Document, Kind, Node, raw_text};

/// One finding with the phrases that give it.
#[derive(Debug)]
pub struct RedFlag {
    /// The stable word of the finding.
    pub code: &'static str,
    /// Lower case; words stand whole. A space stands for hyphens too.
    pub phrases: &'static [&'static str],
}

/// Every finding, version 0.2.
pub static ALL: &[RedFlag] = &[
    RedFlag {
        code: "suicide-risk",
        phrases: &[
            "suicidal",
            "suicide attempt",
            "attempted suicide",
            "attempting suicide",
            "commit suicide",
            "plans to kill",
            "kill myself",
            "kill himself",
            "kill herself",
            "kill themselves",
            "kill themself",
            "killing myself",
            "killing himself",
            "killing herself",
            "killing themselves",
            "killing themself",
            "hang myself",
            "hang himself",
            "hang herself",
            "hang themselves",
            "hang themself",
            "end my life",
            "end his life",
            "end her life",
            "end their life",
            "ending my life",
            "ending his life",
            "ending her life",
            "ending their life",
            "end it all",
            "take my own life",
            "take his own life",
            "take her own life",
            "take their own life",
            "taking my own life",
            "taking his own life",
            "taking her own life",
            "taking their own life",
            "want to die",
            "wants to die",
            "wanting to die",
            "wish to die",
            "wishes to die",
            "better off dead",
            "no reason to live",
            "not want to live",
            "don't want to live",
            "doesn't want to live",
            "not want to be alive",
            "don't want to be alive",
            "doesn't want to be alive",
        ],
    },
    RedFlag {
        code: "self-harm",
        phrases: &[
            "overdose",
            "overdosed",
            "overdosing",
            "self harm",
            "self harms",
            "self harmed",
            "self harming",
            "cutting myself",
            "cutting himself",
            "cutting herself",
            "cutting themselves",
            "cutting themself",
            "hurting myself",
            "hurting himself",
            "hurting herself",
            "hurting themselves",
            "hurting themself",
        ],
    },
    RedFlag {
        code: "medical-emergency",
        phrases: &[
            "chest pain now",
            "cannot breathe",
            "can't breathe",
            "cant breathe",
            "crushing chest pain",
            "having a stroke",
        ],
    },
    RedFlag {
        code: "immediate-danger",
        phrases: &[
            "in immediate danger",
            "threatened to kill",
            "threatening to kill",
            "being strangled",
            "fear for my life",
            "fears for his life",
            "fears for her life",
            "fears for their life",
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
    let found: Vec<&str> = PHRASES.typed_in(text).collect();
    let is_found = |flag: &&RedFlag| flag.phrases.iter().any(|phrase| found.contains(phrase));
    ALL.iter().filter(is_found).map(|flag| flag.code).collect()
}

/// Whether somebody wrote such a phrase into a message that is taken, in whatever field. What a
/// terminology calls a code is nobody's words, unless it is why the person is referred: a list of
/// past problems names an overdose of long ago, and to hold every such referral would hide the
/// one that cannot wait.
pub fn are_written_in(document: &Document) -> bool {
    let display = NameKey::of("display");
    resources(document).any(|(kind, resource)| {
        let why = kind == "ServiceRequest";
        let mut texts = texts(resource).filter(|text| why || !text.is_named(display, "display"));
        texts.any(stands_in)
    })
}

/// Whether any text of a document holds such a phrase, wherever it stands: for what is not
/// taken, and may not have been read as a referral.
pub fn stand_in(document: &Document) -> bool {
    texts(document.root()).any(stands_in)
}

/// The same of a body that is no document: of its raw text.
pub fn stand_in_raw(body: &[u8]) -> bool {
    PHRASES.typed_in(&raw_text::of(body)).next().is_some()
}

fn texts(under: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    under.below().filter(|value| value.kind() == Kind::String)
}

fn stands_in(value: Node<'_>) -> bool {
    let Some(text) = value.text().filter(|text| !is_address(text)) else {
        return false;
    };
    if PHRASES.typed_in(text).next().is_some() {
        return true;
    }
    // In a narrative marks and entities may stand between the words.
    let is_narrative = text.starts_with('<') && value.is_named(NameKey::of("div"), "div");
    is_narrative && PHRASES.typed_in(&unmarked(text)).next().is_some()
}

/// Half of a message are names of systems and of resources.
fn is_address(text: &str) -> bool {
    let is_one = text.starts_with("https://") || text.starts_with("urn:uuid:");
    is_one && !text.contains(char::is_whitespace)
}

/// The words of a narrative without its marks.
fn unmarked(narrative: &str) -> String {
    let words = narrative
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, words)| words));
    let words: Vec<&str> = words.collect();
    raw_text::of(words.join(" ").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::fhir::Limits;

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

    fn document(entries: &str) -> Document {
        let text = format!(r#"{{"resourceType":"Bundle","entry":[{entries}]}}"#);
        Document::parse(text.into_bytes(), &Limits::default()).expect("JSON")
    }

    #[test]
    fn a_phrase_counts_in_whatever_field_somebody_wrote_it() {
        const SAID: &str = "he wants to kill himself";
        for (kind, member) in [
            ("Task", r#""description":"SAID""#),
            ("Observation", r#""valueString":"SAID""#),
            ("Condition", r#""code":{"text":"SAID"}"#),
            ("CarePlan", r#""activity":[{"progress":[{"text":"SAID"}]}]"#),
            ("Communication", r#""payload":[{"contentString":"SAID"}]"#),
            ("Flag", r#""code":{"text":"SAID"}"#),
            ("Encounter", r#""text":{"div":"<div><p>SAID</p></div>"}"#),
            (
                "Encounter",
                r#""text":{"div":"<div>he wants to <b>kill</b>&#160;himself</div>"}"#,
            ),
            (
                "ServiceRequest",
                r#""reasonCode":[{"coding":[{"display":"SAID"}]}]"#,
            ),
        ] {
            let resource = format!(r#"{{"resource":{{"resourceType":"{kind}",{member}}}}}"#);
            let written = document(&resource.replace("SAID", SAID));
            assert!(are_written_in(&written) && stand_in(&written), "{resource}");
        }
    }

    #[test]
    fn the_name_of_a_past_problems_code_holds_no_referral() {
        let coded = document(
            r#"{"resource":{"resourceType":"Condition","code":{"coding":[
            {"display":"Intentional overdose"}]}}}"#,
        );
        assert!(!are_written_in(&coded));
        assert!(stand_in(&coded), "who is refused is told all the same");
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
