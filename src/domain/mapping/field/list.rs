//! The rows of the published list. It is long because it is a table: one row a field,
//! and nothing else.

// The builders below take a row and give it back changed, at compile time.
#![allow(clippy::needless_pass_by_value)]

use super::{Category, Field, FieldKind, FreeText, Part, Value};
use crate::domain::case::{
    Answer, BarrierGroup, Case, Contact, ContactKind, EmploymentStatus, FlagKind, NhsNumberStatus,
    Person, SicknessAbsence, SourceRoute, Work,
};
use crate::domain::consent::{Decision, Recipient, Record};
use crate::domain::sensitive::Sensitive;

use Category::{C, N, O, S};
use FieldKind::{Date, Number, Text, Texts, Word, Words, YesNo};

/// The first part of the referrer's words that is read on (reference/workwell.md 2, row 31).
const REASON_LIMIT: usize = 2_000;

const fn plain(
    name: &'static str,
    category: Category,
    kind: FieldKind,
    meaning: &'static str,
    read: fn(&Case) -> Value,
) -> Field {
    Field {
        name,
        meaning,
        category,
        kind,
        protected: false,
        needs: None,
        part: Part::Own,
        free_text: FreeText::No,
        administrative: false,
        unanswered: &["absent"],
        words: no_words,
        read,
    }
}

const fn words(field: Field, words: fn() -> Vec<&'static str>) -> Field {
    Field { words, ..field }
}

const fn protected(field: Field) -> Field {
    Field {
        protected: true,
        ..field
    }
}

const fn needs(field: Field, recipient: &'static Recipient) -> Field {
    Field {
        needs: Some(recipient),
        ..field
    }
}

const fn made_of(field: Field, parts: &'static [&'static str]) -> Field {
    Field {
        part: Part::Of(parts),
        ..field
    }
}

/// Words that somebody typed.
const fn typed(field: Field, free_text: FreeText) -> Field {
    Field { free_text, ..field }
}

/// About the paperwork, not about the person.
const fn administrative(field: Field) -> Field {
    Field {
        administrative: true,
        ..field
    }
}

/// Always there.
const fn always(field: Field) -> Field {
    Field {
        unanswered: &[],
        ..field
    }
}

/// Asked of the person, or looked up: there are three ways of having no answer.
const fn asked(field: Field) -> Field {
    Field {
        unanswered: &["declined", "not-known", "absent"],
        ..field
    }
}

/// Never left out, yet perhaps not known.
const fn perhaps(field: Field, unanswered: &'static [&'static str]) -> Field {
    Field {
        unanswered,
        ..field
    }
}

/// Comes of the decision and not of the referral.
const fn decided(field: Field) -> Field {
    Field {
        part: Part::Decision,
        ..field
    }
}

fn no_words() -> Vec<&'static str> {
    Vec::new()
}

