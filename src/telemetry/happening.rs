//! One happening, one place: each method writes the log line and counts.
//!
//! No method takes a free text or anything of a person: ids of ours, codes, counts and
//! times only (DESIGN I4).

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tracing::{error, info, warn};

use super::Metrics;
use super::metrics::{
    AlertLabels, CodeLabels, DeliveryLabels, QueueLabels, ReferralLabels, ReloadLabels,
    RequestLabels, RouteLabels, StandingLabels, StatusLabels, SystemLabels, UnmappedLabels,
};
use crate::domain::identifiers::{CaseId, CorrelationId, RequestId};

/// Tells what happens; clones are cheap and share the metrics.
#[derive(Clone, Debug, Default)]
pub struct Telemetry {
    /// What was counted so far.
    pub metrics: Metrics,
}

/// One attempt to bring something to a provider.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// Which case.
    pub case: CaseId,
    /// The provider's folder name in the tables.
    pub provider: &'a str,
    /// The channel's name, e.g. `webhook`.
    pub channel: &'static str,
    /// From 1.
    pub attempt: u32,
}

/// The ids under which a message came: by these its sender asks after it.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// `X-Request-Id`.
    pub request: RequestId,
    /// `X-Correlation-Id`.
    pub correlation: CorrelationId,
}

impl Telemetry {
    /// A new referral was accepted.
    pub fn referral_accepted(&self, exchange: Exchange, case: CaseId) {
        self.count_referral("new", "accepted");
        info!(
            referral.meaning = "new", case.id = %case, request.id = %exchange.request,
            correlation.id = %exchange.correlation, "referral accepted"
        );
    }

    /// A new referral was accepted and waits for a person; `reason` is the reason's code.
    pub fn referral_held(&self, exchange: Exchange, case: CaseId, reason: &'static str) {
        self.count_referral("new", "held");
        warn!(
            referral.meaning = "new", case.id = %case, reason, request.id = %exchange.request,
            correlation.id = %exchange.correlation, "referral held for the operator"
        );
    }

    /// A cancel was accepted.
    pub fn referral_cancelled(&self, exchange: Exchange, case: CaseId) {
        self.count_referral("cancel", "accepted");
        info!(
            referral.meaning = "cancel", case.id = %case, request.id = %exchange.request,
            correlation.id = %exchange.correlation, "cancel accepted"
        );
    }

    /// A message that could be told by its ids was refused with these error codes.
    pub fn message_refused(&self, exchange: Exchange, codes: &[&'static str]) {
        self.count_refusal("message", codes);
        warn!(
            referral.meaning = "message", request.id = %exchange.request,
            correlation.id = %exchange.correlation, error.codes = counted(codes),
            "referral refused"
        );
    }

    /// A message was refused with these error codes.
    pub fn referral_refused(
        &self,
        meaning: &'static str,
        request: Option<RequestId>,
        codes: &[&'static str],
    ) {
        self.count_refusal(meaning, codes);
        warn!(
            referral.meaning = meaning,
            request.id = request.map(tracing::field::display),
            error.codes = counted(codes),
            "referral refused"
        );
    }

    /// A provider has it.
    pub fn delivered(&self, delivery: &Delivery<'_>, took: Duration) {
        self.count_delivery(delivery, "delivered");
        info!(
            case.id = %delivery.case, provider.slug = delivery.provider,
            channel = delivery.channel, attempt = delivery.attempt,
            duration_ms = milliseconds(took), "delivered"
        );
    }

    /// An attempt failed and is made again after a pause.
    pub fn delivery_retried(&self, delivery: &Delivery<'_>, code: &'static str, pause: Duration) {
        self.count_delivery(delivery, "retried");
        warn!(
            case.id = %delivery.case, provider.slug = delivery.provider,
            channel = delivery.channel, attempt = delivery.attempt, error.code = code,
            pause_s = pause.as_secs(), "delivery failed, to be tried again"
        );
    }

    /// The last attempt failed, or the receiver refused for good: the operator acts.
    pub fn delivery_parked(&self, delivery: &Delivery<'_>, code: &'static str) {
        self.count_delivery(delivery, "parked");
        error!(
            case.id = %delivery.case, provider.slug = delivery.provider,
            channel = delivery.channel, attempt = delivery.attempt, error.code = code,
            "delivery parked for the operator"
        );
    }

    /// The referrer was told of a milestone.
    pub fn status_returned(&self, milestone: &'static str, case: CaseId) {
        self.count_status(milestone, "returned");
        info!(milestone, case.id = %case, "status returned to the referrer");
    }

    /// The referrer could not be told; `code` says why.
    pub fn status_not_returned(&self, milestone: &'static str, case: CaseId, code: &'static str) {
        self.count_status(milestone, "failed");
        warn!(milestone, case.id = %case, error.code = code, "status not returned to the referrer");
    }

    /// How many transactions the store has made durable since the start, and how many
    /// writes were in them. The store counts for itself; both only ever grow.
    pub fn set_store_written(&self, transactions: u64, writes: u64) {
        let commits = self.metrics.commits.inner();
        commits.fetch_max(transactions, Ordering::Relaxed);
        self.metrics
            .writes
            .inner()
            .fetch_max(writes, Ordering::Relaxed);
    }

    /// A request was answered. `route` is the pattern that matched, e.g.
    /// `/ServiceRequest/{id}`; never the path or its query, which may name a person.
    pub fn request_answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = known_method(method);
        let labels = RequestLabels {
            method,
            route: route.to_owned(),
            status,
        };
        self.metrics.requests.get_or_create(&labels).inc();
        let labels = RouteLabels {
            route: route.to_owned(),
        };
        let seconds = took.as_secs_f64();
        self.metrics.answers.get_or_create(&labels).observe(seconds);
        tracing::debug!(
            method,
            route,
            status,
            duration_ms = milliseconds(took),
            "request answered"
        );
    }

    /// How old the oldest released message is that no provider has; nought without one.
    pub fn set_oldest_undelivered(&self, age: Duration) {
        let seconds = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        self.metrics.oldest_undelivered.set(seconds);
    }

    /// How many deliveries wait for the operator.
    pub fn set_parked(&self, count: u64) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.metrics.parked.set(count);
    }

