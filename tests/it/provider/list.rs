//! `GET /cases`: order, pages, cursors and filters.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{call, quiet, read_case, waiting_case};
use crate::support::TestGateway;

async fn page(gateway: &TestGateway, query: &str) -> Value {
    let got = call(gateway, "GET", &format!("cases?{query}")).send().await;
    assert_eq!(got.status, 200, "{}", got.text);
    assert_eq!(got.header("cache-control"), "no-store");
    got.json()
}

fn ids(page: &Value) -> Vec<String> {
    let cases = page["cases"].as_array().expect("a list");
    cases
        .iter()
        .map(|case| case["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_each_case_once_in_order_even_while_new_ones_arrive() {
    let gateway = quiet().await;
    let mut expected = Vec::new();
    for seed in 1..=3 {
        expected.push(waiting_case(&gateway, seed).await.1);
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for round in 0..4 {
        let page = page(&gateway, &format!("limit=2{cursor}")).await;
        seen.extend(ids(&page));
        let next = page["next"].as_str().expect("where to go on").to_owned();
        cursor = format!("&cursor={next}");
        if round < 2 {
            expected.push(waiting_case(&gateway, 10 + round).await.1);
        }
    }
    assert_eq!(seen, expected);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 5);
    // The last cursor is kept and polled with: empty, until something new is there.
    let last = page(&gateway, &format!("limit=2{cursor}")).await;
    assert_eq!((ids(&last).len(), last["more"].as_bool()), (0, Some(false)));
    assert_eq!(
        format!("&cursor={}", last["next"].as_str().expect("kept")),
        cursor
    );
    let (_, new) = waiting_case(&gateway, 20).await;
    assert_eq!(
        ids(&page(&gateway, &format!("limit=2{cursor}")).await),
        [new]
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_whether_there_is_more_and_nothing_of_a_person() {
    let gateway = quiet().await;
    for seed in 1..=2 {
        waiting_case(&gateway, seed).await;
    }
    let first = page(&gateway, "limit=1").await;
    assert_eq!(
        (ids(&first).len(), first["more"].as_bool()),
        (1, Some(true))
    );
    let members: Vec<&String> = first["cases"][0]
        .as_object()
        .expect("a case")
        .keys()
        .collect();
    assert_eq!(
        members,
        [
            "id",
            "reference",
            "status",
            "received_at",
            "updated_at",
            "revision"
        ]
    );
    // A limit beyond what is allowed is cut to it.
    assert_eq!(ids(&page(&gateway, "limit=99999").await).len(), 2);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_can_be_narrowed_to_a_status() {
    let gateway = quiet().await;
    let (_, read) = read_case(&gateway, 1).await;
    let (_, waiting) = waiting_case(&gateway, 2).await;
    assert_eq!(ids(&page(&gateway, "status=delivered").await), [read]);
    assert_eq!(ids(&page(&gateway, "status=routed").await), [waiting]);
    assert!(ids(&page(&gateway, "status=completed").await).is_empty());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_cannot_be_read_is_refused_without_its_words() {
    let gateway = quiet().await;
    for (query, pointer) in [
        ("limit=zebulon", "limit"),
        ("limit=-1", "limit"),
        ("limit=0", "limit"),
        ("status=zebulon", "status"),
        ("cursor=zebulon", "cursor"),
        ("cursor=null", "cursor"),
        ("zebulon=1", "query"),
    ] {
        let got = call(&gateway, "GET", &format!("cases?{query}"))
            .send()
            .await;
        assert_eq!(got.refusal(), (400, "WW-PRV-006".to_owned()), "{query}");
        assert_eq!(got.json()["pointer"], pointer);
        assert!(!got.text.contains("zebulon"), "{}", got.text);
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_status_is_answered_with_the_words_that_there_are() {
    let gateway = quiet().await;
    let got = call(&gateway, "GET", "cases?status=aceppted").send().await;
    assert_eq!(got.refusal(), (400, "WW-PRV-006".to_owned()));
    for word in ["routed", "delivered", "accepted", "closed-not-engaged"] {
        assert!(got.text.contains(word), "{word} in {}", got.text);
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_says_where_to_go_on_and_what_comes_then_is_found_from_there() {
    let gateway = quiet().await;
    let empty = page(&gateway, "limit=5").await;
    assert_eq!((ids(&empty).len(), &empty["more"]), (0, &false.into()));
    let next = empty["next"].as_str().expect("where to go on").to_owned();
    let again = page(&gateway, &format!("cursor={next}")).await;
    assert_eq!(
        (ids(&again).len(), &again["next"]),
        (0, &next.clone().into())
    );
    let (_, id) = waiting_case(&gateway, 1).await;
    let found = page(&gateway, &format!("cursor={next}")).await;
    assert_eq!(ids(&found), std::slice::from_ref(&id));
    // An empty cursor is none.
    assert_eq!(ids(&page(&gateway, "cursor=&limit=5").await), [id]);
    gateway.end().await;
}
