//! What each column and key may say, from the very lists by which the tables are read: for
//! the reference page and for `mappings fields`.

use super::{
    BASES, CHANNELS, HEAD, PAYLOADS, POLICIES, SCHEMA, catchment, codes, eligibility, fields,
    governance, status,
};
use crate::adapters::tables::groups;
use crate::adapters::tables::head::Schema;
use crate::adapters::tables::sheet::Header;
use crate::adapters::tables::{area, expected_route};
use crate::domain::mapping::{Category, Relation, Requirement, UnmappedPolicy};
use crate::domain::provider::{ControllerRole, DsptStatus, FreeTextPolicy, RecipientRole};
use crate::domain::routing::{
    CatchmentKind, IneligibleReason, Operator, RouteWord, Rule, RuleOutcome, SplitBy, TieRule,
};
use crate::domain::status::{ClosureReason, Status};

/// One file of an area or of a provider.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name; `codes/<list>.csv` stands for each list.
    pub name: &'static str,
    /// Its sections; a CSV table has one, without a name.
    pub sections: Vec<Section>,
}

/// A section of a TOML head, or all columns of a CSV table.
#[derive(Clone, Debug)]
pub struct Section {
    /// `agreement`; `recipients[]` may stand there several times; empty at the top.
    pub name: &'static str,
    /// The columns or keys, in order; `*` is any key.
    pub columns: Vec<Column>,
}

/// A column or a key.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// The words that it takes; none where it takes text, a number, a date or a code.
    pub words: Vec<Word>,
}

/// One word of a closed list.
#[derive(Clone, Debug)]
pub struct Word {
    /// As it is written.
    pub word: &'static str,
    /// What is to be known of it; often nothing.
    pub note: String,
}

/// Every file with every column and key, in the order in which an analyst meets them.
pub fn vocabulary() -> Vec<File> {
    let places = list(CatchmentKind::ALL, |kind| match kind {
        CatchmentKind::Jobcentre => "accepted, and decides nothing yet".to_owned(),
        _ => String::new(),
    });
    let closures = ClosureReason::ALL.iter().map(|word| Word {
        word,
        note: goes_with(word),
    });
    let splits = list(SplitBy::ALL, |by| match by {
        SplitBy::Language => "its code, as in ur or iso|ur".to_owned(),
        _ => String::new(),
    });
    vec![
        table(
            groups::FILE,
            groups::HEADER,
            vec![("group", plain(&groups::words()))],
        ),
        head(area::HEAD, area::SCHEMA),
        table("routing.csv", area::ROUTING, vec![]),
        table(area::PARTNERS, area::PARTNER_ROUTES, vec![]),
        table(area::SPLIT, area::SPLIT_ROWS, vec![("kind", splits)]),
        head(HEAD, SCHEMA),
        table(
            catchment::FILE,
            catchment::HEADER,
            vec![("kind", places), ("mode", plain(catchment::MODES))],
        ),
        table(
            eligibility::FILE,
            eligibility::HEADER,
            vec![
                ("rule", list(Rule::ALL, rule)),
                ("operator", list(Operator::ALL, operator)),
                ("outcome", plain(RuleOutcome::ALL)),
                ("reason", plain(IneligibleReason::ALL)),
            ],
        ),
        table(
            fields::FILE,
            fields::HEADER,
            vec![
                ("requirement", plain(Requirement::ALL)),
                ("category", plain(Category::ALL)),
            ],
        ),
        table(
            "codes/<list>.csv",
            codes::HEADER,
            vec![("relation", plain(Relation::ALL))],
        ),
        table(
            status::FILE,
            status::HEADER,
            vec![
                ("status", statuses()),
                ("closure_reason", closures.collect()),
                ("visibility", plain(status::VISIBILITIES)),
            ],
        ),
        table(
            "tests/<case>/expected-route.csv",
            expected_route::HEADER,
            vec![("outcome", list(RouteWord::ALL, route))],
        ),
    ]
}