    /// How many entries of the queue of this kind wait, and how old the oldest is.
    pub fn set_queue(&self, kind: &'static str, count: u64, oldest: Duration) {
        let labels = QueueLabels { kind };
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.metrics.queue.get_or_create(&labels).set(count);
        let seconds = i64::try_from(oldest.as_secs()).unwrap_or(i64::MAX);
        self.metrics
            .queue_oldest
            .get_or_create(&labels)
            .set(seconds);
    }

    /// A person was called to an entry of the queue, or could not be.
    pub fn operator_alerted(
        &self,
        kind: &'static str,
        case: CaseId,
        outcome: &'static str,
        overdue: bool,
    ) {
        let labels = AlertLabels { kind, outcome };
        self.metrics.alerts.get_or_create(&labels).inc();
        warn!(queue.kind = kind, case.id = %case, outcome, overdue, "a person has to act");
    }

    /// The tables were loaded anew; so many providers have other ones than before.
    pub fn tables_reloaded(&self, outcome: &'static str, changed: usize) {
        self.count_reload(outcome);
        if outcome == "whole" {
            info!(outcome, changed, "the tables were loaded anew");
        } else {
            warn!(
                outcome,
                changed, "the tables were loaded anew, not all of them"
            );
        }
    }

    /// The tables could not be loaded anew; those in use stay in use.
    pub fn tables_not_reloaded(&self, code: &'static str) {
        self.count_reload("refused");
        error!(error.code = code, "the tables were not loaded anew");
    }

    /// How many providers' tables stand so.
    pub fn set_tables(&self, standing: &'static str, count: usize) {
        let labels = StandingLabels { standing };
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.metrics.tables.get_or_create(&labels).set(count);
    }

    /// How many areas' own files stand so.
    pub fn set_areas(&self, standing: &'static str, count: usize) {
        let labels = StandingLabels { standing };
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.metrics.areas.get_or_create(&labels).set(count);
    }

    /// A rendering met a code for which a list has no row. Provider and list are named by
    /// their folder and file, of which there are only so many; the code is not told here,
    /// because a rare one and a time together can point at a person.
    pub fn code_unmapped(&self, provider: &str, list: &str) {
        let labels = UnmappedLabels {
            provider: provider.to_owned(),
            list: list.to_owned(),
        };
        self.metrics.unmapped.get_or_create(&labels).inc();
    }

