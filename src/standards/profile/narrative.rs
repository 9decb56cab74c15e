//! The XHTML of a narrative: plain formatting and nothing that acts or calls out (FHIR
//! R4, Narrative; txt-1 and txt-2).

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::finding::NARRATIVE;
use super::xhtml;
use crate::standards::fhir::character;

const XHTML_NAMESPACE: &str = "http://www.w3.org/1999/xhtml";
const UNKNOWN_ENTITY: &str =
    "an entity or character that XML does not have, such as &nbsp; for &#160;";
const NOT_WELL_FORMED: &str = "text that is no well-formed XHTML";
const NOT_ONE_DIV: &str = "something else than one complete div";

/// What is wrong with a narrative: the rule and what was found, each once.
pub fn faults(xhtml: &str) -> Vec<(&'static str, &'static str)> {
    let mut reading = Reading::default();
    let mut reader = Reader::from_str(xhtml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                reading.element(&tag);
                reading.enter(&tag);
            }
            Ok(Event::Empty(tag)) => reading.element(&tag),
            Ok(Event::End(_)) => reading.leave(),
            Ok(Event::Text(text)) => reading.text(!text.trim().is_empty()),
            Ok(Event::CData(_)) => reading.text(true),
            Ok(Event::GeneralRef(entity)) => {
                reading.text(true);
                if !character::is_reference(&entity) {
                    reading.add("txt-1", UNKNOWN_ENTITY);
                }
            }
            Ok(Event::DocType(_) | Event::PI(_)) => {
                reading.add(NARRATIVE, "a document type or processing instruction");
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => {
                reading.add("txt-1", NOT_WELL_FORMED);
                return reading.faults;
            }
        }
    }
    reading.end()
}

/// How far a narrative was read, and what was found.
#[derive(Default)]
struct Reading {
    faults: Vec<(&'static str, &'static str)>,
    depth: usize,
    roots: usize,
    says: bool,
    /// Depth of the paragraph that is open.
    paragraph: Option<usize>,
}

impl Reading {
    fn add(&mut self, rule: &'static str, found: &'static str) {
        if !self.faults.contains(&(rule, found)) {
            self.faults.push((rule, found));
        }
    }

    fn text(&mut self, says: bool) {
        self.says |= says;
        if says && self.depth == 0 {
            self.add("txt-1", NOT_ONE_DIV);
        }
    }

    fn enter(&mut self, tag: &BytesStart<'_>) {
        if self.paragraph.is_none() && tag.name().as_ref() == "p" {
            self.paragraph = Some(self.depth);
        }
        self.depth += 1;
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.paragraph == Some(self.depth) {
            self.paragraph = None;
        }
    }

    fn element(&mut self, tag: &BytesStart<'_>) {
        let name = tag.name();
        let name: &str = name.as_ref();
        if self.depth == 0 {
            self.roots += 1;
            let is_xhtml = tag
                .attributes()
                .with_checks(false)
                .flatten()
                .any(|it| it.key.as_ref() == "xmlns" && &*it.value == XHTML_NAMESPACE);
            if name != "div" || !is_xhtml {
                self.add("txt-1", "something else than one complete div of XHTML");
            }
        }
        if xhtml::acts(name) {
            self.add(NARRATIVE, "an element that acts or calls out");
        } else if !xhtml::is_element(name) {
            self.add("txt-1", "an element that is no plain formatting");
        }
        if self.paragraph.is_some() && xhtml::is_block(name) {
            self.add("txt-1", "a block inside a paragraph");
        }
        self.says |= name == "img";
        self.attributes(tag, name);
    }

    fn attributes(&mut self, tag: &BytesStart<'_>, element: &str) {
        // The reader's own check for doubles takes a look at all for each.
        let mut seen = BTreeSet::new();
        for attribute in tag.attributes().with_checks(false) {
            let Ok(attribute) = attribute else {
                return self.add("txt-1", NOT_WELL_FORMED);
            };
            let key: &str = attribute.key.as_ref();
            if !seen.insert(key.to_owned()) {
                self.add("txt-1", NOT_WELL_FORMED);
            }
            let Ok(value) = quick_xml::escape::unescape(&attribute.value) else {
                self.add("txt-1", UNKNOWN_ENTITY);
                continue;
            };
            if !value.chars().all(character::is_allowed) {
                self.add("txt-1", UNKNOWN_ENTITY);
            }
            if let Some(found) = xhtml::calls_out(element, key, &value) {
                self.add(NARRATIVE, found);
            } else if !xhtml::is_attribute(element, key) {
                self.add("txt-1", "an attribute that is no plain formatting");
            } else if key == "xmlns" && value != XHTML_NAMESPACE {
                self.add("txt-1", "an element that is no plain formatting");
            }
        }
    }

    fn end(mut self) -> Vec<(&'static str, &'static str)> {
        if self.depth > 0 || self.roots != 1 {
            self.add("txt-1", NOT_ONE_DIV);
        }
        if !self.says {
            self.add("txt-2", "a narrative that says nothing");
        }
        self.faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(inside: &str) -> Vec<&'static str> {
        let xhtml = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{inside}</div>");
        faults(&xhtml).into_iter().map(|(rule, _)| rule).collect()
    }

