//! The verbs as a person types them: words, width and exit codes.

use crate::operating::process::{Folder, SERVES, addresses};

/// A folder whose store is a file, whatever engine the others run on.
fn folder() -> Folder {
    let text = SERVES.replace("{STORE}", "url = \"sqlite:workwell.db\"");
    let folder = Folder::with(&text);
    assert_eq!(folder.run(&["key"]).code, Some(0));
    folder
}

#[test]
fn a_schema_is_brought_up_to_date_once_and_then_there_is_nothing_to_do() {
    let folder = folder();
    let first = folder.run(&["store", "migrate"]);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.out.contains("The store is new"), "{first:?}");
    let second = folder.run(&["store", "migrate", "--format", "json"]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert_eq!(second.json()["from"], second.json()["to"]);
}

#[test]
fn a_schema_of_an_earlier_program_is_named_and_one_of_a_later_is_refused_by_the_verb_too() {
    let folder = folder();
    assert_eq!(folder.run(&["store", "migrate"]).code, Some(0));
    let file = folder.path().join("workwell.db");
    let store = rusqlite::Connection::open(file).expect("the store");
    store
        .execute("INSERT INTO schema (version, oldest) VALUES (99, 98)", [])
        .expect("inserted");
    drop(store);
    let ended = folder.run(&["store", "migrate"]);
    assert_eq!(ended.code, Some(78), "{ended:?}");
    assert!(ended.err.contains("WW-STO-003"), "{ended:?}");
}

#[test]
fn a_server_that_does_not_answer_is_exit_code_3_or_a_build_without_it_is_told() {
    let text = SERVES.replace(
        "{STORE}",
        "url = \"postgres://gateway@127.0.0.1:1/workwell\"",
    );
    let folder = Folder::with(&text);
    assert_eq!(folder.run(&["key"]).code, Some(0));
    let ended = folder.run(&["store", "check"]);
    let (code, word) = if cfg!(feature = "postgres") {
        (3, "WW-STO-012")
    } else {
        (78, "WW-STO-011")
    };
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(ended.err.contains(word), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_verb_answers_within_the_width_of_a_terminal_beside_a_running_gateway() {
    let folder = folder();
    let running = folder.start(&["serve", "--addresses", "addresses.json"]);
    addresses(&folder.path().join("addresses.json")).await;
    for (words, code) in [
        (&["store", "check"][..], 0),
        (&["store", "backup", "first.db"], 0),
        (&["store", "backup", "first.db"], 78),
        (&["store", "lost"], 0),
        (&["store", "confirm", "--dry-run"], 0),
        (&["store", "confirm", "--by", "A. Example"], 0),
        (&["store", "restore", "first.db"], 78),
        (
            &["store", "copy", "sqlite:workwell.db", "sqlite:second.db"],
            78,
        ),
        (&["store", "copy", "workwell.db", "sqlite:second.db"], 78),
        (&["store", "backup"], 2),
    ] {
        let ended = folder.run(words);
        assert_eq!(ended.code, Some(code), "{words:?}: {ended:?}");
        let lines = ended.out.lines().chain(ended.err.lines());
        for line in lines.filter(|_| code != 2) {
            assert!(line.chars().count() <= 80, "{words:?}: {line}");
        }
    }
    running.terminate();
    assert_eq!(running.ended().await, Some(0));
    for words in [
        &["store", "copy", "sqlite:workwell.db", "sqlite:second.db"][..],
        &["store", "restore", "first.db"],
    ] {
        let ended = folder.run(words);
        assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
        assert!(
            ended.out.lines().all(|line| line.chars().count() <= 80),
            "{ended:?}"
        );
    }
    let checked = folder.run(&["store", "check", "--format", "json"]).json();
    assert_eq!(checked["confirmed"], false, "{checked}");
    let confirmed = folder.run(&["store", "confirm", "--format", "json"]).json();
    assert_eq!(confirmed["confirmed"], true, "{confirmed}");
    assert_eq!(confirmed["because"], "the store was put back");
    let checked = folder.run(&["store", "check", "--format", "json"]).json();
    assert_eq!(
        (&checked["confirmed"], &checked["epoch"]),
        (&true.into(), &confirmed["epoch"])
    );
    assert_eq!(checked["tables"].as_array().map(Vec::len), Some(11));
}
