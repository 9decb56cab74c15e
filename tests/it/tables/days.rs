//! The day of the referral and the day of the decision: a person loses nothing by the time
//! that a decision took, and a provider is sent nobody when its own time is over.

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use serde_json::{Value, json};
use workwell_gateway::config::Clock;
use workwell_gateway::conformance::parties::referral::bundle::{resource_mut, resources};
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use super::Bench;
use super::redecide::{EMPTY_LIST, ORDER};
use crate::support::casework::Casework;
use crate::support::gateway_codes;

const LIST: &str = "lantern/codes/employment.csv";
const RULES: &str = "lantern/eligibility.csv";

/// A row more in the rules of the charity.
fn add_rule(bench: &Bench, row: &str) {
    let before = bench.edit(RULES, "rule,", "rule,");
    bench.write(RULES, &format!("{before}{row}\n"));
}

/// The case is held for the list, which is mended after so many days.
async fn held_for(bench: &Bench, clock: &Clock, referral: Referral, days: i64) -> Casework {
    let before = bench.write(LIST, EMPTY_LIST);
    bench.reload().await;
    let case = Casework::of(&bench.gateway, referral).await;
    assert_eq!(case.stands(&bench.gateway).await.0, "held");
    clock.advance(SignedDuration::from_hours(24 * days));
    bench.write(LIST, &before);
    bench.reload().await;
    case
}

/// Decided again by the mended tables: outcome and reason.
async fn decided(bench: &Bench, case: &Casework) -> (String, Value) {
    let (_, answer) = case.verb(&bench.gateway, &ORDER).await;
    let outcome = answer["outcome"].as_str().unwrap_or_default().to_owned();
    (outcome, answer["reason"].clone())
}

/// A referral that is written today, of a person of this day of birth.
fn born(seed: u64, day: Date, clock: &Clock) -> Referral {
    let now = clock.now().to_string();
    Referral::new(seed).at(Place::LANTERN).change(|bundle| {
        resource_mut(bundle, "Patient").expect("a Patient")["birthDate"] = json!(day.to_string());
        resource_mut(bundle, "ServiceRequest").expect("a request")["authoredOn"] = json!(now);
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birthday_while_a_case_waits_takes_nobody_out_of_a_service() {
    let clock = Clock::movable();
    let bench = Bench::at(clock.clone()).await;
    add_rule(
        &bench,
        "age,above,63,refuse,ineligible-age,Until sixty-four.",
    );
    // Sixty-four in three days.
    let birthday = clock.today().saturating_add(3.days());
    let day = birthday.saturating_sub(64.years());
    let referral = born(1, day, &clock);
    let case = held_for(&bench, &clock, referral, 7).await;
    assert_eq!(
        decided(&bench, &case).await,
        ("released".to_owned(), Value::Null)
    );
    // Whoever is that old on the day of the referral is refused, as the rule says.
    let answer = bench.gateway.refer(&born(2, day, &clock)).await;
    assert_eq!(gateway_codes(&answer.body), ["WW-RTE-002"]);
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn weeks_that_a_case_waits_are_no_weeks_out_of_work() {
    let clock = Clock::movable();
    let bench = Bench::at(clock.clone()).await;
    add_rule(
        &bench,
        "weeks-out-of-work,above,25,refuse,ineligible-employment,Until half a year.",
    );
    let since = clock.today().saturating_sub(25.weeks());
    let referral = born(1, Date::constant(1990, 2, 3), &clock).change(|bundle| {
        out_of_work(bundle, since);
    });
    let said = resources(referral.json(), "Observation");
    let starts = said.filter(|one| one["valueDateTime"] == since.to_string());
    assert_eq!(starts.count(), 1, "the fixture says since when");
    let case = held_for(&bench, &clock, referral, 21).await;
    assert_eq!(
        decided(&bench, &case).await,
        ("released".to_owned(), Value::Null)
    );
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_has_ended_while_a_case_waited_takes_nobody_any_more() {
    let clock = Clock::movable();
    let bench = Bench::at(clock.clone()).await;
    let last = clock.today().saturating_add(3.days());
    let routing = bench.edit("routing.csv", "lantern,", "lantern,");
    let mut lines: Vec<String> = routing.lines().map(str::to_owned).collect();
    for line in lines.iter_mut().filter(|line| line.starts_with("lantern,")) {
        let mut cells: Vec<&str> = line.split(',').collect();
        let until = last.to_string();
        cells[3] = &until;
        *line = cells.join(",");
    }
    bench.write("routing.csv", &(lines.join("\n") + "\n"));
    let referral = born(1, Date::constant(1990, 2, 3), &clock);
    let case = held_for(&bench, &clock, referral, 7).await;
    let (outcome, reason) = decided(&bench, &case).await;
    assert_eq!((outcome.as_str(), reason), ("held", json!("nobody-serves")));
    bench.gateway.end().await;
}

/// The person seeks work since this day.
fn out_of_work(bundle: &mut Value, since: Date) {
    let entries = bundle["entry"].as_array_mut().expect("entries");
    let said = entries
        .iter_mut()
        .map(|entry| &mut entry["resource"])
        .filter(|found| found["resourceType"] == "Observation");
    for observation in said {
        let question = observation["code"]["coding"][0]["code"].clone();
        match question.as_str() {
            Some("employment-status") => {
                let codings = observation["valueCodeableConcept"]["coding"].as_array_mut();
                for coding in codings.into_iter().flatten() {
                    let is_ours = coding["code"] == "employed";
                    coding["code"] = json!(if is_ours { "unemployed-seeking" } else { "02" });
                }
            }
            Some("absence-start") => observation["valueDateTime"] = json!(since.to_string()),
            _ => {}
        }
    }
}
