//! Code lists at run time: which codes a value set or code system has.

use super::finding::Layer;
use crate::standards::fhir::own::OwnMap;

/// Code systems and value sets, read from code tables (see
/// [`super::compile::terms`]).
#[derive(Debug, Default)]
pub struct Terms {
    /// Sorted lists of codes.
    lists: Vec<Vec<&'static str>>,
    systems: OwnMap<CodeSystem>,
    sets: Vec<ValueSet>,
    by_url: OwnMap<SetId>,
}

/// Number of a value set.
pub(crate) type SetId = usize;

/// A code system of which every code is known.
#[derive(Debug)]
pub struct CodeSystem {
    /// Whose it is.
    pub layer: Layer,
    /// Whether `A` and `a` are two codes.
    case_sensitive: bool,
    list: usize,
}

/// A value set.
#[derive(Debug)]
pub struct ValueSet {
    /// Its canonical address.
    pub url: &'static str,
    /// Business version.
    pub version: &'static str,
    /// The codes by system; `None` where those of a system cannot be listed.
    parts: Vec<(&'static str, Option<usize>)>,
    /// Whether something it is made of is not known here.
    is_unknown: bool,
}

/// What is known of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It is there.
    In,
    /// It is not there.
    Out,
    /// It cannot be told here.
    Unknown,
}

impl Terms {
    /// Reads a code table and adds it; lines of another form are passed over.
    pub fn read(&mut self, table: &'static str) {
        for line in table.lines() {
            let words: Vec<&'static str> = line.split('\t').collect();
            match words[..] {
                ["L", number, ..] if number.parse() == Ok(self.lists.len()) => {
                    self.lists.push(words[2..].to_vec());
                }
                ["C", layer, url, _, case, list] => {
                    let Some(list) = self.list(list) else {
                        continue;
                    };
                    let layer = Layer::of_terms(layer);
                    let case_sensitive = case == "s";
                    let system = CodeSystem {
                        layer,
                        case_sensitive,
                        list,
                    };
                    self.systems.entry(url).or_insert(system);
                }
                ["V", _, url, version, ..] => {
                    let parts: Vec<_> = words[4..]
                        .iter()
                        .filter_map(|part| part.rsplit_once('='))
                        .map(|(system, list)| (system, self.list(list)))
                        .collect();
                    let is_unknown = words[4..].contains(&"?");
                    let set = ValueSet {
                        url,
                        version,
                        parts,
                        is_unknown,
                    };
                    let number = *self.by_url.entry(url).or_insert(self.sets.len());
                    if number == self.sets.len() {
                        self.sets.push(set);
                    }
                }
                _ => {}
            }
        }
    }

    fn list(&self, number: &str) -> Option<usize> {
        number.parse().ok().filter(|at| *at < self.lists.len())
    }

    /// How many lists, systems and sets there are.
    pub fn size(&self) -> (usize, usize, usize) {
        (self.lists.len(), self.systems.len(), self.sets.len())
    }

    /// The value set of an address.
    pub fn set(&self, url: &str) -> Option<&ValueSet> {
        self.number_of(url).map(|number| self.set_at(number))
    }

    /// The number of the value set of an address.
    pub(crate) fn number_of(&self, url: &str) -> Option<SetId> {
        self.by_url.get(url).copied()
    }

    /// The value set with that number.
    pub(crate) fn set_at(&self, number: SetId) -> &ValueSet {
        &self.sets[number]
    }

    /// The code system of an address, when all its codes are known.
    pub fn system(&self, url: &str) -> Option<&CodeSystem> {
        self.systems.get(url)
    }

    /// Whether a code system has a code.
    pub fn system_has(&self, system: &CodeSystem, code: &str) -> bool {
        let list = &self.lists[system.list];
        list.binary_search(&code).is_ok()
            || (!system.case_sensitive && list.iter().any(|one| one.eq_ignore_ascii_case(code)))
    }

