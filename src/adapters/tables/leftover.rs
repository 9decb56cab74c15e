//! What `mappings new` leaves for a person to write. A folder that still holds such words is
//! unfinished: they would reach a referrer or a provider as if somebody had meant them.

/// Begins what a person has to write; what it is stands behind a colon.
const TO_WRITE: &str = "TO WRITE";
/// What an agreement was called by before it had a reference.
const TO_BE_AGREED: &str = "TO BE AGREED";

/// What a text still says and what to write instead; `None` of a text that a person wrote.
pub(super) fn of(text: &str) -> Option<String> {
    if text.starts_with(TO_BE_AGREED) {
        return Some(format!(
            "still says {TO_BE_AGREED}; write what was agreed, as the agreement itself says it"
        ));
    }
    let (_, rest) = text.split_once(TO_WRITE)?;
    let what = rest.trim_start_matches(':').trim();
    // A word of a provider may end so; what was left begins so, or has its colon.
    if !text.starts_with(TO_WRITE) && !rest.starts_with(':') {
        return None;
    }
    Some(match what {
        "" => format!("still says {TO_WRITE}; write what belongs here"),
        what => format!("still says {TO_WRITE}; write {what}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_to_write_is_told_from_what_people_write() {
        for (text, found) in [
            ("TO WRITE: a name or a desk", "write a name or a desk"),
            ("TO WRITE", "write what belongs here"),
            ("Green Lane, TO WRITE: the rest", "write the rest"),
            ("TO BE AGREED", "write what was agreed"),
        ] {
            let said = of(text).unwrap_or_default();
            assert!(said.contains(found), "{text}: {said}");
        }
        for text in ["LETTER TO WRITE", "to write", "PLAN TO BE AGREED", ""] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
