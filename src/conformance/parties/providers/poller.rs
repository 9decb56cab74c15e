//! Who comes and collects, since nothing can be delivered to them: Borough Works, a council
//! service, and Stillwater, counsellors to whom others refer people on. The first read of a
//! case is the delivery.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::api::{CaseRow, Fault};
use super::recognise::{CaseAt, Kind};
use super::{Desk, Reception, Words};
use crate::conformance::parties::event::Feed;

/// Borough Works' words.
pub const WORDS: Words = Words {
    way: &["ACCEPTED", "IN PROGRESS", "CLOSED - SUCCESSFUL"],
    declined: "REJECTED",
};

/// Stillwater's words.
pub const STILLWATER: Words = Words {
    way: &[
        "We can help",
        "Session booked",
        "In counselling",
        "Sessions finished",
    ],
    declined: "Not for us",
};

/// A provider that collects, running; it stops coming when dropped.
#[derive(Debug)]
pub struct PollingProvider {
    /// The people behind it.
    pub desk: Desk,
    task: JoinHandle<()>,
}

impl PollingProvider {
    /// Starts the council's rounds; the first begins when the API's base is known.
    pub fn start(feed: Feed, between_rounds: Duration) -> Self {
        Self::of(Desk::new("Borough Works", WORDS, feed), between_rounds)
    }

    fn of(desk: Desk, between_rounds: Duration) -> Self {
        let task = tokio::spawn(rounds(desk.clone(), between_rounds));
        Self { desk, task }
    }
}

/// Starts the counsellors' rounds; the first begins when the API's base is known.
pub fn stillwater(feed: Feed, between_rounds: Duration) -> PollingProvider {
    let desk = Desk::new("Stillwater", STILLWATER, feed);
    PollingProvider::of(desk, between_rounds)
}

impl Drop for PollingProvider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn rounds(desk: Desk, between: Duration) {
    let mut known = BTreeMap::new();
    loop {
        // A round that fails is tried again in the next one.
        let _ = round(&desk, &mut known).await;
        tokio::time::sleep(between).await;
    }
}

/// Reads the whole list and looks at every case whose status changed.
async fn round(desk: &Desk, known: &mut BTreeMap<String, String>) -> Result<(), Fault> {
    let mut cursor: Option<String> = None;
    loop {
        let page = desk.api().list(cursor.as_deref(), 50).await?;
        for row in &page.cases {
            if known.get(&row.id) != Some(&row.status) && look(desk, row).await? {
                known.insert(row.id.clone(), row.status.clone());
            }
        }
        if page.next.is_none() || page.next == cursor {
            return Ok(());
        }
        cursor = page.next;
    }
}

/// Collects a new case or confirms a stop. False: look again in the next round.
async fn look(desk: &Desk, row: &CaseRow) -> Result<bool, Fault> {
    let stopped = [
        "cancel-requested",
        "cancelled",
        "withdrawn",
        "returned",
        "entered-in-error",
        "deceased",
    ]
    .contains(&row.status.as_str());
    let key = format!("{}{}", row.id, if stopped { "-stop" } else { "" });
    let kind = if stopped { Kind::Stop } else { Kind::New };
    if stopped && !desk.effects().contains_key(&row.reference) {
        return Ok(true);
    }
    let case = CaseAt {
        id: Some(row.id.clone()),
        reference: Some(row.reference.clone()),
    };
    match desk.next_reception(&key, kind, &case) {
        Reception::Fail { .. } | Reception::Hang { .. } => return Ok(false),
        Reception::Slow(wait) => tokio::time::sleep(wait).await,
        Reception::Prompt | Reception::AnswerLost { .. } => {}
    }
    desk.api().read(&row.id).await?;
    desk.book_in(&key, kind, case);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::super::Script;
    use super::*;
    use crate::conformance::parties::providers::fake::FakeGateway;

    const CASE: &str = "0190d0a0-0000-7000-8000-000000000002";
    const REFERENCE: &str = "WW-7K3F-9Q2M-X42";

    #[tokio::test]
    async fn a_waiting_case_is_collected_once_and_followed_to_its_end() {
        let gateway = FakeGateway::start().await;
        gateway.offer(CASE, REFERENCE, "routed");
        let council = PollingProvider::start(Feed::silent(), Duration::from_millis(10));
        council.desk.api().connect(&gateway.base());
        gateway.until_reported(3).await;
        assert_eq!(gateway.words(), WORDS.way);
        assert_eq!(council.desk.effects().get(REFERENCE), Some(&1));
        assert!(gateway.reads() >= 1);
    }

    #[tokio::test]
    async fn it_stays_away_for_some_rounds_and_then_comes() {
        let gateway = FakeGateway::start().await;
        let council = PollingProvider::start(Feed::silent(), Duration::from_millis(10));
        let away = Reception::Fail {
            status: 500,
            times: 3,
        };
        council.desk.script_usual(Script::waiting().received(away));
        council.desk.api().connect(&gateway.base());
        gateway.offer(CASE, REFERENCE, "routed");
        gateway.until_acknowledged(1).await;
        assert_eq!((council.desk.attempts(), gateway.reads()), (4, 1));
    }

    #[tokio::test]
    async fn a_cancelled_case_is_confirmed_when_it_had_been_collected() {
        let gateway = FakeGateway::start().await;
        let council = PollingProvider::start(Feed::silent(), Duration::from_millis(10));
        council.desk.script_usual(Script::waiting());
        council.desk.api().connect(&gateway.base());
        gateway.offer(CASE, REFERENCE, "routed");
        gateway.until_acknowledged(1).await;
        gateway.offer(CASE, REFERENCE, "cancel-requested");
        gateway.until_acknowledged(2).await;
        assert_eq!(council.desk.stops().get(REFERENCE), Some(&1));
    }

    #[tokio::test]
    async fn a_case_that_the_operator_gave_back_is_confirmed_as_stopped() {
        let gateway = FakeGateway::start().await;
        let council = PollingProvider::start(Feed::silent(), Duration::from_millis(10));
        council.desk.script_usual(Script::silent());
        council.desk.api().connect(&gateway.base());
        gateway.offer(CASE, REFERENCE, "routed");
        while council.desk.effects().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        gateway.offer(CASE, REFERENCE, "returned");
        gateway.until_acknowledged(1).await;
        assert_eq!(council.desk.stops().get(REFERENCE), Some(&1));
    }
}
