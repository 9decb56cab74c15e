//! A gateway without workers, the parties around it, and the people.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use workwell_gateway::config::{Clock, Settings};
use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::Gateway;
use workwell_gateway::start::{self, Tools, demo};

use super::PEOPLE;
use super::book::Book;
use super::person::Person;
use super::tally::Tally;
use crate::load::chance::Chance;
use crate::load::from_environment;
use crate::support::receiver::Receiver;
use crate::support::store::TestStore;
use crate::testing::copy;

/// Who works the queue.
pub const OPERATOR: &str = "Demo operator";

/// Everything of one run of histories.
pub struct World {
    /// The gateway; another one after each kill.
    pub gateway: Arc<Gateway>,
    /// What time it is.
    pub clock: Clock,
    /// The practice's system is used of them.
    pub parties: Parties,
    /// The doors of the providers that are sent to.
    pub door: Receiver,
    /// What came through them.
    pub book: Book,
    /// Whose histories these are.
    pub people: Vec<Person>,
    /// What happened.
    pub tally: Tally,
    /// What happens.
    pub chance: Chance,
    /// The steps, for whoever looks for the reason of a finding.
    pub log: Vec<String>,
    aloud: bool,
    number: u64,
    settings: Settings,
    tools: Tools,
    store: TestStore,
    _folder: TempDir,
}

/// Power does not fail here, and a disk in memory spares a wait at every commit.
fn folder() -> TempDir {
    let builder = tempfile::Builder::new();
    let in_memory = builder.tempdir_in("/dev/shm");
    in_memory.unwrap_or_else(|_| tempfile::tempdir().expect("a temporary folder"))
}

impl World {
    /// Nobody was referred yet.
    pub async fn begin(mut chance: Chance, number: u64) -> Self {
        let folder = folder();
        let store = TestStore::new(folder.path(), "histories.db");
        let parties = Parties::start().await.expect("the parties start");
        let door = Receiver::start().await;
        let mut settings = demo::settings(folder.path(), &parties).expect("settings");
        store.settle(&mut settings);
        // One area: a killed gateway reads its tables anew, which two would make the most of
        // a history.
        let shipped = settings.tables.mappings.join("exampleshire");
        let mappings = folder.path().join("one-area");
        copy(&shipped, &mappings.join("exampleshire"));
        settings.tables.mappings = mappings;
        settings.delivery.retry_after = vec![Duration::from_secs(30); 3];
        for (slug, provider) in &mut settings.providers {
            provider.url = Some(format!("{}/{slug}", door.url()));
        }
        // Now and then an agreement ends in the middle of a history.
        let late = chance.percent(15);
        let days = chance.below(if late { 700 } else { 30 });
        let hours = i64::try_from(days * 24).expect("some years");
        let clock = Clock::fixed(Timestamp::now() + SignedDuration::from_hours(hours));
        let tools = Tools {
            clock: clock.clone(),
            loopback_destinations: true,
            make_key: true,
            ..Tools::default()
        };
        let gateway = build(&settings, &tools).await;
        let seeds = (number * PEOPLE + 1)..=((number + 1) * PEOPLE);
        let people = seeds.map(|seed| Person::some(seed, &mut chance)).collect();
        Self {
            gateway,
            clock,
            parties,
            door,
            book: Book::default(),
            people,
            tally: Tally::default(),
            chance,
            log: Vec::new(),
            aloud: from_environment("WORKWELL_HISTORIES_ALOUD").is_some(),
            number,
            settings,
            tools,
            store,
            _folder: folder,
        }
    }

    /// Somebody does something, and then everything has to be in order.
    pub async fn step(&mut self) {
        self.keep().await;
        let mut who = self.somebody();
        match self.chance.below(100) {
            0..=14 => {
                let mut people = self.people.iter();
                who = people
                    .position(|person| !person.is_answered())
                    .unwrap_or(who);
                self.refer(who).await;
            }
            15..=20 => self.cancel(who).await,
            21..=48 => who = self.attempt().await.unwrap_or(who),
            49..=52 => self.attempt_beside_a_cancel(who).await,
            53..=74 => self.provider_acts(who).await,
            75..=84 => self.operator_acts(who).await,
            85..=95 => {
                self.time_passes().await;
                return self.judge_all().await;
            }
            _ => self.kill("killed").await,
        }
        self.judge(&[who]).await;
    }

    /// The look at the store that a gateway which serves takes every two seconds: a world
    /// on a machine that stands still may live longer than a look counts.
    pub async fn keep(&self) {
        if !self.gateway.may_send() {
            self.gateway.keep().await;
        }
    }

    /// Looks at everybody's cases.
    pub async fn judge_all(&mut self) {
        let everybody: Vec<usize> = (0..self.people.len()).collect();
        self.judge(&everybody).await;
    }

    /// Most of what happens, happens to few at a time, so that it goes on.
    fn somebody(&mut self) -> usize {
        let fresh = self.people.iter().position(|person| person.case.is_none());
        let reach = fresh.map_or(self.people.len(), |first| {
            (first + 4).min(self.people.len())
        });
        let from = reach.saturating_sub(8) as u64;
        let from = if self.chance.percent(70) { from } else { 0 };
        usize::try_from(from + self.chance.below(reach as u64 - from)).expect("a small number")
    }

    /// The process ends as it stands and another one takes its place.
    pub async fn kill(&mut self, how: &str) {
        self.note(how);
        self.tally.count(how);
        // What the dead process held is free when its time is over, by the database's own
        // clock, which no test moves.
        self.store.execute("UPDATE leases SET expires = 0");
        self.store.execute("UPDATE legs SET claimed_until = NULL");
        self.gateway = build(&self.settings, &self.tools).await;
    }

    async fn time_passes(&mut self) {
        let minutes = *self
            .chance
            .one_of(&[1, 1, 10, 10, 120, 1_440, 4_320, 8_640, 14_400]);
        self.clock.advance(SignedDuration::from_mins(minutes));
        self.note(&format!("{minutes} minutes pass"));
        self.tally.count("clock");
        let watched = self
            .gateway
            .watch_clocks()
            .await
            .expect("the store is there");
        let Some(watched) = watched else {
            self.find("nobody watches the clocks");
            return;
        };
        self.tally.count_many("raised", watched.raised);
        self.tally.count_many("no news told", watched.told);
        self.judge_clocks().await;
    }

    /// Remembers a step.
    pub fn note(&mut self, what: &str) {
        if self.aloud {
            eprintln!("{what}");
        }
        self.log.push(what.to_owned());
    }

    /// Notes a finding with the steps that led to it.
    pub fn find(&mut self, what: &str) {
        let about = self.log.len().saturating_sub(400);
        let steps = self.log[about..].join("\n    ");
        self.tally
            .find(format!("world {}: {what}\n    {steps}", self.number));
    }

    /// Whoever works the queue.
    pub fn operator() -> Caller {
        Caller::Operator(OPERATOR.to_owned())
    }

    /// What happened in it.
    pub async fn end(self) -> Tally {
        let _ = self.gateway.close().await;
        self.tally
    }
}

async fn build(settings: &Settings, tools: &Tools) -> Arc<Gateway> {
    let gateway = start::build(settings.clone(), tools).await;
    let gateway = gateway.unwrap_or_else(|faults| panic!("the gateway is not built: {faults:?}"));
    gateway.begin_keeping().await.expect("its store is its own");
    Arc::new(gateway)
}
