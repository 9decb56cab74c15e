//! What a person does about an entry of the queue, with the verb to type.

use jiff::Timestamp;

use crate::domain::clock::date_in_england;
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

/// What to do, in order, with the verb to type; `ring` is who is rung about it, where it is
/// ended by speaking to whoever referred.
pub fn what_to_do(entry: &Entry, case: &CaseRow, ring: Option<&Ring>) -> Vec<ToDo> {
    let chosen = case.provider.as_ref();
    steps(
        entry,
        &About {
            reference: case.reference.as_str(),
            provider: chosen.map_or("the provider", |chosen| chosen.slug.as_str()),
            ring,
        },
    )
}

/// What the steps name of a case.
struct About<'a> {
    reference: &'a str,
    provider: &'a str,
    ring: Option<&'a Ring>,
}

fn steps(entry: &Entry, case: &About<'_>) -> Vec<ToDo> {
    let look = ToDo::run(
        "Look at what happened so far",
        format!("cases timeline {}", case.reference),
    );
    let reason = entry.entry.reason.as_str();
    let mut steps = if entry.entry.kind.is_crisis(reason) {
        // Nothing comes before that call, and reading does not either.
        vec![ToDo::words(before_a_decision(reason, case)), look]
    } else {
        vec![look]
    };
    if let Some((ring, since)) = case.ring.and_then(|ring| Some((ring, ring.since?))) {
        steps.extend(tell_no_news(ring, since, case));
    }
    steps.extend(match entry.entry.kind {
        QueueKind::Held if entry.entry.subject == Condition::RedFlag.code() => {
            vec![record_call(case)]
        }
        QueueKind::Held if entry.entry.subject == Condition::ClosingReasonDiffers.code() => {
            say_why_it_ended(case)
        }
        QueueKind::Held => decide(reason, case),
        QueueKind::Parked => unpark(entry, case),
        QueueKind::Uncollected => ask_provider(
            case,
            ToDo::run(
                "If it must not leave before you know more",
                format!("cases hold {} --reason REF", case.reference),
            ),
        ),
        QueueKind::Unacknowledged | QueueKind::Silent => ask_provider(
            case,
            ToDo::run(
                "If the person does not want to go on",
                format!("cases withdraw {} --evidence REF", case.reference),
            ),
        ),
        QueueKind::ReturnUnheard => vec![
            ToDo::words(format!(
                "Call {} and say that the person is back with it",
                referring(case)
            )),
            ToDo::run(
                "Then record the call",
                format!("cases return {} --told NAME --when TIME", case.reference),
            ),
        ],
        QueueKind::StopUnheard => confirm_stop(entry, case),
    });
    steps
}

/// Nobody waits for an answer that never comes: whom no system tells is rung.
fn tell_no_news(ring: &Ring, since: Timestamp, case: &About<'_>) -> [ToDo; 2] {
    let day = date_in_england(since).strftime("%-d %B %Y");
    let whom = match &ring.provider {
        Some(_) => format!("{},", referring(case)),
        None => format!("{}, whose system cannot be told,", referring(case)),
    };
    [
        ToDo::words(format!(
            "Call {whom} and say that there is no news of {} since {day}",
            case.reference
        )),
        record_call(case),
    ]
}

/// Whoever referred, as a step names them.
fn referring(case: &About<'_>) -> String {
    let named = case.ring.and_then(ring_words);
    match (case.ring.and_then(|ring| ring.provider.as_ref()), named) {
        (Some(_), Some(named)) => format!("{named}, which referred the person on"),
        (None, Some(named)) => format!("the referring organisation, {named}"),
        (_, None) => "the referring organisation".to_owned(),
    }
}

/// Whom to ring in a line: a provider by its slug and contact, an organisation by its name,
/// its ODS code and its telephone, as far as they are known. `None` where nothing may be
/// named.
pub fn ring_words(ring: &Ring) -> Option<String> {
    if let Some(hub) = &ring.provider {
        let contact = ring.contact.as_ref();
        return Some(contact.map_or_else(|| hub.clone(), |contact| format!("{hub} ({contact})")));
    }
    let organisation = ring.organisation.as_ref()?;
    let code = format!("ODS code {}", organisation.ods);
    let named = match &organisation.name {
        Some(name) => format!("{name} ({code})"),
        None => code,
    };
    let telephone = organisation.telephone.as_ref();
    Some(telephone.map_or_else(
        || named.clone(),
        |telephone| format!("{named}, telephone {telephone}"),
    ))
}

/// The case is over and stays so; only why it ended is open.
fn say_why_it_ended(case: &About<'_>) -> Vec<ToDo> {
    vec![
        ToDo::words(format!(
            "Ask {} which of its reasons is so, naming the reference only; the referrer was told of \
             the first",
            case.provider
        )),
        ToDo::run(
            "Then say it, with the status where the case stands: another reason is told to the \
             referrer, the first one only ends this entry",
            format!(
                "cases correct {} --to STATUS --reason REASON --evidence REF",
                case.reference
            ),
        ),
    ]
}

