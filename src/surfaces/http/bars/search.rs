//! The search parameters of `GET /ServiceRequest` (BaRS API 1.3 and later).

use axum::http::HeaderMap;

use crate::domain::identifiers::{NhsNumber, Postcode};
use crate::domain::sensitive::Sensitive;
use crate::gateway::read::referrer::{Demographics, Search};
use crate::problem::{Problem, area::header as problems};

const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";

/// The parameters of a query string, decoded.
pub(super) fn parameters(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// The three ways to search, each with all of its parameters. `identifier` is the name by
/// which FHIR itself knows the third.
const NHS_NUMBER_WAY: [&str; 1] = ["patient:identifier"];
const DEMOGRAPHIC_WAY: [&str; 3] = [
    "patient:name",
    "patient:birthdate",
    "patient:address-postalcode",
];
const IDENTIFIER_WAY: [&str; 2] = ["ServiceRequest.identifier", "identifier"];

/// Said of the form of the answer, not of what is searched for: `Accept` decides that.
const OF_THE_FORM: [&str; 2] = ["_format", "_pretty"];

/// Whether the caller asked to leave out what is not known (FHIR R4, search, handling of
/// unknown parameters).
pub(super) fn is_lenient(headers: &HeaderMap) -> bool {
    let values = headers.get_all("Prefer").iter();
    let mut values = values.filter_map(|value| value.to_str().ok());
    values.any(|value| {
        let mut wishes = value.split([',', ';']);
        wishes.any(|wish| wish.trim().eq_ignore_ascii_case("handling=lenient"))
    })
}

/// What is searched for. Every fault at once; no value is repeated in one.
pub(super) fn read(query: &str, is_lenient: bool) -> Result<Search, Vec<Problem>> {
    let found = parameters(query);
    let unsupported = unsupported(&found, is_lenient);
    if !unsupported.is_empty() {
        return Err(unsupported);
    }
    let value = |name: &str| {
        found
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim())
    };
    if let Some(identifier) = value("patient:identifier") {
        return nhs_number(identifier).map(Search::NhsNumber);
    }
    if let Some(identifier) = value("ServiceRequest.identifier").or(value("identifier")) {
        return referral_identifier(identifier).map(Search::Identifier);
    }
    let [Some(family), Some(birth), Some(postcode)] = DEMOGRAPHIC_WAY.map(value) else {
        return Err(vec![Problem::new(&problems::SEARCH_PARAMETERS).at("query")]);
    };
    demographics(family, birth, postcode).map(Search::Demographics)
}

/// Parameters that nothing is searched by, that stand twice, or that belong to another way
/// than the first. One that is not known is named by its place: people type names and
/// numbers into the wrong half of a parameter (DESIGN I4).
fn unsupported(found: &[(String, String)], is_lenient: bool) -> Vec<Problem> {
    let ways: [&[&str]; 3] = [&NHS_NUMBER_WAY, &DEMOGRAPHIC_WAY, &IDENTIFIER_WAY];
    let way_of = |name: &str| ways.iter().position(|way| way.contains(&name));
    let first = found.iter().find_map(|(name, _)| way_of(name));
    let mut faults = Vec::new();
    for (at, (name, _)) in found.iter().enumerate() {
        let fault = Problem::new(&problems::SEARCH_UNKNOWN);
        if OF_THE_FORM.contains(&name.as_str()) {
            continue;
        }
        let Some(way) = way_of(name) else {
            if !is_lenient {
                let detail = format!(
                    "parameter {} of the query is none of {}",
                    at + 1,
                    ways.concat().join(", ")
                );
                faults.push(fault.at("query").with(detail));
            }
            continue;
        };
        if found[..at].iter().any(|(other, _)| other == name) {
            faults.push(fault.at(name.clone()).with("the parameter stands twice"));
        } else if Some(way) != first {
            let detail = "the parameter belongs to another way to search; use one way at a time";
            faults.push(fault.at(name.clone()).with(detail));
        }
    }
    faults
}

/// `system|value`, or `|value` for an identifier without a system (FHIR R4, token search).
/// A value alone would mean any system; what is looked up is a keyed hash of both, so it
/// could only ever find nothing, and that would read as if the referral were lost.
fn referral_identifier(identifier: &str) -> Result<String, Vec<Problem>> {
    let whole = identifier
        .split_once('|')
        .is_some_and(|(_, value)| !value.is_empty());
    if !whole {
        let detail = "write system|value, both as they stand in the referral";
        return Err(vec![bad("ServiceRequest.identifier").with(detail)]);
    }
    Ok(identifier.to_owned())
}

