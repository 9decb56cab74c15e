//! The same of a running gateway: random people, some of whom are refused, and everything that
//! it logs, counts and refuses.

use serde_json::json;
use workwell_gateway::adapters::store::LegState;
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Place, Referral, person};

use crate::receiver::canary::logged;
use crate::receiver::wire;
use crate::support::{TestGateway, eventually};

/// People of one run; every fourth lives where nobody serves, every fifth is refused at the
/// door.
const PEOPLE: u64 = 32;

/// A word of letters that follows from a number, and that nothing else has.
fn word(seed: u64, number: u64) -> String {
    let mut state = seed.wrapping_mul(1_000).wrapping_add(number);
    let mut word = String::from("Zq");
    for _ in 0..10 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let letter = u8::try_from((state >> 33) % 26).unwrap_or(0);
        word.push(char::from(b'a' + letter));
    }
    word
}

/// A person with words, numbers and a date of their own in every place of the message.
fn random(seed: u64) -> (Referral, Vec<String>) {
    let mut words: Vec<String> = (0..8).map(|number| word(seed, number)).collect();
    let number = person::nhs_number(700_000 + seed);
    let phone = format!("07700 9{:05}", 10_000 + seed * 613);
    let born = format!(
        "19{:02}-{:02}-{:02}",
        60 + seed % 30,
        1 + seed % 12,
        1 + seed % 28
    );
    let place = match seed % 4 {
        0 => Place::NOWHERE,
        1 => Place::LANTERN,
        2 => Place::BOROUGH_WORKS,
        _ => Place::VALE_NHS_TRUST,
    };
    let referral = Referral::new(7_000 + seed)
        .at(place)
        .nhs_number(&number)
        .request_identifier(&words[0])
        .narrative(&format!(
            "{} trouble, NI QQ{:06}C.",
            words[1],
            100_000 + seed
        ));
    let given = words.clone();
    let (said, day) = (phone.clone(), born.clone());
    let referral = referral.change(move |bundle| {
        let patient = resource_mut(bundle, "Patient").expect("a Patient");
        patient["name"] = json!([{"family": given[2], "given": [given[3]]}]);
        patient["birthDate"] = json!(day);
        patient["address"][0]["line"] = json!([given[4]]);
        patient["contact"][0]["telecom"][0]["value"] = json!(said);
        let flag = resource_mut(bundle, "Flag").expect("a Flag");
        flag["code"] = json!({"text": given[5]});
        let condition = resource_mut(bundle, "Condition").expect("a Condition");
        condition["code"]["text"] = json!(given[6]);
        if seed.is_multiple_of(5) {
            let patient = resource_mut(bundle, "Patient").expect("a Patient");
            patient["gender"] = json!(given[7]);
        }
    });
    words.extend([number, phone, born, format!("QQ{:06}C", 100_000 + seed)]);
    (referral, words)
}

#[tokio::test(flavor = "multi_thread")]
async fn random_people_appear_in_no_log_metric_or_refusal() {
    let lines = logged();
    let gateway = TestGateway::start().await;
    let (mut canaries, mut refusals, mut taken) = (Vec::new(), Vec::new(), 0);
    for seed in 1..=PEOPLE {
        let (referral, words) = random(seed);
        canaries.extend(words);
        let sending = gateway.parties.gp.prepare(&referral);
        let reply = wire::post(&gateway, &sending).await;
        if reply.status == 200 {
            taken += 1;
        } else {
            refusals.push(String::from_utf8_lossy(&reply.bytes).into_owned());
        }
    }
    assert!(
        taken > 12 && refusals.len() > 8,
        "{taken} taken, {} refused",
        refusals.len()
    );
    eventually("nothing is on its way any more", || async {
        let counts = gateway.running.gateway.counts().await.expect("counts");
        let open = counts
            .legs
            .iter()
            .any(|(state, _)| *state == LegState::Released);
        (!open).then_some(())
    })
    .await;
    let metrics = reqwest::get(format!("{}/metrics", gateway.admin())).await;
    let metrics = metrics.expect("an answer").text().await.expect("a text");
    gateway.running.end().await;
    let logs = lines.text();
    assert!(logs.contains("referral refused") && metrics.contains("workwell_"));
    let refusals = refusals.join("\n");
    for canary in &canaries {
        for (place, text) in [
            ("log", &logs),
            ("metrics", &metrics),
            ("refusals", &refusals),
        ] {
            assert!(
                !text.contains(canary.as_str()),
                "{canary} stands in the {place}"
            );
        }
    }
}
