//! The verbs that do something with a case: how it is named, and in whose name.

use workwell_gateway::conformance::parties::providers::Script;
use workwell_gateway::conformance::parties::referral::Place;

use super::cases::run;
use crate::support::TestGateway;
use crate::support::casework::{CALLED, Casework, at, now};

const BY: [&str; 2] = ["--by", "A. Analyst"];

#[tokio::test(flavor = "multi_thread")]
async fn every_verb_takes_the_reference_that_is_on_paper_and_the_name_of_who_acts() {
    let gateway = TestGateway::start().await;
    let desk = &gateway.parties.lantern.desk;
    desk.script_usual(Script::silent());
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "delivered", "provider").await;
    let reference = case.answer.case_reference().expect("a reference");
    let typed = reference.to_lowercase().replace('-', " ");
    for (words, code) in [
        (&["hold", "--reason", "call 1"][..], Some("WW-OPR-003")),
        (&["resolve", "--evidence", "call 1"], None),
        (&["redecide", "--why", "table 1"], Some("WW-OPR-011")),
        (
            &["called", CALLED[0], CALLED[1], CALLED[2], CALLED[3]],
            Some("WW-OPR-015"),
        ),
        (
            &["correct", "--to", "accepted", "--evidence", "call 2"],
            None,
        ),
        (&["return", "--reason", "unable-to-contact"], None),
        (
            &["return", CALLED[0], CALLED[1], CALLED[2], CALLED[3]],
            None,
        ),
        (
            &[
                "stopped",
                "--provider",
                "lantern",
                CALLED[0],
                CALLED[1],
                CALLED[2],
                CALLED[3],
            ],
            None,
        ),
        (&["withdraw", "--evidence", "call 3"], None),
    ] {
        let now = now(&gateway);
        let mut line = vec![words[0], typed.as_str()];
        line.extend(at(&words[1..], &now));
        line.extend(BY);
        let (exit, text) = run(&gateway, &line).await;
        assert_eq!(exit, i32::from(code.is_some()), "{words:?}: {text}");
        assert!(
            text.contains(code.unwrap_or("stands at")),
            "{words:?}: {text}"
        );
    }
    let (_, timeline) = run(&gateway, &["timeline", reference]).await;
    let named = timeline.matches("by operator:A. Analyst; the case").count();
    // The two calls too, where the system of the practice or of the provider had not
    // confirmed before them.
    assert!((3..=5).contains(&named), "{timeline}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_name_it_is_the_settings_operator_and_a_number_is_no_name() {
    let gateway = TestGateway::start().await;
    gateway.parties.lantern.desk.script_usual(Script::silent());
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "delivered", "provider").await;
    let reference = case.answer.case_reference().expect("a reference");
    let correct = [
        "correct",
        reference,
        "--to",
        "accepted",
        "--evidence",
        "call 1",
    ];
    let (exit, text) = run(&gateway, &[&correct[..], &["--by", "9990000018"]].concat()).await;
    assert_eq!(exit, 1);
    assert!(text.contains("WW-OPR-002"), "{text}");
    let (exit, text) = run(&gateway, &correct).await;
    assert_eq!(exit, 0, "{text}");
    let (_, timeline) = run(&gateway, &["timeline", reference]).await;
    assert!(
        timeline.contains("by operator:Demo operator; the case"),
        "{timeline}"
    );
    let (exit, text) = run(&gateway, &["hold", "WW-0000-0000-000", "--reason", "x"]).await;
    assert_eq!(exit, 1);
    assert!(text.contains("WW-OPR-001"), "{text}");
    gateway.end().await;
}
