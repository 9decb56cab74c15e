//! Whether things came in the order in which they were decided: at each provider within a
//! case, and at the practice within a referral.

use std::collections::{BTreeMap, BTreeSet};

use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::conformance::parties::gp::Response;
use workwell_gateway::conformance::parties::providers::{Arrival, Kind};

use super::verdict::Findings;

/// Looks at everything that the parties took in, in the order of arrival.
pub fn of_parties(parties: &Parties, findings: &mut Findings) {
    for (slug, desk) in parties.desks() {
        for case in out_of_order(&desk.arrivals()) {
            findings.check(false, || {
                format!("{slug}: something older of {case} arrived after something newer")
            });
        }
    }
    for referral in regressed(&parties.gp.responses()) {
        findings.check(false, || {
            format!("the practice was told an earlier status of {referral} after a later one")
        });
    }
}

/// The cases of which anything older arrived after something newer: repeats of the same
/// kind are no fault, for a sender that was killed must repeat.
fn out_of_order(arrivals: &[Arrival]) -> BTreeSet<String> {
    let mut newest: BTreeMap<&str, u8> = BTreeMap::new();
    let mut wrong = BTreeSet::new();
    for arrival in arrivals {
        let place = match arrival.kind {
            Kind::New => 0,
            Kind::Amended => 1,
            Kind::Stop => 2,
        };
        let newest = newest.entry(&arrival.case).or_insert(place);
        if place < *newest {
            wrong.insert(arrival.case.clone());
        }
        *newest = place.max(*newest);
    }
    wrong
}

/// The referrals whose responses went backwards: planned, under way, over.
fn regressed(responses: &[Response]) -> BTreeSet<String> {
    let mut newest: BTreeMap<&str, u8> = BTreeMap::new();
    let mut wrong = BTreeSet::new();
    for response in responses {
        let place = match response.encounter_status.as_str() {
            "planned" => 0,
            "in-progress" | "onleave" => 1,
            _ => 2,
        };
        let newest = newest.entry(&response.answers).or_insert(place);
        if place < *newest {
            wrong.insert(response.answers.clone());
        }
        *newest = place.max(*newest);
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(row: &[(&str, Kind)]) -> Vec<Arrival> {
        let arrival = |(case, kind): &(&str, Kind)| Arrival {
            case: (*case).to_owned(),
            kind: *kind,
        };
        row.iter().map(arrival).collect()
    }

    #[test]
    fn a_repeat_is_in_order_and_a_delivery_behind_its_stop_is_not() {
        let (new, stop) = (Kind::New, Kind::Stop);
        for (row, wrong) in [
            (
                &[("a", new), ("a", new), ("a", stop), ("a", stop)][..],
                &[][..],
            ),
            (&[("a", new), ("b", stop), ("a", stop)][..], &[]),
            (&[("a", new), ("a", stop), ("a", new)][..], &["a"]),
            (&[("b", stop), ("a", new), ("b", new)][..], &["b"]),
            (&[("a", Kind::Amended), ("a", new)][..], &["a"]),
        ] {
            let found: Vec<String> = out_of_order(&arrivals(row)).into_iter().collect();
            assert_eq!(found, wrong, "{row:?}");
        }
    }

    #[test]
    fn a_status_that_goes_backwards_is_found() {
        let response = |answers: &str, status: &str| Response {
            answers: answers.to_owned(),
            request_id: uuid::Uuid::new_v4(),
            encounter_status: status.to_owned(),
            reference: None,
            words: None,
            texts: Vec::new(),
        };
        let told = [
            response("a", "planned"),
            response("a", "in-progress"),
            response("b", "finished"),
            response("a", "in-progress"),
            response("a", "finished"),
            response("b", "in-progress"),
        ];
        let found: Vec<String> = regressed(&told).into_iter().collect();
        assert_eq!(found, ["b"]);
    }
}
