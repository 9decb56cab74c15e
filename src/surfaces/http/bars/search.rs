//! The search parameters of `GET /ServiceRequest` (BaRS API 1.3 and later).

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

/// What is searched for. Every fault at once; no value is repeated in one.
pub(super) fn read(query: &str) -> Result<Search, Vec<Problem>> {
    let found = parameters(query);
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
        if identifier.is_empty() {
            return Err(vec![bad("ServiceRequest.identifier")]);
        }
        return Ok(Search::Identifier(identifier.to_owned()));
    }
    let three = [
        "patient:name",
        "patient:birthdate",
        "patient:address-postalcode",
    ];
    let [Some(family), Some(birth), Some(postcode)] = three.map(value) else {
        return Err(vec![Problem::new(&problems::SEARCH_PARAMETERS).at("query")]);
    };
    demographics(family, birth, postcode).map(Search::Demographics)
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
        match read(query) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().filter_map(|fault| fault.path).collect(),
        }
    }

    #[test]
    fn an_nhs_number_is_searched_with_its_system() {
        let query = "patient:identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C9990000018";
        assert!(matches!(read(query), Ok(Search::NhsNumber(_))));
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
        assert!(matches!(read(good), Ok(Search::Demographics(_))));
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
}
