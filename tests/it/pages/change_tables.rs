//! "Change tables of a gateway that runs": the page is followed beside a gateway that serves
//! and holds a case for a list.

use std::fs;

use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use super::{Checkout, Step, steps};
use crate::operating::process::addresses;
use crate::support::call::Call;
use crate::tables::EMPTY_LIST;

const LIST: &str = "mappings/exampleshire/lantern/codes/employment.csv";
const TOKEN: &str = "secrets/admin.token";
/// The case of which the page speaks.
const CASE: &str = "WW-4K7M-9QXD-T2P";

#[tokio::test(flavor = "multi_thread")]
async fn every_command_that_changes_tables_does_what_the_page_says() {
    let mut checkout = Checkout::with("");
    let settings = checkout.path("gateway.toml");
    let text = fs::read_to_string(&settings).expect("settings");
    let listen = format!("[listen]\nadmin_token_file = \"{TOKEN}\"\n");
    fs::write(&settings, text.replace("[listen]\n", &listen)).expect("a writable folder");
    fs::create_dir(checkout.path("secrets")).expect("a writable folder");
    fs::write(checkout.path(TOKEN), "orders-of-a-test").expect("a writable folder");
    checkout.run("workwell-gateway key", 0);
    // In use is a list that lacks the person's word; whoever follows the page has the whole one.
    let list = checkout.path(LIST);
    let whole = fs::read_to_string(&list).expect("a table");
    fs::write(&list, EMPTY_LIST).expect("a writable copy");
    let served = ["serve", "--addresses", "addresses.json"];
    let running = checkout.folder.start(&served);
    let addresses = addresses(&checkout.path("addresses.json")).await;
    let base = |name: &str| addresses[name].as_str().expect("an address").to_owned();
    let parties = Parties::start().await.expect("the parties start");
    let sending = parties.gp.prepare(&Referral::new(1).at(Place::LANTERN));
    let answer = parties.gp.post(&base("bars"), &sending).await;
    let answer = answer.expect("an answer");
    let reference = answer.case_reference().expect("a reference").to_owned();
    let waiting = checkout.run("workwell-gateway mappings unmapped", 0);
    assert!(waiting.contains("codes/employment.csv"), "{waiting}");
    fs::write(&list, whole).expect("a writable copy");

    let mut loaded = 0;
    for step in steps("docs/how-to/change-tables.md") {
        match step {
            Step::Write(how, file, text) => checkout.write(&how, &file, &text),
            Step::Run(command, 0) if command == "kill -HUP PID" => {
                running.hang_up();
                loaded += 1;
            }
            Step::Run(command, 0) if command.starts_with("curl ") => {
                let url = command.split(' ').next_back().unwrap_or_default();
                let path = url
                    .strip_prefix("http://127.0.0.1:8082")
                    .expect("an address");
                assert!(
                    command.contains(&format!("Bearer $(cat {TOKEN})")),
                    "{command}"
                );
                let token = fs::read_to_string(checkout.path(TOKEN)).expect("a token");
                let call = Call::post(format!("{}{path}", base("admin"))).token(&token);
                let got = call.send().await;
                assert_eq!(got.status, 200, "{}", got.text);
                assert_eq!(got.json()["outcome"], "whole", "{}", got.text);
                loaded += 1;
            }
            Step::Run(command, code) => {
                checkout.run(&command.replace(CASE, &reference), code);
            }
            Step::Text(line) => panic!("{line} is no command"),
        }
    }
    assert_eq!(loaded, 3, "both ways of loading are on the page");
    let diff = checkout.answers("mappings diff")[0];
    assert!(diff.contains("lantern/tests/off-sick"), "{diff}");
    assert!(diff.contains("I am in work"), "{diff}");
    // What the row of the condition groups changes is seen beside what came before it.
    let diff = checkout.answers("mappings diff")[1];
    let (_, of_group) = diff
        .split_once("lantern/tests/by-message-in-no-group")
        .unwrap_or_else(|| panic!("{diff}"));
    assert!(of_group.contains("help_with"), "{diff}");
    let check = checkout.answers("mappings check");
    let check = check.last().expect("a check");
    assert!(
        check.ends_with("4 providers: 0 faults, 0 warnings.\n"),
        "{check}"
    );
    let decided = checkout.answers("cases redecide")[0];
    assert!(decided.contains("goes to lantern"), "{decided}");
    running.terminate();
    assert_eq!(running.ended().await, Some(0));
}