fn record_call(case: &About<'_>) -> ToDo {
    ToDo::run(
        "Then record the call",
        format!("cases called {} --told NAME --when TIME", case.reference),
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
            format!(
                "cases correct {} --to STATUS --evidence REF",
                case.reference
            ),
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
                case.reference
            ),
        ),
    ]
}

fn give_back(words: &str, case: &About<'_>) -> ToDo {
    ToDo::run(
        words,
        format!("cases return {} --reason REASON", case.reference),
    )
}

/// Reasons that a mended table may end.
const TABLES_DECIDE: [&str; 5] = [
    "mapping-fault",
    "unmapped-code-refused",
    "unknown-provider-word",
    "nobody-serves",
    "several-providers",
];

/// What ends a hold of this reason, where `cases resolve` was refused for it; `None` for
/// what is no reason of a hold.
pub fn way_to_release(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "restricted" => "never released here; agree with the referrer, then give the person back",
        "workwell-consent-refused" | "test-number" => "never released; give the person back",
        "red-flag" => {
            "once the person is safe and somebody has judged it, `--send-anyway` releases it"
        }
        "open-case" => "once both are known to be meant, `--send-anyway` releases it",
        "workwell-consent-not-recorded" | "reopened-after-withdrawal" => {
            "ask the person; `--consent HOW` records that they consent and releases it"
        }
        "mapping-fault" | "unmapped-code-refused" | "nobody-serves" | "several-providers" => {
            "mend the table, then `cases redecide`"
        }
        _ => return None,
    })
}

/// What has to be found out about a held case, and the verb for either finding.
fn decide(reason: &str, case: &About<'_>) -> Vec<ToDo> {
    let mut steps = Vec::new();
    if !QueueKind::Held.is_crisis(reason) {
        steps.push(ToDo::words(before_a_decision(reason, case)));
    }
    if TABLES_DECIDE.contains(&reason) {
        let command = format!("cases redecide {} --by NAME --why REF", case.reference);
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
        "open-case-birth-date" => Some((
            "When both have confirmed the number, or the other referral was the wrong one, and \
             this one is to go on",
            " --send-anyway",
        )),
        "red-flag" => Some((
            "When the person is safe, release it: another open case of the person, which the \
             timeline then names, is set aside with the phrase; where it names another birth \
             date, ask both referrers first",
            " --send-anyway",
        )),
        "deceased" => Some((
            "If the mark is wrong, release it: what else the timeline names is set aside with \
             it, a missing consent apart",
            " --send-anyway",
        )),
        "unknown-provider-word" => Some(("Or, when you know what was meant, settle it", "")),
        "end-reported-late" => Some(("If the work goes on, settle it", "")),
        _ => Some(("Then release it", "")),
    };
    if let Some((words, more)) = release {
        let command = format!("cases resolve {} --evidence REF{more}", case.reference);
        steps.push(ToDo::run(words, command));
    }
    if reason == "deceased" {
        steps.push(ToDo::run(
            "If the person has died, say so: the referrer is told and nobody else",
            format!(
                "cases correct {} --to deceased --evidence REF",
                case.reference
            ),
        ));
    }
    if reason == "unknown-provider-word" {
        steps.push(ToDo::run(
            "If the word means another status, say which",
            format!(
                "cases correct {} --to STATUS --evidence REF",
                case.reference
            ),
        ));
    } else if reason == "end-reported-late" {
        steps.push(ToDo::run(
            "If the work has ended, say how",
            format!(
                "cases correct {} --to STATUS --evidence REF",
                case.reference
            ),
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

fn before_a_decision(reason: &str, case: &About<'_>) -> String {
    if reason == Condition::RedFlag.code() {
        let whom = case.ring.and_then(ring_words);
        let whom = whom.map_or_else(String::new, |whom| format!(", {whom}"));
        return format!("Call the referrer now{whom}: the person may be in danger");
    }
    let words = match reason {
        "unknown-provider-word" => {
            "Ask the provider what its word means and put it into its status.csv"
        }
        "end-reported-late" => {
            "Ask the provider whether its work has ended: it said so with an earlier time than what it had said before"
        }
        "mapping-fault" => "Repair the row of the provider's table that the audit log names",
        "unmapped-code-refused" => {
            "Ask the table editor whether the provider's list that the audit log names is to take the code"
        }
        "nobody-serves" | "several-providers" => {
            "Ask the area's table editor who is to serve the person"
        }
        "open-case" => "Ask both referrers which referral is meant",
        "open-case-birth-date" => {
            "Ask both referrers for number and birth date before anything is released: the birth dates differ, so the NHS number may be the wrong one on either referral"
        }
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
            "If the referrer's system stays away, call {} and say where {} stands",
            referring(case),
            case.reference
        )));
        steps.push(record_call(case));
    }
    if delivers {
        steps.push(ToDo::run(
            "If it is not wanted any more, stop it everywhere",
            format!("cases withdraw {} --evidence REF", case.reference),
        ));
        steps.push(give_back(
            "If it cannot be delivered, give the person back",
            case,
        ));
    }
    steps
}

#[cfg(test)]
mod tests;
