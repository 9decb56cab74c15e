//! An organisation of the Organisation Data Service: when it is open, who it belongs to,
//! and who carries on after it (reference/nhs-apis.md 3.2).

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The longest chain of successors that is followed; a longer one is a fault of the data.
const LONGEST: usize = 16;

/// One organisation, as the downloads describe it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Organisation {
    /// Its ODS code, in capitals.
    pub code: String,
    /// Its name, as published.
    pub name: String,
    /// The word of the download that lists it: `practice`, `pcn`, `organisation`; empty
    /// where only a succession names it.
    pub kind: String,
    /// Its first day.
    pub opened: Option<Date>,
    /// Its last day.
    pub closed: Option<Date>,
    /// ODS code of the integrated care board.
    pub icb: Option<String>,
    /// The networks that it belongs or belonged to.
    pub networks: Vec<Term>,
    /// Who carries on after it.
    pub successors: Vec<Succession>,
    /// Whom it carries on.
    pub predecessors: Vec<Succession>,
}

/// A time in which one organisation belongs to another; both days are included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Term {
    /// The other's ODS code.
    pub code: String,
    /// The first day; none means always.
    pub from: Option<Date>,
    /// The last day; none means without end.
    pub to: Option<Date>,
}

/// That one organisation carries on another from a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Succession {
    /// The other's ODS code.
    pub code: String,
    /// From when; none means always.
    pub from: Option<Date>,
}

impl Succession {
    fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day)
    }
}

impl Organisation {
    /// Whether its last day is over.
    pub fn is_closed(&self, day: Date) -> bool {
        self.closed.is_some_and(|closed| closed < day)
    }

    /// The network that it belongs to on a day; none where it belongs to none or to two.
    pub fn network(&self, day: Date) -> Option<&str> {
        let mut held = self.networks.iter().filter(|term| {
            term.from.is_none_or(|from| from <= day) && term.to.is_none_or(|to| day <= to)
        });
        let first = held.next()?;
        held.all(|other| other.code == first.code)
            .then_some(first.code.as_str())
    }

    fn successor(&self, day: Date) -> Step<'_> {
        let mut held = self.successors.iter().filter(|next| next.holds_on(day));
        let Some(first) = held.next() else {
            return Step::None;
        };
        if held.all(|other| other.code == first.code) {
            Step::One(&first.code)
        } else {
            Step::Several
        }
    }
}

enum Step<'a> {
    None,
    One(&'a str),
    Several,
}

/// Where the chain of successors of a code ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lineage {
    /// It has no successor.
    Itself,
    /// This one carries it on.
    Now(String),
    /// It was split, or the chain runs in a circle: a person decides, no code does.
    Unclear,
}

/// Follows the successors of a code on a day (reference/nhs-apis.md 3.2: stop on loops and
/// forks). `find` looks an organisation up by its code.
pub fn lineage(code: &str, day: Date, find: &dyn Fn(&str) -> Option<Organisation>) -> Lineage {
    let mut at = code.to_owned();
    for _ in 0..LONGEST {
        let found = find(&at);
        let next = match found.as_ref().map(|found| found.successor(day)) {
            Some(Step::Several) => return Lineage::Unclear,
            Some(Step::One(next)) => next.to_owned(),
            Some(Step::None) | None if at == code => return Lineage::Itself,
            Some(Step::None) | None => return Lineage::Now(at),
        };
        at = next;
    }
    Lineage::Unclear
}

/// Which former codes mean a current one on a day. Both sides of a comparison are brought
/// to the current code, so that a table may name either.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Successions {
    pairs: Vec<(String, String)>,
}

impl Successions {
    /// Everything that a code is, was and came from, on a day.
    pub fn of(codes: &[&str], day: Date, find: &dyn Fn(&str) -> Option<Organisation>) -> Self {
        let mut successions = Self::default();
        for code in codes {
            successions.add(code, day, find);
        }
        successions
    }

    fn add(&mut self, code: &str, day: Date, find: &dyn Fn(&str) -> Option<Organisation>) {
        let current = match lineage(code, day, find) {
            Lineage::Itself => code.to_owned(),
            Lineage::Now(current) => current,
            Lineage::Unclear => return,
        };
        let mut seen = BTreeSet::from([current.clone()]);
        let mut next = vec![current.clone()];
        while let Some(at) = next.pop() {
            let Some(organisation) = find(&at) else {
                continue;
            };
            for before in organisation.predecessors {
                let is_held = before.holds_on(day) && seen.insert(before.code.clone());
                // A code that was split lives on in nobody.
                if is_held && lineage(&before.code, day, find) == Lineage::Now(current.clone()) {
                    self.pairs.push((before.code.clone(), current.clone()));
                    next.push(before.code);
                }
            }
        }
        self.pairs.sort();
        self.pairs.dedup();
    }

    /// The current code of a code; itself where none is known to follow it.
    pub fn current<'a>(&'a self, code: &'a str) -> &'a str {
        let mut pairs = self.pairs.iter();
        pairs
            .find(|(former, _)| former == code)
            .map_or(code, |(_, current)| current.as_str())
    }

