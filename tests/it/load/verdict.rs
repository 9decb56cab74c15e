//! Whether anything was lost or doubled: what each party holds against what was
//! acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;
use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::conformance::parties::gp::Response;
use workwell_gateway::conformance::parties::providers::Reported;

use super::order;
use super::register::Register;
use super::senders::{Acknowledged, Cancelling, Ledger, PLACES};
use crate::support::store::TestStore;

/// Everything that was found wrong, one line each.
#[derive(Debug, Default)]
pub struct Findings(Vec<String>);

impl Findings {
    /// Notes a finding unless the condition holds.
    pub fn check(&mut self, holds: bool, line: impl FnOnce() -> String) {
        if !holds {
            self.0.push(line());
        }
    }

    /// Nothing, or the first of them as one text.
    pub fn text(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut text = format!("{} findings", self.0.len());
        for line in self.0.iter().take(30) {
            let _ = write!(text, "\n  {line}");
        }
        Some(text)
    }
}

/// Everything that can be said once nothing is under way any more.
pub fn of_run(
    parties: &Parties,
    ledger: &Ledger,
    register: &Register,
    store_check: &Value,
    findings: &mut Findings,
) {
    for line in &ledger.unexpected {
        findings.check(false, || format!("unexpected answer: {line}"));
    }
    register.judge(&ledger.acknowledged, findings);
    of_parties(parties, &ledger.acknowledged, register, findings);
    order::of_parties(parties, findings);
    of_store(store_check, ledger.acknowledged.len(), findings);
}

/// What one case came to at the parties.
struct Held<'a> {
    case: &'a Acknowledged,
    reference: &'a str,
    effects: Vec<(&'static str, u32)>,
    stops: Vec<(&'static str, u32)>,
    responses: Vec<&'a Response>,
    reported: Vec<&'a Reported>,
}

impl Held<'_> {
    fn name(&self) -> String {
        format!("person {} ({})", self.case.seed, self.reference)
    }

    /// A provider's system gave up calling: what it had to say was never received.
    fn provider_gave_up(&self) -> bool {
        let mut results = self.reported.iter().map(|report| &report.result);
        results.any(|result| *result == Err("no answer".to_owned()))
    }
}

/// Compares the parties' books with the acknowledged referrals, whose references the
/// register tells.
fn of_parties(
    parties: &Parties,
    acknowledged: &[Acknowledged],
    register: &Register,
    findings: &mut Findings,
) {
    let responses = parties.gp.responses();
    let mut by_bundle: BTreeMap<&str, Vec<&Response>> = BTreeMap::new();
    for response in &responses {
        by_bundle
            .entry(&response.answers)
            .or_default()
            .push(response);
    }
    let reported: Vec<Reported> = parties
        .desks()
        .iter()
        .flat_map(|d| d.1.reported())
        .collect();
    let mut reports: BTreeMap<&str, Vec<&Reported>> = BTreeMap::new();
    for report in &reported {
        reports.entry(&report.case).or_default().push(report);
    }
    let books = parties
        .desks()
        .map(|(slug, desk)| (slug, desk.effects(), desk.stops()));
    for case in acknowledged {
        let Some(reference) = register.reference(case.seed) else {
            // Told by the register itself: lost, or doubled.
            continue;
        };
        let count = |book: &BTreeMap<String, u32>| book.get(reference).copied();
        let held = Held {
            case,
            reference,
            effects: books
                .iter()
                .filter_map(|b| Some((b.0, count(&b.1)?)))
                .collect(),
            stops: books
                .iter()
                .filter_map(|b| Some((b.0, count(&b.2)?)))
                .collect(),
            responses: by_bundle
                .get(case.bundle_id.as_str())
                .cloned()
                .unwrap_or_default(),
            reported: reports.get(reference).cloned().unwrap_or_default(),
        };
        judge_effects(&held, findings);
        judge_responses(&held, findings);
        judge_reports(&held, findings);
    }
    let known: BTreeSet<&str> = register.references().collect();
    for (slug, effects, stops) in &books {
        for reference in effects.keys().chain(stops.keys()) {
            findings.check(known.contains(reference.as_str()), || {
                format!("{slug} holds {reference}, which no sender was acknowledged")
            });
        }
    }
    for (slug, desk) in parties.desks() {
        findings.check(desk.refused() == 0, || {
            format!("{slug} did not believe {} deliveries", desk.refused())
        });
        findings.check(desk.amendments().is_empty(), || {
            format!("{slug} received versions that nobody sent")
        });
    }
    for fault in parties.gp.faults() {
        findings.check(false, || {
            format!("the practice refused a response: {fault}")
        });
    }
}

