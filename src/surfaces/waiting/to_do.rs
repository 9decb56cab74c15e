//! What a person does about an entry of the queue, with the verb to type.

use crate::domain::clock::date_in_england;
use crate::domain::identifiers::CaseId;
use crate::domain::queue::QueueKind;
use crate::gateway::conditions::Condition;
use crate::gateway::read::cases::CaseRow;
use crate::gateway::read::queue::{Entry, Ring};
use crate::problem;

/// One thing to do, with the exact verb where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDo {
    /// In words.
    pub words: String,
    /// The command line; what stands in capitals is to be filled in.
    pub command: Option<String>,
}

/// What to do, in order, with the verb to type; `ring` is who has to be rung because no
/// system can tell them that there is no news.
pub fn what_to_do(entry: &Entry, case: &CaseRow, ring: Option<&Ring>) -> Vec<ToDo> {
    let chosen = case.provider.as_ref();
    steps(
        entry,
        &About {
            id: case.id,
            reference: case.reference.as_str(),
            provider: chosen.map_or("the provider", |chosen| chosen.slug.as_str()),
            ring,
        },
    )
}

/// What the steps name of a case.
struct About<'a> {
    id: CaseId,
    reference: &'a str,
    provider: &'a str,
    ring: Option<&'a Ring>,
}

fn steps(entry: &Entry, case: &About<'_>) -> Vec<ToDo> {
    let mut steps = vec![ToDo::run(
        "Look at what happened so far",
        format!("cases timeline {}", case.reference),
    )];
    if let Some(ring) = case.ring {
        steps.extend(tell_no_news(ring, case));
    }
    steps.extend(match entry.entry.kind {
        QueueKind::Held if entry.entry.subject == Condition::RedFlag.code() => ring_now(case),
        QueueKind::Held => decide(&entry.entry.reason, case),
        QueueKind::Parked => unpark(entry, case),
        QueueKind::Uncollected => ask_provider(
            case,
            ToDo::run(
                "If it must not leave before you know more",
                format!("cases hold {} --reason REF", case.id),
            ),
        ),
        QueueKind::Unacknowledged | QueueKind::Silent => ask_provider(
            case,
            ToDo::run(
                "If the person does not want to go on",
                format!("cases withdraw {} --evidence REF", case.id),
            ),
        ),
        QueueKind::ReturnUnheard => vec![
            ToDo::words(
                "Call the referring organisation and say that the person is back with it"
                    .to_owned(),
            ),
            ToDo::run(
                "Then record the call",
                format!("cases return {} --told NAME --when TIME", case.id),
            ),
        ],
        QueueKind::StopUnheard => confirm_stop(entry, case),
    });
    steps
}

/// Nobody waits for an answer that never comes: whom no system tells is rung.
fn tell_no_news(ring: &Ring, case: &About<'_>) -> [ToDo; 2] {
    let day = date_in_england(ring.since).strftime("%-d %B %Y");
    let whom = match (&ring.provider, &ring.contact) {
        (Some(hub), Some(contact)) => format!("{hub}, which referred the person on ({contact}),"),
        (Some(hub), None) => format!("{hub}, which referred the person on,"),
        (None, _) => "the referring organisation, whose system cannot be told,".to_owned(),
    };
    [
        ToDo::words(format!(
            "Call {whom} and say that there is no news of {} since {day}",
            case.reference
        )),
        record_call(case),
    ]
}

/// The case is held for something else, of which another entry tells.
fn ring_now(case: &About<'_>) -> Vec<ToDo> {
    vec![
        ToDo::words(before_a_decision(Condition::RedFlag.code())),
        record_call(case),
    ]
}

fn record_call(case: &About<'_>) -> ToDo {
    ToDo::run(
        "Then record the call",
        format!("cases called {} --told NAME --when TIME", case.id),
    )
}

/// A provider that is late is asked, and what it says is recorded.
fn ask_provider(case: &About<'_>, otherwise: ToDo) -> Vec<ToDo> {
    vec![
        ToDo::words(format!(
            "Ask {} about {}: by telephone, naming the reference only",
            case.provider, case.reference
        )),
        ToDo::run(
            "Say where the case stands by what they told you",
            format!("cases correct {} --to STATUS --evidence REF", case.id),
        ),
        otherwise,
        give_back("If they cannot help the person, give the person back", case),
    ]
}

fn confirm_stop(entry: &Entry, case: &About<'_>) -> Vec<ToDo> {
    // The entry is about the holder; where a clock raised it, about the step.
    let subject = entry.entry.subject.as_str();
    let is_holder = !subject.is_empty() && !subject.contains(':');
    let holder = if is_holder { subject } else { case.provider };
    vec![
        ToDo::words(format!(
            "Call {holder} and make sure that it has stopped with {}",
            case.reference
        )),
        ToDo::run(
            "Then record the call",
            format!(
                "cases stopped {} --provider {holder} --told NAME --when TIME",
                case.id
            ),
        ),
    ]
}

fn give_back(words: &str, case: &About<'_>) -> ToDo {
    ToDo::run(words, format!("cases return {} --reason REASON", case.id))
}

