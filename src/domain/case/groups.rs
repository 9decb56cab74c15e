//! Which codes stand for which group of conditions: what the operator lists, ready for
//! look-up.

use super::{Barrier, BarrierGroup};

/// One code and its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCondition {
    /// The code system, one of [`ConditionGroups::ALIASES`].
    pub alias: &'static str,
    /// The code.
    pub code: String,
    /// The group; never [`BarrierGroup::NotKnown`], which is what no row says.
    pub group: BarrierGroup,
}

/// The listed codes. Without any, every condition is [`BarrierGroup::NotKnown`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConditionGroups {
    /// By alias and code, each once.
    listed: Vec<ListedCondition>,
    digest: String,
}

impl ConditionGroups {
    /// The code systems in which a condition may be listed, the one that decides first at
    /// the front: GP systems code in SNOMED CT, and a second coding says the same again.
    pub const ALIASES: &'static [&'static str] = &["sct", "icd10"];

    /// Takes rows; of two for one code the first counts. The digest is that of the table
    /// (SHA-256 in hexadecimal).
    pub fn new(mut rows: Vec<ListedCondition>, digest: impl Into<String>) -> Self {
        let key = |row: &ListedCondition| (row.alias, row.code.clone());
        // Rows of one code keep their order.
        rows.sort_by_cached_key(key);
        rows.dedup_by_key(|row| key(row));
        Self {
            listed: rows,
            digest: digest.into(),
        }
    }

    /// The group of a code; `None` of one that is not listed.
    pub fn group(&self, alias: &str, code: &str) -> Option<BarrierGroup> {
        let found = self
            .listed
            .binary_search_by(|row| (row.alias, row.code.as_str()).cmp(&(alias, code)));
        found.ok().map(|index| self.listed[index].group)
    }

    /// The group of a code that is written `alias|code`.
    pub fn group_of(&self, written: &str) -> Option<BarrierGroup> {
        let (alias, code) = written.split_once('|')?;
        self.group(alias, code)
    }

    /// Groups every condition that was in no group and whose code is listed by now. False
    /// where there is none, and nothing is changed.
    pub fn group_anew(&self, barriers: &mut [Barrier]) -> bool {
        let mut is_changed = false;
        for barrier in barriers {
            let code = barrier.code.as_ref();
            let code = code.filter(|_| barrier.group == BarrierGroup::NotKnown);
            if let Some(group) = code.and_then(|code| self.group_of(code.expose())) {
                barrier.group = group;
                is_changed = true;
            }
        }
        is_changed
    }

    /// Every row, by alias and code.
    pub fn rows(&self) -> &[ListedCondition] {
        &self.listed
    }

    /// Whether no code is listed.
    pub const fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// The digest of the table that this was read from; empty without one.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sensitive::Sensitive;

    fn row(alias: &'static str, code: &str, group: BarrierGroup) -> ListedCondition {
        ListedCondition {
            alias,
            code: code.to_owned(),
            group,
        }
    }

    #[test]
    fn a_code_has_the_group_of_its_own_row_and_system() {
        let groups = ConditionGroups::new(
            vec![
                row("sct", "928000", BarrierGroup::Msk),
                row("sct", "35489007", BarrierGroup::MentalHealth),
                row("icd10", "M54.5", BarrierGroup::Msk),
                row("sct", "13645005", BarrierGroup::CardioRespiratory),
            ],
            "",
        );
        for (written, group) in [
            ("sct|928000", Some(BarrierGroup::Msk)),
            ("sct|35489007", Some(BarrierGroup::MentalHealth)),
            ("icd10|M54.5", Some(BarrierGroup::Msk)),
            ("icd10|928000", None),
            ("sct|92800", None),
            ("sct|9280000", None),
            ("928000", None),
        ] {
            assert_eq!(groups.group_of(written), group, "{written}");
        }
    }

    #[test]
    fn only_what_was_in_no_group_is_grouped_anew() {
        let groups = ConditionGroups::new(vec![row("sct", "928000", BarrierGroup::Msk)], "");
        let barrier = |group, code: Option<&str>| Barrier {
            group,
            code: code.map(|code| Sensitive::new(code.to_owned())),
            text: None,
        };
        let mut barriers = [
            barrier(BarrierGroup::Autism, Some("sct|928000")),
            barrier(BarrierGroup::NotKnown, Some("sct|73211009")),
            barrier(BarrierGroup::NotKnown, None),
        ];
        let before = barriers.clone();
        assert!(!groups.group_anew(&mut barriers));
        assert_eq!(barriers, before);
        barriers[1] = barrier(BarrierGroup::NotKnown, Some("sct|928000"));
        assert!(groups.group_anew(&mut barriers));
        let found = barriers.map(|barrier| barrier.group);
        let expected = [
            BarrierGroup::Autism,
            BarrierGroup::Msk,
            BarrierGroup::NotKnown,
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn without_a_row_no_code_has_a_group() {
        let none = ConditionGroups::default();
        assert!(none.is_empty());
        assert_eq!(none.group("sct", "928000"), None);
    }

    #[test]
    fn of_two_rows_for_one_code_the_first_counts() {
        let groups = ConditionGroups::new(
            vec![
                row("sct", "928000", BarrierGroup::Msk),
                row("sct", "928000", BarrierGroup::Autism),
            ],
            "",
        );
        assert_eq!(groups.rows().len(), 1);
        assert_eq!(groups.group("sct", "928000"), Some(BarrierGroup::Msk));
    }
}
