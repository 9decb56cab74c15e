//! A new provider's folder, with every table begun. What a person must decide says TO WRITE:
//! until it is written the folder is not used, and `mappings check` lists what is to do.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::adapters::tables::{CODES_HEADER, route_csv};
use crate::domain::mapping::field;
use crate::domain::routing::{Basis, RouteRow, RouteWord};
use crate::domain::status::Status;
use crate::problem::Problem;
use crate::problem::area::{tables as entry, tables_in_use as in_use};

/// What was written.
#[derive(Clone, Debug)]
pub struct Made {
    /// The area.
    pub area: String,
    /// The new folder.
    pub folder: PathBuf,
    /// Its files, by their names in it.
    pub files: Vec<String>,
}

const HEAD: &str = r#"# The provider in a few words: what it is, and what it can and cannot receive.
name = "TO WRITE: the name of the provider, as the referrer is told it"
version = "0.1.0"
# ods = "X99"                  # its ODS code; leave the line out where it has none
valid_from = 2026-01-01

[channel]
# webhook (we send JSON to url), fhir-rest (base_url), or collect: it asks our API.
kind = "collect"
# url = "https://provider.example/hooks/workwell"
# secret_file = "secrets/provider"   # a secret never stands in a table

[payload]
kind = "json"                  # or "fhir-bundle": then the targets are a closed list

[agreement]
# Nobody is referred without an agreement, or after its last day.
reference = "TO WRITE: the reference of the data-sharing agreement"
expires = "TO WRITE: the last day of the agreement, yyyy-mm-dd"

[confidentiality]
basis = "explicit-consent"     # or direct-care (approved_by, approved_on), or s251 (reference)
# approved_by = "Caldicott Guardian, name of the body"
# approved_on = 2026-01-01
# reference = "the reference of the section 251 support"

[lawful_basis]
# One condition of Article 6(1) and one of Article 9(2) of the UK GDPR.
articles = ["6(1)(e)", "9(2)(h)"]

[retention]
days = 730                     # after the closure of a case

[controller]
role = "controller"            # or joint-controller, or processor

# Who else sees the data: each host, processor, partner and commissioner in a block of its
# own. Outside the United Kingdom (country "IE") a `safeguard` says what makes it lawful.
[[recipients]]
name = "TO WRITE: the company that hosts the provider's system"
role = "host"
country = "GB"

[hosting]
country = "GB"                 # where the provider keeps the data

[dspt]
# NHS Data Security and Protection Toolkit: standards-exceeded, standards-met,
# approaching-standards, standards-not-met or not-published, and the day of it.
status = "TO WRITE: one of these words"
date = "TO WRITE: the day of that status, yyyy-mm-dd"

[privacy_notice]
url = "TO WRITE: the address of the page that tells people of it, https://..."

[contact]
# Whom the gateway's operator rings about a silent case: a person at work, no patient.
name = "TO WRITE: a name or a desk"
email = "TO WRITE: the address of the desk; or a line telephone = instead"

# [capacity]
# open_cases = 40              # no more are routed while so many are open; or per_week

[policies]
workwell_consent = "hold"      # without a recorded consent: hold, or refuse

[clocks]
# Working days; what is left out keeps its default.
acknowledge = 2
first_contact = 5

[unmapped]
# What happens to a code without a row: hold (a person looks), refuse, or omit.
employment = "hold"

[withheld]
# Protected data that it does not get, each with a reason that a reviewer reads.
staff_risk = "TO WRITE: how else the provider is told of a risk to its staff"
"#;

const FIELDS: &str = "\
target,source,transform,requirement,purpose,category,comment
case_id,case_id,,required,To report progress against the right case,O,
reference,case_reference,,required,To name the case on the telephone,O,
referred_on,authored_on,date:dd/mm/yyyy,optional,To see how long the person has waited,N,
name,full_name,,required,To greet the person,O,
age_band,birth_date,age-band:16/25/50,optional,To choose the right team,O,The date itself only where it is needed
phone,phones,first,optional,To reach the person,O,
safe_contact,safe_contact,join:newline,optional,To put nobody at risk by a call,C,
language,language,,optional,To find somebody who speaks it,S,
interpreter,interpreter,yes-no,optional,To book an interpreter,S,
communication,communication_needs,join:newline,optional,To write or speak as the person needs,S,
adjustments,reasonable_adjustments,join:newline,optional,To choose a room and a way to meet,S,
safeguarding,safeguarding,join:newline,optional,To meet the person safely,C,
work,employment_status,code:employment,optional,To choose between keeping and finding work,S,codes/employment.csv translates
to_ask,questions,join:newline,optional,To ask the person what the referral leaves open,S,The words of eligibility.csv
,nhs_number,,prohibited,TO WRITE: why it is not needed; or make it a field,O,A prohibited row records a decision
";

