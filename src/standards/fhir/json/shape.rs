//! FHIR's rules of form that a complete container is checked against.

use super::{FaultKind, Kind, NameKey, Reader, Stop, shown_name};

/// Objects with more members than this are searched for duplicates by sorting.
const FEW_MEMBERS: usize = 16;

impl Reader {
    /// Notes members that repeat an earlier name of the same object.
    pub(super) fn duplicates(&mut self, object: u32) -> Result<(), Stop> {
        let after = self.document.entry(object).after;
        let mut seen: u64 = 0;
        let mut at = object + 1;
        while at < after {
            let entry = self.document.entry(at);
            let bit = 1 << (entry.name.hash() % 64);
            // Two names of one bit: whether they are the same takes a closer look.
            if seen & bit != 0 {
                return self.repeats(object);
            }
            seen |= bit;
            at = entry.after;
        }
        Ok(())
    }

    fn repeats(&mut self, object: u32) -> Result<(), Stop> {
        let mut names = [(NameKey::default(), 0); FEW_MEMBERS];
        let mut count = 0;
        let mut repeats = Vec::new();
        let after = self.document.entry(object).after;
        let mut at = object + 1;
        while at < after {
            let entry = self.document.entry(at);
            if count == FEW_MEMBERS {
                repeats = self.duplicates_of_many(object);
                break;
            }
            let same = names[..count]
                .iter()
                .any(|(other, first)| *other == entry.name && self.same_name(*first, at));
            if same {
                repeats.push(at);
            } else {
                names[count] = (entry.name, at);
                count += 1;
            }
            at = entry.after;
        }
        for entry in repeats {
            let name = shown_name(self.name_text(entry)).to_owned();
            let offset = (self.document.entry(entry).name_start as usize).saturating_sub(1);
            self.note(FaultKind::DuplicateMember(name), offset, entry)?;
        }
        Ok(())
    }

    /// The same for large objects: sort, then look at neighbours.
    pub(super) fn duplicates_of_many(&self, object: u32) -> Vec<u32> {
        let mut members: Vec<(&str, u32)> = Vec::new();
        let after = self.document.entry(object).after;
        let mut at = object + 1;
        while at < after {
            members.push((self.name_text(at), at));
            at = self.document.entry(at).after;
        }
        members.sort_unstable();
        members
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0)
            .map(|pair| pair[1].1)
            .collect()
    }

    pub(super) fn same_name(&self, one: u32, other: u32) -> bool {
        self.name_text(one) == self.name_text(other)
    }

    pub(super) fn name_text(&self, index: u32) -> &str {
        let entry = self.document.entry(index);
        if !entry.name_escaped {
            return &self.document.source[entry.name_range()];
        }
        self.document
            .decoded_names
            .binary_search_by_key(&index, |(at, _)| *at)
            .map_or("", |found| &self.document.decoded_names[found].1)
    }

    /// A null item is allowed where FHIR pads arrays of primitives and their
    /// `_name` twins (FHIR R4, JSON representation of primitive elements).
    pub(super) fn nulls(&mut self, array: u32) -> Result<(), Stop> {
        let entry = *self.document.entry(array);
        if entry.name.first_byte() == b'_' {
            return Ok(());
        }
        let mut nulls = Vec::new();
        let mut has_containers = !entry.has_name;
        let mut at = array + 1;
        while at < entry.after {
            let item = self.document.entry(at);
            match item.kind {
                Kind::Null => nulls.push(at),
                Kind::Object | Kind::Array => has_containers = true,
                Kind::String | Kind::Number | Kind::Boolean => {}
            }
            at = item.after;
        }
        if !has_containers {
            return Ok(());
        }
        for at in nulls {
            let offset = self.document.entry(at).start as usize;
            self.note(FaultKind::NullValue, offset, at)?;
        }
        Ok(())
    }
}
