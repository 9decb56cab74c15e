//! What is to be done, as it is told and as the program understands it.

use clap::{Command, Subcommand};

use super::*;
use crate::domain::identifiers::CaseId;
use crate::gateway::read::queue::Organisation;
use crate::surfaces::cli::{WIDTH, cases, explain, outbox};

fn id() -> CaseId {
    CaseId::new(uuid::Uuid::nil())
}

fn about(ring: Option<&Ring>) -> About<'_> {
    About {
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
        organisation: None,
        restricted: false,
        since: "2026-07-01T23:30:00Z".parse().ok(),
    };
    for (ring, whom) in [
        (hub(None, None), "Call the referring organisation, "),
        (hub(Some("hub"), None), "Call hub, which referred"),
        (
            hub(Some("hub"), Some("Duty, 1")),
            "Call hub (Duty, 1), which",
        ),
    ] {
        let about = about(Some(&ring));
        let kind = QueueKind::Silent;
        let at = Timestamp::UNIX_EPOCH;
        let entry = Entry::sample(id(), kind, "clock:plan", "plan", at);
        let steps = steps(&entry, &about);
        assert!(steps[1].words.contains(whom), "{}", steps[1].words);
        assert!(steps[1].words.ends_with(" since 2 July 2026"));
        let command = steps[2].command.as_deref().unwrap_or_default();
        assert!(command.contains("cases called "), "{command}");
    }
}

#[test]
fn a_crisis_begins_with_the_call_and_says_whom_to_ring_where_it_may_be_named() {
    let ring = |organisation: Option<Organisation>| Ring {
        provider: None,
        contact: None,
        restricted: organisation.is_none(),
        organisation,
        since: None,
    };
    let practice = ring(Some(Organisation {
        ods: "Y99001".to_owned(),
        name: Some("Example Practice".to_owned()),
        telephone: Some("01632 960001".to_owned()),
    }));
    let named = "Example Practice (ODS code Y99001), telephone 01632 960001";
    let nobody = ring(None);
    for subject in ["", "red-flag"] {
        let at = Timestamp::UNIX_EPOCH;
        let entry = Entry::sample(id(), QueueKind::Held, subject, "red-flag", at);
        let first = steps(&entry, &about(Some(&practice))).remove(0).words;
        let danger = "the person may be in danger";
        assert_eq!(first, format!("Call the referrer now, {named}: {danger}"));
        let first = steps(&entry, &about(Some(&nobody))).remove(0).words;
        assert_eq!(first, format!("Call the referrer now: {danger}"));
    }
    let at = Timestamp::UNIX_EPOCH;
    let entry = Entry::sample(id(), QueueKind::ReturnUnheard, "", "ring-referrer", at);
    let words = steps(&entry, &about(Some(&practice))).remove(1).words;
    assert!(words.contains(named), "{words}");
}

#[test]
fn no_command_is_wider_than_a_terminal() {
    let leg = "deliver:0190d0a0-0000-7000-8000-000000000001";
    for (kind, subject, reason) in [
        (QueueKind::Held, "", "red-flag"),
        (QueueKind::Held, "", "workwell-consent-not-recorded"),
        (QueueKind::Held, "", "mapping-fault"),
        (QueueKind::Held, "", "unknown-provider-word"),
        (QueueKind::Parked, leg, "WW-DLV-006"),
        (QueueKind::Uncollected, "clock:collect", "collect"),
        (QueueKind::ReturnUnheard, "", "ring-referrer"),
    ] {
        let at = Timestamp::UNIX_EPOCH;
        let entry = Entry::sample(id(), kind, subject, reason, at);
        for step in steps(&entry, &about(None)) {
            let width = step.command.as_deref().map_or(0, str::len);
            // `cases show` indents it by four.
            assert!(width + 4 <= WIDTH, "{step:?}");
        }
    }
}

/// Every step for an entry, with what stands in capitals filled in.
fn commands(kind: QueueKind, subject: &str, reason: &str) -> Vec<String> {
    let at = Timestamp::UNIX_EPOCH;
    let about = about(None);
    let entry = Entry::sample(id(), kind, subject, reason, at);
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
            "cases correct WW-4K7M-9QXD-T2P --to deceased",
        ),
        (QueueKind::Held, "", "open-case-birth-date", "--send-anyway"),
        (QueueKind::Held, "", "open-case-birth-date", "cases return"),
        (QueueKind::Held, "red-flag", "red-flag", "cases called"),
        (
            QueueKind::Held,
            "closing-reason-differs",
            "closing-reason-differs",
            "cases correct",
        ),
        (QueueKind::Held, "", "end-reported-late", "cases correct"),
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
            "cases stopped WW-4K7M-9QXD-T2P --provider stillwater",
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