fn list<T: Copy>(all: &[(T, &'static str)], note: impl Fn(T) -> String) -> Vec<Word> {
    let words = all.iter().map(|(value, word)| Word {
        word,
        note: note(*value),
    });
    words.collect()
}

fn plain<T: Copy>(all: &[(T, &'static str)]) -> Vec<Word> {
    list(all, |_| String::new())
}

fn table(name: &'static str, header: Header, mut closed: Vec<(&'static str, Vec<Word>)>) -> File {
    let columns = header.iter().map(|column| {
        let index = closed.iter().position(|(name, _)| name == column);
        Column {
            name: column,
            words: index.map_or_else(Vec::new, |index| closed.swap_remove(index).1),
        }
    });
    let columns = columns.collect();
    let section = Section { name: "", columns };
    File {
        name,
        sections: vec![section],
    }
}

fn head(name: &'static str, schema: Schema) -> File {
    let sections = schema.iter().map(|(section, keys)| Section {
        name: section,
        columns: keys
            .iter()
            .map(|key| Column {
                name: key,
                words: closed(section, key),
            })
            .collect(),
    });
    File {
        name,
        sections: sections.collect(),
    }
}

/// The words of a key of a head.
fn closed(section: &str, key: &str) -> Vec<Word> {
    match (section, key) {
        ("", "tie") => plain(TieRule::ALL),
        ("channel", "kind") => plain(CHANNELS),
        ("payload", "kind") => plain(PAYLOADS),
        ("confidentiality", "basis") => plain(BASES),
        ("controller", "role") => plain(ControllerRole::ALL),
        ("recipients[]", "role") => plain(RecipientRole::ALL),
        ("dspt", "status") => plain(DsptStatus::ALL),
        ("policies", "workwell_consent") => plain(POLICIES),
        ("policies", "free_text") => plain(FreeTextPolicy::ALL),
        ("unmapped", _) => plain(UnmappedPolicy::ALL),
        ("lawful_basis", "articles") => {
            let articles = governance::ARTICLES.iter();
            let articles = articles.map(|word| Word {
                word,
                note: String::new(),
            });
            articles.collect()
        }
        _ => Vec::new(),
    }
}

/// What the value of a rule is.
fn rule(rule: Rule) -> String {
    let only = match rule {
        Rule::RightToWork => "; can only ask",
        _ => "",
    };
    let takes = match rule {
        Rule::Referrer => "ODS codes".to_owned(),
        rule if rule.is_number() => "a whole number".to_owned(),
        rule => eligibility::words(rule).join(", "),
    };
    format!("{takes}{only}")
}

fn operator(operator: Operator) -> String {
    match operator {
        Operator::OneOf | Operator::NoneOf => "several words with ; between".to_owned(),
        operator if operator.is_order() => "numbers only".to_owned(),
        _ => String::new(),
    }
}

/// What a row of a test's expected route means, and its reasons.
fn route(word: RouteWord) -> String {
    let reasons = word.reasons().join(", ");
    if reasons.is_empty() {
        return word.meaning().to_owned();
    }
    format!("{}; reason: {reasons}", word.meaning())
}

/// The statuses with which a reason goes.
fn goes_with(reason: &str) -> String {
    let statuses = Status::ALL.iter();
    let statuses = statuses.filter(|status| ClosureReason::fitting(**status).contains(&reason));
    let statuses: Vec<&str> = statuses.map(|status| status.code()).collect();
    match &statuses[..] {
        [] => "a provider's word never means it".to_owned(),
        statuses => format!("goes with {}", statuses.join(", ")),
    }
}

fn statuses() -> Vec<Word> {
    let statuses = Status::ALL.iter();
    let statuses = statuses.filter(|status| status.is_providers_to_report());
    let words = statuses.map(|status| Word {
        word: status.code(),
        note: match (status::needs_reason(*status), status.is_terminal()) {
            (true, _) => "ends the case; with a closure reason",
            (false, true) => "ends the case",
            (false, false) => "",
        }
        .to_owned(),
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_closed_column_and_key_of_the_tables_has_its_words() {
        let mut closed: Vec<String> = Vec::new();
        for file in vocabulary() {
            for section in &file.sections {
                let with_words = section.columns.iter().filter(|one| !one.words.is_empty());
                closed.extend(
                    with_words.map(|one| format!("{} {} {}", file.name, section.name, one.name)),
                );
            }
        }
        for expected in [
            "condition-groups.csv  group",
            "area.toml  tie",
            "split.csv  kind",
            "provider.toml channel kind",
            "provider.toml recipients[] role",
            "provider.toml unmapped *",
            "catchment.csv  kind",
            "catchment.csv  mode",
            "eligibility.csv  rule",
            "eligibility.csv  operator",
            "eligibility.csv  outcome",
            "eligibility.csv  reason",
            "fields.csv  requirement",
            "fields.csv  category",
            "codes/<list>.csv  relation",
            "status.csv  status",
            "status.csv  closure_reason",
            "status.csv  visibility",
            "tests/<case>/expected-route.csv  outcome",
        ] {
            assert!(
                closed.iter().any(|one| one == expected),
                "{expected}: {closed:#?}"
            );
        }
    }

    #[test]
    fn a_status_that_no_provider_reports_is_no_word_of_a_table() {
        let words = statuses();
        let has = |word: &str| words.iter().any(|one| one.word == word);
        assert!(has("accepted") && has("completed"));
        assert!(!has("received") && !has("held") && !has("routed"));
    }
}
