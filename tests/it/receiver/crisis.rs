//! A phrase that tells of a crisis is never hidden: not by another open case, not by what
//! nobody may release, and not by the cut of a long text.

use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::read::queue::Filter;
use workwell_gateway::surfaces::waiting::{ToDo, what_to_do};

use super::canary::contents;
use super::{holds, quiet, reaches, shape, wire};
use crate::support::TestGateway;
use crate::support::casework::{Casework, now};
use crate::support::store::TestStore;

const RESOLVE: [&str; 3] = ["resolve", "--evidence", "call 2"];
const ANYWAY: [&str; 4] = ["resolve", "--evidence", "call 2", "--send-anyway"];
const REDECIDE: [&str; 5] = ["redecide", "--by", "A. Analyst", "--why", "call 3"];

fn at_lantern(seed: u64) -> Referral {
    Referral::new(seed).at(Place::LANTERN)
}

/// The open entries of a case, each with what to do.
async fn queue(gateway: &TestGateway, case: &Casework) -> Vec<(String, String, Vec<ToDo>)> {
    let operator = Caller::Operator("Demo operator".to_owned());
    let page = &gateway.running.gateway;
    let of_case = Filter {
        case_id: Some(case.row(gateway).await.id),
        ..Filter::default()
    };
    let page = page.queue_page(&operator, &of_case).await;
    let waiting = page.expect("the queue is read").waiting;
    let entries = waiting.into_iter().map(|waiting| {
        let steps = what_to_do(&waiting.row, &waiting.case, waiting.ring.as_ref());
        let entry = waiting.row.entry;
        (entry.subject, entry.reason, steps)
    });
    entries.collect()
}

/// The same without what to do.
async fn reasons(gateway: &TestGateway, case: &Casework) -> Vec<(String, String)> {
    let entries = queue(gateway, case).await.into_iter();
    entries
        .map(|(subject, reason, _)| (subject, reason))
        .collect()
}

fn entry(subject: &str, reason: &str) -> (String, String) {
    (subject.to_owned(), reason.to_owned())
}

fn calls_now(steps: &[ToDo]) -> bool {
    // Before anything else, reading included.
    let words = steps[0].words.as_str();
    words.starts_with("Call the referrer now") && words.ends_with(": the person may be in danger")
}

fn runs(steps: &[ToDo], verb: &str) -> bool {
    let mut commands = steps.iter().filter_map(|step| step.command.as_deref());
    commands.any(|command| command.contains(verb))
}

/// The details of the last audit fact of a kind, as they are stored.
async fn fact(gateway: &TestGateway, kind: &str) -> String {
    let all = gateway.running.gateway.audit(&Caller::System, 1, 10_000);
    let all = all.await.expect("the audit log");
    let last = all.iter().rfind(|fact| fact.kind == kind);
    last.expect("a fact").details.clone()
}

