//! A code that the provider's list does not name: refused or held, as the provider's table
//! says, and told to the referrer in plain words.

use serde_json::Value;
use workwell_gateway::conformance::parties::referral::bundle::resources;
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::caller::Caller;

use super::Bench;
use super::redecide::{EMPTY_LIST, ORDER};
use crate::receiver::wire;
use crate::support::casework::Casework;

const LIST: &str = "lantern/codes/employment.csv";

fn at_lantern(seed: u64) -> Referral {
    Referral::new(seed).at(Place::LANTERN)
}

/// The list knows next to nothing, and this is what the provider says of that; the list as
/// it was.
async fn says(bench: &Bench, policy: &str) -> String {
    let rule = format!("employment = \"{policy}\"");
    bench.edit("lantern/provider.toml", "employment = \"hold\"", &rule);
    let before = bench.write(LIST, EMPTY_LIST);
    bench.reload().await;
    before
}

/// What the answer says of provider and list, and nothing of the person.
fn assert_plain(told: &str) {
    for said in ["(lantern)", "`employment`", "`employment_status`"] {
        assert!(told.contains(said), "{said}: {told}");
    }
    for code in ["employed", "off-sick", "Quill"] {
        assert!(!told.contains(code), "{code}: {told}");
    }
}

/// What an accepted referral is told beside the echo.
fn remark(answer: &Value) -> Option<(String, String)> {
    let outcome = resources(answer, "OperationOutcome").last()?;
    let issues = outcome["issue"].as_array()?;
    let issue = issues
        .iter()
        .find(|issue| issue["details"]["coding"][0]["code"] == "WW-REF-048")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Some((text(&issue["severity"]), text(&issue["diagnostics"])))
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_table_refuses_such_a_code_the_person_stays_with_the_referrer() {
    let bench = Bench::start().await;
    let before = says(&bench, "refuse").await;
    let sending = bench.gateway.parties.gp.prepare(&at_lantern(1));
    let reply = wire::post(&bench.gateway, &sending).await;
    let expected = [
        "REC_UNPROCESSABLE_ENTITY",
        "not-supported",
        "WW-MAP-021",
        "",
    ];
    let found = (reply.status, reply.errors());
    assert_eq!(
        found,
        (422, vec![expected.map(str::to_owned)]),
        "{}",
        reply.json
    );
    reply.assert_outcome();
    let told = reply.json["issue"][0]["diagnostics"].as_str();
    assert_plain(told.unwrap_or_default());
    let text = String::from_utf8_lossy(&reply.bytes);
    assert!(text.contains("You remain responsible"), "{text}");
    // It is on record as every refusal, and its repeat gets the same.
    let facts = bench.facts("message.refused").await;
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0]["code"], "WW-MAP-021");
    let again = wire::post(&bench.gateway, &sending).await;
    assert_eq!(again.without_id(), reply.without_id(), "the repeat");
    let counts = bench.gateway.running.gateway.counts().await;
    assert!(counts.expect("counts").cases.iter().all(|(_, n)| *n == 0));
    // It is counted, so that whoever keeps the table hears of it.
    let figures = bench.metrics().await;
    let series = r#"workwell_unmapped_codes_total{provider="lantern",list="employment"} 1"#;
    assert!(figures.contains(series), "{figures}");
    // Sent anew once the list has the code, it is taken.
    bench.write(LIST, &before);
    bench.reload().await;
    Casework::of(&bench.gateway, at_lantern(1)).await;
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_that_waits_for_a_code_says_so_and_not_what_else_it_waits_for() {
    let bench = Bench::start().await;
    says(&bench, "hold").await;
    let first = Casework::of(&bench.gateway, at_lantern(1)).await;
    let row = first.row(&bench.gateway).await;
    assert_eq!(row.hold.expect("it is held").reason, "mapping-fault");
    let (severity, told) = remark(&first.answer.body).expect("a remark");
    assert_eq!(severity, "warning");
    assert_plain(&told);
    // Held for another case of the person: the same words, so that they do not tell of it.
    let second = Casework::of(&bench.gateway, at_lantern(2).same_person_as(1)).await;
    let row = second.row(&bench.gateway).await;
    assert_eq!(row.hold.expect("it is held").reason, "open-case");
    assert_eq!(remark(&second.answer.body), Some((severity, told)));
    // Where every code has its row nobody is told anything.
    let other = Casework::open(&bench.gateway, 3, Place::VALE_NHS_TRUST).await;
    assert_eq!(remark(&other.answer.body), None);
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_referral_of_a_person_is_refused_for_its_code_like_a_first() {
    let bench = Bench::start().await;
    Casework::of(&bench.gateway, at_lantern(1)).await;
    says(&bench, "refuse").await;
    let second = at_lantern(2).same_person_as(1);
    let sending = bench.gateway.parties.gp.prepare(&second);
    let reply = wire::post(&bench.gateway, &sending).await;
    assert_eq!(
        (reply.status, reply.codes()),
        (422, vec!["WW-MAP-021".to_owned()])
    );
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_was_accepted_before_is_held_and_never_given_up() {
    let bench = Bench::start().await;
    let before = says(&bench, "hold").await;
    let case = Casework::of(&bench.gateway, at_lantern(1)).await;
    let rule = ("employment = \"hold\"", "employment = \"refuse\"");
    bench.edit("lantern/provider.toml", rule.0, rule.1);
    bench.reload().await;
    let (code, answer) = case.verb(&bench.gateway, &ORDER).await;
    assert_eq!(
        (
            code,
            answer["outcome"].as_str(),
            answer["reason"].as_str(),
            answer["provider"].as_str()
        ),
        (
            1,
            Some("held"),
            Some("unmapped-code-refused"),
            Some("lantern")
        ),
        "{answer}"
    );
    let row = answer["details"][0].as_str().expect("a row");
    assert!(row.ends_with(" unmapped-code-refused"), "{row}");
    let stands = case.stands(&bench.gateway).await;
    assert_eq!(stands, ("held", "gateway-operator"));
    // Its operator hears the same, and whoever keeps the table finds the code.
    let words = ["resolve", "--evidence", "call 1"];
    assert_eq!(case.refused(&bench.gateway, &words).await, "WW-OPR-005");
    let lists = bench.gateway.running.gateway.unmapped(&Caller::System);
    assert_eq!(lists.await.expect("lists")[0].list, "employment");
    bench.write(LIST, &before);
    bench.reload().await;
    let (code, answer) = case.verb(&bench.gateway, &ORDER).await;
    assert_eq!((code, answer["outcome"].as_str()), (0, Some("released")));
    case.until(&bench.gateway, "delivered", "provider").await;
    bench.gateway.end().await;
}
