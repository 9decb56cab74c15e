//! An entry of the queue in plain words: why it is there, and what to do about it. One
//! place for the page, the JSON and the command line.

mod to_do;

pub use to_do::{ToDo, ring_words, way_to_release, what_to_do};

use jiff::Timestamp;

use crate::domain::clock::{Step, in_england, zone_in_england};
use crate::domain::queue::QueueKind;
use crate::domain::responsibility::Responsible;
use crate::gateway::conditions::Condition;
use crate::gateway::read::queue::Entry;
use crate::problem;
use crate::problem::page::capital;

/// What is told of an entry whose owner no alert could reach.
pub const CALLED_NOBODY: &str = "nobody could be called: no address is set for alerts";

/// What stands where whoever referred would be named.
pub const NOT_NAMED: &str = "not named: the person's record is restricted";

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

/// Who holds the person, in words.
pub fn holder_words(holder: &Responsible) -> String {
    match holder {
        Responsible::Referrer => "the referrer".to_owned(),
        Responsible::GatewayOperator(name) => format!("{name} (gateway operator)"),
        Responsible::Provider(slug) => format!("{slug} (provider)"),
    }
}

/// An instant by the clocks of England: `Tuesday 24 November 2026, 17:00 GMT`.
pub fn moment(at: Timestamp) -> String {
    let wall = in_england(at).strftime("%A %-d %B %Y, %H:%M");
    format!("{wall} {}", zone_in_england(at))
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
        assert_eq!(
            due_words(due, before),
            "By Wednesday 1 July 2026, 17:00 BST"
        );
        assert_eq!(
            due_words(due, due),
            "Overdue since Wednesday 1 July 2026, 17:00 BST"
        );
    }
}
