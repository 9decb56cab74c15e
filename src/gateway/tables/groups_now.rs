//! How the table of condition groups stands, which all areas share.

use super::Tables;
use super::standing::{Standing, faults};
use crate::adapters::tables::{CONDITION_GROUPS, GroupsFound};
use crate::problem::Problem;

/// The table of condition groups as it stands now.
#[derive(Clone, Debug)]
pub struct GroupsNow {
    /// How it stands; gone is what was not there when the gateway started.
    pub standing: Standing,
    /// How many codes are listed.
    pub codes: usize,
    /// The digest of the table in use; empty without one.
    pub digest: String,
    /// What must be put right in it.
    pub problems: Vec<Problem>,
}

impl GroupsNow {
    /// Whether every code that the table lists has its group.
    pub fn is_well(&self) -> bool {
        self.standing == Standing::Live && self.codes > 0 && self.problems.is_empty()
    }

    /// Why it is not well, in a line; empty where it is.
    pub fn why(&self) -> String {
        let unread = "every condition is read as group not-known";
        let says = match self.standing {
            Standing::Gone => return format!("{CONDITION_GROUPS} is not there: {unread}"),
            Standing::Live if self.is_well() => return String::new(),
            Standing::Live if self.codes > 0 => {
                "the codes of the rows that have them are in no group"
            }
            Standing::Kept => "the version that was stays in use",
            _ => unread,
        };
        match self.problems.len() {
            0 => format!("{CONDITION_GROUPS} lists no code: {says}"),
            _ => format!("{} in {CONDITION_GROUPS}; {says}", faults(&self.problems)),
        }
    }
}

impl Tables {
    /// How the table of condition groups stands.
    pub fn groups_now(&self) -> GroupsNow {
        let is_in_use = !self.condition_groups.digest().is_empty();
        let standing = match self.groups_found {
            GroupsFound::Read => Standing::Live,
            GroupsFound::Missing | GroupsFound::Unreadable if is_in_use => Standing::Kept,
            GroupsFound::Missing => Standing::Gone,
            GroupsFound::Unreadable => Standing::Disabled,
        };
        let of_table = |problem: &&Problem| {
            let path = problem.path.as_deref().unwrap_or_default();
            !problem.warning && path.starts_with(CONDITION_GROUPS)
        };
        GroupsNow {
            standing,
            codes: self.condition_groups.rows().len(),
            digest: self.condition_groups.digest().to_owned(),
            problems: self.problems.iter().filter(of_table).cloned().collect(),
        }
    }
}
