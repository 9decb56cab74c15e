//! Barriers to work, the main thing first.
//!
//! Groups come from a short list of SNOMED CT codes that stand for a whole disorder and
//! are common in general practice; the two roots are sourced (reference/workwell.md,
//! codes found). A code outside the list is group `not-known`, never a refusal.

use super::bundle::Entries;
use super::coding::{codings, sensitive, words};
use super::service_request::Request;
use crate::domain::case::{Barrier, BarrierGroup};
use crate::domain::sensitive::Sensitive;
use crate::standards::bars::codes;
use crate::standards::fhir::Node;

pub(in crate::standards::bars) static GROUPS: &[(BarrierGroup, &[&str])] = &[
    (
        BarrierGroup::MentalHealth,
        &[
            "74732009",  // mental disorder
            "35489007",  // depressive disorder
            "197480006", // anxiety disorder
            "48694002",  // anxiety
            "21897009",  // generalised anxiety disorder
            "231504006", // mixed anxiety and depressive disorder
            "47505003",  // post-traumatic stress disorder
            "13746004",  // bipolar disorder
        ],
    ),
    (
        BarrierGroup::Msk,
        &[
            "928000",    // disorder of musculoskeletal system
            "279039007", // low back pain
            "161891005", // backache
            "396275006", // osteoarthritis
            "69896004",  // rheumatoid arthritis
            "23056005",  // sciatica
            "81680005",  // neck pain
        ],
    ),
    (
        BarrierGroup::CardioRespiratory,
        &[
            "38341003",  // hypertensive disorder
            "195967001", // asthma
            "13645005",  // chronic obstructive pulmonary disease
            "84114007",  // heart failure
        ],
    ),
    (BarrierGroup::Autism, &["408856003"]),
    (BarrierGroup::Learning, &["110359009"]),
    (
        BarrierGroup::Neurological,
        &[
            "84757009", // epilepsy
            "24700007", // multiple sclerosis
            "37796009", // migraine
        ],
    ),
];

/// Reads the reasons of the ServiceRequest, then what the CarePlan addresses, then any
/// other Condition; each Condition once.
pub(super) fn read(entries: &Entries<'_>, request: &Request<'_>) -> Vec<Barrier> {
    let mut conditions: Vec<Node<'_>> = Vec::new();
    let named = request.node.each("reasonReference").chain(
        entries
            .of_type("CarePlan")
            .flat_map(|plan| plan.each("addresses")),
    );
    for condition in named
        .filter_map(|reference| entries.follow(Some(reference), "Condition"))
        .chain(entries.of_type("Condition"))
    {
        if is_present(condition) && !conditions.contains(&condition) {
            conditions.push(condition);
        }
    }
    let coded = request
        .node
        .each("reasonCode")
        .filter(|concept| codings(*concept).next().is_some());
    coded
        .chain(
            conditions
                .iter()
                .filter_map(|condition| condition.get("code")),
        )
        .map(barrier)
        .collect()
}

/// Not ruled out, not a slip, not over.
fn is_present(condition: Node<'_>) -> bool {
    let status = |member: &str| {
        condition
            .get(member)
            .and_then(|concept| codings(concept).next())
            .map(|coding| coding.code)
    };
    !matches!(
        status("verificationStatus"),
        Some("refuted" | "entered-in-error")
    ) && !matches!(status("clinicalStatus"), Some("resolved" | "inactive"))
}

fn barrier(concept: Node<'_>) -> Barrier {
    let coding = codings(concept).find(|coding| coding.is_of(codes::SNOMED));
    Barrier {
        group: coding.map_or(BarrierGroup::NotKnown, |coding| group(coding.code)),
        code: coding.map(|coding| Sensitive::new(format!("sct|{}", coding.code))),
        text: sensitive(words(concept)),
    }
}

fn group(code: &str) -> BarrierGroup {
    GROUPS
        .iter()
        .find(|(_, listed)| listed.contains(&code))
        .map_or(BarrierGroup::NotKnown, |(group, _)| *group)
}

/// The SNOMED CT codes that stand for a group, each with its group.
pub fn listed() -> impl Iterator<Item = (BarrierGroup, &'static str)> {
    let groups = GROUPS.iter();
    groups.flat_map(|(group, codes)| codes.iter().map(|code| (*group, *code)))
}
