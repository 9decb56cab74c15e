//! What XHTML may stand in a narrative: elements, their attributes, and addresses and
//! styles that fetch nothing. XML names are compared as they are written: `P` is no `p`.
//! Source: FHIR R4, Narrative; the attributes are those of HTML 4.01 that the reference
//! validator takes.

/// Chapters 7 to 11 (except section 4 of chapter 9, `ins` and `del`) and 15 of HTML 4, and
/// `a`, `img`, `map` and `area`.
const ELEMENTS: [&str; 55] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "b",
    "bdo",
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
    "kbd",
    "li",
    "map",
    "ol",
    "p",
    "pre",
    "q",
    "s",
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
    "u",
    "ul",
    "var",
];

/// Elements that act or call out, in whatever case and with whatever prefix.
const ACTING: [&str; 11] = [
    "script", "object", "embed", "iframe", "form", "link", "style", "base", "frame", "applet",
    "meta",
];

/// Elements that a paragraph cannot hold (HTML 4.01, 9.3.1).
const BLOCKS: [&str; 6] = ["blockquote", "div", "ol", "p", "table", "ul"];

/// Attributes of every element; those of tables' cells and columns too.
const COMMON: [&str; 22] = [
    "abbr",
    "accesskey",
    "align",
    "axis",
    "char",
    "charoff",
    "class",
    "colspan",
    "dir",
    "headers",
    "id",
    "lang",
    "rowspan",
    "scope",
    "span",
    "style",
    "tabindex",
    "title",
    "valign",
    "width",
    "xml:lang",
    "xml:space",
];

/// Attributes that single elements have beside.
const OF_ELEMENTS: [(&str, &[&str]); 9] = [
    (
        "a",
        &[
            "charset", "coords", "href", "hreflang", "name", "rel", "rev", "shape", "type",
        ],
    ),
    ("area", &["alt", "coords", "href", "nohref", "shape"]),
    ("blockquote", &["cite"]),
    (
        "img",
        &[
            "alt", "border", "height", "ismap", "longdesc", "src", "usemap",
        ],
    ),
    ("map", &["name"]),
    ("pre", &["space"]),
    ("q", &["cite"]),
    (
        "table",
        &[
            "border",
            "cellpadding",
            "cellspacing",
            "frame",
            "rules",
            "summary",
        ],
    ),
    ("td", &["nowrap"]),
];

/// Attributes, without their prefix, that make a browser fetch or send something.
const FETCHING: [&str; 18] = [
    "action",
    "archive",
    "background",
    "classid",
    "codebase",
    "data",
    "dynsrc",
    "formaction",
    "href",
    "longdesc",
    "lowsrc",
    "manifest",
    "ping",
    "poster",
    "profile",
    "src",
    "srcset",
    "usemap",
];

/// What a style says that fetches or acts, and what hides such a thing: escapes and comments.
const CALLING_STYLES: [&str; 12] = [
    "url(",
    "src(",
    "image(",
    "image-set",
    "cross-fade(",
    "expression",
    "@import",
    "behavior",
    "-moz-binding",
    "javascript",
    "\\",
    "/*",
];

/// What a person may follow from an `a`; an address without a scheme stays inside.
const FOLLOWED: [&str; 5] = ["http", "https", "mailto", "tel", "urn"];

/// Whether an element is plain formatting; the name with its prefix.
pub fn is_element(name: &str) -> bool {
    ELEMENTS.contains(&name)
}

/// Whether an element acts or calls out; the name with its prefix.
pub fn acts(name: &str) -> bool {
    ACTING.contains(&local(name).as_str())
}

/// Whether a paragraph cannot hold an element.
pub fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
}

/// Whether an attribute, with its prefix, may stand on an element. A declaration of a
/// prefix may: no name with a prefix is taken.
pub fn is_attribute(element: &str, key: &str) -> bool {
    let own = || {
        let of = OF_ELEMENTS.iter().find(|(name, _)| *name == element);
        of.is_some_and(|(_, keys)| keys.contains(&key))
    };
    key == "xmlns" || key.starts_with("xmlns:") || COMMON.contains(&key) || own()
}

/// What an attribute does that no narrative may, whether R4 knows the attribute or not.
pub fn calls_out(element: &str, key: &str, value: &str) -> Option<&'static str> {
    let key = local(key);
    // A browser passes over blanks and controls in an address.
    let value: String = value
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .flat_map(char::to_lowercase)
        .collect();
    let scripts = ["javascript:", "vbscript:"];
    if key.starts_with("on") {
        return Some("an event handler");
    }
    if scripts.iter().any(|script| value.contains(script)) {
        return Some("a script in an attribute");
    }
    let is_inside = value.starts_with('#');
    match (element, key.as_str()) {
        (_, "style") if CALLING_STYLES.iter().any(|word| value.contains(word)) => {
            Some("a style that calls out")
        }
        ("img", "src") if !is_inside && !value.starts_with("data:image/") => {
            Some("a picture from outside the message")
        }
        ("a", "href") | (_, "cite") if !is_followed(&value) => {
            Some("a link that is neither http, mailto, tel nor inside the message")
        }
        ("img", "src") | ("a", "href") => None,
        (_, other) if FETCHING.contains(&other) && !is_inside => Some("a link to another file"),
        _ => None,
    }
}

fn is_followed(address: &str) -> bool {
    let path = address.find(['/', '?', '#']).unwrap_or(address.len());
    match address[..path].split_once(':') {
        Some((scheme, _)) => FOLLOWED.contains(&scheme),
        None => true,
    }
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase()
}
