//! Borough Works, a council service: nothing can be delivered to it, it comes and
//! collects. The first read of a case is the delivery.

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

/// The council's system, running; it stops coming when dropped.
#[derive(Debug)]
pub struct PollingProvider {
    /// The people behind it.
    pub desk: Desk,
    task: JoinHandle<()>,
}

impl PollingProvider {
    /// Starts the rounds; the first begins when the API's base is known.
    pub fn start(feed: Feed, between_rounds: Duration) -> Self {
        let desk = Desk::new("Borough Works", WORDS, feed);
        let task = tokio::spawn(rounds(desk.clone(), between_rounds));
        Self { desk, task }
    }
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
}
