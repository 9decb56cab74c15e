//! The queue as JSON and as a page that reads without a script, a mouse or a wide screen.

use clap::{Command, Subcommand};
use workwell_gateway::conformance::parties::referral::person;
use workwell_gateway::surfaces::cli::{cases, outbox};

use super::{held, know, quiet, until_due, waiting, watch};
use crate::support::TestGateway;
use crate::support::call::{Call, Got};

async fn get(gateway: &TestGateway, path: &str) -> Got {
    Call::get(format!("{}{path}", gateway.admin())).send().await
}

/// A gateway with an overdue held case and one that nobody fetches.
async fn busy() -> (TestGateway, [String; 2]) {
    let (gateway, clock) = quiet(|_| ()).await;
    let (_, first, _) = held(&gateway, 1).await;
    let (_, second, _) = waiting(&gateway, 2).await;
    let names =
        [first, second].map(|answer| answer.case_reference().expect("a reference").to_owned());
    until_due(&gateway, &clock, &names[1]).await;
    // The first look raises the second case, and the first is overdue by now.
    watch(&gateway).await;
    (gateway, names)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_says_what_waits_why_whose_until_when_and_what_to_do() {
    let (gateway, names) = busy().await;
    let got = get(&gateway, "/admin/queue").await;
    assert_eq!(
        (got.status, got.header("content-type")),
        (200, "application/json")
    );
    let json = got.json();
    let entries = json["entries"].as_array().expect("entries").clone();
    let kinds: Vec<&str> = entries
        .iter()
        .filter_map(|entry| entry["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["held", "uncollected"], "the oldest first");
    assert_eq!(json["next"], serde_json::Value::Null);
    for (entry, name) in entries.iter().zip(&names) {
        assert_eq!(entry["case"]["reference"], name.as_str());
        assert_eq!(entry["owner"], "Demo operator");
        for member in ["why", "dueAt", "raisedAt"] {
            assert!(
                entry[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member}"
            );
        }
    }
    assert_eq!(entries[1]["why"], "It has not reached the provider in time");
    assert_eq!(entries[1]["case"]["heldBy"]["kind"], "gateway-operator");
    // The provider is waited for by the second entry only: there somebody can be rung.
    assert_eq!(entries[0]["providerContact"], serde_json::Value::Null);
    let contact = "Work and health duty desk, 01632 960222, duty@borough-works.example";
    assert_eq!(entries[1]["providerContact"], contact);
    let page = get(&gateway, "/admin/queue.html").await.text;
    assert_eq!(page.matches("Whom to ring there").count(), 1);
    assert!(page.contains(contact), "{page}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_filtered_and_paged() {
    let (gateway, names) = busy().await;
    let count = async |query: &str| {
        let got = get(&gateway, &format!("/admin/queue?{query}")).await;
        assert_eq!(got.status, 200, "{query}: {}", got.text);
        got.json()["entries"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count("kind=held").await, 1);
    assert_eq!(count("kind=&case=").await, 2);
    assert_eq!(count("kind=parked").await, 0);
    assert_eq!(count(&format!("case={}", names[1].to_lowercase())).await, 1);
    assert_eq!(count("case=WW-0000-0000-000").await, 0);
    let first = get(&gateway, "/admin/queue?limit=1").await.json();
    let next = first["next"].as_i64().expect("there is more");
    let second = get(&gateway, &format!("/admin/queue?limit=1&after={next}"))
        .await
        .json();
    assert_eq!(second["entries"][0]["kind"], "uncollected");
    assert_eq!(second["next"], serde_json::Value::Null);
    for query in ["kind=zebulon", "limit=0", "limit=101", "after=x"] {
        let got = get(&gateway, &format!("/admin/queue?{query}")).await;
        assert_eq!(got.refusal(), (400, "WW-QUE-001".to_owned()), "{query}");
        let page = get(&gateway, &format!("/admin/queue.html?{query}")).await;
        assert_eq!(page.status, 400);
        assert!(page.text.contains("WW-QUE-001") && page.text.contains("<h1>"));
    }
    gateway.end().await;
}

/// The names of the elements in the order in which they begin.
fn elements(html: &str) -> Vec<&str> {
    let parts = html.split('<').skip(1);
    parts
        .map(|part| part.split([' ', '>', '\n']).next().unwrap_or_default())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_reads_in_order_without_a_script() {
    let (gateway, names) = busy().await;
    let got = get(&gateway, "/admin/queue.html").await;
    assert_eq!(
        (got.status, got.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    let policy = got.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'"),
        "{policy}"
    );
    let html = &got.text;
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en-GB\">"));
    assert!(html.contains("width=device-width, initial-scale=1\""));
    let elements = elements(html);
    for forbidden in ["script", "style", "table", "img", "iframe"] {
        assert!(!elements.contains(&forbidden), "{forbidden}");
    }
    let attribute = |rest: &str| {
        rest.split([' ', '>', '<'])
            .next()
            .is_some_and(|w| w.contains('='))
    };
    assert!(!html.contains(" style="), "nothing inline");
    assert!(!html.split(" on").skip(1).any(attribute), "nothing inline");
    for once in ["title", "h1", "main", "header", "footer", "form"] {
        let count = elements.iter().filter(|name| **name == once).count();
        assert_eq!(count, 1, "{once}");
    }
    // No heading skips a level.
    let levels: Vec<u8> = elements
        .iter()
        .filter(|name| name.len() == 2 && name.starts_with('h') && **name != "hr")
        .map(|name| name.as_bytes()[1] - b'0')
        .collect();
    assert_eq!(levels, [1, 2, 3, 2, 3]);
    // Every control has its own words, every card its heading.
    for id in ["kind", "case"] {
        assert!(html.contains(&format!("<label for=\"{id}\">")), "{id}");
        assert!(html.contains(&format!(" id=\"{id}\"")), "{id}");
    }
    for name in &names {
        let whole = format!("<span class=\"whole\">{name}</span>");
        assert!(html.contains(&format!(": {whole}</h2>")), "{name}");
        assert!(html.contains(&format!("What to do about {whole}</h3>")));
    }
    // The link at the top leads past the form to the entries.
    let form = html.find("</form>").expect("a form");
    let target = html
        .find(" id=\"queue\" tabindex=\"-1\"")
        .expect("a target");
    assert!(target > form && html.matches("id=\"queue\"").count() == 1);
    assert!(html.contains("<a class=\"skip\" href=\"#queue\">Skip to the queue</a>"));
    for words in ["<strong>Overdue since ", "<dd>By "] {
        assert!(html.contains(words), "{words}");
    }
    let style = get(&gateway, "/admin/queue.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_on_the_page_is_one_that_the_program_understands() {
    let (gateway, _) = busy().await;
    let json = get(&gateway, "/admin/queue").await.json();
    let entries = json["entries"].as_array().expect("entries");
    let steps = entries
        .iter()
        .filter_map(|entry| entry["whatToDo"].as_array());
    let commands: Vec<&str> = steps
        .flatten()
        .filter_map(|step| step["command"].as_str())
        .collect();
    assert!(commands.len() >= 4, "{commands:?}");
    let cases = cases::Cases::augment_subcommands(Command::new("cases"));
    let outbox = outbox::Outbox::augment_subcommands(Command::new("outbox"));
    let program = Command::new("workwell-gateway")
        .subcommand(cases)
        .subcommand(outbox);
    for command in commands {
        let filled = command
            .replace("STATUS", "accepted")
            .replace("HOW", "spoken")
            .replace("REASON", "unable-to-contact");
        let read = program.clone().try_get_matches_from(filled.split(' '));
        assert!(read.is_ok(), "{command}: {read:?}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_person_is_on_the_page_or_in_the_answers() {
    let (gateway, names) = busy().await;
    let mut texts = vec![
        get(&gateway, "/admin/queue").await.text,
        get(&gateway, "/admin/queue.html").await.text,
    ];
    for name in &names {
        let known = know(&gateway, name).await;
        texts.push(format!("{:?} {:?}", known.events, known.queue));
    }
    for seed in [1, 2] {
        let (number, born) = (person::nhs_number(seed), person::birth_date(seed));
        for datum in [person::family(seed), person::given(seed), &number, &born] {
            assert!(
                texts.iter().all(|text| !text.contains(datum)),
                "a datum is shown"
            );
        }
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_opened_in_a_browser_leads_to_the_queue() {
    let (gateway, _) = quiet(|_| ()).await;
    for path in ["/", "/admin", "/admin/"] {
        let got = get(&gateway, path).await;
        // The test's own client follows where it is sent.
        assert_eq!(got.status, 200, "{path}");
        assert!(
            got.text.contains("<h1>What waits for a person</h1>"),
            "{path}"
        );
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_finds_nothing_is_no_empty_queue() {
    let (gateway, _) = busy().await;
    for query in ["kind=parked", "case=WW-0000-0000-000"] {
        let page = get(&gateway, &format!("/admin/queue.html?{query}"))
            .await
            .text;
        assert!(page.contains("Nothing waits with this filter"), "{page}");
        assert!(page.contains("Show the whole queue"), "{page}");
    }
    gateway.end().await;
}
