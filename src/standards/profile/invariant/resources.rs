//! Invariants of clinical and administrative resources (FHIR R4, each resource's page).

use super::look::{distinct, has, has_choice, has_coding, is, is_later, is_one_of};
use super::{Invariant, error, warning};
use crate::standards::fhir::Node;

const ALLERGY: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
const CONDITION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const ERROR: [&str; 1] = ["entered-in-error"];

pub(super) static ALL: [Invariant; 38] = [
    error("ait-1", ait_1, "a clinicalStatus unless entered in error"),
    error("ait-2", ait_2, "no clinicalStatus where entered in error"),
    error("app-1", app_1, "a type or an actor"),
    error("app-2", app_2, "start and end together"),
    error(
        "app-3",
        app_3,
        "start and end unless proposed, cancelled or waitlist",
    ),
    error(
        "app-4",
        app_4,
        "a cancelationReason on noshow or cancelled only",
    ),
    error("cmp-2", cmp_2, "no emptyReason where there are entries"),
    error("con-1", con_1, "a summary or an assessment"),
    error("con-2", con_2, "a code or a detail"),
    warning("con-3", con_3, "a clinicalStatus on a problem list item"),
    error(
        "con-4",
        con_4,
        "clinicalStatus resolved, remission or inactive where it is abated",
    ),
    error("con-5", con_5, "no clinicalStatus where entered in error"),
    error("cpl-3", cpl_3, "a detail or a reference, not both"),
    error("ctm-1", ctm_1, "onBehalfOf on a practitioner only"),
    error("grp-1", grp_1, "members in an actual group only"),
    error("imm-1", imm_1, "a documentType or a reference"),
    error(
        "inv-1",
        inv_1,
        "a lastModified not before authoredOn; in Parameters a value, a resource or parts",
    ),
    error("lst-1", lst_1, "no emptyReason where there are entries"),
    error("lst-2", lst_2, "entry.deleted in a list of changes only"),
    error("lst-3", lst_3, "entry.date in a working list only"),
    error("obs-3", obs_3, "a low, a high or a text"),
    error("obs-6", obs_6, "no dataAbsentReason where there is a value"),
    error(
        "obs-7",
        obs_7,
        "a value in one place: here or in the component of the same code",
    ),
    error("org-1", org_1, "an identifier or a name"),
    error("org-2", is_not_home, "an address that is not of use home"),
    error("org-3", is_not_home, "a telecom that is not of use home"),
    error("pat-1", pat_1, "a name, telecom, address or organization"),
    error("ppc-1", ppc_1, "a policy or a policyRule"),
    error("ppc-2", |node| ppc(node, "patient-privacy"), "a patient"),
    error("ppc-3", |node| ppc(node, "research"), "a patient"),
    error("ppc-4", |node| ppc(node, "adr"), "a patient"),
    error("ppc-5", |node| ppc(node, "treatment"), "a patient"),
    error("prr-1", prr_1, "a code where there are order details"),
    error("sev-1", sev_1, "a name or a query, not both"),
    error("md-1", md_1, "a max of 1 or more, or *"),
    error("qrs-1", qrs_1, "answers or items, not both"),
    error(
        "cmd-1",
        cmd_1,
        "a comment where the target is narrower or inexact",
    ),
    error("cmd-2", cmd_2, "a code where the mode is fixed"),
];

fn ait_1(node: Node<'_>) -> bool {
    has_coding(node, "verificationStatus", ALLERGY, &ERROR) || has(node, "clinicalStatus")
}

fn ait_2(node: Node<'_>) -> bool {
    !has_coding(node, "verificationStatus", ALLERGY, &ERROR) || !has(node, "clinicalStatus")
}

fn app_1(node: Node<'_>) -> bool {
    has(node, "type") || has(node, "actor")
}

fn app_2(node: Node<'_>) -> bool {
    has(node, "start") == has(node, "end")
}

fn app_3(node: Node<'_>) -> bool {
    (has(node, "start") && has(node, "end"))
        || is_one_of(node, "status", &["proposed", "cancelled", "waitlist"])
}

fn app_4(node: Node<'_>) -> bool {
    !has(node, "cancelationReason") || is_one_of(node, "status", &["noshow", "cancelled"])
}

fn cmp_2(node: Node<'_>) -> bool {
    !has(node, "emptyReason") || !has(node, "entry")
}

fn con_1(node: Node<'_>) -> bool {
    has(node, "summary") || has(node, "assessment")
}

fn con_2(node: Node<'_>) -> bool {
    has(node, "code") || has(node, "detail")
}

/// The published expression compares a CodeableConcept with a text, which is never
/// equal: it holds whatever stands there.
fn con_3(_: Node<'_>) -> bool {
    true
}

