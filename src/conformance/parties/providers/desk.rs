//! The people behind a provider's system: they take cases in, confirm them and report
//! progress through the gateway's provider API. All three providers share this; only the
//! door through which a case comes differs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use super::api::{Api, Fault};
use super::recognise;
use super::script::{Reception, Script, Words};
use crate::conformance::parties::event::{Feed, Who};
use crate::conformance::parties::wire::lock;

/// An update and what came of it: case id, the provider's word, and the canonical status
/// or the refusal's `status code`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The gateway's id of the case.
    pub case_id: String,
    /// The provider's own word.
    pub word: String,
    /// What the gateway answered.
    pub result: Result<String, String>,
}

/// One delivery, told apart by its effect key.
#[derive(Debug)]
struct Delivery {
    script: Script,
    attempts: u32,
    taken: bool,
}

#[derive(Debug)]
struct Book {
    scripts: VecDeque<Script>,
    usual: Script,
    deliveries: BTreeMap<String, Delivery>,
    /// By case: how many times it came in as a new case.
    effects: BTreeMap<String, u32>,
    /// By case: how many times it was stopped.
    stops: BTreeMap<String, u32>,
    reported: Vec<Reported>,
    refused: u32,
    pace: Duration,
}

/// A provider's desk; cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    name: &'static str,
    words: Words,
    api: Api,
    feed: Feed,
    book: Arc<Mutex<Book>>,
}

impl Desk {
    pub(super) fn new(name: &'static str, words: Words, feed: Feed) -> Self {
        let token = format!("demo-{}", uuid::Uuid::new_v4().simple());
        Self {
            name,
            words,
            api: Api::new(token),
            feed,
            book: Arc::new(Mutex::new(Book {
                scripts: VecDeque::new(),
                usual: Script::to_completion(&words),
                deliveries: BTreeMap::new(),
                effects: BTreeMap::new(),
                stops: BTreeMap::new(),
                reported: Vec::new(),
                refused: 0,
                pace: Duration::from_millis(20),
            })),
        }
    }

    /// The provider's display name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The provider's own words.
    pub const fn words(&self) -> &Words {
        &self.words
    }

    /// The client of the provider API, with the provider's token.
    pub const fn api(&self) -> &Api {
        &self.api
    }

    /// What happens to the next new case; later ones wait their turn.
    pub fn script_next(&self, script: Script) {
        lock(&self.book).scripts.push_back(script);
    }

    /// What happens to every case for which nothing else was said.
    pub fn script_usual(&self, script: Script) {
        lock(&self.book).usual = script;
    }

    /// The pause before each report.
    pub fn pace(&self, pace: Duration) {
        lock(&self.book).pace = pace;
    }

    /// By case: how many times it had an effect as a new case. More than 1 is a fault of
    /// the sender or of this party's own deduplication.
    pub fn effects(&self) -> BTreeMap<String, u32> {
        lock(&self.book).effects.clone()
    }

    /// By case: how many times it was stopped.
    pub fn stops(&self) -> BTreeMap<String, u32> {
        lock(&self.book).stops.clone()
    }

    /// Every update and what came of it.
    pub fn reported(&self) -> Vec<Reported> {
        lock(&self.book).reported.clone()
    }

    /// How many deliveries were not believed (bad signature, bad token, bad shape).
    pub fn refused(&self) -> u32 {
        lock(&self.book).refused
    }

    /// How often anything was attempted, repeats included.
    pub fn attempts(&self) -> u32 {
        lock(&self.book)
            .deliveries
            .values()
            .map(|delivery| delivery.attempts)
            .sum()
    }

    pub(super) fn doubt(&self) {
        lock(&self.book).refused += 1;
    }

    /// Lets an attempt in, or says with which status it fails. `stop` deliveries follow
    /// no script.
    pub(super) async fn admit(&self, key: &str, stop: bool) -> Result<(), u16> {
        match self.next_reception(key, stop) {
            Reception::Slow(wait) => tokio::time::sleep(wait).await,
            Reception::Fail { status, .. } => return Err(status),
            Reception::Hang { .. } => std::future::pending().await,
            Reception::Prompt | Reception::AnswerLost { .. } => {}
        }
        Ok(())
    }

    /// After the effect: loses the answer where the script says so.
    pub(super) async fn answer(&self, key: &str) {
        let lost = lock(&self.book)
            .deliveries
            .get(key)
            .is_some_and(|delivery| {
                matches!(delivery.script.reception,
                Reception::AnswerLost { times } if delivery.attempts <= times)
            });
        if lost {
            std::future::pending::<()>().await;
        }
    }

