//! One provider folder, compiled.

mod capacity;
pub(super) mod catchment;
pub(super) mod codes;
mod contact;
mod eligibility;
mod fhir;
mod fields;
mod governance;
mod questions;
mod status;
mod transform;
mod unused;
pub(super) mod vocabulary;

use super::faults::Faults;
use super::folder::Folder;
use super::head::{Head, Schema};
use crate::domain::consent::ConfidentialityBasis;
use crate::domain::identifiers::OdsCode;
use crate::domain::provider::{
    Agreement, Channel, Clocks, ConsentPolicy, FreeTextPolicy, PayloadKind, Provider, SupportWeeks,
    Validity,
};
use crate::problem::area::tables as entry;

/// The files that every provider folder has.
pub const FILES: &[&str] = &[
    "provider.toml",
    "catchment.csv",
    "eligibility.csv",
    "fields.csv",
    "status.csv",
];

const HEAD: &str = "provider.toml";

const SCHEMA: Schema = &[
    (
        "",
        &[
            "name",
            "version",
            "ods",
            "valid_from",
            "valid_to",
            "recipients",
        ],
    ),
    (
        "channel",
        &[
            "kind",
            "url",
            "base_url",
            "secret_file",
            "folder",
            "window_minutes",
        ],
    ),
    ("payload", &["kind"]),
    ("agreement", &["reference", "expires"]),
    ("controller", &["role"]),
    (
        "confidentiality",
        &["basis", "approved_by", "approved_on", "reference"],
    ),
    ("lawful_basis", &["articles"]),
    ("retention", &["days"]),
    ("recipients[]", &["name", "role", "country", "safeguard"]),
    ("hosting", &["country", "safeguard"]),
    ("dspt", &["status", "date"]),
    ("privacy_notice", &["url"]),
    ("policies", &["workwell_consent", "free_text"]),
    ("contact", contact::KEYS),
    ("capacity", capacity::KEYS),
    (
        "clocks",
        &[
            "hold",
            "collect",
            "acknowledge",
            "first_contact",
            "assessment",
            "plan",
            "thrive_at_work_weeks",
            "return_to_work_weeks",
            "seek_work_weeks",
        ],
    ),
    ("unmapped", &["*"]),
    ("withheld", &["*"]),
];

const BASES: &[(ConfidentialityBasis, &str)] = &[
    (ConfidentialityBasis::ExplicitConsent, "explicit-consent"),
    (ConfidentialityBasis::DirectCare, "direct-care"),
    (ConfidentialityBasis::S251, "s251"),
];

const POLICIES: &[(ConsentPolicy, &str)] = &[
    (ConsentPolicy::Refuse, "refuse"),
    (ConsentPolicy::Hold, "hold"),
];

const PAYLOADS: &[(PayloadKind, &str)] = &[
    (PayloadKind::Json, "json"),
    (PayloadKind::FhirBundle, "fhir-bundle"),
    (PayloadKind::Csv, "csv"),
];

const CHANNELS: &[(u8, &str)] = &[
    (0, "webhook"),
    (1, "fhir-rest"),
    (2, "collect"),
    (3, "csv-batch"),
];

/// Compiles a folder. `None` when something without which there is no provider is
/// missing; every fault is in `faults` either way.
pub(super) fn provider(
    area: &str,
    slug: &str,
    folder: &Folder,
    faults: &mut Faults,
) -> Option<Provider> {
    check_slug(slug, faults);
    let head = folder
        .text(HEAD, faults)
        .map(|text| Head::read(HEAD, text, SCHEMA, faults));
    let codes = codes::compile(folder, head.as_ref(), faults);
    let catchment = catchment::compile(folder, faults);
    let eligibility = eligibility::compile(folder, faults);
    let status_words = status::compile(folder, faults);
    let head = head?;
    let payload = head.word("payload", "kind", PAYLOADS, faults);
    let withheld = fields::withheld(&head, faults);
    let fields = fields::compile(folder, payload, &codes, &withheld, &head, faults);
    questions::check(&eligibility, &fields, &withheld, faults);
    let basis = head.word("confidentiality", "basis", BASES, faults);
    let name = head.filled("", "name", faults);
    let version = head.filled("", "version", faults);
    let channel = channel(&head, faults);
    let agreement = agreement(&head, faults);
    let lawful_basis = governance::lawful_basis(&head, faults);
    let retention = retention(&head, faults);
    let governance = governance::compile(&head, basis, faults);
    Some(Provider {
        slug: slug.to_owned(),
        digest: folder.digest(),
        ods: ods(&head, faults),
        closed: None,
        area: area.to_owned(),
        validity: validity(&head, faults),
        approved_by: governance::approved_by(&head, basis, faults),
        workwell_consent: head.word_or(
            "policies",
            "workwell_consent",
            POLICIES,
            ConsentPolicy::Hold,
            faults,
        ),
        free_text: head.word_or(
            "policies",
            "free_text",
            FreeTextPolicy::ALL,
            FreeTextPolicy::Screen,
            faults,
        ),
        clocks: clocks(&head, faults),
        contact: contact::compile(&head, faults),
        capacity: capacity::compile(&head, faults),
        catchment,
        eligibility,
        fields,
        withheld,
        codes,
        status_words,
        name: name?,
        version: version?,
        channel: channel?,
        payload: payload?,
        agreement: agreement?,
        basis: basis?,
        lawful_basis,
        governance: governance?,
        retention_days: retention?,
    })
}

