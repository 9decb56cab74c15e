//! The people behind a provider's system: they take cases in, confirm them and report
//! progress through the gateway's provider API. All three providers share this; only the
//! door through which a case comes differs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::api::{Api, Fault, ReferredOn};
use super::recognise::{CaseAt, Kind};
use super::script::{Reception, Script, Words};
use crate::conformance::parties::event::{Feed, Who};
use crate::conformance::parties::wire::lock;

/// How often a case is looked for in the list.
const LOOKS: u32 = 100;
/// The wait between two looks.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// An update and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The case reference, or the next best name that the payload had.
    pub case: String,
    /// The provider's own word.
    pub word: String,
    /// The canonical status that the gateway answered, or HTTP status and error code.
    pub result: Result<String, String>,
}

/// One attempt to deliver something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// The case reference, or the next best name that the payload had.
    pub case: String,
    /// What was to be delivered.
    pub kind: Kind,
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
    /// By case: how many times a later version came.
    amendments: BTreeMap<String, u32>,
    /// By case: how many times it was stopped.
    stops: BTreeMap<String, u32>,
    arrivals: Vec<Arrival>,
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
                amendments: BTreeMap::new(),
                stops: BTreeMap::new(),
                arrivals: Vec::new(),
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

    /// By case reference: how many times it had an effect as a new case. More than 1 is a fault of
    /// the sender or of this party's own deduplication.
    pub fn effects(&self) -> BTreeMap<String, u32> {
        lock(&self.book).effects.clone()
    }

    /// By case reference: how many times a later version came.
    pub fn amendments(&self) -> BTreeMap<String, u32> {
        lock(&self.book).amendments.clone()
    }

    /// By case reference: how many times it was stopped.
    pub fn stops(&self) -> BTreeMap<String, u32> {
        lock(&self.book).stops.clone()
    }

    /// Every attempt that was believed, repeats included, in the order of arrival.
    pub fn arrivals(&self) -> Vec<Arrival> {
        lock(&self.book).arrivals.clone()
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

    /// Lets an attempt in, or says with which status it fails. Only new cases follow a
    /// script.
    pub(super) async fn admit(&self, key: &str, kind: Kind, case: &CaseAt) -> Result<(), u16> {
        match self.next_reception(key, kind, case) {
            Reception::Slow(wait) => tokio::time::sleep(wait).await,
            Reception::Fail { status, .. } => {
                let said = format!("could not take it: {status}");
                let who = Who::Provider(self.name);
                self.feed.tell(who, said, case.reference.as_deref());
                return Err(status);
            }
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

    /// Notes the attempt and says how this one is received.
    pub(super) fn next_reception(&self, key: &str, kind: Kind, case: &CaseAt) -> Reception {
        let mut book = lock(&self.book);
        book.arrivals.push(Arrival {
            case: case.known_as(key),
            kind,
        });
        if !book.deliveries.contains_key(key) {
            let script = match kind {
                Kind::New => book
                    .scripts
                    .pop_front()
                    .unwrap_or_else(|| book.usual.clone()),
                Kind::Amended | Kind::Stop => Script::silent(),
            };
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

    /// Books a new case or a stop in, once an effect key; a repeat changes nothing.
    pub(super) fn book_in(&self, key: &str, kind: Kind, case: CaseAt) {
        let (script, had) = {
            let mut book = lock(&self.book);
            let had = book.effects.contains_key(&case.known_as(key));
            let Some(delivery) = book.deliveries.get_mut(key) else {
                return;
            };
            if delivery.taken {
                return;
            }
            delivery.taken = true;
            let script = delivery.script.clone();
            let counted = match kind {
                Kind::New => &mut book.effects,
                Kind::Amended => &mut book.amendments,
                Kind::Stop => &mut book.stops,
            };
            *counted.entry(case.known_as(key)).or_default() += 1;
            (script, had)
        };
        let what = match kind {
            Kind::New => "received the case",
            Kind::Amended => "received a later version",
            Kind::Stop if had => "stopped work on the case",
            Kind::Stop => "was told to stop, and never had it",
        };
        let who = Who::Provider(self.name);
        self.feed.tell(who, what, case.reference.as_deref());
        let (desk, known_as) = (self.clone(), case.known_as(key));
        tokio::spawn(async move { desk.follow(&script, kind, &case, &known_as).await });
    }

    /// Reports one word about a case that it has, after what its script reported.
    pub async fn report(&self, reference: &str, word: &str) -> Result<(), Fault> {
        let id = self.id_in_list(reference).await?;
        let before = self.reported();
        let before = before.iter().filter(|report| report.case == reference);
        let sequence = u64::try_from(before.count()).unwrap_or(u64::MAX);
        self.say(&format!("reported \"{word}\""), reference);
        // Above any number of the script's.
        let key = format!("{id}-after-{sequence}");
        let answer = self.api.update(&id, &key, word, 100 + sequence).await;
        let result = answer.map(|outcome| outcome.status);
        self.note(reference, word, result.clone().map_err(|f| in_words(&f)));
        result.map(drop)
    }

    /// Refers the person of a case that it has on to a partner, with the person's consent.
    pub async fn refer_on(&self, reference: &str, partner: &str) -> Result<ReferredOn, Fault> {
        let id = self.id_in_list(reference).await?;
        self.say(&format!("refers on to {partner}"), reference);
        let key = format!("{id}-to-{partner}");
        self.api.refer_on(&id, &key, partner).await
    }

    async fn id_in_list(&self, reference: &str) -> Result<String, Fault> {
        self.api.find(reference).await?.ok_or(Fault::NoAnswer)
    }

    fn say(&self, what: &str, reference: &str) {
        let who = Who::Provider(self.name);
        self.feed.tell(who, what, Some(reference));
    }

    /// Confirms and reports, until the script ends or the case is stopped.
    async fn follow(&self, script: &Script, kind: Kind, case: &CaseAt, known_as: &str) {
        let pace = lock(&self.book).pace;
        tokio::time::sleep(pace).await;
        let Some(id) = self.id_of(case).await else {
            self.note(known_as, "", Err("the case is not in the list".to_owned()));
            return;
        };
        let confirm = kind == Kind::Stop || script.acknowledge;
        if confirm && let Err(fault) = self.api.acknowledge(&id).await {
            self.note(known_as, "(acknowledge)", Err(in_words(&fault)));
        }
        for (sequence, word) in (1..).zip(&script.report) {
            tokio::time::sleep(pace).await;
            if lock(&self.book).stops.contains_key(known_as) {
                return;
            }
            // The key names the case and the step: a repeat of the call is no second one.
            let key = format!("{id}-{sequence}");
            let said = format!("reported \"{word}\"");
            let who = Who::Provider(self.name);
            self.feed.tell(who, said, case.reference.as_deref());
            let answer = self.api.update(&id, &key, word, sequence).await;
            let result = answer
                .map(|outcome| outcome.status)
                .map_err(|fault| in_words(&fault));
            self.note(known_as, word, result);
        }
    }

    /// The gateway's id of a case. A payload may tell the reference only: then the case
    /// is looked up in the list, where it may appear a moment after its delivery.
    async fn id_of(&self, case: &CaseAt) -> Option<String> {
        if let Some(id) = &case.id {
            return Some(id.clone());
        }
        let reference = case.reference.as_deref()?;
        for _ in 0..LOOKS {
            if let Ok(Some(id)) = self.api.find(reference).await {
                return Some(id);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        None
    }

    fn note(&self, known_as: &str, word: &str, result: Result<String, String>) {
        lock(&self.book).reported.push(Reported {
            case: known_as.to_owned(),
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
