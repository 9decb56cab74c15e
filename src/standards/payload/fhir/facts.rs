//! What is known of the person: Conditions, Observations, Flags and Consents.

use super::super::node::Node;
use super::inputs::Inputs;
use super::values;

const OBSERVATION: &str = "https://workwell-gateway.example/CodeSystem/workwell-observation";
const FLAG: &str = "https://workwell-gateway.example/CodeSystem/workwell-flag";
const CONSENT: &str = "https://workwell-gateway.example/CodeSystem/workwell-consent";
const BARS_FLAG: &str = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars";

/// One Condition for each code and each text. No clinical status: nobody has said one.
pub(super) fn conditions(inputs: &mut Inputs<'_>, subject: &Node) -> Vec<Node> {
    let coded = inputs.texts("Condition.code");
    let worded = inputs.texts("Condition.code.text");
    let codes = coded.iter().map(|text| values::concept(text));
    let texts = worded.iter().map(|text| values::words(text));
    codes
        .chain(texts)
        .map(|code| {
            Node::object([
                ("resourceType", "Condition".into()),
                ("code", code),
                ("subject", subject.clone()),
            ])
        })
        .collect()
}

/// What an Observation's value is.
#[derive(Clone, Copy)]
pub(in crate::standards) enum Takes {
    /// A word or `system|code`.
    Concept,
    /// Words.
    Text,
    /// A date.
    Date,
    /// Whole weeks.
    Weeks,
}

/// Target, code, what people read, what it takes.
#[rustfmt::skip]
pub(in crate::standards) const OBSERVATIONS: &[(&str, &str, &str, Takes)] = &[
    ("Observation.employment-status", "employment-status", "Employment status", Takes::Concept),
    ("Observation.sickness-absence", "sickness-absence", "Sickness absence", Takes::Concept),
    ("Observation.weeks-out-of-work", "weeks-out-of-work", "Whole weeks out of work", Takes::Weeks),
    ("Observation.absence-start", "absence-start", "First day of the absence, or of being out of work", Takes::Date),
    ("Observation.occupation", "occupation", "Occupation", Takes::Text),
    ("Observation.employer", "employer", "Employer", Takes::Text),
    ("Observation.fit-note", "fit-note", "Fit note", Takes::Concept),
    ("Observation.fit-note-to", "fit-note-to", "Last day of the fit note", Takes::Date),
    ("Observation.age-band", "age-band", "Age band", Takes::Concept),
];

/// One Observation for each mapped target.
pub(super) fn observations(inputs: &mut Inputs<'_>, subject: &Node) -> Vec<Node> {
    let mut found = Vec::new();
    for (target, code, display, takes) in OBSERVATIONS {
        let Some((member, value)) = value(inputs, target, *takes) else {
            continue;
        };
        let coding = values::pair(OBSERVATION, code).with("display", *display);
        let code = Node::object([("coding", vec![coding].into())]);
        found.push(Node::object([
            ("resourceType", "Observation".into()),
            ("status", "final".into()),
            ("code", code),
            ("subject", subject.clone()),
            (member, value),
        ]));
    }
    found
}

fn value(inputs: &mut Inputs<'_>, target: &str, takes: Takes) -> Option<(&'static str, Node)> {
    Some(match takes {
        Takes::Concept => {
            let text = inputs.text(target)?;
            ("valueCodeableConcept", values::concept(&text))
        }
        Takes::Text => ("valueString", inputs.text(target)?.into()),
        Takes::Date => ("valueDateTime", inputs.fitting(target)?.into()),
        Takes::Weeks => {
            let weeks = inputs.number(target)?;
            let quantity = Node::object([
                ("value", Node::Number(weeks)),
                ("unit", "week".into()),
                ("system", "http://unitsofmeasure.org".into()),
                ("code", "wk".into()),
            ]);
            ("valueQuantity", quantity)
        }
    })
}

/// Target, our kind, category of flag-categories-bars where the published code says the
/// same.
pub(in crate::standards) const FLAGS: &[(&str, &str, Option<&str>)] = &[
    (
        "Flag.reasonable-adjustment",
        "reasonable-adjustment",
        Some("RA"),
    ),
    ("Flag.communication-need", "communication-need", None),
    ("Flag.safe-contact", "safe-contact", None),
    ("Flag.safeguarding", "safeguarding", Some("SG")),
    ("Flag.staff-risk", "staff-risk", None),
    ("Flag.text", "other", None),
];

/// One Flag for each text of each kind.
pub(super) fn flags(inputs: &mut Inputs<'_>, subject: &Node) -> Vec<Node> {
    let mut found = Vec::new();
    for (target, kind, bars) in FLAGS {
        for text in inputs.texts(target) {
            let own = values::coded(FLAG, kind);
            let published = bars.map(|code| values::coded(BARS_FLAG, code));
            let categories: Vec<Node> = published.into_iter().chain([own]).collect();
            found.push(Node::object([
                ("resourceType", "Flag".into()),
                ("status", "active".into()),
                ("category", categories.into()),
                ("code", values::words(&text)),
                ("subject", subject.clone()),
            ]));
        }
    }
    found
}

/// The WorkWell consent, and the one to tell the practice, each where it is mapped and
/// recorded. A date alone says nothing without its decision.
pub(super) fn consents(inputs: &mut Inputs<'_>, subject: &Node) -> Vec<Node> {
    let at = inputs.fitting("Consent.dateTime").unwrap_or_default();
    let workwell = consent(
        inputs,
        subject,
        "Consent.decision",
        "workwell-referral",
        &at,
    );
    let feedback = consent(inputs, subject, "Consent.gp-feedback", "gp-feedback", "");
    workwell.into_iter().chain(feedback).collect()
}

/// R4 consent-state-codes and the provision that goes with each decision.
const DECISIONS: &[(&str, &str, &str)] = &[
    ("given", "active", "permit"),
    ("refused", "rejected", "deny"),
    ("withdrawn", "inactive", "deny"),
];

fn consent(
    inputs: &mut Inputs<'_>,
    subject: &Node,
    target: &str,
    kind: &str,
    at: &str,
) -> Option<Node> {
    let decision = inputs.fitting(target)?;
    let (_, status, provision) = DECISIONS.iter().find(|row| row.0 == decision)?;
    let scope = "http://terminology.hl7.org/CodeSystem/consentscope";
    let policy = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    let categories = vec![
        // "Patient Consent" (R4 consent-category).
        values::coded("http://loinc.org", "59284-0"),
        values::coded(CONSENT, kind),
    ];
    Some(
        Node::object([("resourceType", "Consent".into())])
            .with("status", *status)
            .with("scope", values::coded(scope, "patient-privacy"))
            .with("category", categories)
            .with("patient", subject.clone())
            .with("dateTime", at)
            // R4 Consent ppc-1: a policy or a policy rule. The person was asked and
            // nothing is implied: opt-in.
            .with("policyRule", values::coded(policy, "OPTIN"))
            .with("provision", Node::object([("type", (*provision).into())])),
    )
}
