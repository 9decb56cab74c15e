//! An entry of the queue in plain words: why it is there, and what to do about it. One
//! place for the page, the JSON and the command line.

use jiff::Timestamp;

use crate::domain::clock::{Step, in_england};
use crate::domain::queue::QueueKind;
use crate::domain::responsibility::Responsible;
use crate::gateway::conditions::Condition;
use crate::gateway::read::cases::CaseRow;
use crate::gateway::read::queue::Entry;
use crate::problem;
use crate::problem::page::capital;

/// One thing to do, with the exact verb where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDo {
    /// In words.
    pub words: String,
    /// The command line; what stands in capitals is to be filled in.
    pub command: Option<String>,
}

/// The kind in a few words, as a heading.
pub const fn kind_words(kind: QueueKind) -> &'static str {
    match kind {
        QueueKind::Held => "Held",
        QueueKind::Parked => "Parked",
        QueueKind::Uncollected => "Not collected",
        QueueKind::Unacknowledged => "Not acknowledged",
        QueueKind::Silent => "Silent",
        QueueKind::ReturnUnheard => "Return not heard",
        QueueKind::StopUnheard => "Stop not confirmed",
    }
}

/// Why the entry is there: a sentence without its full stop.
pub fn why(entry: &Entry) -> String {
    let (kind, reason) = (entry.entry.kind, entry.entry.reason.as_str());
    let found = match kind {
        QueueKind::Held => held(reason),
        QueueKind::Parked => parked(entry),
        _ => None,
    };
    let step = entry.entry.subject.strip_prefix("clock:");
    let step = step.and_then(Step::from_code);
    found.unwrap_or_else(|| {
        step.map_or_else(
            || in_general(kind).to_owned(),
            |step| step.words().to_owned(),
        )
    })
}

const fn in_general(kind: QueueKind) -> &'static str {
    match kind {
        QueueKind::Held => "It waits for a decision and nothing has left",
        QueueKind::Parked => "It was given up until a person acts",
        QueueKind::Uncollected => "It has not reached the provider in time",
        QueueKind::Unacknowledged => "Nobody at the provider has said that they have seen it",
        QueueKind::Silent => "Nothing was heard of it in time",
        QueueKind::ReturnUnheard => {
            "The person is back with the referrer, whose system has not confirmed that it knows"
        }
        QueueKind::StopUnheard => "The provider has not confirmed that it has stopped",
    }
}

fn held(reason: &str) -> Option<String> {
    if reason == "corrected" {
        return Some("An operator has put it on hold".to_owned());
    }
    let mut rows = Condition::TABLE.iter();
    let (condition, ..) = rows.find(|(_, code, ..)| *code == reason)?;
    Some(condition.words().trim().trim_end_matches('.').to_owned())
}

fn parked(entry: &Entry) -> Option<String> {
    let what = match entry.entry.subject.split(':').next()? {
        "deliver" => "The case cannot be delivered",
        "stop" => "The stop cannot be delivered to its holder",
        "respond" => "The answer cannot be delivered to the referrer",
        _ => return None,
    };
    let cause = match problem::find(&entry.entry.reason) {
        Some(found) => found.title,
        None => "an operator has parked it",
    };
    Some(format!("{what}: {cause}"))
}

/// What to do, in order.
pub fn what_to_do(entry: &Entry, case: &CaseRow) -> Vec<ToDo> {
    let reference = case.reference.as_str();
    let mut steps = vec![ToDo::run(
        "Look at what happened so far",
        format!("cases timeline {reference}"),
    )];
    match entry.entry.kind {
        QueueKind::Held => {
            steps.push(ToDo::words(before_a_decision(&entry.entry.reason)));
            steps.push(ToDo::run(
                "Say where the case stands then, and what shows it",
                correct(case, "STATUS"),
            ));
        }
        QueueKind::Parked => steps.extend(unpark(entry)),
        QueueKind::Uncollected | QueueKind::Unacknowledged | QueueKind::Silent => {
            steps.push(ToDo::words(format!(
                "Ask {} about {reference}: by telephone, naming the reference only",
                provider(case)
            )));
            steps.push(ToDo::run(
                "Say where the case stands by what they told you",
                correct(case, "STATUS"),
            ));
        }
        QueueKind::ReturnUnheard => steps.push(ToDo::words(
            "Call the referring organisation and say that the person is back with it".to_owned(),
        )),
        QueueKind::StopUnheard => {
            steps.push(ToDo::words(format!(
                "Call {} and make sure that it has stopped with {reference}",
                provider(case)
            )));
            steps.push(ToDo::run(
                "Then record the call",
                correct(case, "cancelled"),
            ));
        }
    }
    steps
}