    /// Whether a value set has a code of a system.
    pub fn has(&self, set: &ValueSet, system: &str, code: &str) -> Known {
        let part = set.parts.iter().find(|(of, _)| *of == system);
        match part {
            Some((_, Some(list))) if self.lists[*list].binary_search(&code).is_ok() => Known::In,
            Some((_, Some(list))) => match self.systems.get(system) {
                Some(found) if !found.case_sensitive => {
                    let mut list = self.lists[*list].iter();
                    Known::out_unless(list.any(|one| one.eq_ignore_ascii_case(code)))
                }
                _ => Known::Out,
            },
            Some((system, None)) => grammar(system, code),
            None if set.is_unknown => Known::Unknown,
            None => Known::Out,
        }
    }

    /// Whether a value set has a code of any system, as for an element of type code.
    pub fn has_bare(&self, set: &ValueSet, code: &str) -> Known {
        let lists = set.parts.iter().filter_map(|(_, list)| *list);
        for list in lists {
            if self.lists[list].binary_search(&code).is_ok() {
                return Known::In;
            }
        }
        let mut open = set.parts.iter().filter(|(_, list)| list.is_none());
        if set.is_unknown {
            return Known::Unknown;
        }
        match (open.next(), open.next()) {
            (None, _) => Known::Out,
            (Some((system, _)), None) => grammar(system, code),
            _ => Known::Unknown,
        }
    }
}

/// Codes that are a grammar: languages (BCP 47) and media types (BCP 13). Of the form is
/// in; which words are registered is not looked at.
fn grammar(system: &str, code: &str) -> Known {
    let is_word = |word: &str, most: usize| {
        (1..=most).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    match system {
        "urn:ietf:bcp:47" => {
            let mut parts = code.split('-');
            let first = parts.next().unwrap_or_default();
            let is_language = is_word(first, 8)
                && first.bytes().all(|b| b.is_ascii_alphabetic())
                && (first.len() > 1 || matches!(first, "x" | "i"));
            Known::out_unless(is_language && parts.all(|part| is_word(part, 8)))
        }
        "urn:ietf:bcp:13" => {
            let (kind, rest) = code.split_once('/').unwrap_or((code, ""));
            Known::out_unless(is_word(kind, 32) && !rest.trim().is_empty())
        }
        _ => Known::Unknown,
    }
}

impl Known {
    fn out_unless(is_in: bool) -> Known {
        if is_in { Known::In } else { Known::Out }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "L\t0\tA\tB\nL\t1\ta5t1\nC\tr4\turn:s\t1\ts\t0\nC\tbars\turn:i\t1\ti\t1\n\
        V\tr4\turn:v\t1\turn:s=0\turn:open=*\nV\tr4\turn:u\t1\t?\nV\tr4\turn:w\t1\turn:i=1\n";

    fn terms() -> Terms {
        let mut terms = Terms::default();
        terms.read(TABLE);
        terms
    }

    #[test]
    fn a_code_is_in_out_or_not_to_be_told() {
        let terms = terms();
        let of = |set: &str, system: &str, code: &str| {
            terms.has(terms.set(set).expect("a set"), system, code)
        };
        assert_eq!(of("urn:v", "urn:s", "A"), Known::In);
        assert_eq!(of("urn:v", "urn:s", "C"), Known::Out);
        assert_eq!(of("urn:v", "urn:other", "A"), Known::Out);
        assert_eq!(of("urn:v", "urn:open", "anything"), Known::Unknown);
        assert_eq!(of("urn:u", "urn:s", "A"), Known::Unknown);
        assert_eq!(of("urn:w", "urn:i", "A5T1"), Known::In);
    }

    #[test]
    fn case_matters_where_the_code_system_says_so() {
        let terms = terms();
        let has =
            |url: &str, code: &str| terms.system_has(terms.system(url).expect("a system"), code);
        assert!(!has("urn:s", "a") && has("urn:s", "A"));
        assert!(has("urn:i", "A5T1"));
    }
}
