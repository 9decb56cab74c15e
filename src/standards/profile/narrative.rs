//! The XHTML of a narrative: plain formatting and nothing that acts or calls out (FHIR
//! R4, Narrative; txt-1 and txt-2).

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::finding::NARRATIVE;

/// Elements that R4 allows in a narrative: chapters 7 to 11 (except section 4 of chapter
/// 9) and 15 of HTML 4, and `a` and `img`.
const ELEMENTS: [&str; 57] = [
    "a",
    "abbr",
    "acronym",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "ul",
    "var",
    "kbd",
    "address",
    "bdo",
    "ins",
    "del",
    "map",
    "area",
    "u",
    "s",
];

/// Entities that a narrative may use without defining them: those of XML, and the common
/// ones of XHTML.
const ENTITIES: [&str; 40] = [
    "amp", "lt", "gt", "quot", "apos", "nbsp", "copy", "reg", "trade", "deg", "plusmn", "micro",
    "middot", "frac12", "frac14", "frac34", "times", "divide", "pound", "euro", "sect", "para",
    "laquo", "raquo", "ndash", "mdash", "lsquo", "rsquo", "ldquo", "rdquo", "hellip", "bull",
    "eacute", "egrave", "agrave", "uuml", "ouml", "auml", "ccedil", "ntilde",
];

/// What is wrong with a narrative: the rule and what was found, each once.
pub fn faults(xhtml: &str) -> Vec<(&'static str, &'static str)> {
    let mut faults: Vec<(&'static str, &'static str)> = Vec::new();
    let mut add = |rule, found| {
        if !faults.contains(&(rule, found)) {
            faults.push((rule, found));
        }
    };
    let mut reader = Reader::from_str(xhtml);
    let (mut depth, mut says, mut roots) = (0_usize, false, 0);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                roots += usize::from(depth == 0);
                check(&tag, depth, &mut add, &mut says);
                depth += 1;
            }
            Ok(Event::Empty(tag)) => {
                roots += usize::from(depth == 0);
                check(&tag, depth, &mut add, &mut says);
            }
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Text(text)) => says |= !text.trim().is_empty(),
            Ok(Event::CData(_)) => says = true,
            Ok(Event::GeneralRef(name)) => {
                says = true;
                let name: &str = name.as_ref();
                if !name.starts_with('#') && !ENTITIES.contains(&name) {
                    add("txt-1", "an entity that is not known");
                }
            }
            Ok(Event::DocType(_) | Event::PI(_)) => {
                add(NARRATIVE, "a document type or processing instruction");
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => {
                add("txt-1", "text that is no well-formed XHTML");
                return faults;
            }
        }
    }
    if depth > 0 || roots != 1 {
        add("txt-1", "something else than one complete div");
    }
    if !says {
        add("txt-2", "a narrative that says nothing");
    }
    faults
}

fn check(
    tag: &BytesStart<'_>,
    depth: usize,
    add: &mut impl FnMut(&'static str, &'static str),
    says: &mut bool,
) {
    let name = tag.local_name().as_ref().to_ascii_lowercase();
    if depth == 0 {
        let mut attributes = tag.attributes();
        let is_xhtml = attributes.with_checks(false).flatten().any(|attribute| {
            let key: &str = attribute.key.as_ref();
            (key == "xmlns" || key.starts_with("xmlns:"))
                && &*attribute.value == "http://www.w3.org/1999/xhtml"
        });
        if name != "div" || !is_xhtml {
            add("txt-1", "something else than one complete div of XHTML");
        }
    }
    if matches!(
        name.as_str(),
        "script"
            | "object"
            | "embed"
            | "iframe"
            | "form"
            | "link"
            | "style"
            | "base"
            | "frame"
            | "applet"
            | "meta"
    ) {
        add(NARRATIVE, "an element that acts or calls out");
    } else if !ELEMENTS.contains(&name.as_str()) {
        add("txt-1", "an element that is no plain formatting");
    }
    *says |= name == "img";
    for attribute in tag.attributes().with_checks(false).flatten() {
        let key = attribute.key.local_name().as_ref().to_ascii_lowercase();
        let value = quick_xml::escape::unescape(&attribute.value).unwrap_or_default();
        let value = value.to_ascii_lowercase();
        let value: String = value.chars().filter(|c| !c.is_whitespace()).collect();
        if key.starts_with("on") {
            add(NARRATIVE, "an event handler");
        } else if value.contains("javascript:") || value.contains("vbscript:") {
            add(NARRATIVE, "a script in an attribute");
        } else if key == "src" && !(value.starts_with('#') || value.starts_with("data:image/")) {
            add(NARRATIVE, "a picture from outside the message");
        } else if key == "style" && (value.contains("url(") || value.contains("expression(")) {
            add(NARRATIVE, "a style that calls out");
        } else if !value.starts_with('#') && is_link(&key, &name) {
            add(NARRATIVE, "a link to another file");
        }
    }
}

/// Whether an attribute of an element names a file that is fetched; what a person may
/// follow (`a href`) is none.
fn is_link(key: &str, element: &str) -> bool {
    matches!(key, "background" | "longdesc" | "usemap") || (key == "href" && element != "a")
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
        assert!(rules("a&nbsp;&#160;&amp;").is_empty());
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
