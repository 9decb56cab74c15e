//! Why the person is referred, in the referrer's words.

use std::collections::BTreeSet;

use super::Faults;
use super::bundle::Entries;
use super::service_request::Request;
use crate::domain::sensitive::Sensitive;
use crate::problem::Problem;
use crate::problem::area::referral as entry;
use crate::standards::fhir::Node;

/// The words, cut at the policy's length.
pub(super) fn read(
    entries: &Entries<'_>,
    request: &Request<'_>,
    faults: &mut Faults<'_>,
) -> Option<Sensitive<String>> {
    let concepts = entries
        .of_type("CarePlan")
        .flat_map(|plan| plan.each("activity"))
        .flat_map(|activity| activity.each("outcomeCodeableConcept"))
        .chain(request.node.each("reasonCode"));
    let notes = request.node.each("note");
    let mut texts: Vec<&str> = Vec::new();
    let mut known = BTreeSet::new();
    for text in concepts.chain(notes).filter_map(|node| node.str("text")) {
        let text = text.trim();
        if !text.is_empty() && known.insert(text) {
            texts.push(text);
        }
    }
    let whole = texts.join("\n");
    if whole.is_empty() {
        return None;
    }
    Some(Sensitive::new(cut(whole, request.node, faults)))
}

fn cut(text: String, request: Node<'_>, faults: &mut Faults<'_>) -> String {
    let limit = faults.policy.reason_characters;
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return text;
    };
    let detail = format!("more than {limit} characters");
    let problem = Problem::new(&entry::TEXT_CUT)
        .at(request.path())
        .with(detail);
    faults.add(problem.as_warning());
    text[..end].to_owned()
}