fn judge_effects(held: &Held<'_>, findings: &mut Findings) {
    let once = vec![(held.case.provider, 1)];
    let cancelled = held.case.cancelling == Cancelling::Done;
    let (effects, stops) = (&held.effects, &held.stops);
    if !cancelled {
        findings.check(*effects == once, || {
            format!(
                "{}: one effect at {} is due, found {effects:?}",
                held.name(),
                held.case.provider
            )
        });
        findings.check(stops.is_empty(), || {
            format!(
                "{}: stopped although nobody cancelled it: {stops:?}",
                held.name()
            )
        });
        return;
    }
    findings.check(effects.is_empty() || *effects == once, || {
        format!(
            "{}: doubled before it was cancelled: {effects:?}",
            held.name()
        )
    });
    findings.check(stops.is_empty() || *stops == once, || {
        format!("{}: the stop was doubled: {stops:?}", held.name())
    });
    findings.check(effects.is_empty() || !stops.is_empty(), || {
        format!(
            "{}: cancelled, yet its holder {effects:?} never heard of it",
            held.name()
        )
    });
}

fn judge_responses(held: &Held<'_>, findings: &mut Findings) {
    let mut told = BTreeSet::new();
    for response in &held.responses {
        let milestone = (&response.encounter_status, &response.words);
        findings.check(told.insert(milestone), || {
            format!(
                "{}: {milestone:?} was told twice, under two request ids",
                held.name()
            )
        });
        let named = response.reference.as_deref();
        findings.check(named == Some(held.reference), || {
            format!("{}: a response names {named:?}", held.name())
        });
    }
    if held.case.cancelling == Cancelling::Done || held.provider_gave_up() {
        return;
    }
    let finished = held
        .responses
        .iter()
        .any(|r| r.encounter_status == "finished");
    findings.check(finished, || {
        format!(
            "{}: its referrer was never told of the end, only {told:?}",
            held.name()
        )
    });
}

fn judge_reports(held: &Held<'_>, findings: &mut Findings) {
    if held.case.cancelling == Cancelling::Done {
        return;
    }
    for report in &held.reported {
        let taken = report.result.is_ok() || report.result == Err("no answer".to_owned());
        findings.check(taken, || {
            format!(
                "{}: \"{}\" was refused: {:?}",
                held.name(),
                report.word,
                report.result
            )
        });
    }
}

/// What `store check` counted.
pub fn of_store(check: &Value, acknowledged: usize, findings: &mut Findings) {
    let sum = |group: &str| {
        let counts = check[group].as_object().into_iter().flatten();
        counts.filter_map(|(_, count)| count.as_u64()).sum::<u64>()
    };
    findings.check(sum("cases") == acknowledged as u64, || {
        format!(
            "{acknowledged} referrals were acknowledged, the store holds {}",
            check["cases"]
        )
    });
    for open in ["released", "waiting", "parked"] {
        let count = check["legs"][open].as_u64().unwrap_or_default();
        findings.check(count == 0, || {
            format!("{count} legs are still {open} at the end")
        });
    }
    findings.check(check["faults"] == Value::Array(Vec::new()), || {
        format!("the store is not whole: {}", check["faults"])
    });
}

/// Who is answerable, read from the store itself: a case that no caller sees needs an
/// owner too.
pub fn of_owners(store: &TestStore, findings: &mut Findings) {
    let owners = store.rows(
        "SELECT status, responsible_kind, responsible_name, count(*) FROM cases GROUP BY 1, 2, 3",
    );
    findings.check(!owners.is_empty(), || "the store has no cases".to_owned());
    for owner in &owners {
        let [status, kind, name, cases] = owner.as_slice() else {
            findings.check(false, || format!("four columns are due, found {owner:?}"));
            continue;
        };
        let known = match kind.as_str() {
            // The case itself names its referrer.
            "referrer" => true,
            "gateway-operator" => name == "Kill test operator",
            "provider" => PLACES.iter().any(|(slug, _)| slug == name),
            _ => false,
        };
        findings.check(known, || {
            format!("nobody is answerable for {cases} cases at {status}: {kind} {name:?}")
        });
    }
}
