//! The characters that a text of FHIR can have.

/// Whether a text of FHIR can have this character: those of XML 1.0, production 2, because a
/// resource has to be the same in both formats. FHIR R4 (datatypes, string) wants no code
/// point below 32 but tab, line feed and carriage return; XML has no way to write another,
/// not even by a reference.
pub(crate) const fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Whether an entity of XML, without its `&` and `;`, stands for such a character: one of
/// the five that need no document type, or a number.
pub(crate) fn is_reference(entity: &str) -> bool {
    let Some(number) = entity.strip_prefix('#') else {
        return matches!(entity, "amp" | "lt" | "gt" | "quot" | "apos");
    };
    let (digits, radix) = number
        .strip_prefix('x')
        .map_or((number, 10), |digits| (digits, 16));
    // `from_str_radix` would take a sign.
    let written = digits.chars().all(|digit| digit.is_digit(radix));
    let code = u32::from_str_radix(digits, radix).ok();
    let character = code.filter(|_| written).and_then(char::from_u32);
    character.is_some_and(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_allowed_where_xml_has_it() {
        for allowed in [
            '\t',
            '\n',
            '\r',
            ' ',
            '\u{7F}',
            '\u{85}',
            'é',
            '\u{FFFD}',
            '\u{10FFFF}',
        ] {
            assert!(is_allowed(allowed), "{allowed:?}");
        }
        for other in ['\0', '\u{7}', '\u{B}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            assert!(!is_allowed(other), "{other:?}");
        }
    }

    #[test]
    fn a_reference_leads_to_a_character_that_is_allowed() {
        for entity in [
            "amp", "lt", "gt", "quot", "apos", "#9", "#xD", "#160", "#x1F600",
        ] {
            assert!(is_reference(entity), "{entity}");
        }
        for entity in [
            "nbsp",
            "#7",
            "#x7",
            "#xFFFE",
            "#xD800",
            "#",
            "#x",
            "#+9",
            "#99999999999",
        ] {
            assert!(!is_reference(entity), "{entity}");
        }
    }
}
