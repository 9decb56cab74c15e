//! `cases redecide`: a held case after a table was mended.

use jiff::Timestamp;
use serde_json::{Value, json};
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use super::Bench;
use crate::support::call::Call;
use crate::support::casework::Casework;

pub(super) const ORDER: [&str; 5] = ["redecide", "--by", "A. Analyst", "--why", "table 7"];

/// Holds nothing that a case could have.
pub(crate) const EMPTY_LIST: &str = "source,source_display,target,target_display,relation,comment\n\
     retired,Retired,Retired,,equivalent,\n";

async fn held_for_its_table(bench: &Bench) -> (Casework, String) {
    let before = bench.write("lantern/codes/employment.csv", EMPTY_LIST);
    bench.reload().await;
    let case = Casework::open(&bench.gateway, 1, Place::LANTERN).await;
    let row = case.row(&bench.gateway).await;
    assert_eq!(row.hold.expect("it is held").reason, "mapping-fault");
    (case, before)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_held_for_a_table_goes_on_once_the_table_is_mended() {
    let bench = Bench::start().await;
    let (case, before) = held_for_its_table(&bench).await;
    // The figures name provider and list, and nothing of the case.
    let figures = bench.metrics().await;
    let series = r#"workwell_unmapped_codes_total{provider="lantern",list="employment"}"#;
    assert!(figures.contains(series), "{figures}");
    // Before it is mended it is held again, with the row, and that is recorded.
    let (code, answer) = case.verb(&bench.gateway, &ORDER).await;
    assert_eq!(
        (code, answer["outcome"].as_str()),
        (1, Some("held")),
        "{answer}"
    );
    let row = answer["details"][0].as_str().expect("a row");
    assert!(
        row.starts_with("fields.csv:") && row.ends_with(" unmapped-code"),
        "{row}"
    );
    bench.write("lantern/codes/employment.csv", &before);
    bench.reload().await;
    let (code, answer) = case.verb(&bench.gateway, &ORDER).await;
    assert_eq!(
        (code, answer["outcome"].as_str()),
        (0, Some("released")),
        "{answer}"
    );
    case.until(&bench.gateway, "delivered", "provider").await;
    let facts = bench.facts("case.redecided").await;
    let outcomes: Vec<&Value> = facts.iter().map(|fact| &fact["outcome"]).collect();
    assert_eq!(outcomes, ["held", "released"]);
    assert_eq!(facts[1]["evidence"], "table 7");
    // Once it has left, nothing is decided again.
    assert_eq!(case.refused(&bench.gateway, &ORDER).await, "WW-OPR-011");
    let sql = "SELECT kind, actor FROM events WHERE kind = 'case.redecided'";
    let rows = bench.gateway.store.rows(sql);
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter().all(|row| row[1] == "operator:A. Analyst"),
        "{rows:?}"
    );
    // Nobody waits for it any more.
    let open = "SELECT kind FROM queue WHERE closed_at IS NULL AND kind = 'held'";
    assert!(bench.gateway.store.rows(open).is_empty());
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_unmapped_codes_counts_them_and_names_no_case_beside_a_code() {
    let bench = Bench::start().await;
    let (case, _) = held_for_its_table(&bench).await;
    let url = format!("{}/admin/unmapped", bench.gateway.admin());
    let got = Call::get(url).token(super::TOKEN).send().await;
    assert_eq!(got.status, 200, "{}", got.text);
    let lists = got.json()["lists"].clone();
    assert_eq!(lists[0]["provider"], "lantern");
    assert_eq!(lists[0]["list"], "employment");
    assert_eq!(lists[0]["cases"], 1);
    assert_eq!(
        lists[0]["codes"].as_object().map(serde_json::Map::len),
        Some(1)
    );
    let reference = case.row(&bench.gateway).await.reference;
    assert!(!got.text.contains(reference.as_str()), "{}", got.text);
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_waits_to_be_collected_goes_to_whom_the_tables_name_now() {
    let bench = Bench::start().await;
    let case = Casework::open(&bench.gateway, 1, Place::BOROUGH_WORKS).await;
    // By the same tables nothing changes, and nothing is written.
    let (code, answer) = case.verb(&bench.gateway, &ORDER).await;
    assert_eq!(
        (code, answer["outcome"].as_str()),
        (0, Some("unchanged")),
        "{answer}"
    );
    assert!(bench.facts("case.redecided").await.is_empty());
    let mine = "la,E99000002,include,,,Residents of Millrace Borough only";
    bench.edit(
        "borough-works/catchment.csv",
        mine,
        "la,E99000003,include,,,Another borough",
    );
    let lantern = bench.edit("lantern/catchment.csv", "kind,code", "kind,code");
    bench.write("lantern/catchment.csv", &format!("{lantern}{mine}\n"));
    let answer = bench.reload().await;
    assert_eq!(answer["outcome"], "whole", "{answer}");
    let (code, answer) = case.verb(&bench.gateway, &ORDER).await;
    assert_eq!(
        (code, answer["provider"].as_str()),
        (0, Some("lantern")),
        "{answer}"
    );
    case.until(&bench.gateway, "delivered", "provider").await;
    let wanted = ["stopped -1", "delivered -2"];
    case.until_legs(&bench.gateway, LegKind::Deliver, &wanted)
        .await;
    let facts = bench.facts("case.redecided").await;
    assert_eq!(facts[0]["provider-before"], "borough-works");
    assert_eq!(facts[0]["provider"], "lantern");
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_that_tells_of_a_crisis_stays_in_the_queue_under_another_reason() {
    let bench = Bench::start().await;
    let crisis = Referral::new(1).at(Place::BOROUGH_WORKS).red_flag();
    let case = Casework::of(&bench.gateway, crisis).await;
    let queue = || {
        let sql = "SELECT subject, reason FROM queue WHERE closed_at IS NULL ORDER BY subject";
        bench.gateway.store.rows(sql)
    };
    assert_eq!(queue(), [["", "red-flag"]]);
    bench.edit("borough-works/catchment.csv", "E99000002", "E99000003");
    bench.reload().await;
    for _ in 0..2 {
        let (_, answer) = case.verb(&bench.gateway, &ORDER).await;
        assert_eq!(answer["reason"], "nobody-serves", "{answer}");
        assert_eq!(queue(), [["", "nobody-serves"], ["red-flag", "red-flag"]]);
    }
    bench.edit("borough-works/catchment.csv", "E99000003", "E99000002");
    bench.reload().await;
    let (_, answer) = case.verb(&bench.gateway, &ORDER).await;
    assert_eq!(answer["reason"], "red-flag", "{answer}");
    assert_eq!(queue(), [["", "red-flag"]]);
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_nobody_serves_any_more_is_held_and_never_left_where_it_was() {
    let bench = Bench::start().await;
    let case = Casework::open(&bench.gateway, 1, Place::BOROUGH_WORKS).await;
    bench.edit("borough-works/catchment.csv", "E99000002", "E99000003");
    bench.reload().await;
    let (code, answer) = case.verb(&bench.gateway, &ORDER).await;
    assert_eq!(
        (code, answer["reason"].as_str()),
        (1, Some("nobody-serves")),
        "{answer}"
    );
    let row = case.row(&bench.gateway).await;
    assert_eq!(
        (row.status.code(), row.responsible.kind()),
        ("held", "gateway-operator")
    );
    assert_eq!(row.provider, None);
    let legs = case.legs_in_short(&bench.gateway, LegKind::Deliver).await;
    assert_eq!(legs, ["stopped -1"]);
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_has_put_on_hold_no_table_releases() {
    let bench = Bench::start().await;
    let case = Casework::open(&bench.gateway, 1, Place::BOROUGH_WORKS).await;
    case.done(&bench.gateway, &["hold", "--reason", "call 1"])
        .await;
    assert_eq!(case.refused(&bench.gateway, &ORDER).await, "WW-OPR-011");
    let named = ["redecide", "--by", "9990000018", "--why", "table 7"];
    assert_eq!(case.refused(&bench.gateway, &named).await, "WW-OPR-002");
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_no_table_knew_is_read_again_once_one_does() {
    let bench = Bench::start().await;
    let case = Casework::open(&bench.gateway, 1, Place::BOROUGH_WORKS).await;
    let id = case.id(&bench.gateway).await;
    let url = format!("{}/cases/{id}", bench.gateway.provider_api());
    let token = bench.gateway.parties.borough_works.desk.api().token();
    let got = Call::get(&url).token(token).send().await;
    assert_eq!(got.status, 200, "{}", got.text);
    let body = json!({ "status": "GONE FISHING", "occurred_at": Timestamp::now().to_string() });
    let report = Call::post(format!("{url}/updates"))
        .token(token)
        .header("Idempotency-Key", "k1")
        .body(body.to_string());
    assert_eq!(
        report.send().await.refusal(),
        (422, "WW-PRV-003".to_owned())
    );
    let order = r#"{"by":"A. Analyst","why":"table 7"}"#;
    let path = format!("/admin/cases/{id}/redecide");
    let got = bench.order(&path, order).await;
    assert_eq!(got.refusal(), (409, "WW-OPR-011".to_owned()));
    // What the provider said is sealed: the store holds no word of it in clear.
    let words = "SELECT provider_word, note FROM events";
    let words = format!("{:?}", bench.gateway.store.rows(words));
    assert!(!words.contains("FISHING"), "{words}");
    let table = bench.edit("borough-works/status.csv", "word,status", "word,status");
    let mended = format!("{table}GONE FISHING,accepted,,summary,Seen on 20 November\n");
    bench.write("borough-works/status.csv", &mended);
    assert_eq!(bench.reload().await["outcome"], "whole");
    let got = bench.order(&path, order).await;
    assert_eq!(got.json()["outcome"], "reported", "{}", got.text);
    let row = case.row(&bench.gateway).await;
    assert_eq!((row.status.code(), row.hold), ("accepted", None));
    // The provider's own repeat gets the answer of the report.
    let again = report.send().await;
    assert_eq!(
        (again.status, again.json()["status"].clone()),
        (200, json!("accepted"))
    );
    assert_eq!(
        bench.facts("case.redecided").await[0]["outcome"],
        "reported"
    );
    bench.gateway.end().await;
}
