//! Invariants of data types and of every resource (FHIR R4, datatypes and DomainResource).

use super::look::{choice, count, each_below, has, has_choice, is, is_later, number};
use super::{Invariant, error, error_about};
use crate::standards::fhir::{Kind, Node};

const UCUM: &str = "http://unitsofmeasure.org";
const CURRENCY: &str = "urn:iso:std:iso:4217";

pub(super) static ALL: [Invariant; 34] = [
    error_about(
        "contained",
        "dom-2",
        dom_2,
        "no resource contained in a contained one",
    ),
    error_about(
        "contained",
        "dom-3",
        dom_3,
        "a reference to each contained resource",
    ),
    error_about(
        "contained",
        "dom-4",
        dom_4,
        "no version and no date of change on contained resources",
    ),
    error_about(
        "contained",
        "dom-5",
        dom_5,
        "no security label on contained resources",
    ),
    error("ext-1", ext_1, "either a value or extensions"),
    error("age-1", age_1, "a code of UCUM and a value above 0"),
    error("att-1", att_1, "a contentType where there is data"),
    error("cnt-3", cnt_3, "a whole number with code 1 of UCUM"),
    error("cpt-2", cpt_2, "a system where there is a value"),
    error("dis-1", dis_1, "a code of UCUM where there is a value"),
    error("drt-1", drt_1, "a value in UCUM where there is a code"),
    error(
        "mqty-1",
        mqty_1,
        "a code of ISO 4217 where there is a value",
    ),
    error("sqty-1", sqty_1, "no comparator"),
    error("qty-3", qty_3, "a system where there is a code"),
    error("per-1", per_1, "a start that is not after the end"),
    error(
        "rat-1",
        rat_1,
        "numerator and denominator together, or an extension",
    ),
    error("rng-2", rng_2, "a low that is not above the high"),
    error("exp-1", exp_1, "an expression or a reference"),
    error("tim-1", tim_1, "a unit where there is a duration"),
    error("tim-2", tim_2, "a unit where there is a period"),
    error("tim-4", tim_4, "a duration of 0 or more"),
    error("tim-5", tim_5, "a period of 0 or more"),
    error("tim-6", tim_6, "a period where there is a periodMax"),
    error("tim-7", tim_7, "a duration where there is a durationMax"),
    error("tim-8", tim_8, "a count where there is a countMax"),
    error(
        "tim-9",
        tim_9,
        "a when that is not a meal where there is an offset",
    ),
    error("tim-10", tim_10, "timeOfDay or when, not both"),
    error("trd-1", trd_1, "data or timing, not both"),
    error("trd-2", trd_2, "data where there is a condition"),
    error("trd-3", trd_3, "the element that the type of trigger needs"),
    error("drq-1", path_or_search, "a path or a searchParam, not both"),
    error("drq-2", path_or_search, "a path or a searchParam, not both"),
    error("gol-1", gol_1, "a measure where there is a detail"),
    error("cmp-1", cmp_1, "a text, entries or sections"),
];

fn dom_2(node: Node<'_>) -> bool {
    node.each("contained").all(|one| !has(one, "contained"))
}

/// A contained resource must be reached from its container, or lead to it (`#`).
fn dom_3(node: Node<'_>) -> bool {
    if node.get("contained").is_none() {
        return true;
    }
    let mut named: Vec<&str> = Vec::new();
    each_below(node, &mut |below| {
        let text = below.text().filter(|_| below.kind() == Kind::String);
        named.extend(text.and_then(|text| text.strip_prefix('#')));
    });
    named.sort_unstable();
    node.each("contained").all(|one| {
        let mut leads_back = false;
        each_below(one, &mut |below| {
            leads_back |= below.kind() == Kind::String && below.text() == Some("#");
        });
        let id = one.str("id");
        leads_back || id.is_some_and(|id| named.binary_search(&id).is_ok())
    })
}

fn dom_4(node: Node<'_>) -> bool {
    node.each("contained").all(|one| {
        let meta = one.get("meta");
        meta.is_none_or(|meta| !has(meta, "versionId") && !has(meta, "lastUpdated"))
    })
}

fn dom_5(node: Node<'_>) -> bool {
    node.each("contained")
        .all(|one| one.get("meta").is_none_or(|meta| !has(meta, "security")))
}

fn ext_1(node: Node<'_>) -> bool {
    has(node, "extension") != has_choice(node, "value")
}