    #[test]
    fn plain_formatting_is_welcome() {
        assert!(
            rules("<p class=\"x\">A <b>b</b> &amp; <a href=\"https://a.example\">c</a><br/></p>")
                .is_empty()
        );
        assert!(
            rules("<table><tr><td colspan=\"2\">x</td></tr></table><img src=\"#pic\" alt=\"x\"/>")
                .is_empty()
        );
    }

    #[test]
    fn what_acts_or_calls_out_is_refused() {
        for inside in [
            "<script>x</script>",
            "<p onclick=\"x()\">x</p>",
            "<a href=\"java&#x0A;script:x\">x</a><a href=\"javascript:x\">x</a>",
            "<img src=\"https://a.example/x.png\"/>",
            "<p style=\"background: url(https://a.example)\">x</p>",
            "<iframe src=\"#x\">x</iframe>",
            "<link href=\"https://a.example/x.css\"/>x",
        ] {
            assert!(rules(inside).contains(&NARRATIVE), "{inside}");
        }
    }

    #[test]
    fn nothing_is_fetched_from_outside_by_any_attribute_or_style() {
        for inside in [
            "<img src=\"data:image/png;base64,AAAA\" srcset=\"https://a.example/x.png 1x\"/>",
            "<p style=\"background:u\\72l(https://a.example)\">x</p>",
            "<p style=\"background:u/**/rl(https://a.example)\">x</p>",
            "<p style=\"background:image-set('https://a.example/x.png' 1x)\">x</p>",
            "<p style=\"@import 'https://a.example'\">x</p>",
            "<p xmlns:xlink=\"urn:x\" xlink:href=\"https://a.example\">x</p>",
            "<p poster=\"https://a.example/x.png\">x</p>",
            "<p formaction=\"https://a.example\">x</p>",
            "<p background=\"https://a.example\">x</p>",
            "<area href=\"https://a.example\" alt=\"x\"/>",
            "<img longdesc=\"https://a.example\" src=\"#a\"/>",
            "<a href=\"data:text/html,x\">x</a>",
            "<a href=\"file:///x\">x</a>",
            "<a href=\"fi&#x1;le:///x\">x</a>",
        ] {
            assert!(rules(inside).contains(&NARRATIVE), "{inside}");
        }
    }

    #[test]
    fn links_that_a_person_follows_and_plain_styles_are_welcome() {
        for inside in [
            "<a href=\"http://a.example\">x</a><a href=\"mailto:a@a.example\">x</a>",
            "<a href=\"tel:+441130000000\">x</a><a href=\"#x\">x</a><a name=\"x\">x</a>",
            "<a href=\"Patient/1?x=a:b\">x</a><a href=\"urn:uuid:1\">x</a>",
            "<q cite=\"https://a.example\">x</q>",
            "<p style=\"color: red; font: 12px/1.5 serif\" xml:lang=\"en-GB\" dir=\"ltr\">x</p>",
            "<table border=\"1\" summary=\"x\"><tr><th scope=\"col\" align=\"left\">x</th></tr></table>",
            "<ul><li><p>x</p></li></ul><p>y</p><div><p>z</p></div>",
        ] {
            assert!(rules(inside).is_empty(), "{inside}: {:?}", rules(inside));
        }
    }

    #[test]
    fn what_r4_does_not_list_is_no_plain_formatting() {
        for inside in [
            "<p foo=\"x\">x</p>",
            "<p data-x=\"x\">x</p>",
            "<p href=\"#x\">x</p>",
            "<P>x</P>",
            "<p CLASS=\"x\">x</p>",
            "<x:p xmlns:x=\"urn:q\">x</x:p>",
            "<p xmlns=\"urn:q\">x</p>",
            "<ins>x</ins>",
            "<p>x<b><ul><li>y</li></ul></b></p>",
            "<p class=\"a\" class=\"b\">x</p>",
            "<p class=a>x</p>",
            "a&nbsp;b",
            "a&#0;b",
            "a&#7;b",
            "a&#xFFFE;b",
            "<p title=\"a&#7;b\">x</p>",
            "<p title=\"a&nbsp;b\">x</p>",
        ] {
            assert_eq!(rules(inside), ["txt-1"], "{inside}");
        }
    }

    #[test]
    fn every_kind_of_fault_is_told_beside_the_others_and_once() {
        let found = rules(
            "<p onclick=\"x()\">x</p><p onclick=\"y()\">y</p><img src=\"http://a.example/x.png\"/>\
             <script>1</script>",
        );
        assert_eq!(found, [NARRATIVE; 3]);
    }

    #[test]
    fn a_narrative_is_one_well_formed_div_that_says_something() {
        assert_eq!(rules(" "), ["txt-2"]);
        assert_eq!(rules("<marquee>x</marquee>"), ["txt-1"]);
        assert_eq!(rules("<p>x"), ["txt-1"]);
        assert_eq!(rules("a&bogus;"), ["txt-1"]);
        assert!(rules("a&#160;&#xA0;&amp;").is_empty());
        for outside in ["x", "<!-- c -->x", "&amp;"] {
            let xhtml = format!("<div xmlns=\"{XHTML_NAMESPACE}\">a</div>{outside}");
            assert_eq!(faults(&xhtml).len(), 1, "{outside}");
        }
        assert!(
            faults("<div>x</div>")
                .iter()
                .any(|(rule, _)| *rule == "txt-1")
        );
        assert!(
            faults("plain words")
                .iter()
                .any(|(rule, _)| *rule == "txt-1")
        );
    }
}
