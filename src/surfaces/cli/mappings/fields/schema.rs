//! The canonical case as a JSON Schema, made from the code: what `map`, `route` and
//! `mappings test` take in place of a message.
//!
//! Every member that a case may lack is `null` or left out. What is asked of a person has four
//! forms: a value, and the three ways of having none (`declined`, `not-known`, `absent`).

// The builders take what they put into a tree, although the macro only looks at it.
#![allow(clippy::needless_pass_by_value)]

use serde_json::{Map, Value, json};

use crate::domain::case::{
    BarrierGroup, EmploymentStatus, FlagKind, MODEL_VERSION, SicknessAbsence, SourceRoute,
};

const FLAGS: [FlagKind; 6] = [
    FlagKind::ReasonableAdjustment,
    FlagKind::CommunicationNeed,
    FlagKind::SafeContact,
    FlagKind::Safeguarding,
    FlagKind::StaffRisk,
    FlagKind::Other,
];

/// The schema of a case.
pub(super) fn of_case() -> Value {
    let mut schema = object(&[
        must(
            "model_version",
            json!({ "const": MODEL_VERSION, "description": "The version of this model" }),
        ),
        must("id", uuid("The gateway's id of the case")),
        must(
            "reference",
            text("What people say on the telephone, WW-...."),
        ),
        must(
            "service_request_id",
            uuid("The id under which the referrer reads its request back"),
        ),
        may("part_of", uuid("The case that this one belongs to")),
        may(
            "referred_on_by",
            text("The slug of the provider that referred the person on"),
        ),
        may(
            "test_person",
            yes_no("Whether the NHS number is one of those that nobody is given"),
        ),
        may(
            "sender_ids",
            object(&[
                may("patient", text("Patient.id of the sender")),
                may("encounter", text("Encounter.id of the sender")),
                may(
                    "encounter_as",
                    object(&[
                        must("status", text("A code of encounter-status")),
                        may("class", text("A code of v3-ActCode")),
                    ]),
                ),
            ]),
        ),
        must("received_at", instant("When the gateway received it")),
        must("referral", referral()),
    ]);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("A WorkWell case");
    schema
}

fn referral() -> Value {
    object(&[
        must("bundle_id", uuid("Bundle.id of the message")),
        must(
            "correlation_id",
            uuid("X-Correlation-Id of the conversation"),
        ),
        may("journey_id", uuid("The Journey ID of the referrer")),
        may(
            "service_request_identifier",
            text("The referrer's own identifier, system|value"),
        ),
        may(
            "further_identifiers",
            list(
                "Its other identifiers",
                text("An identifier of the referrer's own, system|value"),
            ),
        ),
        must("use_case", text("The BaRS use case in small letters")),
        must(
            "application_version",
            text("The application version that the sender speaks"),
        ),
        may("authored_at", instant("When the referral was written")),
        must(
            "referrer",
            object(&[
                may("organisation", text("ODS code")),
                may("organisation_name", text("Its name as sent")),
                may("practitioner_name", text("The professional who referred")),
                may("telephone", text("Of the organisation, for a call back")),
                must(
                    "route",
                    word(
                        "The route by which the person came",
                        second(SourceRoute::ALL),
                    ),
                ),
            ]),
        ),
        may("return_address", address("Where responses are addressed")),
        must(
            "addressed_to",
            address("The service that the message was sent to"),
        ),
        must("person", person()),
        must("work", work()),
        must(
            "barriers",
            list(
                "What stands in the way, the main thing first",
                object(&[
                    must(
                        "group",
                        word("The group of the condition", second(BarrierGroup::ALL)),
                    ),
                    may("code", text("system|code, as in sct|928000")),
                    may("text", text("The referrer's words")),
                ]),
            ),
        ),
        must(
            "flags",
            list(
                "What a provider must know before it meets the person",
                object(&[
                    must(
                        "kind",
                        word("What it is about", FLAGS.map(FlagKind::code).to_vec()),
                    ),
                    must("text", text("The words of the flag")),
                ]),
            ),
        ),
        may(
            "reason",
            text("The referrer's words; 2,000 characters are read on"),
        ),
        must(
            "consents",
            object(&[
                must(
                    "direct_care",
                    yes_no("Whether the BaRS direct-care consent came with the message"),
                ),
                must("workwell", record("The explicit WorkWell consent")),
                must(
                    "recipients",
                    list(
                        "Consent by recipient: the recipient and the answer",
                        json!({
                            "type": "array",
                            "prefixItems": [recipient(), record("What was answered")],
                            "items": false,
                            "minItems": 2,
                        }),
                    ),
                ),
            ]),
        ),
    ])
}

