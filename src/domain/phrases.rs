//! Phrases of a list, looked for in what somebody typed: as whole words only.

/// A text as the phrases of a list are written: small letters, straight apostrophes.
pub fn as_written(text: &str) -> String {
    text.to_lowercase().replace('\u{2019}', "'")
}

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
        let starts = word_starts(text).collect();
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
            .filter_map(move |start| whole_words_after(&text[*start..], phrase))
    }
}

/// The phrases of a list by the letter that each begins with: a text asks at each of its words
/// only for the few that begin so. Made once for a list.
#[derive(Debug)]
pub struct Phrases {
    by_first: [Vec<&'static str>; 256],
    beginnings: Box<Beginnings>,
}

/// Three letters with which a phrase may begin, in either case, a bit for each: most words of a
/// text begin with none of them, and are passed over at that.
#[derive(Debug)]
struct Beginnings([u32; 32 * 32]);

impl Beginnings {
    fn of(list: &[&'static str]) -> Self {
        let mut bits = [0; 32 * 32];
        for phrase in list {
            // A gap or an apostrophe is typed in several ways: then any letter will do.
            let letter = |at: usize| {
                let byte = phrase.as_bytes().get(at).copied();
                byte.filter(u8::is_ascii_alphanumeric).map(|byte| byte & 31)
            };
            let (first, second, third) = (letter(0).unwrap_or(0), letter(1), letter(2));
            for middle in 0..32 {
                if second.is_none_or(|second| second == middle) {
                    let third = third.filter(|_| second.is_some());
                    let place = usize::from(first) << 5 | usize::from(middle);
                    bits[place] |= third.map_or(u32::MAX, |third| 1 << third);
                }
            }
        }
        Self(bits)
    }

    #[inline]
    fn may_be(&self, [first, second, third]: [u8; 3]) -> bool {
        let place = usize::from(first & 31) << 5 | usize::from(second & 31);
        self.0[place] >> (third & 31) & 1 == 1
    }
}

impl Phrases {
    /// Sorts a list. Each phrase begins with a letter or a digit.
    pub fn of(list: &[&'static str]) -> Self {
        let mut by_first = [const { Vec::new() }; 256];
        for phrase in list {
            if let Some(first) = phrase.as_bytes().first() {
                by_first[usize::from(*first)].push(*phrase);
            }
        }
        Self {
            by_first,
            beginnings: Box::new(Beginnings::of(list)),
        }
    }

    /// Each of them that stands in the text however it was typed: in small or large letters,
    /// any white space or hyphens where the phrase has a space, either apostrophe. Nothing is
    /// copied for it, so that a long text costs one look at each of its letters. A phrase has
    /// three letters at least.
    pub fn typed_in(&self, text: &str) -> impl Iterator<Item = &'static str> {
        let begins = |at: &usize| *at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric();
        let three = text.as_bytes().array_windows::<3>().enumerate();
        let may_be = three.filter(|(_, letters)| self.beginnings.may_be(**letters));
        let starts = may_be.map(|(at, _)| at).filter(begins);
        starts.flat_map(move |at| {
            let first = usize::from(text.as_bytes()[at].to_ascii_lowercase());
            // Behind a letter that is not ASCII no word begins, and within one none either.
            let is_start =
                text.is_char_boundary(at) && !text[..at].ends_with(char::is_alphanumeric);
            let begin_so = self.by_first[first].iter().filter(move |_| is_start);
            let found = begin_so.filter(move |phrase| typed(&text[at..], phrase).is_some());
            found.copied()
        })
    }

    /// Whether one of them stands in the text, compared as [`Words`] does.
    pub fn stand_in(&self, text: &str) -> bool {
        self.after_each(text).next().is_some()
    }

    /// What follows each of them, once for each time that it stands there.
    pub fn after_each<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        word_starts(text).flat_map(move |start| {
            let first = usize::from(text.as_bytes()[start]);
            let begin_so = self.by_first[first].iter();
            begin_so.filter_map(move |phrase| whole_words_after(&text[start..], phrase))
        })
    }
}

/// What stands behind a phrase with which a text begins, however it is typed; phrases are ASCII.
fn typed<'t>(text: &'t str, phrase: &str) -> Option<&'t str> {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2014}');
    let mut rest = text;
    for letter in phrase.bytes() {
        rest = match letter {
            b' ' => {
                let behind = rest.trim_start_matches(is_gap);
                (behind.len() < rest.len()).then_some(behind)?
            }
            b'\'' => rest.strip_prefix(['\'', '\u{2019}'])?,
            letter => {
                let first = rest.bytes().next()?;
                first.eq_ignore_ascii_case(&letter).then(|| &rest[1..])?
            }
        };
    }
    (!rest.starts_with(char::is_alphanumeric)).then_some(rest)
}

/// What stands behind a phrase with which a text begins, if its last word ends there.
fn whole_words_after<'t>(text: &'t str, phrase: &str) -> Option<&'t str> {
    let after = text.strip_prefix(phrase)?;
    (!after.starts_with(char::is_alphanumeric)).then_some(after)
}

/// Where the words of a text begin.
fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut within = false;
    text.char_indices().filter_map(move |(at, character)| {
        let is_of_word = character.is_alphanumeric();
        let begins = is_of_word && !within;
        within = is_of_word;
        begins.then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_through_in_small_letters_with_straight_apostrophes() {
        assert_eq!(as_written("Can\u{2019}t  BREATHE"), "can't  breathe");
    }

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
            let list = Phrases::of(&["in custody", "in prison", "prison term"]);
            assert_eq!(list.stand_in(text), holds, "{text}");
        }
    }

    #[test]
    fn a_phrase_is_found_however_it_is_typed() {
        let list = Phrases::of(&["self harm", "can't go", "kill"]);
        for (text, found) in [
            ("Self-Harm", &["self harm"][..]),
            (
                "self \n\u{a0}harm, SELF\u{2011}HARM",
                &["self harm", "self harm"],
            ),
            ("(can\u{2019}t go)", &["can't go"]),
            ("\u{2018}kill\u{2019}", &["kill"]),
            ("skill, killed, \u{e9}kill, kill\u{e9}", &[]),
            ("selfharm; itself harm", &[]),
            ("can't", &[]),
            ("", &[]),
        ] {
            let typed: Vec<&str> = list.typed_in(text).collect();
            assert_eq!(typed, found, "{text}");
        }
    }

    #[test]
    fn what_follows_a_phrase_is_told_each_time() {
        let words = Words::of("PIP joint, PIPS and PIP");
        let after: Vec<&str> = words.after("PIP").collect();
        assert_eq!(after, [" joint, PIPS and PIP", ""]);
    }

    #[test]
    fn what_follows_each_phrase_of_a_list_is_told_in_the_order_of_the_text() {
        let list = Phrases::of(&["PIP", "PIP and", "ESA"]);
        let after: Vec<&str> = list.after_each("ESA, PIPS, PIP and").collect();
        assert_eq!(after, [", PIPS, PIP and", " and", ""]);
    }
}