    /// Counts the attempt and says how this one is received.
    fn next_reception(&self, key: &str, stop: bool) -> Reception {
        let mut book = lock(&self.book);
        if !book.deliveries.contains_key(key) {
            let next = if stop {
                Some(Script::silent())
            } else {
                book.scripts.pop_front()
            };
            let script = next.unwrap_or_else(|| book.usual.clone());
            let fresh = Delivery {
                script,
                attempts: 0,
                taken: false,
            };
            book.deliveries.insert(key.to_owned(), fresh);
        }
        let Some(delivery) = book.deliveries.get_mut(key) else {
            return Reception::Prompt;
        };
        delivery.attempts += 1;
        match delivery.script.reception {
            Reception::Fail { times, .. } | Reception::Hang { times }
                if delivery.attempts > times =>
            {
                Reception::Prompt
            }
            reception => reception,
        }
    }

    /// Which case a payload is about: its id and its reference. A payload that tells the
    /// reference only is looked up in the list, as a person at the desk would.
    pub(super) async fn identify(&self, payload: &Value) -> Option<(String, Option<String>)> {
        let reference = recognise::reference(payload);
        if let Some(id) = recognise::case_id(payload) {
            return Some((id, reference));
        }
        let id = self.api.find(reference.as_deref()?).await.ok()??;
        Some((id, reference))
    }

    /// Books a case or its stop in, once an effect key.
    pub(super) fn book_in(
        &self,
        key: &str,
        stop: bool,
        (id, reference): &(String, Option<String>),
    ) {
        if stop {
            self.stop(key, id, reference.as_deref());
        } else {
            self.take(key, id, reference.as_deref());
        }
    }

    /// Takes a new case in, once an effect key; whether this was the first time.
    fn take(&self, key: &str, case_id: &str, reference: Option<&str>) -> bool {
        let script = {
            let mut book = lock(&self.book);
            let Some(delivery) = book.deliveries.get_mut(key) else {
                return false;
            };
            if delivery.taken {
                return false;
            }
            delivery.taken = true;
            let script = delivery.script.clone();
            *book.effects.entry(case_id.to_owned()).or_default() += 1;
            script
        };
        self.feed
            .tell(Who::Provider(self.name), "received the case", reference);
        let (desk, id) = (self.clone(), case_id.to_owned());
        let reference = reference.map(str::to_owned);
        tokio::spawn(async move { desk.follow(&script, &id, reference.as_deref()).await });
        true
    }

    /// Stops a case, once an effect key, and confirms that.
    fn stop(&self, key: &str, case_id: &str, reference: Option<&str>) -> bool {
        {
            let mut book = lock(&self.book);
            let Some(delivery) = book.deliveries.get_mut(key) else {
                return false;
            };
            if delivery.taken {
                return false;
            }
            delivery.taken = true;
            *book.stops.entry(case_id.to_owned()).or_default() += 1;
        }
        self.feed.tell(
            Who::Provider(self.name),
            "stopped work on the case",
            reference,
        );
        let (desk, id) = (self.clone(), case_id.to_owned());
        tokio::spawn(async move { desk.api.acknowledge(&id).await });
        true
    }

    /// Confirms and reports, until the script ends or the case is stopped.
    async fn follow(&self, script: &Script, case_id: &str, reference: Option<&str>) {
        let who = Who::Provider(self.name);
        let pace = lock(&self.book).pace;
        if script.acknowledge {
            tokio::time::sleep(pace).await;
            if let Err(fault) = self.api.acknowledge(case_id).await {
                self.note(case_id, "(acknowledge)", Err(in_words(&fault)));
            }
        }
        for (sequence, word) in (1..).zip(&script.report) {
            tokio::time::sleep(pace).await;
            if lock(&self.book).stops.contains_key(case_id) {
                return;
            }
            // The key names the case and the step: a repeat of the call is no second one.
            let key = format!("{case_id}-{sequence}");
            let answer = self.api.update(case_id, &key, word, sequence).await;
            self.feed
                .tell(who, format!("reported \"{word}\""), reference);
            let result = answer
                .map(|outcome| outcome.status)
                .map_err(|fault| in_words(&fault));
            self.note(case_id, word, result);
        }
    }

    fn note(&self, case_id: &str, word: &str, result: Result<String, String>) {
        lock(&self.book).reported.push(Reported {
            case_id: case_id.to_owned(),
            word: word.to_owned(),
            result,
        });
    }
}

fn in_words(fault: &Fault) -> String {
    match fault {
        Fault::Refused(status, code) => format!("{status} {code}"),
        Fault::NoAnswer => "no answer".to_owned(),
    }
}