    /// Every code that names the same organisation on that day, the given one first; some
    /// may come twice.
    pub fn names_of<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a str> {
        let now = self.current(code);
        let same = self.pairs.iter().filter(move |(_, current)| current == now);
        [code, now]
            .into_iter()
            .chain(same.map(|(former, _)| former.as_str()))
    }

    /// Whether two codes name the same organisation on that day.
    pub fn are_same(&self, one: &str, other: &str) -> bool {
        one == other || (!self.pairs.is_empty() && self.current(one) == self.current(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const DAY: Date = date(2026, 4, 1);

    /// `A>B@2026-04-01` means that B carries A on from that day.
    fn world(rows: &[&str]) -> Vec<Organisation> {
        let mut all: Vec<Organisation> = Vec::new();
        for row in rows {
            let (pair, from) = row.split_once('@').unwrap_or((row, ""));
            let (former, current) = pair.split_once('>').expect("two codes");
            for code in [former, current] {
                if !all.iter().any(|found| found.code == code) {
                    all.push(Organisation {
                        code: code.to_owned(),
                        ..Organisation::default()
                    });
                }
            }
            let from = from.parse().ok();
            for found in &mut all {
                let other = |code: &str| Succession {
                    code: code.to_owned(),
                    from,
                };
                if found.code == former {
                    found.successors.push(other(current));
                }
                if found.code == current {
                    found.predecessors.push(other(former));
                }
            }
        }
        all
    }

    fn ask(rows: &[&str], code: &str, day: Date) -> Lineage {
        let all = world(rows);
        lineage(code, day, &|code| {
            all.iter().find(|found| found.code == code).cloned()
        })
    }

    #[test]
    fn a_chain_is_followed_to_its_end_from_the_day_that_it_holds() {
        let rows = &["A1>B1", "B1>C1@2026-04-01"];
        assert_eq!(ask(rows, "A1", DAY), Lineage::Now("C1".into()));
        assert_eq!(
            ask(rows, "A1", date(2026, 3, 31)),
            Lineage::Now("B1".into())
        );
        assert_eq!(ask(rows, "C1", DAY), Lineage::Itself);
        assert_eq!(ask(rows, "Z9", DAY), Lineage::Itself);
    }

    #[test]
    fn forks_circles_and_chains_without_end_are_for_a_person() {
        assert_eq!(ask(&["A1>B1", "A1>C1"], "A1", DAY), Lineage::Unclear);
        assert_eq!(ask(&["A1>B1", "B1>A1"], "A1", DAY), Lineage::Unclear);
        assert_eq!(
            ask(&["A1>B1", "B1>C1", "C1>B1"], "A1", DAY),
            Lineage::Unclear
        );
        let long: Vec<String> = (10..40).map(|n| format!("A{n}>A{}", n + 1)).collect();
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        assert_eq!(ask(&long, "A10", DAY), Lineage::Unclear);
        // The same successor said twice is no fork.
        assert_eq!(
            ask(&["A1>B1", "A1>B1@2020-01-01"], "A1", DAY),
            Lineage::Now("B1".into())
        );
    }

    #[test]
    fn whoever_was_merged_into_one_is_the_same_and_nobody_else() {
        let all = world(&["A1>C1", "B1>C1@2026-04-01", "S1>C1", "S1>D1"]);
        let find = |code: &str| all.iter().find(|found| found.code == code).cloned();
        let merged = Successions::of(&["A1"], DAY, &find);
        assert!(merged.are_same("A1", "B1") && merged.are_same("C1", "A1"));
        assert_eq!(merged.current("B1"), "C1");
        // S1 was split: it is neither of the two.
        assert!(!merged.are_same("S1", "C1") && !merged.are_same("D1", "C1"));
        let before = Successions::of(&["A1"], date(2026, 3, 31), &find);
        assert!(!before.are_same("B1", "C1") && before.are_same("A1", "C1"));
    }

    #[test]
    fn an_organisation_is_open_through_its_last_day() {
        let practice = Organisation {
            closed: Some(date(2026, 3, 31)),
            ..Organisation::default()
        };
        assert!(!practice.is_closed(date(2026, 3, 31)));
        assert!(practice.is_closed(DAY));
    }

    #[test]
    fn a_practice_in_two_networks_at_once_is_in_neither() {
        let term = |code: &str, from, to| Term {
            code: code.to_owned(),
            from: Some(from),
            to,
        };
        let mut practice = Organisation {
            networks: vec![
                term("U1", date(2020, 1, 1), Some(date(2026, 3, 31))),
                term("U2", date(2026, 4, 1), None),
            ],
            ..Organisation::default()
        };
        assert_eq!(practice.network(date(2026, 3, 31)), Some("U1"));
        assert_eq!(practice.network(DAY), Some("U2"));
        assert_eq!(practice.network(date(2019, 1, 1)), None);
        practice.networks[0].to = None;
        assert_eq!(practice.network(DAY), None);
    }
}