async fn detail(gateway: &TestGateway, case: &Casework, words: &[&str]) -> String {
    let (code, answer) = case.verb(gateway, words).await;
    assert_eq!(
        (code, &answer["code"]),
        (1, &"WW-OPR-005".into()),
        "{answer}"
    );
    answer["detail"].as_str().expect("a detail").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_beside_an_open_case_is_held_as_a_crisis_and_one_word_releases_both() {
    let gateway = quiet().await;
    reaches(&gateway, &at_lantern(1), "lantern").await;
    let answer = holds(
        &gateway,
        &at_lantern(2).same_person_as(1).red_flag(),
        "red-flag",
    )
    .await;
    let held = fact(&gateway, "case.held").await;
    assert!(
        held.contains(r#""reason":"red-flag","also":"open-case""#),
        "{held}"
    );
    // The referrer is answered as for a crisis without another case.
    let alone = gateway.refer(&at_lantern(3).red_flag()).await;
    assert_eq!(shape(&answer.body), shape(&alone.body));
    assert!(!answer.body.to_string().contains("open-case"));

    let case = Casework {
        referral: at_lantern(2),
        answer,
    };
    let waiting = queue(&gateway, &case).await;
    let (subject, reason, steps) = &waiting[0];
    assert_eq!((subject.as_str(), reason.as_str()), ("", "red-flag"));
    assert!(calls_now(steps), "{steps:?}");
    let release = steps.iter().find(|step| {
        let command = step.command.as_deref();
        command.is_some_and(|command| command.ends_with("--send-anyway"))
    });
    let release = &release.expect("a way to release it").words;
    assert!(release.contains("another open case"), "{release}");

    // What is set aside is named before it is and after it was.
    let sql = "SELECT note FROM events WHERE kind = 'case.held' ORDER BY note";
    let notes = [["red-flag"], ["red-flag; open-case"]];
    assert_eq!(gateway.store.rows(sql), notes);
    assert_eq!(
        detail(&gateway, &case, &RESOLVE).await,
        "red-flag; open-case"
    );
    assert_eq!(case.done(&gateway, &ANYWAY).await, "routed");
    let released = fact(&gateway, "case.released").await;
    let both = r#""set-aside":"red-flag","set-aside":"open-case""#;
    assert!(released.contains(both), "{released}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_behind_the_cut_keeps_the_case_until_a_person_has_judged_it() {
    let gateway = TestGateway::start().await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    let first = Referral::new(1).at(Place::BOROUGH_WORKS).security("R");
    let first = Casework::of(&gateway, first).await;
    let long = format!("{}Is suicidal.", "Off work since August. ".repeat(120));
    let second = Referral::new(2).same_person_as(1).narrative(&long);
    let second = second.at(Place::BOROUGH_WORKS);
    let second = Casework::of(&gateway, second).await;
    assert_eq!(
        detail(&gateway, &second, &RESOLVE).await,
        "red-flag; open-case"
    );

    // The other case is over, and the phrase is not.
    let back = ["return", "--reason", "unable-to-contact"];
    first.verb(&gateway, &back).await;
    assert!(first.row(&gateway).await.status.is_terminal());
    let (_, answer) = second.verb(&gateway, &REDECIDE).await;
    assert_eq!(answer["reason"], "red-flag", "{answer}");
    assert_eq!(detail(&gateway, &second, &RESOLVE).await, "red-flag");

    // Nor does another hold make it forgotten: what is kept of the text does not show it.
    assert_eq!(second.done(&gateway, &ANYWAY).await, "routed");
    let hold = ["hold", "--reason", "call 4"];
    assert_eq!(second.done(&gateway, &hold).await, "held");
    assert_eq!(detail(&gateway, &second, &RESOLVE).await, "red-flag");
    assert_eq!(second.done(&gateway, &ANYWAY).await, "routed");
    gateway.end().await;
}

/// Whatever field it was written into: a screen of the practice decides that, not the person.
#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_in_any_field_holds_the_referral() {
    let gateway = quiet().await;
    for (seed, kind, member) in [(1, "CarePlan", "description"), (2, "Task", "description")] {
        let referral = at_lantern(seed).change(|bundle| {
            let said = "Fit note ends Friday. Says she is better off dead.";
            let found = resource_mut(bundle, kind).expect("such a resource");
            found[member] = said.into();
        });
        let answer = holds(&gateway, &referral, "red-flag").await;
        assert!(answer.body.to_string().contains("no crisis service"));
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_beside_what_nobody_may_release_is_told_to_the_operator_until_they_have_rung() {
    let gateway = quiet().await;
    for (referral, reason) in [
        (at_lantern(1).security("R"), "restricted"),
        (
            at_lantern(2).workwell_consent(Consent::Refused),
            "workwell-consent-refused",
        ),
    ] {
        let referral = referral.red_flag();
        let answer = holds(&gateway, &referral, reason).await;
        assert!(answer.body.to_string().contains("no crisis service"));
        let case = Casework { referral, answer };
        let both = [entry("", reason), entry("red-flag", "red-flag")];
        let mut found = reasons(&gateway, &case).await;
        found.sort();
        assert_eq!(found, both);
        let waiting = queue(&gateway, &case).await;
        let crisis = waiting.iter().find(|(_, reason, _)| reason == "red-flag");
        let (_, _, steps) = crisis.expect("an entry of its own");
        assert!(calls_now(steps) && runs(steps, "cases called"), "{steps:?}");
        assert!(!runs(steps, "cases resolve"), "{steps:?}");
        // To decide it again ends no call.
        case.verb(&gateway, &REDECIDE).await;
        assert_eq!(reasons(&gateway, &case).await.len(), 2);
        let when = now(&gateway);
        let called = ["called", "--told", "duty desk", "--when", &when];
        for _ in 0..2 {
            assert_eq!(case.done(&gateway, &called).await, "held");
            assert_eq!(reasons(&gateway, &case).await, [entry("", reason)]);
        }
    }
    gateway.end().await;
}

/// What is not accepted is nobody's here, and whoever reads the refusal must know it at once:
/// wherever the words stand, and whatever else is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_refused_with_such_a_phrase_is_told_that_this_is_no_crisis_service() {
    const NOTICE: &str = "WW-SAF-003";
    let gateway = quiet().await;
    let out_of_area = Referral::new(1).at(Place::NOWHERE);
    let status =
        at_lantern(2).change(|bundle| bundle["entry"][1]["resource"]["status"] = "no".into());
    let form = at_lantern(3).change(|bundle| bundle["entry"][1]["resource"]["intent"] = "".into());
    let no_request = at_lantern(4).change(|bundle| {
        bundle["entry"].as_array_mut().expect("entries").remove(1);
    });
    for (referral, status, code) in [
        (out_of_area, 422, "WW-RTE-001"),
        (status, 400, "WW-REF-007"),
        (form, 400, "WW-FHR-"),
        (no_request, 400, "WW-REF-"),
    ] {
        let calm = gateway.parties.gp.prepare(&referral);
        let calm = wire::post(&gateway, &calm).await;
        assert!(!calm.json.to_string().contains(NOTICE), "{}", calm.json);

        let sending = gateway.parties.gp.prepare(&referral.red_flag());
        let reply = wire::post(&gateway, &sending).await;
        assert_eq!(reply.status, status, "{}", reply.json);
        let issues = reply.json["issue"].as_array().expect("issues");
        assert!(issues[0].to_string().contains(code), "{}", reply.json);
        // Before all that is merely untidy.
        let notice = issues.iter().find(|issue| issue["severity"] == "warning");
        let notice = notice.expect("a warning");
        let told = notice["diagnostics"].as_str().unwrap_or_default();
        assert!(notice.to_string().contains(NOTICE), "{notice}");
        assert!(told.contains("999") && told.contains("act now"), "{told}");
        let again = wire::post(&gateway, &sending).await;
        assert_eq!(again.bytes, reply.bytes, "the repeat");
    }
    gateway.end().await;
}

/// It says something of a person, and a refusal keeps nothing of one (DESIGN I3).
#[tokio::test(flavor = "multi_thread")]
async fn that_a_refused_message_told_of_a_crisis_is_kept_nowhere() {
    const NOTICE: &str = "WW-SAF-003";
    let gateway = quiet().await;
    let referral = Referral::new(1).at(Place::NOWHERE).red_flag();
    let sending = gateway.parties.gp.prepare(&referral);
    let reply = wire::post(&gateway, &sending).await;
    assert!(reply.json.to_string().contains(NOTICE), "{}", reply.json);
    let all = gateway.running.gateway.audit(&Caller::System, 1, 10_000);
    let all = all.await.expect("the audit log");
    assert!(all.iter().all(|fact| !fact.details.contains(NOTICE)));
    let files = contents(gateway.folder());
    let has = |words: &str| {
        let is_in = |bytes: &[u8]| {
            bytes
                .windows(words.len())
                .any(|found| found == words.as_bytes())
        };
        files.iter().any(|(_, bytes)| is_in(bytes))
    };
    assert!(!has(NOTICE));
    // PostgreSQL keeps its rows elsewhere; in SQLite's files the refusal itself is to be seen.
    if matches!(gateway.store, TestStore::Sqlite(_)) {
        assert!(has("WW-RTE-001"));
    }
    gateway.end().await;
}