fn in_system(node: Node<'_>, system: &str) -> bool {
    (has(node, "code") || !has(node, "value"))
        && node.str("system").is_none_or(|found| found == system)
}

fn age_1(node: Node<'_>) -> bool {
    in_system(node, UCUM) && number(node, "value").is_none_or(|value| value > 0.0)
}

fn att_1(node: Node<'_>) -> bool {
    !has(node, "data") || has(node, "contentType")
}

fn cnt_3(node: Node<'_>) -> bool {
    let is_whole = node.str("value").is_none_or(|text| !text.contains('.'));
    in_system(node, UCUM) && node.str("code").is_none_or(|code| code == "1") && is_whole
}

fn cpt_2(node: Node<'_>) -> bool {
    !has(node, "value") || has(node, "system")
}

fn dis_1(node: Node<'_>) -> bool {
    in_system(node, UCUM)
}

fn drt_1(node: Node<'_>) -> bool {
    !has(node, "code") || (is(node, "system", UCUM) && has(node, "value"))
}

fn mqty_1(node: Node<'_>) -> bool {
    in_system(node, CURRENCY)
}

fn sqty_1(node: Node<'_>) -> bool {
    !has(node, "comparator")
}

fn qty_3(node: Node<'_>) -> bool {
    !has(node, "code") || has(node, "system")
}

fn per_1(node: Node<'_>) -> bool {
    match (node.str("start"), node.str("end")) {
        (Some(start), Some(end)) => !is_later(start, end),
        _ => true,
    }
}

fn rat_1(node: Node<'_>) -> bool {
    let has_numerator = has(node, "numerator");
    has_numerator == has(node, "denominator") && (has_numerator || has(node, "extension"))
}

fn rng_2(node: Node<'_>) -> bool {
    let (Some(low), Some(high)) = (node.get("low"), node.get("high")) else {
        return true;
    };
    let same = ["unit", "system", "code"]
        .iter()
        .all(|name| low.str(name) == high.str(name));
    match (number(low, "value"), number(high, "value")) {
        (Some(low), Some(high)) if same => low <= high,
        _ => true,
    }
}

fn exp_1(node: Node<'_>) -> bool {
    has(node, "expression") || has(node, "reference")
}

fn tim_1(node: Node<'_>) -> bool {
    !has(node, "duration") || has(node, "durationUnit")
}

fn tim_2(node: Node<'_>) -> bool {
    !has(node, "period") || has(node, "periodUnit")
}

fn tim_4(node: Node<'_>) -> bool {
    number(node, "duration").is_none_or(|value| value >= 0.0)
}

fn tim_5(node: Node<'_>) -> bool {
    number(node, "period").is_none_or(|value| value >= 0.0)
}

fn tim_6(node: Node<'_>) -> bool {
    !has(node, "periodMax") || has(node, "period")
}

fn tim_7(node: Node<'_>) -> bool {
    !has(node, "durationMax") || has(node, "duration")
}

fn tim_8(node: Node<'_>) -> bool {
    !has(node, "countMax") || has(node, "count")
}

fn tim_9(node: Node<'_>) -> bool {
    let is_meal = |when: Node<'_>| {
        when.text()
            .is_some_and(|code| ["C", "CM", "CD", "CV"].contains(&code))
    };
    !has(node, "offset") || (has(node, "when") && !node.each("when").any(is_meal))
}

fn tim_10(node: Node<'_>) -> bool {
    !(has(node, "timeOfDay") && has(node, "when"))
}

fn trd_1(node: Node<'_>) -> bool {
    !has(node, "data") || !has_choice(node, "timing")
}

fn trd_2(node: Node<'_>) -> bool {
    !has(node, "condition") || has(node, "data")
}

fn trd_3(node: Node<'_>) -> bool {
    let kind = node.str("type").unwrap_or_default();
    match kind {
        "named-event" => has(node, "name"),
        "periodic" => has_choice(node, "timing"),
        kind if kind.starts_with("data-") => has(node, "data"),
        _ => true,
    }
}

fn path_or_search(node: Node<'_>) -> bool {
    has(node, "path") != has(node, "searchParam")
}

fn gol_1(node: Node<'_>) -> bool {
    choice(node, "detail").is_none() || has(node, "measure")
}

fn cmp_1(node: Node<'_>) -> bool {
    has(node, "text") || count(node, "entry") > 0 || count(node, "section") > 0
}