    /// A referral was accepted with a condition whose code is in no group; its code system,
    /// by its short name, and never the code, for the reason that stands above.
    pub fn condition_not_known(&self, system: &'static str) {
        let labels = SystemLabels { system };
        self.metrics.not_known.get_or_create(&labels).inc();
    }

    fn count_reload(&self, outcome: &'static str) {
        let labels = ReloadLabels { outcome };
        self.metrics.reloads.get_or_create(&labels).inc();
    }

    fn count_referral(&self, meaning: &'static str, outcome: &'static str) {
        let labels = ReferralLabels { meaning, outcome };
        self.metrics.referrals.get_or_create(&labels).inc();
    }

    fn count_refusal(&self, meaning: &'static str, codes: &[&'static str]) {
        self.count_referral(meaning, "refused");
        for code in codes {
            let labels = CodeLabels { code };
            self.metrics.refusals.get_or_create(&labels).inc();
        }
    }

    fn count_delivery(&self, delivery: &Delivery<'_>, outcome: &'static str) {
        let labels = DeliveryLabels {
            channel: delivery.channel,
            provider: delivery.provider.to_owned(),
            outcome,
        };
        self.metrics.deliveries.get_or_create(&labels).inc();
    }

    fn count_status(&self, milestone: &'static str, outcome: &'static str) {
        let labels = StatusLabels { milestone, outcome };
        self.metrics.statuses.get_or_create(&labels).inc();
    }
}

/// Each code once, with how often it was found: `WW-FHR-001,WW-REF-006(100)`.
fn counted(codes: &[&'static str]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for code in codes {
        *counts.entry(code).or_default() += 1;
    }
    let shown = counts.into_iter().map(|(code, count)| match count {
        1 => code.to_owned(),
        count => format!("{code}({count})"),
    });
    shown.collect::<Vec<_>>().join(",")
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// A caller may invent methods; a label may not.
fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let known = KNOWN.into_iter().find(|known| *known == method);
    known.unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_was_found_often_is_logged_once_with_its_count() {
        let mut codes = vec!["WW-REF-006"; 6_000];
        codes.push("WW-FHR-001");
        assert_eq!(counted(&codes), "WW-FHR-001,WW-REF-006(6000)");
        assert_eq!(counted(&[]), "");
    }

    fn case() -> CaseId {
        CaseId::new(uuid::Uuid::from_u128(7))
    }

    #[test]
    fn every_happening_is_counted_under_its_labels() {
        let telemetry = Telemetry::default();
        let delivery = Delivery {
            case: case(),
            provider: "hope-works",
            channel: "webhook",
            attempt: 1,
        };
        let exchange = Exchange {
            request: RequestId::new(uuid::Uuid::from_u128(8)),
            correlation: CorrelationId::new(uuid::Uuid::from_u128(9)),
        };
        telemetry.referral_accepted(exchange, case());
        telemetry.referral_held(exchange, case(), "consent-not-recorded");
        telemetry.referral_cancelled(exchange, case());
        telemetry.message_refused(exchange, &["WW-RTE-001"]);
        telemetry.referral_refused("new", None, &["WW-RTE-001", "WW-REF-001"]);
        telemetry.delivery_retried(&delivery, "WW-DLV-001", Duration::from_secs(5));
        telemetry.delivered(&delivery, Duration::from_millis(20));
        telemetry.delivery_parked(&delivery, "WW-DLV-001");
        telemetry.status_returned("accepted", case());
        telemetry.status_not_returned("accepted", case(), "WW-DLV-001");
        telemetry.set_store_written(1, 3);
        telemetry.request_answered(
            "BREW",
            "/ServiceRequest/{id}",
            405,
            Duration::from_millis(2),
        );
        telemetry.set_oldest_undelivered(Duration::from_secs(61));
        telemetry.set_parked(2);
        telemetry.set_queue("held", 3, Duration::from_secs(62));
        telemetry.operator_alerted("held", case(), "sent", false);
        telemetry.code_unmapped("hope-works", "diagnosis");
        telemetry.condition_not_known("sct");
        // Lines of one metric come in any order.
        let text = telemetry.metrics.text();
        let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        lines.sort_unstable();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn clones_share_what_was_counted() {
        let telemetry = Telemetry::default();
        telemetry.clone().set_parked(9);
        assert!(
            telemetry
                .metrics
                .text()
                .contains("workwell_parked_deliveries 9")
        );
    }
}
