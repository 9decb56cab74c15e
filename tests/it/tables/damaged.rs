//! An area or a folder that cannot be used: it is told wherever somebody looks, and nobody is
//! told a false reason because of it.

use std::fs;

use serde_json::{Value, json};
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use super::Bench;
use crate::support::call::Call;
use crate::support::casework::Casework;

/// A gateway that starts over tables of which one file is damaged.
async fn starting_with(file: &str, find: &str, put: &str) -> Bench {
    let bench = Bench::start().await;
    bench.edit(file, find, put);
    let Bench { gateway, root } = bench;
    let gateway = gateway.restart().await;
    Bench { gateway, root }
}

async fn status(bench: &Bench) -> Value {
    let url = format!("{}/_status", bench.gateway.admin());
    Call::get(url).send().await.json()
}

/// The check of an area in `/_status`: how it stands, and why.
fn check<'a>(report: &'a Value, area: &str) -> (&'a str, &'a str) {
    let check = &report["checks"][format!("tables:area:{area}")][0];
    let word = |name: &str| check[name].as_str().expect("a word");
    (word("status"), word("outcome"))
}

fn refused_with(answer: &Answer, code: &str) {
    assert!(!answer.accepted(), "{answer:?}");
    assert!(answer.codes().contains(&code), "{:?}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_area_with_a_bad_cell_at_the_start_is_told_everywhere_and_its_people_truly() {
    let bench = starting_with("area.toml", "tie = \"prefer-practice\"", "tie = \"toss\"").await;
    let report = status(&bench).await;
    assert_eq!(report["status"], "warn", "{report}");
    let (stands, why) = check(&report, "exampleshire");
    assert_eq!(stands, "warn");
    for words in ["1 fault (WW-MAP-", "not used", "WW-RTE-006"] {
        assert!(why.contains(words), "{why}");
    }
    assert_eq!(check(&report, "northmoor"), ("pass", ""));
    let figures = bench.metrics().await;
    for line in [
        r#"workwell_tables_areas{standing="disabled"} 1"#,
        r#"workwell_tables_areas{standing="kept"} 0"#,
    ] {
        assert!(figures.contains(line), "{line} in {figures}");
    }
    // Its people: not that nobody serves their area. One of another board: as ever.
    let refer = |seed, place| {
        let referral = Referral::new(seed).at(place);
        let gateway = &bench.gateway;
        async move { gateway.refer(&referral).await }
    };
    let own = refer(1, Place::LANTERN).await;
    refused_with(&own, "WW-RTE-006");
    assert!(!own.codes().contains(&"WW-RTE-001"), "{:?}", own.body);
    let far = Place {
        postcode: "ZZ98 1AA",
        practice: "Y99021",
    };
    refused_with(&refer(2, far).await, "WW-RTE-001");
    // Loaded anew with the fault it is still not used; mended it is, and all is well.
    let answer = bench.reload().await;
    assert_eq!(answer["areasNotUsed"], json!(["exampleshire"]), "{answer}");
    assert_eq!(answer["keptAreas"], json!([]));
    bench.edit("area.toml", "tie = \"toss\"", "tie = \"prefer-practice\"");
    assert_eq!(bench.reload().await["outcome"], "whole");
    assert_eq!(status(&bench).await["status"], "pass");
    let case = Casework::open(&bench.gateway, 3, Place::LANTERN).await;
    case.until(&bench.gateway, "delivered", "provider").await;
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_area_that_is_kept_is_told_by_the_status_and_the_figures() {
    let bench = Bench::start().await;
    bench.edit("routing.csv", "10,2026-04-01", "10,01.04.2026");
    let answer = bench.reload().await;
    assert_eq!(answer["keptAreas"], json!(["exampleshire"]), "{answer}");
    assert_eq!(answer["areasNotUsed"], json!([]));
    let report = status(&bench).await;
    assert_eq!(report["status"], "warn");
    let (stands, why) = check(&report, "exampleshire");
    assert_eq!(stands, "warn");
    assert!(why.contains("stays in use"), "{why}");
    let kept = r#"workwell_tables_areas{standing="kept"} 1"#;
    assert!(bench.metrics().await.contains(kept));
    let case = Casework::open(&bench.gateway, 1, Place::LANTERN).await;
    case.until(&bench.gateway, "delivered", "provider").await;
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_folder_of_another_board_is_no_reason_for_a_refusal() {
    let bench = Bench::start().await;
    let fields = bench.path("../northmoor/fit-note-first/fields.csv");
    fs::write(fields, "no table\n").expect("a writable copy");
    let Bench { gateway, root } = bench;
    let bench = Bench {
        gateway: gateway.restart().await,
        root,
    };
    let report = status(&bench).await;
    let broken = &report["checks"]["provider:fit-note-first"][0];
    assert_eq!(broken["status"], "warn", "{report}");
    let referral = Referral::new(1).at(Place::NOWHERE);
    let answer = bench.gateway.refer(&referral).await;
    refused_with(&answer, "WW-RTE-001");
    let text = answer.body.to_string();
    assert!(!text.contains("provider-unavailable"), "{text}");
    bench.gateway.end().await;
}