impl ToDo {
    const fn words(words: String) -> Self {
        Self {
            words,
            command: None,
        }
    }

    fn run(words: &str, command: impl std::fmt::Display) -> Self {
        Self {
            words: words.to_owned(),
            command: Some(format!("workwell-gateway {command}")),
        }
    }
}

fn provider(case: &CaseRow) -> String {
    let chosen = case.provider.as_ref();
    chosen.map_or_else(|| "the provider".to_owned(), |chosen| chosen.slug.clone())
}

fn correct(case: &CaseRow, to: &str) -> String {
    format!("cases correct {} --to {to} --evidence REF", case.id)
}

fn before_a_decision(reason: &str) -> String {
    let words = match reason {
        "unknown-provider-word" => {
            "Ask the provider what its word means and put it into its status.csv"
        }
        "mapping-fault" => "Repair the row of the provider's table that the audit log names",
        "open-case" => "Ask both referrers which referral is meant",
        "workwell-consent-not-recorded" => "Ask the referrer for the person's consent",
        "workwell-consent-refused" => "Tell the referrer that nothing was passed on",
        "restricted" => "Agree with the referrer how this person is to be reached",
        "red-flag" => "Call the referrer now: the person may be in danger",
        _ => "Ask the referrer what is right",
    };
    words.to_owned()
}

fn unpark(entry: &Entry) -> Vec<ToDo> {
    let leg = entry.entry.subject.split(':').nth(1).unwrap_or("ID");
    let mut steps = Vec::new();
    if problem::find(&entry.entry.reason).is_some() {
        let explain = format!("explain {}", entry.entry.reason);
        steps.push(ToDo::run(
            "See what the failure means and remove its cause",
            explain,
        ));
    }
    steps.push(ToDo::run("Look at the row", format!("outbox show {leg}")));
    steps.push(ToDo::run("Send it again", format!("outbox retry {leg}")));
    steps
}

/// Who holds the person, in words.
pub fn holder_words(holder: &Responsible) -> String {
    match holder {
        Responsible::Referrer => "the referrer".to_owned(),
        Responsible::GatewayOperator(name) => format!("{name} (gateway operator)"),
        Responsible::Provider(slug) => format!("{slug} (provider)"),
    }
}

/// An instant by the clocks of England: `Tuesday 24 November 2026, 17:00`.
pub fn moment(at: Timestamp) -> String {
    in_england(at).strftime("%A %-d %B %Y, %H:%M").to_string()
}

/// When it is due, and in words whether that is over.
pub fn due_words(due: Timestamp, now: Timestamp) -> String {
    if due <= now {
        return format!("Overdue since {}", moment(due));
    }
    format!("By {}", moment(due))
}

/// A coded word as a person reads it: `contact-attempted` as `Contact attempted`.
pub fn plain(code: &str) -> String {
    capital(&code.replace(['-', '.'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identifiers::CaseId;

    fn entry(kind: QueueKind, subject: &str, reason: &str) -> Entry {
        let at = Timestamp::UNIX_EPOCH;
        Entry::sample(CaseId::new(uuid::Uuid::nil()), kind, subject, reason, at)
    }

    #[test]
    fn every_reason_has_words_of_its_own() {
        for (kind, subject, reason, words) in [
            (
                QueueKind::Held,
                "",
                "red-flag",
                "A phrase that tells of a crisis",
            ),
            (
                QueueKind::Held,
                "",
                "corrected",
                "An operator has put it on hold",
            ),
            (
                QueueKind::Parked,
                "deliver:1",
                "WW-DLV-006",
                "The case cannot be delivered: the destination does not accept the gateway's \
                 credential",
            ),
            (
                QueueKind::Parked,
                "respond:1",
                "parked-by-hand",
                "The answer cannot be delivered to the referrer: an operator has parked it",
            ),
            (
                QueueKind::Silent,
                "clock:assessment",
                "assessment",
                "No first appointment was reported in time",
            ),
        ] {
            assert_eq!(why(&entry(kind, subject, reason)), words);
        }
    }

    #[test]
    fn what_nobody_thought_of_is_still_said_in_words() {
        for kind in QueueKind::ALL {
            let words = why(&entry(*kind, "?", "?"));
            assert_eq!(words, in_general(*kind), "{}", kind.code());
        }
    }

    #[test]
    fn overdue_is_said_in_words() {
        let due: Timestamp = "2026-07-01T16:00:00Z".parse().expect("an instant");
        let before = due - jiff::SignedDuration::from_secs(1);
        assert_eq!(due_words(due, before), "By Wednesday 1 July 2026, 17:00");
        assert_eq!(
            due_words(due, due),
            "Overdue since Wednesday 1 July 2026, 17:00"
        );
    }
}