fn nhs_number(identifier: &str) -> Result<NhsNumber, Vec<Problem>> {
    let number = match identifier.split_once('|') {
        Some((system, number)) if system.eq_ignore_ascii_case(NHS_NUMBER) => number,
        _ => return Err(vec![bad("patient:identifier")]),
    };
    NhsNumber::parse(number).map_err(|_| vec![bad("patient:identifier")])
}

fn demographics(family: &str, birth: &str, postcode: &str) -> Result<Demographics, Vec<Problem>> {
    let mut faults = Vec::new();
    if family.is_empty() {
        faults.push(bad("patient:name"));
    }
    // `eq1980-01-01` and the bare date mean the same.
    let birth_date = birth.strip_prefix("eq").unwrap_or(birth).parse().ok();
    if birth_date.is_none() {
        faults.push(bad("patient:birthdate"));
    }
    let postcode = Postcode::parse(postcode);
    if postcode.is_none() {
        faults.push(bad("patient:address-postalcode"));
    }
    match (birth_date, postcode) {
        (Some(birth_date), Some(postcode)) if faults.is_empty() => Ok(Demographics {
            family: Sensitive::new(family.to_owned()),
            birth_date: Sensitive::new(birth_date),
            postcode,
        }),
        _ => Err(faults),
    }
}

fn bad(parameter: &str) -> Problem {
    Problem::new(&problems::SEARCH_VALUE).at(parameter.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(query: &str) -> Vec<String> {
        match read(query, false) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().filter_map(|fault| fault.path).collect(),
        }
    }

    #[test]
    fn an_nhs_number_is_searched_with_its_system() {
        let query = "patient:identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C9990000018";
        assert!(matches!(read(query, false), Ok(Search::NhsNumber(_))));
        assert_eq!(
            codes("patient:identifier=9990000018"),
            ["patient:identifier"]
        );
        assert_eq!(
            codes("patient%3Aidentifier=https://fhir.nhs.uk/Id/nhs-number|9990000019"),
            ["patient:identifier"]
        );
    }

    #[test]
    fn demographics_are_three_or_nothing_and_all_faults_come_at_once() {
        let good = "patient:name=Quibblewick&patient:birthdate=eq1980-02-29&patient:address-postalcode=zz11aa";
        assert!(matches!(read(good, false), Ok(Search::Demographics(_))));
        assert_eq!(codes("patient:name=Quibblewick"), ["query"]);
        assert_eq!(
            codes("patient:name=&patient:birthdate=1980-02-30&patient:address-postalcode=x"),
            [
                "patient:name",
                "patient:birthdate",
                "patient:address-postalcode"
            ]
        );
    }

    #[test]
    fn a_referral_is_searched_by_its_identifier_with_its_system_or_expressly_without_one() {
        for query in [
            "identifier=https://larkspur.example/Id/referral%7CLK-1",
            "ServiceRequest.identifier=%7CLK-1",
            "identifier=%7CLK-1&_format=json",
        ] {
            assert!(
                matches!(read(query, false), Ok(Search::Identifier(_))),
                "{query}"
            );
        }
        for query in ["identifier=LK-1", "identifier=", "identifier=system%7C"] {
            assert_eq!(codes(query), ["ServiceRequest.identifier"], "{query}");
        }
    }

    #[test]
    fn what_is_not_searched_by_is_told_unless_the_caller_wants_it_left_out() {
        let known = "patient:identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018";
        let with = |more: &str| format!("{known}&{more}");
        assert_eq!(codes(&with("statsu=active")), ["query"]);
        assert!(read(&with("statsu=active"), true).is_ok());
        assert_eq!(codes(&with("identifier=a%7Cb")), ["identifier"]);
        assert_eq!(codes(&with(known)), ["patient:identifier"]);
        let faults = read("Quibblewick=9990000018", false).expect_err("nothing of ours");
        let told = format!("{faults:?}");
        assert!(told.contains("parameter 1 of the query"), "{told}");
        assert!(
            !told.contains("Quibblewick") && !told.contains("9990"),
            "{told}"
        );
    }

    #[test]
    fn leniency_is_asked_for_in_prefer() {
        let mut headers = HeaderMap::new();
        assert!(!is_lenient(&headers));
        headers.insert(
            "Prefer",
            "return=minimal, handling=lenient".parse().expect("a value"),
        );
        assert!(is_lenient(&headers));
    }
}
