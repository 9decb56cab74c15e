//! One case from the outside: who holds it, what waits for a person, what an operator
//! does on the command line.

use clap::{Command, FromArgMatches, Subcommand};
use serde_json::Value;
use workwell_gateway::adapters::store::{CaseRow, LegKind};
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::read::outbox::{Filter, Leg};
use workwell_gateway::surfaces::cli::cases::{self, Cases};

use super::call::{Call, Got};
use super::{TestGateway, eventually};

/// A referral that was accepted.
pub struct Casework {
    /// As it was sent.
    pub referral: Referral,
    /// As it was answered.
    pub answer: Answer,
}

impl Casework {
    /// A person at this place is referred.
    pub async fn open(gateway: &TestGateway, seed: u64, place: Place) -> Self {
        Self::of(gateway, Referral::new(seed).at(place)).await
    }

    /// This referral is sent.
    pub async fn of(gateway: &TestGateway, referral: Referral) -> Self {
        let answer = gateway.refer(&referral).await;
        assert!(answer.accepted(), "{answer:?}");
        Self { referral, answer }
    }

    /// The row of the case as it stands now.
    pub async fn row(&self, gateway: &TestGateway) -> CaseRow {
        let id = self.answer.service_request_id().expect("an id");
        let id = id.parse().expect("a UUID");
        let found = gateway.running.gateway.read_referral(&Caller::System, id);
        found.await.expect("the case is there").row
    }

    /// The gateway's id of it.
    pub async fn id(&self, gateway: &TestGateway) -> String {
        self.row(gateway).await.id.to_string()
    }

    /// Status and kind of holder.
    pub async fn stands(&self, gateway: &TestGateway) -> (&'static str, &'static str) {
        let row = self.row(gateway).await;
        (row.status.code(), row.responsible.kind())
    }

    /// Waits for status and kind of holder.
    pub async fn until(&self, gateway: &TestGateway, status: &str, holder: &str) {
        eventually(&format!("{status} with the {holder}"), || async {
            (self.stands(gateway).await == (status, holder)).then_some(())
        })
        .await;
    }

    /// Its rows of the outbox of a kind, oldest first.
    pub async fn legs(&self, gateway: &TestGateway, kind: LegKind) -> Vec<Leg> {
        let filter = Filter {
            case_id: Some(self.row(gateway).await.id),
            kind: Some(kind),
            ..Filter::default()
        };
        let legs = gateway.running.gateway.list_legs(&Caller::System, &filter);
        legs.await.expect("the outbox is read")
    }

    /// Its rows of a kind, each as `state key`, the key without the case's id.
    pub async fn legs_in_short(&self, gateway: &TestGateway, kind: LegKind) -> Vec<String> {
        let id = self.id(gateway).await;
        let legs = self.legs(gateway, kind).await;
        let legs = legs.iter().map(|leg| {
            let key = leg.effect_key.strip_prefix(&id).unwrap_or_default();
            format!("{} {key}", leg.state.code())
        });
        legs.collect()
    }

    /// Waits until its rows of a kind are these.
    pub async fn until_legs(&self, gateway: &TestGateway, kind: LegKind, wanted: &[&str]) {
        eventually(&format!("{wanted:?}"), || async {
            (self.legs_in_short(gateway, kind).await == wanted).then_some(())
        })
        .await;
    }

    /// The open entries of the queue, each as `kind subject reason`.
    pub fn queue(gateway: &TestGateway) -> Vec<String> {
        let sql = "SELECT kind, subject, reason FROM queue WHERE closed_at IS NULL
             AND kind IN ('return-unheard', 'stop-unheard') ORDER BY number";
        let rows = gateway.store.rows(sql);
        rows.into_iter().map(|row| row.join(" ")).collect()
    }

    /// Waits until the open entries are these.
    pub async fn until_queue(gateway: &TestGateway, wanted: &[&str]) {
        eventually(&format!("the queue {wanted:?}"), || async {
            (Self::queue(gateway) == wanted).then_some(())
        })
        .await;
    }

    /// Every thing that the practice was told of it, in plain words.
    pub fn told(&self, gateway: &TestGateway) -> Vec<String> {
        let responses = gateway.parties.gp.responses_to(self.referral.bundle_id());
        let words = responses.into_iter().filter_map(|response| response.words);
        words.collect()
    }

    /// Waits until the practice was told this last.
    pub async fn until_told(&self, gateway: &TestGateway, words: &str) {
        eventually(&format!("the practice is told {words}"), || async {
            let told = self.told(gateway);
            (told.last().map(String::as_str) == Some(words)).then_some(())
        })
        .await;
    }

    /// An operator's verb on this case, for instance `&["hold", "--reason", "call 1"]`:
    /// exit code and the JSON that was written.
    pub async fn verb(&self, gateway: &TestGateway, words: &[&str]) -> (i32, Value) {
        let id = self.id(gateway).await;
        let (verb, options) = words.split_first().expect("a verb");
        let now = now(gateway);
        let mut line = vec!["cases", verb, &id, "--format", "json"];
        line.extend(at(options, &now));
        let command = Cases::augment_subcommands(Command::new("cases"));
        let matches = command.try_get_matches_from(line).expect("a command line");
        let args = Cases::from_arg_matches(&matches).expect("a verb");
        let mut out = Vec::new();
        let code = cases::run(&args, &gateway.running.gateway, &mut out).await;
        let answer = serde_json::from_slice(&out).expect("one JSON document");
        (code, answer)
    }

    /// The same, done; the status that it leads to.
    pub async fn done(&self, gateway: &TestGateway, words: &[&str]) -> String {
        let (code, answer) = self.verb(gateway, words).await;
        assert_eq!(code, 0, "{words:?}: {answer}");
        answer["status"].as_str().expect("a status").to_owned()
    }

    /// The same, refused; the code.
    pub async fn refused(&self, gateway: &TestGateway, words: &[&str]) -> String {
        let (code, answer) = self.verb(gateway, words).await;
        assert_eq!(code, 1, "{words:?}: {answer}");
        answer["code"].as_str().expect("a code").to_owned()
    }

    /// The practice stops it.
    pub async fn stopped_by_practice(&self, gateway: &TestGateway, how: StopAs) {
        let stop = Stop::of(&self.answer.body, self.referral.correlation_id(), how);
        let answer = gateway.stop(&stop).await;
        let answer = answer.expect("an answer");
        assert!(answer.accepted(), "{answer:?}");
    }

    /// A provider with this token confirms it.
    pub async fn confirmed_by(&self, gateway: &TestGateway, token: &str) -> Got {
        let id = self.id(gateway).await;
        let url = format!("{}/cases/{id}/acknowledge", gateway.provider_api());
        Call::post(url).token(token).send().await
    }
}

/// The time of a call that is made as the verb is typed; it is written in its place.
const NOW: &str = "NOW";

/// A call that was made just now.
pub const CALLED: [&str; 4] = ["--told", "reception", "--when", NOW];

/// What the gateway's clock shows, to the second, as a person writes it down.
pub fn now(gateway: &TestGateway) -> String {
    let now = gateway.running.gateway.clock().now();
    format!("{now:.0}")
}

/// These words with the time in its place.
pub fn at<'w>(words: &[&'w str], now: &'w str) -> impl Iterator<Item = &'w str> {
    words
        .iter()
        .map(move |word| if *word == NOW { now } else { word })
}