/// Reasons that a mended table may end.
const TABLES_DECIDE: [&str; 5] = [
    "mapping-fault",
    "unmapped-code-refused",
    "unknown-provider-word",
    "nobody-serves",
    "several-providers",
];

/// What has to be found out about a held case, and the verb for either finding.
fn decide(reason: &str, case: &About<'_>) -> Vec<ToDo> {
    let mut steps = vec![ToDo::words(before_a_decision(reason))];
    if TABLES_DECIDE.contains(&reason) {
        let command = format!("cases redecide {} --by NAME --why REF", case.id);
        steps.push(ToDo::run("Load the tables, then decide again", command));
    }
    let release = match reason {
        // No operator releases the first three (DESIGN section 4, step 7), and the others
        // are decided again.
        "restricted"
        | "workwell-consent-refused"
        | "test-number"
        | "mapping-fault"
        | "unmapped-code-refused"
        | "nobody-serves"
        | "several-providers" => None,
        "workwell-consent-not-recorded" | "reopened-after-withdrawal" => {
            Some(("If the person consents", " --consent HOW"))
        }
        "open-case" => Some(("If both are to go on", " --send-anyway")),
        "red-flag" => Some((
            "When the person is safe, release it: another open case of the person, which the \
             timeline then names, is set aside with the phrase",
            " --send-anyway",
        )),
        "deceased" => Some((
            "If the mark is wrong, release it: what else the timeline names is set aside with \
             it, a missing consent apart",
            " --send-anyway",
        )),
        "unknown-provider-word" => Some(("Or, when you know what was meant, settle it", "")),
        _ => Some(("Then release it", "")),
    };
    if let Some((words, more)) = release {
        let command = format!("cases resolve {} --evidence REF{more}", case.id);
        steps.push(ToDo::run(words, command));
    }
    if reason == "deceased" {
        steps.push(ToDo::run(
            "If the person has died, say so: the referrer is told and nobody else",
            format!("cases correct {} --to deceased --evidence REF", case.id),
        ));
    }
    if reason == "unknown-provider-word" {
        steps.push(ToDo::run(
            "If the word means another status, say which",
            format!("cases correct {} --to STATUS --evidence REF", case.id),
        ));
    } else {
        steps.push(give_back("Otherwise give the person back", case));
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

fn before_a_decision(reason: &str) -> String {
    let words = match reason {
        "unknown-provider-word" => {
            "Ask the provider what its word means and put it into its status.csv"
        }
        "mapping-fault" => "Repair the row of the provider's table that the audit log names",
        "unmapped-code-refused" => {
            "Ask the table editor whether the provider's list that the audit log names is to take the code"
        }
        "nobody-serves" | "several-providers" => {
            "Ask the area's table editor who is to serve the person"
        }
        "open-case" => "Ask both referrers which referral is meant",
        "workwell-consent-not-recorded" => "Ask the referrer for the person's consent",
        "workwell-consent-refused" => "Tell the referrer that nothing was passed on",
        "restricted" => "Agree with the referrer how this person is to be reached",
        "deceased" => {
            "Ask the referrer, and nobody else, whether the person has died; another open case of \
             theirs is stopped likewise"
        }
        "test-number" => "Tell the referrer that its system sent a number kept for tests",
        "operator-hold" | "corrected" => "Do what it was put on hold for",
        "reopened" => "Find out what is to become of it now",
        "reopened-after-withdrawal" => "Ask the person anew: they had withdrawn",
        "red-flag" => "Call the referrer now: the person may be in danger",
        _ => "Ask the referrer what is right",
    };
    words.to_owned()
}

fn unpark(entry: &Entry, case: &About<'_>) -> Vec<ToDo> {
    let mut parts = entry.entry.subject.split(':');
    let what = parts.next();
    let (delivers, responds) = (what == Some("deliver"), what == Some("respond"));
    let leg = parts.next().unwrap_or("ID");
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
    if responds {
        steps.push(ToDo::words(format!(
            "If the referrer's system stays away, call the referring organisation and say where \
             {} stands",
            case.reference
        )));
        steps.push(record_call(case));
    }
    if delivers {
        steps.push(ToDo::run(
            "If it is not wanted any more, stop it everywhere",
            format!("cases withdraw {} --evidence REF", case.id),
        ));
        steps.push(give_back(
            "If it cannot be delivered, give the person back",
            case,
        ));
    }
    steps
}

#[cfg(test)]
mod tests {
    use clap::{Command, Subcommand};
    use jiff::Timestamp;

    use super::*;
    use crate::surfaces::cli::{cases, explain, outbox};

    fn about(ring: Option<&Ring>) -> About<'_> {
        About {
            id: CaseId::new(uuid::Uuid::nil()),
            reference: "WW-4K7M-9QXD-T2P",
            provider: "lantern",
            ring,
        }
    }

    #[test]
    fn whom_no_system_can_tell_is_rung_and_the_call_recorded() {
        let hub = |provider: Option<&str>, contact: Option<&str>| Ring {
            provider: provider.map(str::to_owned),
            contact: contact.map(str::to_owned),
            since: "2026-07-01T23:30:00Z".parse().expect("an instant"),
        };
        for (ring, whom) in [
            (hub(None, None), "Call the referring organisation, "),
            (hub(Some("hub"), None), "Call hub, which referred"),
            (hub(Some("hub"), Some("Duty, 1")), "on (Duty, 1), and"),
        ] {
            let about = about(Some(&ring));
            let kind = QueueKind::Silent;
            let at = Timestamp::UNIX_EPOCH;
            let entry = Entry::sample(about.id, kind, "clock:plan", "plan", at);
            let steps = steps(&entry, &about);
            assert!(steps[1].words.contains(whom), "{}", steps[1].words);
            assert!(steps[1].words.ends_with(" since 2 July 2026"));
            let command = steps[2].command.as_deref().unwrap_or_default();
            assert!(command.contains("cases called "), "{command}");
        }
    }

    /// Every step for an entry, with what stands in capitals filled in.
    fn commands(kind: QueueKind, subject: &str, reason: &str) -> Vec<String> {
        let at = Timestamp::UNIX_EPOCH;
        let about = about(None);
        let entry = Entry::sample(about.id, kind, subject, reason, at);
        let steps = steps(&entry, &about).into_iter();
        let commands = steps.filter_map(|step| step.command);
        let filled = commands.map(|command| {
            [
                ("STATUS", "accepted"),
                ("REASON", "unable-to-contact"),
                ("TIME", "2026-11-20T10:15:00Z"),
                ("HOW", "spoken"),
            ]
            .iter()
            .fold(command, |command, (word, with)| command.replace(word, with))
        });
        filled.collect()
    }

    #[test]
    fn every_kind_names_the_verb_that_ends_it_and_the_program_understands_it() {
        let program = Command::new("workwell-gateway")
            .subcommand(cases::Cases::augment_subcommands(Command::new("cases")))
            .subcommand(outbox::Outbox::augment_subcommands(Command::new("outbox")))
            .subcommand(<explain::Explain as clap::Args>::augment_args(
                Command::new("explain"),
            ));
        let leg = "deliver:0190d0a0-0000-7000-8000-000000000001";
        for (kind, subject, reason, ends) in [
            (QueueKind::Held, "", "mapping-fault", "cases redecide"),
            (
                QueueKind::Held,
                "",
                "unmapped-code-refused",
                "cases redecide",
            ),
            (QueueKind::Held, "", "unmapped-code-refused", "cases return"),
            (QueueKind::Held, "", "restricted", "cases return"),
            (QueueKind::Held, "", "red-flag", "--send-anyway"),
            (QueueKind::Held, "", "deceased", "--send-anyway"),
            (
                QueueKind::Held,
                "",
                "deceased",
                "cases correct 00000000-0000-0000-0000-000000000000 --to deceased",
            ),
            (QueueKind::Held, "red-flag", "red-flag", "cases called"),
            (
                QueueKind::Held,
                "",
                "workwell-consent-not-recorded",
                "--consent",
            ),
            (
                QueueKind::Held,
                "",
                "unknown-provider-word",
                "cases resolve",
            ),
            (QueueKind::Parked, leg, "WW-DLV-006", "outbox retry"),
            (
                QueueKind::Parked,
                "respond:0190d0a0-0000-7000-8000-000000000001",
                "WW-DLV-005",
                "cases called",
            ),
            (
                QueueKind::Uncollected,
                "clock:collect",
                "collect",
                "cases hold",
            ),
            (
                QueueKind::Unacknowledged,
                "clock:acknowledge",
                "acknowledge",
                "cases correct",
            ),
            (QueueKind::Silent, "clock:plan", "plan", "cases withdraw"),
            (
                QueueKind::ReturnUnheard,
                "",
                "ring-referrer",
                "cases return",
            ),
            (
                QueueKind::StopUnheard,
                "stillwater",
                "awaiting-acknowledgement",
                "cases stopped 00000000-0000-0000-0000-000000000000 --provider stillwater",
            ),
            (
                QueueKind::StopUnheard,
                "clock:stop",
                "stop",
                "--provider lantern",
            ),
        ] {
            let commands = commands(kind, subject, reason);
            let ending = commands.iter().any(|command| command.contains(ends));
            assert!(ending, "{ends} in {commands:?}");
            for command in commands {
                let read = program.clone().try_get_matches_from(command.split(' '));
                assert!(read.is_ok(), "{command}: {read:?}");
            }
        }
    }

    #[test]
    fn nobody_is_told_to_release_what_no_operator_may_release() {
        for reason in ["restricted", "workwell-consent-refused", "test-number"] {
            let commands = commands(QueueKind::Held, "", reason);
            let releases = commands
                .iter()
                .any(|command| command.contains("cases resolve"));
            assert!(!releases, "{reason}: {commands:?}");
        }
        // Beside such a hold the call alone is asked for.
        let commands = commands(QueueKind::Held, "red-flag", "red-flag");
        assert!(
            commands.iter().all(|command| !command.contains("resolve")),
            "{commands:?}"
        );
    }
}