#[rustfmt::skip]
pub(super) static ALL: &[Field] = &[
    // The case and the conversation.
    always(plain("case_reference", O, Text, "What people say on the telephone, WW-....", |c| Value::Text(c.reference.to_string()))),
    always(plain("case_id", O, Text, "The gateway's id of the case (UUID)", |c| Value::Text(c.id.to_string()))),
    plain("part_of", O, Text, "The id of the case that this one belongs to", |c| Value::text(c.part_of.map(|id| id.to_string()).as_deref())),
    plain("journey_id", O, Text, "The Journey ID of the referrer", |c| Value::text(c.referral.journey_id.map(|id| id.to_string()).as_deref())),
    administrative(plain("service_request_identifier", O, Text, "The referrer's own identifier of the referral, system|value", |c| Value::text(c.referral.service_request_identifier.as_deref()))),
    administrative(always(plain("use_case", N, Text, "The BaRS use case", |c| Value::text(Some(&c.referral.use_case))))),
    always(plain("received_on", N, Date, "The day (UTC) on which the gateway received it", |c| day(Some(c.received_at)))),
    plain("authored_on", N, Date, "The day (UTC) on which the referral was written", |c| day(c.referral.authored_at)),
    // Who referred.
    administrative(perhaps(words(plain("source_route", O, Word, "The route by which the person came", |c| word(c.referral.referrer.route.code())), || SourceRoute::ALL.iter().map(|row| row.1).collect()), &["not-known"])),
    administrative(plain("referrer_ods", N, Text, "ODS code of the referring organisation", |c| Value::text(c.referral.referrer.organisation.as_ref().map(crate::domain::identifiers::OdsCode::as_str)))),
    administrative(plain("referrer_name", N, Text, "Name of the referring organisation", |c| Value::text(c.referral.referrer.organisation_name.as_deref()))),
    administrative(plain("referrer_practitioner", O, Text, "Name of the professional who referred", |c| text(c.referral.referrer.practitioner_name.as_ref()))),
    plain("referrer_telephone", N, Text, "Telephone of the referring organisation", |c| Value::text(c.referral.referrer.telephone.as_deref())),
    // Consent.
    always(plain("direct_care_consent", O, YesNo, "Whether the BaRS direct-care consent came with the message", |c| Value::Bool(c.referral.consents.direct_care))),
    always(words(plain("workwell_consent", O, Word, "The explicit WorkWell consent", |c| word(decision(c.referral.consents.workwell.decision))), decisions)),
    plain("workwell_consent_on", O, Date, "The day (UTC) of that answer", |c| day(c.referral.consents.workwell.at)),
    typed(plain("workwell_consent_by", O, Text, "Who wrote that answer down", |c| text(c.referral.consents.workwell.recorded_by.as_ref())), FreeText::Words),
    typed(plain("workwell_consent_how", O, Text, "How that answer was given", |c| Value::text(c.referral.consents.workwell.how.as_deref())), FreeText::Words),
    plain("onward_consent_on", O, Date, "The day (UTC) of the consent to be referred on, where a provider did so", |c| day(onward(c).and_then(|record| record.at))),
    typed(plain("onward_consent_by", O, Text, "Who wrote that consent down", |c| text(onward(c).and_then(|record| record.recorded_by.as_ref()))), FreeText::Words),
    typed(plain("onward_consent_how", O, Text, "How that consent was given", |c| Value::text(onward(c).and_then(|record| record.how.as_deref()))), FreeText::Words),
    always(words(plain("gp_feedback_consent", O, Word, "Consent to tell the practice of progress", |c| consent_for(c, &Recipient::GpFeedback)), decisions)),
    always(words(plain("employer_consent", O, Word, "Consent to contact the employer", |c| consent_for(c, &Recipient::Employer)), decisions)),
    always(words(plain("evaluation_consent", O, Word, "Consent to be contacted by the national evaluation", |c| consent_for(c, &Recipient::Evaluation)), decisions)),
    // The person.
    plain("nhs_number", O, Text, "The NHS number, ten digits", |c| Value::text(person(c).nhs_number.as_ref().map(crate::domain::identifiers::NhsNumber::expose))),
    always(words(plain("nhs_number_status", O, Word, "How far the number was checked", |c| word(number_status(person(c).nhs_number_status))), || vec!["verified", "unverified", "none"])),
    plain("title", O, Text, "Title", |c| text(person(c).name.prefix.as_ref())),
    plain("given_names", O, Texts, "Given names in order", |c| texts(&person(c).name.given)),
    plain("family_name", O, Text, "Family name", |c| text(person(c).name.family.as_ref())),
    made_of(plain("full_name", O, Text, "Title, given names and family name in one line", full_name), &["title", "given_names", "family_name"]),
    plain("birth_date", O, Date, "Date of birth", |c| person(c).birth_date.as_ref().map_or(Value::Absent, |d| Value::Date(*d.expose()))),
    words(plain("gender", O, Word, "Administrative gender", gender), || vec!["male", "female", "other", "unknown"]),
    plain("address_lines", O, Texts, "Address lines in order", |c| texts(&person(c).address.lines)),
    plain("city", O, Text, "Town or city", |c| text(person(c).address.city.as_ref())),
    plain("district", O, Text, "County or district", |c| text(person(c).address.district.as_ref())),
    plain("postcode", O, Text, "Postcode with one space", |c| Value::text(person(c).address.postcode.as_ref().map(crate::domain::identifiers::Postcode::expose))),
    made_of(plain("address", O, Texts, "Lines, town, county and postcode in order", address), &["address_lines", "city", "district", "postcode"]),
    plain("phones", O, Texts, "Telephone numbers, the preferred one first", |c| contacts(c, |k| k != ContactKind::Email)),
    plain("emails", O, Texts, "E-mail addresses, the preferred one first", |c| contacts(c, |k| k == ContactKind::Email)),
    asked(plain("ethnicity", S, Text, "Ethnic category, for equality monitoring only", |c| answer_text(&person(c).ethnicity))),
    administrative(plain("practice_ods", O, Text, "ODS code of the registered practice", |c| Value::text(person(c).practice.as_ref().map(crate::domain::identifiers::OdsCode::as_str)))),
    // What a provider must know to meet the person safely: protected.
    typed(protected(plain("language", S, Text, "Preferred language, system|code or words", |c| text(person(c).language.as_ref()))), FreeText::Safety),
    asked(protected(plain("interpreter", S, YesNo, "Whether an interpreter is needed", |c| answer(person(c).interpreter, Value::Bool)))),
    typed(protected(plain("communication_needs", S, Texts, "Communication needs", |c| flags(c, FlagKind::CommunicationNeed))), FreeText::Safety),
    typed(protected(plain("reasonable_adjustments", S, Texts, "Reasonable adjustments", |c| flags(c, FlagKind::ReasonableAdjustment))), FreeText::Safety),
    typed(protected(plain("safe_contact", C, Texts, "How the person can safely be contacted", |c| flags(c, FlagKind::SafeContact))), FreeText::Safety),
    typed(protected(plain("safeguarding", C, Texts, "Safeguarding flags", |c| flags(c, FlagKind::Safeguarding))), FreeText::Safety),
    typed(protected(plain("staff_risk", C, Texts, "Risks to staff", |c| flags(c, FlagKind::StaffRisk))), FreeText::Safety),
    typed(plain("other_flags", S, Texts, "Any other flag", |c| flags(c, FlagKind::Other)), FreeText::Story),
    // Work.
    asked(words(plain("employment_status", S, Word, "Employment status; special category because it can say long-term sick", |c| answer(work(c).employment, |e| word(e.code()))), || EmploymentStatus::ALL.iter().map(|row| row.2).collect())),
    asked(words(plain("sickness_absence", S, Word, "Sickness absence indicator", |c| answer(work(c).absence, |a| word(a.code()))), || SicknessAbsence::ALL.iter().map(|row| row.2).collect())),
    plain("absence_start", S, Date, "First day of the absence, or of being out of work", |c| work(c).absence_start.map_or(Value::Absent, Value::Date)),
    plain("weeks_out_of_work", O, Number, "Whole weeks out of work at the time of referral", |c| work(c).weeks_out_of_work.map_or(Value::Absent, |w| Value::Number(w.into()))),
    words(plain("fit_note", S, Word, "What the fit note says, never its diagnosis", fit_note), || vec!["may-be-fit", "not-fit"]),
    plain("fit_note_from", S, Date, "First day of the fit note", |c| work(c).fit_note.as_ref().and_then(|f| f.from).map_or(Value::Absent, Value::Date)),
    plain("fit_note_to", S, Date, "Last day of the fit note", |c| work(c).fit_note.as_ref().and_then(|f| f.to).map_or(Value::Absent, Value::Date)),
    typed(plain("occupation", O, Text, "Occupation in the person's words", |c| text(work(c).occupation.as_ref())), FreeText::Words),
    typed(needs(plain("employer", O, Text, "The employer's name; leaves only with the person's consent", |c| text(work(c).employer.as_ref())), &Recipient::Employer), FreeText::Words),
    // What stands in the way.
    perhaps(words(plain("primary_barrier", S, Word, "Group of the main barrier", |c| c.referral.barriers.first().map_or(Value::Absent, |b| group(b.group))), groups), &["not-known", "absent"]),
    plain("primary_barrier_code", S, Text, "Code of the main barrier, system|code", |c| text(c.referral.barriers.first().and_then(|b| b.code.as_ref()))),
    typed(plain("primary_barrier_text", S, Text, "The referrer's words for the main barrier", |c| text(c.referral.barriers.first().and_then(|b| b.text.as_ref()))), FreeText::Story),
    words(plain("secondary_barriers", S, Words, "Groups of the other barriers, each once", |c| Value::list(barrier_groups(c, 1))), groups),
    plain("secondary_barrier_codes", S, Texts, "Codes of the other barriers", |c| Value::list(c.referral.barriers.iter().skip(1).filter_map(|b| b.code.as_ref()).map(|code| code.expose().clone()).collect())),
    made_of(words(plain("barriers", S, Words, "Groups of all barriers, each once, the main one first", |c| Value::list(barrier_groups(c, 0))), groups), &["primary_barrier", "secondary_barriers"]),
    typed(plain("reason", S, Text, "The referrer's words, at most 2,000 characters", |c| reason(c.referral.reason.as_ref())), FreeText::Story),
    // What the decision leaves open. Of the special category, because a row that asks although
    // the fact is known tells something of it.
    decided(plain("questions", S, Texts, "What the provider has to ask the person: the words of the rows of eligibility.csv that ask, and a sentence for each fact that they need and the referral lacks", |_| Value::Absent)),
];

