//! Phrases of a list, looked for in what somebody typed: as whole words only.

/// A text and where its words begin: a phrase is looked for there only, which a list of
/// dozens makes many times cheaper than looking everywhere.
#[derive(Debug)]
pub struct Words<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Words<'t> {
    /// Finds the beginnings of the words. Phrases are compared as they are written: whoever
    /// looks for them in small letters gives a text in small letters.
    pub fn of(text: &'t str) -> Self {
        let mut starts = Vec::new();
        let mut within = false;
        for (at, character) in text.char_indices() {
            let is_of_word = character.is_alphanumeric();
            if is_of_word && !within {
                starts.push(at);
            }
            within = is_of_word;
        }
        Self { text, starts }
    }

    /// Whether the phrase stands there.
    pub fn hold(&self, phrase: &str) -> bool {
        self.after(phrase).next().is_some()
    }

    /// What follows the phrase, once for each time that it stands there. A phrase begins
    /// with a letter or a digit.
    pub fn after(&self, phrase: &str) -> impl Iterator<Item = &'t str> {
        let (text, first) = (self.text, phrase.as_bytes().first());
        self.starts
            .iter()
            .filter(move |start| text.as_bytes().get(**start) == first)
            .filter_map(move |start| text[*start..].strip_prefix(phrase))
            .filter(|after| !after.starts_with(char::is_alphanumeric))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_stands_in_a_text_as_whole_words_only() {
        for (text, holds) in [
            ("in prison", true),
            ("was (in prison).", true),
            ("in prisons", false),
            ("within prison", false),
            ("élan in prison", true),
            ("in  prison", false),
            ("", false),
        ] {
            assert_eq!(Words::of(text).hold("in prison"), holds, "{text}");
        }
    }

    #[test]
    fn what_follows_a_phrase_is_told_each_time() {
        let words = Words::of("PIP joint, PIPS and PIP");
        let after: Vec<&str> = words.after("PIP").collect();
        assert_eq!(after, [" joint, PIPS and PIP", ""]);
    }
}