fn con_4(node: Node<'_>) -> bool {
    let over = ["resolved", "remission", "inactive"];
    !has_choice(node, "abatement") || has_coding(node, "clinicalStatus", CLINICAL, &over)
}

fn con_5(node: Node<'_>) -> bool {
    !has_coding(node, "verificationStatus", CONDITION, &ERROR) || !has(node, "clinicalStatus")
}

fn cpl_3(node: Node<'_>) -> bool {
    !has(node, "detail") || !has(node, "reference")
}

/// Judged by the type that the reference itself tells; one by urn:uuid is let pass.
fn ctm_1(node: Node<'_>) -> bool {
    let member = node
        .get("member")
        .and_then(|member| member.str("reference"));
    let kind = member.and_then(|text| text.rsplit('/').nth(1));
    !has(node, "onBehalfOf") || kind.is_none_or(|kind| kind == "Practitioner")
}

fn grp_1(node: Node<'_>) -> bool {
    !has(node, "member") || is(node, "actual", "true")
}

fn imm_1(node: Node<'_>) -> bool {
    has(node, "documentType") || has(node, "reference")
}

/// Two rules of R4 have this key: Task's and that of Parameters.parameter.
fn inv_1(node: Node<'_>) -> bool {
    if is(node, "resourceType", "Task") {
        return match (node.str("authoredOn"), node.str("lastModified")) {
            (Some(authored), Some(modified)) => !is_later(authored, modified),
            _ => true,
        };
    }
    let (value, resource) = (has_choice(node, "value"), has(node, "resource"));
    if has(node, "part") {
        return !value && !resource;
    }
    value != resource
}

fn lst_1(node: Node<'_>) -> bool {
    !has(node, "emptyReason") || !has(node, "entry")
}

fn lst_2(node: Node<'_>) -> bool {
    is(node, "mode", "changes") || node.each("entry").all(|entry| !has(entry, "deleted"))
}

fn lst_3(node: Node<'_>) -> bool {
    is(node, "mode", "working") || node.each("entry").all(|entry| !has(entry, "date"))
}

fn obs_3(node: Node<'_>) -> bool {
    ["low", "high", "text"].iter().any(|name| has(node, name))
}

fn obs_6(node: Node<'_>) -> bool {
    !has(node, "dataAbsentReason") || !has_choice(node, "value")
}

fn obs_7(node: Node<'_>) -> bool {
    if !has_choice(node, "value") || node.get("component").is_none() {
        return true;
    }
    let facts = |coding: Node<'_>| {
        ["system", "version", "code", "display", "userSelected"]
            .map(|name| coding.str(name).map(str::to_owned))
    };
    let codings = |holder: Node<'_>| -> Vec<_> {
        holder
            .each("code")
            .flat_map(|code| code.each("coding"))
            .map(facts)
            .collect()
    };
    let mut own = codings(node);
    own.sort_unstable();
    let mut parts = node.each("component").flat_map(codings);
    !parts.any(|part| own.binary_search(&part).is_ok())
}

fn org_1(node: Node<'_>) -> bool {
    has(node, "identifier") || has(node, "name")
}

fn is_not_home(node: Node<'_>) -> bool {
    !is(node, "use", "home")
}

fn pat_1(node: Node<'_>) -> bool {
    ["name", "telecom", "address", "organization"]
        .iter()
        .any(|name| has(node, name))
}

fn ppc_1(node: Node<'_>) -> bool {
    has(node, "policy") || has(node, "policyRule")
}

/// The published expressions ask for the system `something`, word for word.
fn ppc(node: Node<'_>, code: &str) -> bool {
    has(node, "patient") || !has_coding(node, "scope", "something", &[code])
}

fn prr_1(node: Node<'_>) -> bool {
    !has(node, "orderDetail") || has(node, "code")
}

fn sev_1(node: Node<'_>) -> bool {
    !has(node, "name") || !has(node, "query")
}

fn md_1(node: Node<'_>) -> bool {
    let max = node.str("max").unwrap_or("*");
    max == "*" || max.parse::<u32>().is_ok_and(|max| max > 0)
}

fn qrs_1(node: Node<'_>) -> bool {
    !(has(node, "answer") && has(node, "item"))
}

fn cmd_1(node: Node<'_>) -> bool {
    has(node, "comment") || !is_one_of(node, "equivalence", &["narrower", "inexact"])
}

fn cmd_2(node: Node<'_>) -> bool {
    !is(node, "mode", "fixed") || has(node, "code")
}

/// Used by topics with lists of their own.
pub(super) fn distinct_texts<'d>(values: impl Iterator<Item = Option<&'d str>>) -> bool {
    distinct(values.flatten().collect())
}