/// The consent under which a provider referred the person on. On the case that it came from
/// there may be several, and none of them is that case's own.
fn onward(case: &Case) -> Option<&Record> {
    case.referred_on_by.as_ref()?;
    let mut recipients = case.referral.consents.recipients.iter();
    let partner = recipients.find(|(recipient, _)| matches!(recipient, Recipient::Partner(_)));
    partner.map(|(_, record)| record)
}

fn person(case: &Case) -> &Person {
    &case.referral.person
}

fn work(case: &Case) -> &Work {
    &case.referral.work
}

fn word(code: &str) -> Value {
    match code {
        "not-known" => Value::NotKnown,
        code => Value::Text(code.to_owned()),
    }
}

fn text(found: Option<&Sensitive<String>>) -> Value {
    Value::text(found.map(|text| text.expose().as_str()))
}

fn texts(found: &[Sensitive<String>]) -> Value {
    let items = found.iter().map(|text| text.expose().trim().to_owned());
    Value::list(items.filter(|text| !text.is_empty()).collect())
}

/// The day in UTC: the program carries no time zone data, and a table wants a day.
fn day(at: Option<jiff::Timestamp>) -> Value {
    at.map_or(Value::Absent, |at| {
        Value::Date(at.to_zoned(jiff::tz::TimeZone::UTC).date())
    })
}

