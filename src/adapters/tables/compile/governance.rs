//! The information-governance block of `provider.toml`.
//!
//! A reviewer's questions, each with an answer or a fault: nobody is sent people's data
//! while one of them is open (reference/workwell.md 4, point 8).

use super::address;
use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::head::Head;
use crate::domain::consent::ConfidentialityBasis;
use crate::domain::provider::{
    ControllerRole, Country, DataRecipient, Dspt, DsptStatus, Governance, RecipientRole,
};
use crate::problem::area::tables as entry;

/// UK GDPR Articles 6(1) and 9(2).
pub(super) const ARTICLES: &[&str] = &[
    "6(1)(a)", "6(1)(b)", "6(1)(c)", "6(1)(d)", "6(1)(e)", "6(1)(f)", "9(2)(a)", "9(2)(b)",
    "9(2)(c)", "9(2)(d)", "9(2)(e)", "9(2)(f)", "9(2)(g)", "9(2)(h)", "9(2)(i)", "9(2)(j)",
];

/// The section that may be there several times.
const RECIPIENTS: &str = "recipients";

/// The block; `None` when something of it is missing or malformed, which is told.
pub(super) fn compile(
    head: &Head<'_>,
    basis: Option<ConfidentialityBasis>,
    faults: &mut Faults,
) -> Option<Governance> {
    let role = head.word("controller", "role", ControllerRole::ALL, faults);
    let is_care = basis == Some(ConfidentialityBasis::DirectCare);
    let approved_on = if is_care {
        head.due("confidentiality", "approved_on", faults)
    } else {
        head.date("confidentiality", "approved_on", faults)
    };
    let s251_reference = if basis == Some(ConfidentialityBasis::S251) {
        head.filled("confidentiality", "reference", faults)
    } else {
        head.text("confidentiality", "reference", faults)
    };
    let recipients = recipients(head, faults);
    let hosting = country(head, "hosting", faults);
    let dspt = dspt(head, faults);
    let privacy_notice = address(head, "privacy_notice", "url", faults);
    Some(Governance {
        role: role?,
        approved_on,
        s251_reference,
        recipients: recipients?,
        hosting: hosting?,
        dspt: dspt?,
        privacy_notice: privacy_notice?,
    })
}

/// Direct care is a decision of a named role, made on a day (reference/workwell.md 5.1).
pub(super) fn approved_by(
    head: &Head<'_>,
    basis: Option<ConfidentialityBasis>,
    faults: &mut Faults,
) -> Option<String> {
    if basis == Some(ConfidentialityBasis::DirectCare) {
        return head.filled("confidentiality", "approved_by", faults);
    }
    head.text("confidentiality", "approved_by", faults)
}

/// Every `[[recipients]]`. That there is none is said with `recipients = []`.
fn recipients(head: &Head<'_>, faults: &mut Faults) -> Option<Vec<DataRecipient>> {
    let sections = head.repeated(RECIPIENTS);
    if sections.is_empty() && !head.says("", RECIPIENTS) {
        let detail = "recipients is missing; add a [[recipients]] with name, role and country \
                      for each host and each other body that sees the data, or write \
                      `recipients = []` above the first section where nobody does";
        head.fault(&entry::VALUE_MISSING, "", RECIPIENTS, detail, faults);
        return None;
    }
    if sections.is_empty() && !head.is_empty_list("", RECIPIENTS) {
        let detail = "recipients: write each as a [[recipients]] with name, role and country";
        head.fault(&entry::WRONG_SHAPE, "", RECIPIENTS, detail, faults);
        return None;
    }
    let read = sections.iter().map(|section| {
        let name = head.filled(section, "name", faults);
        let role = head.word(section, "role", RecipientRole::ALL, faults);
        let country = country(head, section, faults);
        Some(DataRecipient {
            name: name?,
            role: role?,
            country: country?,
        })
    });
    // All of them are read, so that all faults are told.
    let read: Vec<Option<DataRecipient>> = read.collect();
    read.into_iter().collect()
}

fn country(head: &Head<'_>, section: &str, faults: &mut Faults) -> Option<Country> {
    let code = head.filled(section, "country", faults)?;
    let safeguard = head.text(section, "safeguard", faults);
    let is_code = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    if !is_code || code == "UK" {
        let detail = format!(
            "{section}.country: found \"{code}\"; write two capitals of ISO 3166, GB for the \
             United Kingdom"
        );
        head.fault(&entry::WRONG_SHAPE, section, "country", detail, faults);
        return None;
    }
    let country = Country { code, safeguard };
    if country.is_abroad() && !head.says(section, "safeguard") {
        let detail = format!(
            "{section}.safeguard is missing; data that leave the United Kingdom for {} need what \
             makes the transfer lawful, as in safeguard = \"UK adequacy regulations\"",
            country.code
        );
        head.fault(&entry::VALUE_MISSING, section, "country", detail, faults);
    }
    Some(country)
}

fn dspt(head: &Head<'_>, faults: &mut Faults) -> Option<Dspt> {
    let status = head.word("dspt", "status", DsptStatus::ALL, faults);
    let on = head.due("dspt", "date", faults);
    Some(Dspt {
        status: status?,
        on: on?,
    })
}

/// One condition of Article 6 and, since these are health data, one of Article 9.
pub(super) fn lawful_basis(head: &Head<'_>, faults: &mut Faults) -> Vec<String> {
    let articles = head.texts("lawful_basis", "articles", faults);
    for article in &articles {
        if !ARTICLES.contains(&article.as_str()) {
            let said = crate::adapters::tables::nearest::suggestion(article, ARTICLES);
            let detail = format!("lawful_basis.articles: {said}");
            head.fault(
                &entry::UNKNOWN_WORD,
                "lawful_basis",
                "articles",
                detail,
                faults,
            );
        }
    }
    for (article, what) in [("6(", "Article 6(1)"), ("9(", "Article 9(2)")] {
        let named = articles.iter().any(|found| found.starts_with(article));
        if !articles.is_empty() && !named {
            let detail = format!(
                "lawful_basis.articles names no condition of {what}; health data need both"
            );
            head.fault(
                &entry::VALUE_MISSING,
                "lawful_basis",
                "articles",
                detail,
                faults,
            );
        }
    }
    articles
}
