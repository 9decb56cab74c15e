//! The counters, gauges and the histogram behind `/metrics`.
//!
//! Labels come from closed lists only. Texts of the program itself are `&'static str`,
//! which no request can make; a provider is named by its folder in the tables, a route
//! by its pattern. Never an organisation of a referrer, since a practice and a rare
//! event together can point at a person.

use std::fmt;
use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The media type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Bounds in seconds: the standing figures' p50 (2 ms) and p99 (10 ms), the 2.1 s that
/// 90 in 100 BaRS answers must keep, and the 5 s that all must.
const ANSWER_SECONDS: [f64; 11] = [
    0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 2.1, 5.0, 10.0,
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ReferralLabels {
    pub meaning: &'static str,
    pub outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct CodeLabels {
    pub code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct DeliveryLabels {
    pub channel: &'static str,
    pub provider: String,
    pub outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct StatusLabels {
    pub milestone: &'static str,
    pub outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct QueueLabels {
    pub kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct AlertLabels {
    pub kind: &'static str,
    pub outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ReloadLabels {
    pub outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct StandingLabels {
    pub standing: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct UnmappedLabels {
    pub provider: String,
    pub list: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct SystemLabels {
    pub system: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub method: &'static str,
    pub route: String,
    pub status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RouteLabels {
    pub route: String,
}

fn histogram() -> Histogram {
    Histogram::new(ANSWER_SECONDS)
}

/// Every metric; clones share them.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    pub(super) referrals: Family<ReferralLabels, Counter>,
    pub(super) refusals: Family<CodeLabels, Counter>,
    pub(super) deliveries: Family<DeliveryLabels, Counter>,
    pub(super) statuses: Family<StatusLabels, Counter>,
    pub(super) commits: Counter,
    pub(super) writes: Counter,
    pub(super) requests: Family<RequestLabels, Counter>,
    pub(super) answers: Family<RouteLabels, Histogram, fn() -> Histogram>,
    pub(super) oldest_undelivered: Gauge,
    pub(super) parked: Gauge,
    pub(super) queue: Family<QueueLabels, Gauge>,
    pub(super) queue_oldest: Family<QueueLabels, Gauge>,
    pub(super) alerts: Family<AlertLabels, Counter>,
    pub(super) reloads: Family<ReloadLabels, Counter>,
    pub(super) tables: Family<StandingLabels, Gauge>,
    pub(super) areas: Family<StandingLabels, Gauge>,
    pub(super) unmapped: Family<UnmappedLabels, Counter>,
    pub(super) not_known: Family<SystemLabels, Counter>,
}

impl Metrics {
    /// All at nought.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("workwell");
        let referrals = Family::default();
        let refusals = Family::default();
        let deliveries = Family::default();
        let statuses = Family::default();
        let commits = Counter::default();
        let writes = Counter::default();
        let requests = Family::default();
        let answers = Family::new_with_constructor(histogram as fn() -> Histogram);
        let oldest_undelivered = Gauge::default();
        let parked = Gauge::default();
        let queue = Family::default();
        let queue_oldest = Family::default();
        let alerts = Family::default();
        let reloads = Family::default();
        let tables = Family::default();
        let areas = Family::default();
        let unmapped = Family::default();
        let not_known = Family::default();

        registry.register(
            "referrals",
            "Messages by meaning and outcome: accepted, held or refused",
            referrals.clone(),
        );
        registry.register(
            "refusals",
            "Reasons given in refusals, by error code",
            refusals.clone(),
        );
        registry.register(
            "deliveries",
            "Delivery attempts to providers by outcome: delivered, retried or parked",
            deliveries.clone(),
        );
        registry.register(
            "statuses_returned",
            "Status messages to referrers by milestone and outcome",
            statuses.clone(),
        );
        registry.register(
            "store_commits",
            "Transactions made durable",
            commits.clone(),
        );
        registry.register(
            "store_grouped_writes",
            "Writes made durable; over commits this is the size of a group",
            writes.clone(),
        );
        registry.register(
            "http_requests",
            "Requests answered by route pattern and status",
            requests.clone(),
        );
        registry.register(
            "answer_seconds",
            "Time from request to answer",
            answers.clone(),
        );
        registry.register(
            "oldest_undelivered_seconds",
            "Age of the oldest released message that no provider has",
            oldest_undelivered.clone(),
        );
        registry.register(
            "parked_deliveries",
            "Deliveries that wait for the operator",
            parked.clone(),
        );
        registry.register(
            "queue_entries",
            "Entries of the queue that wait for a person, by kind",
            queue.clone(),
        );
        registry.register(
            "queue_oldest_seconds",
            "Age of the oldest entry of the queue, by kind",
            queue_oldest.clone(),
        );
        registry.register(
            "alerts",
            "Calls for a person by kind and outcome: sent, failed or no-address",
            alerts.clone(),
        );
        registry.register(
            "tables_reloads",
            "Times that the tables were loaded anew by outcome: whole, partly or refused",
            reloads.clone(),
        );
        registry.register(
            "tables_providers",
            "Providers by how their tables stand: live, kept, disabled or gone",
            tables.clone(),
        );
        registry.register(
            "tables_areas",
            "Areas by how their own files stand: live, kept, or disabled, so that nobody is routed there",
            areas.clone(),
        );
        registry.register(
            "unmapped_codes",
            "Renderings that met a code without a row, by provider and list",
            unmapped.clone(),
        );
        registry.register(
            "conditions_not_known",
            "Conditions of accepted referrals whose code is in no condition group, by code system",
            not_known.clone(),
        );

        Self {
            registry: Arc::new(registry),
            referrals,
            refusals,
            deliveries,
            statuses,
            commits,
            writes,
            requests,
            answers,
            oldest_undelivered,
            parked,
            queue,
            queue_oldest,
            alerts,
            reloads,
            tables,
            areas,
            unmapped,
            not_known,
        }
    }

    /// Everything in the OpenMetrics text form.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Metrics")
    }
}