fn person() -> Value {
    let contact = object(&[
        must(
            "kind",
            word(
                "Voice, mail, or text messages only",
                vec!["phone", "email", "sms"],
            ),
        ),
        must("value", text("The number or address")),
        may("usage", text("home, work or mobile")),
        may("rank", number("1 is preferred", 0)),
    ]);
    object(&[
        may(
            "nhs_number",
            json!({ "type": "string", "pattern": "^[0-9]{10}$", "description": "Ten digits" }),
        ),
        must(
            "nhs_number_status",
            word(
                "How far the number was checked",
                vec!["verified", "unverified", "none"],
            ),
        ),
        must(
            "name",
            object(&[
                may("prefix", text("Title")),
                must("given", list("Given names in order", text("One name"))),
                may("family", text("Family name")),
                may("text", text("The whole name as the sender wrote it")),
            ]),
        ),
        may("birth_date", date("Date of birth")),
        may(
            "gender",
            word(
                "Administrative gender",
                vec!["male", "female", "other", "unknown"],
            ),
        ),
        must(
            "address",
            object(&[
                must("lines", list("Address lines in order", text("One line"))),
                may("city", text("Town or city")),
                may("district", text("County or district")),
                may("postcode", text("Postcode with one space")),
            ]),
        ),
        must(
            "contacts",
            list("Telephone numbers and e-mail addresses", contact),
        ),
        may("language", text("Preferred language, system|code or words")),
        must(
            "interpreter",
            answer(
                "Whether an interpreter is needed",
                json!({ "type": "boolean" }),
            ),
        ),
        must(
            "ethnicity",
            answer(
                "Ethnic category, for equality monitoring only",
                json!({ "type": "string" }),
            ),
        ),
        may("practice", text("ODS code of the registered practice")),
        must(
            "security",
            word(
                "Whether the record is restricted",
                vec!["unrestricted", "restricted", "unrecognised"],
            ),
        ),
        may("deceased", yes_no("Whether the person is marked as dead")),
    ])
}

fn work() -> Value {
    object(&[
        must(
            "employment",
            answer(
                "Employment status",
                json!({ "enum": third(EmploymentStatus::ALL) }),
            ),
        ),
        must(
            "absence",
            answer(
                "Sickness absence indicator",
                json!({ "enum": third(SicknessAbsence::ALL) }),
            ),
        ),
        may(
            "absence_start",
            date("First day of the absence, or of being out of work"),
        ),
        may(
            "weeks_out_of_work",
            number("Whole weeks at the time of referral", 0),
        ),
        may(
            "fit_note",
            object(&[
                must(
                    "may_be_fit",
                    yes_no("True for may be fit, false for not fit"),
                ),
                may("from", date("First day")),
                may("to", date("Last day")),
            ]),
        ),
        may("occupation", text("Occupation in the person's words")),
        may("employer", text("The employer's name")),
    ])
}

fn record(meaning: &str) -> Value {
    let decisions = vec!["given", "refused", "withdrawn", "not-recorded"];
    described(
        meaning,
        object(&[
            must("decision", word("The answer", decisions)),
            may("at", instant("When it was given")),
            may(
                "until",
                instant("The first instant at which a yes holds no more"),
            ),
            may("recorded_by", text("Who wrote it down: a role")),
            may("how", text("spoken, written, form or the source's word")),
        ]),
    )
}

fn recipient() -> Value {
    let partner = object(&[must("partner", text("The partner's slug"))]);
    let words = word(
        "The recipient",
        vec!["gp-feedback", "employer", "evaluation"],
    );
    json!({ "anyOf": [words, partner] })
}

/// A value, or one of the three ways of having none.
fn answer(meaning: &str, known: Value) -> Value {
    let known = object(&[must("known", known)]);
    let unanswered = json!({ "enum": ["declined", "not-known", "absent"] });
    json!({ "description": meaning, "anyOf": [known, unanswered] })
}

fn address(meaning: &str) -> Value {
    described(
        meaning,
        object(&[
            must("system", text("The identifier system")),
            must("value", text("The service's id in it")),
        ]),
    )
}

struct Member(&'static str, Value, bool);

fn must(name: &'static str, value: Value) -> Member {
    Member(name, value, true)
}

/// A member that may be left out or be `null`.
fn may(name: &'static str, value: Value) -> Member {
    let meaning = value["description"].clone();
    let mut either = json!({ "anyOf": [value, { "type": "null" }] });
    if meaning.is_string() {
        either["description"] = meaning;
    }
    Member(name, either, false)
}

fn object(members: &[Member]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for Member(name, value, is_required) in members {
        properties.insert((*name).to_owned(), value.clone());
        if *is_required {
            required.push(*name);
        }
    }
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    })
}

fn described(meaning: &str, mut value: Value) -> Value {
    value["description"] = json!(meaning);
    value
}

fn list(meaning: &str, items: Value) -> Value {
    json!({ "type": "array", "items": items, "description": meaning })
}

fn word(meaning: &str, words: Vec<&'static str>) -> Value {
    json!({ "enum": words, "description": meaning })
}

fn text(meaning: &str) -> Value {
    json!({ "type": "string", "description": meaning })
}

fn uuid(meaning: &str) -> Value {
    json!({ "type": "string", "format": "uuid", "description": meaning })
}

fn instant(meaning: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": meaning })
}

fn date(meaning: &str) -> Value {
    json!({ "type": "string", "format": "date", "description": meaning })
}

fn yes_no(meaning: &str) -> Value {
    json!({ "type": "boolean", "description": meaning })
}

fn number(meaning: &str, least: u32) -> Value {
    json!({ "type": "integer", "minimum": least, "description": meaning })
}

fn second<T>(rows: &'static [(T, &'static str)]) -> Vec<&'static str> {
    rows.iter().map(|row| row.1).collect()
}

fn third<T>(rows: &'static [(T, &'static str, &'static str)]) -> Vec<&'static str> {
    rows.iter().map(|row| row.2).collect()
}

#[cfg(test)]
mod tests;
