//! Line and column of a finding in the source that the person has before them.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::standards::fhir::{Fault, position};
use crate::standards::profile::Finding;

/// The source of a document.
pub(super) struct Source {
    bytes: Vec<u8>,
    form: Form,
}

enum Form {
    /// Findings carry offsets of the source.
    Json,
    /// Findings carry paths; each element of the source has one.
    Xml(HashMap<String, usize>),
    /// XML that could not be read: line and column by path, as the reader told them.
    Faulty(Vec<(String, u32, u32)>),
}

impl Source {
    pub(super) fn json(bytes: Vec<u8>) -> Source {
        let form = Form::Json;
        Source { bytes, form }
    }

    pub(super) fn xml(bytes: Vec<u8>) -> Source {
        let form = Form::Xml(elements(&bytes));
        Source { bytes, form }
    }

    pub(super) fn faulty_xml(bytes: Vec<u8>, faults: &[Fault]) -> Source {
        let places = faults.iter().map(|f| (f.path.clone(), f.line, f.column));
        let form = Form::Faulty(places.collect());
        Source { bytes, form }
    }

    /// Line and column, from 1.
    pub(super) fn place(&self, finding: &Finding) -> (u32, u32) {
        let offset = match &self.form {
            Form::Json => finding.offset,
            Form::Xml(elements) => offset(elements, &finding.path),
            Form::Faulty(places) => {
                let found = places.iter().find(|(path, ..)| *path == finding.path);
                return found.map_or((1, 1), |(_, line, column)| (*line, *column));
            }
        };
        position(&self.bytes, offset)
    }
}

/// The element of a path, or the nearest one above that is there.
fn offset(elements: &HashMap<String, usize>, path: &str) -> usize {
    let mut path = in_full(path);
    loop {
        if let Some(offset) = elements.get(&path) {
            return *offset;
        }
        match path.rsplit_once('.') {
            Some((above, _)) => path = above.to_owned(),
            None => return 0,
        }
    }
}

/// A path with a position on every step, and without the underscore of JSON's twins.
fn in_full(path: &str) -> String {
    let steps = path.split('.').enumerate().map(|(at, step)| {
        let step = step.strip_prefix('_').unwrap_or(step);
        if at == 0 || step.ends_with(']') {
            step.to_owned()
        } else {
            format!("{step}[0]")
        }
    });
    steps.collect::<Vec<_>>().join(".")
}

/// Where each element of an XML document begins, by its path.
fn elements(xml: &[u8]) -> HashMap<String, usize> {
    struct Open {
        path: String,
        counts: HashMap<String, usize>,
    }
    let text = String::from_utf8_lossy(xml);
    let mut reader = Reader::from_str(&text);
    let mut found = HashMap::new();
    let mut open: Vec<Open> = Vec::new();
    loop {
        let begin = usize::try_from(reader.buffer_position()).unwrap_or(0);
        let event = reader.read_event();
        let (name, is_empty) = match &event {
            Ok(Event::Start(tag)) => (tag.local_name().as_ref().to_owned(), false),
            Ok(Event::Empty(tag)) => (tag.local_name().as_ref().to_owned(), true),
            Ok(Event::End(_)) => {
                open.pop();
                continue;
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => continue,
        };
        let is_resource = name.starts_with(|c: char| c.is_ascii_uppercase());
        let path = match open.last_mut() {
            None => name,
            // A resource is the value of the element around it.
            Some(above) if is_resource => above.path.clone(),
            Some(above) => {
                let count = above.counts.entry(name.clone()).or_insert(0);
                let path = format!("{}.{name}[{count}]", above.path);
                *count += 1;
                path
            }
        };
        found.entry(path.clone()).or_insert(begin);
        if !is_empty {
            let counts = HashMap::new();
            open.push(Open { path, counts });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_found_by_its_path_or_by_the_nearest_above() {
        let xml = b"<Bundle>\n<entry><resource>\n<Patient>\n<name/>\n<name><given/></name>\n</Patient>\n</resource></entry></Bundle>";
        let elements = elements(xml);
        let line = |path: &str| {
            let at = offset(&elements, path);
            String::from_utf8_lossy(&xml[..at]).split('\n').count()
        };
        assert_eq!(line("Bundle.entry[0].resource.name[1].given[0]"), 5);
        assert_eq!(line("Bundle.entry[0].resource.name[0].family"), 4);
        assert_eq!(line("Bundle.entry[0].resource._birthDate"), 2);
    }
}