fn answer<T: Copy>(found: Answer<T>, known: fn(T) -> Value) -> Value {
    match found {
        Answer::Known(value) => known(value),
        Answer::Declined => Value::Declined,
        Answer::NotKnown => Value::NotKnown,
        Answer::Absent => Value::Absent,
    }
}

fn answer_text(found: &Answer<Sensitive<String>>) -> Value {
    match found {
        Answer::Known(value) => text(Some(value)),
        Answer::Declined => Value::Declined,
        Answer::NotKnown => Value::NotKnown,
        Answer::Absent => Value::Absent,
    }
}

fn full_name(case: &Case) -> Value {
    let name = &person(case).name;
    let parts = name.prefix.iter().chain(&name.given).chain(&name.family);
    let parts: Vec<&str> = parts.map(|part| part.expose().trim()).collect();
    if parts.is_empty() {
        return text(name.text.as_ref());
    }
    Value::text(Some(&parts.join(" ")))
}

/// `unknown` is a word of the R4 list, so that it passes on as one.
fn gender(case: &Case) -> Value {
    text(person(case).gender.as_ref())
}

fn address(case: &Case) -> Value {
    let address = &person(case).address;
    let lines = address
        .lines
        .iter()
        .chain(&address.city)
        .chain(&address.district);
    let lines = lines.map(|line| line.expose().trim().to_owned());
    let postcode = address.postcode.iter().map(|p| p.expose().to_owned());
    Value::list(
        lines
            .chain(postcode)
            .filter(|line| !line.is_empty())
            .collect(),
    )
}

fn contacts(case: &Case, wanted: fn(ContactKind) -> bool) -> Value {
    let mut found: Vec<&Contact> = person(case)
        .contacts
        .iter()
        .filter(|contact| wanted(contact.kind))
        .collect();
    found.sort_by_key(|contact| contact.rank.unwrap_or(u32::MAX));
    Value::list(found.iter().map(|c| c.value.expose().clone()).collect())
}

fn flags(case: &Case, kind: FlagKind) -> Value {
    let found = case.referral.flags.iter().filter(|flag| flag.kind == kind);
    Value::list(found.map(|flag| flag.text.expose().clone()).collect())
}

fn fit_note(case: &Case) -> Value {
    match &work(case).fit_note {
        None => Value::Absent,
        Some(note) if note.may_be_fit => word("may-be-fit"),
        Some(_) => word("not-fit"),
    }
}

fn group(group: BarrierGroup) -> Value {
    word(group.code())
}

/// Every group but `not-known`, which is no group: a message that names none is absent.
fn barrier_groups(case: &Case, skip: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for barrier in case.referral.barriers.iter().skip(skip) {
        let code = barrier.group.code();
        if barrier.group != BarrierGroup::NotKnown && !found.iter().any(|seen| seen == code) {
            found.push(code.to_owned());
        }
    }
    found
}

fn groups() -> Vec<&'static str> {
    let known = BarrierGroup::ALL
        .iter()
        .filter(|row| row.0 != BarrierGroup::NotKnown);
    known.map(|row| row.1).collect()
}

fn decision(found: Decision) -> &'static str {
    match found {
        Decision::Given => "given",
        Decision::Refused => "refused",
        Decision::Withdrawn => "withdrawn",
        Decision::NotRecorded => "not-recorded",
    }
}

fn decisions() -> Vec<&'static str> {
    vec!["given", "refused", "withdrawn", "not-recorded"]
}

fn consent_for(case: &Case, recipient: &Recipient) -> Value {
    word(decision(case.referral.consents.for_recipient(recipient)))
}

fn number_status(found: NhsNumberStatus) -> &'static str {
    match found {
        NhsNumberStatus::Verified => "verified",
        NhsNumberStatus::Unverified => "unverified",
        NhsNumberStatus::None => "none",
    }
}

fn reason(found: Option<&Sensitive<String>>) -> Value {
    let short: Option<String> =
        found.map(|reason| reason.expose().chars().take(REASON_LIMIT).collect());
    Value::text(short.as_deref())
}