fn check_slug(slug: &str, faults: &mut Faults) {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !slug.bytes().all(plain) || slug.starts_with('-') {
        let detail = format!(
            "the folder's name \"{slug}\" is the provider's slug; write small letters, digits and hyphens"
        );
        faults.add(&entry::WRONG_SHAPE, HEAD, (1, 1), detail);
    }
}

fn ods(head: &Head<'_>, faults: &mut Faults) -> Option<OdsCode> {
    let text = head.text("", "ods", faults)?;
    let code = OdsCode::parse(&text);
    if code.is_none() {
        let detail =
            format!("ods: found \"{text}\"; write 2 to 12 letters and digits, or remove it");
        head.fault(&entry::WRONG_SHAPE, "", "ods", detail, faults);
    }
    code
}

fn validity(head: &Head<'_>, faults: &mut Faults) -> Validity {
    let validity = Validity {
        from: head.date("", "valid_from", faults),
        to: head.date("", "valid_to", faults),
    };
    if let (Some(from), Some(to)) = (validity.from, validity.to)
        && to < from
    {
        let detail = format!("valid_to ({to}) lies before valid_from ({from})");
        head.fault(&entry::WRONG_SHAPE, "", "valid_to", detail, faults);
    }
    validity
}

fn channel(head: &Head<'_>, faults: &mut Faults) -> Option<Channel> {
    let kind = head.word("channel", "kind", CHANNELS, faults)?;
    let secret_file = head.text("channel", "secret_file", faults);
    match kind {
        0 => {
            address(head, "channel", "url", faults).map(|url| Channel::Webhook { url, secret_file })
        }
        1 => address(head, "channel", "base_url", faults).map(|base_url| Channel::FhirRest {
            base_url,
            secret_file,
        }),
        2 => Some(Channel::Collect),
        _ => csv_batch(head, faults),
    }
}

/// The windows of a day are all of one length, so that a file's name tells its window.
const DAY: u32 = 24 * 60;
const WINDOW: u32 = 60;

fn csv_batch(head: &Head<'_>, faults: &mut Faults) -> Option<Channel> {
    let folder = head.filled("channel", "folder", faults);
    let window = head.number("channel", "window_minutes", faults);
    let window_minutes = window.unwrap_or(WINDOW);
    if !(5..=DAY).contains(&window_minutes) || !DAY.is_multiple_of(window_minutes) {
        let detail = format!(
            "channel.window_minutes: found {window_minutes}; write minutes of which a day is a \
             whole number, from 5 to 1440"
        );
        let entry = &entry::WRONG_SHAPE;
        head.fault(entry, "channel", "window_minutes", detail, faults);
        return None;
    }
    let payload = head.text("payload", "kind", faults);
    if payload.is_some_and(|kind| kind != PayloadKind::Csv.code()) {
        let detail = "payload.kind: the channel csv-batch carries rows; write \"csv\"";
        head.fault(&entry::WRONG_SHAPE, "payload", "kind", detail, faults);
    }
    let folder = folder?;
    if folder.contains(['$', '{', '~']) || folder.split('/').any(|part| part == "..") {
        let detail = "channel.folder: write the path of a folder, without variables and ..";
        head.fault(&entry::WRONG_SHAPE, "channel", "folder", detail, faults);
        return None;
    }
    Some(Channel::CsvBatch {
        folder,
        window_minutes,
    })
}

/// An address without credentials: those come from a file (DESIGN I8).
fn address(head: &Head<'_>, section: &str, key: &str, faults: &mut Faults) -> Option<String> {
    let url = head.filled(section, key, faults)?;
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    let whole = host.is_some_and(|host| !host.is_empty() && !host.contains('@'));
    if !whole || url.contains(['$', '{', ' ']) {
        // The address itself is not repeated: it may hold a credential.
        let detail = format!(
            "{section}.{key}: write https://host/path, without variables, user name or password"
        );
        head.fault(&entry::WRONG_SHAPE, section, key, detail, faults);
        return None;
    }
    Some(url)
}

fn agreement(head: &Head<'_>, faults: &mut Faults) -> Option<Agreement> {
    let reference = head.filled("agreement", "reference", faults);
    let expires = head.due("agreement", "expires", faults);
    Some(Agreement {
        reference: reference?,
        expires: expires?,
    })
}

fn retention(head: &Head<'_>, faults: &mut Faults) -> Option<u32> {
    let days = head.number("retention", "days", faults);
    if days.is_none() && head.place("retention", "days") == (1, 1) {
        let detail =
            "retention.days is missing; write the days that a case is kept after its closure";
        head.fault(&entry::VALUE_MISSING, "retention", "days", detail, faults);
    }
    days
}

fn clocks(head: &Head<'_>, faults: &mut Faults) -> Clocks {
    let default = Clocks::default();
    let weeks = default.support_weeks;
    let mut number = |key, or| head.number("clocks", key, faults).unwrap_or(or);
    Clocks {
        hold: number("hold", default.hold),
        collect: number("collect", default.collect),
        acknowledge: number("acknowledge", default.acknowledge),
        first_contact: number("first_contact", default.first_contact),
        assessment: number("assessment", default.assessment),
        plan: number("plan", default.plan),
        support_weeks: SupportWeeks {
            thrive_at_work: number("thrive_at_work_weeks", weeks.thrive_at_work),
            return_to_work: number("return_to_work_weeks", weeks.return_to_work),
            seek_work: number("seek_work_weeks", weeks.seek_work),
        },
    }
}