const CATCHMENT: &str = "\
kind,code,mode,from,to,comment
practice,TO WRITE: the code of a practice that it serves; a row for each,include,,,Or any; icb; la; postcode; pcn; lsoa
";

const ELIGIBILITY: &str = "\
rule,operator,value,outcome,reason,words
age,below,18,refuse,ineligible-age,TO WRITE: what the referrer is told of somebody under 18.
employment,is,retired,ask,,TO WRITE: what the provider asks a person who is retired?
";

/// A synthetic referral, for the first test.
const REFERRAL: &str = include_str!("../../../conformance/fixtures/referrals/referral-16k.json");

/// Writes the folder of a new provider. Nothing that is there is touched.
///
/// # Errors
///
/// A slug that cannot be one, a folder that is there, an area that is not, or a disk that
/// cannot be written.
pub fn scaffold(root: &Path, area: Option<&str>, slug: &str, today: Date) -> Result<Made, Problem> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if slug.is_empty() || slug.starts_with('-') || !slug.bytes().all(plain) {
        let detail = format!("found \"{slug}\"; write small letters, digits and hyphens");
        return Err(Problem::new(&entry::WRONG_SHAPE).with(detail));
    }
    let area = chosen(root, area)?;
    let folder = root.join(&area).join(slug);
    if folder.exists() {
        return Err(Problem::new(&entry::FOLDER_THERE).at(folder.display().to_string()));
    }
    let files = files(slug, today);
    let written = files.iter().try_for_each(|(name, text)| {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)
    });
    if let Err(error) = written {
        let detail = format!("{} cannot be written ({})", folder.display(), error.kind());
        return Err(Problem::new(&entry::FILE_MISSING).with(detail));
    }
    Ok(Made {
        area,
        folder,
        files: files.into_iter().map(|(name, _)| name.to_owned()).collect(),
    })
}

/// The area that is named, or the only one there is.
fn chosen(root: &Path, area: Option<&str>) -> Result<String, Problem> {
    let areas: Vec<String> = fs::read_dir(root)
        .map(|found| {
            let found = found.flatten();
            let areas = found.filter(|found| found.path().join("area.toml").exists());
            areas
                .map(|found| found.file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    let missing = |detail: String| Err(Problem::new(&in_use::NO_AREA).with(detail));
    let list = areas.join(", ");
    match (area, &areas[..]) {
        (Some(area), _) if areas.iter().any(|known| known == area) => Ok(area.to_owned()),
        (Some(area), _) => missing(format!("there is no area \"{area}\"; there is: {list}")),
        (None, [only]) => Ok(only.clone()),
        (None, []) => missing(format!("{} holds no area", root.display())),
        (None, _) => missing(format!("name the area with --area: {list}")),
    }
}

fn files(slug: &str, today: Date) -> Vec<(&'static str, String)> {
    let head = HEAD.replace("2026-01-01", &today.to_string());
    vec![
        ("provider.toml", head),
        ("catchment.csv", CATCHMENT.to_owned()),
        ("eligibility.csv", ELIGIBILITY.to_owned()),
        ("fields.csv", FIELDS.to_owned()),
        ("codes/employment.csv", employment()),
        ("status.csv", status()),
        ("tests/first/referral.json", REFERRAL.to_owned()),
        ("tests/first/expected-route.csv", route(slug)),
    ]
}

/// What the first test is to prove: that its person reaches the provider, by the practice.
fn route(slug: &str) -> String {
    route_csv(&[RouteRow::new(
        RouteWord::GoesTo,
        slug,
        Basis::Practice.code(),
    )])
}

/// Every word of employment, to be told in the provider's words.
fn employment() -> String {
    let mut text = format!("{}\n", CODES_HEADER.join(","));
    let words = field("employment_status").map(|field| (field.words)());
    for word in words
        .unwrap_or_default()
        .into_iter()
        .chain(["declined", "not-known"])
    {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{word},,{word},,equivalent,");
    }
    text
}

/// Every status that a provider may report, to be told in its own words.
fn status() -> String {
    let mut text = "word,status,closure_reason,visibility,comment\n".to_owned();
    for status in Status::ALL {
        if !status.is_providers_to_report() {
            continue;
        }
        let reason = match status {
            Status::Completed => "completed-other-progress",
            Status::ClosedNotEngaged => "unable-to-contact",
            Status::Declined => "ineligible-condition",
            Status::Withdrawn => "withdrew",
            Status::Deceased => "deceased",
            Status::Cancelled | Status::EnteredInError => continue,
            _ => "",
        };
        let code = status.code();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "TO WRITE: the provider's own word for {code},{code},{reason},codes,"
        );
    }
    text
}
