//! A provider that polls, over a store that was put back or copied.

use jiff::Timestamp;
use workwell_gateway::config::{Settings, StoreUrl};
use workwell_gateway::conformance::parties::providers::api::{Api, Fault};
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::gateway::upkeep;

use super::{beside, file_of, over_a_file};
use crate::support::TestGateway;
use crate::support::receiver::Receiver;

/// A gateway whose council lists its cases only when the test does.
async fn with_a_quiet_council(receiver: &Receiver) -> TestGateway {
    let gateway = over_a_file(receiver).await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    gateway
}

fn api(gateway: &TestGateway) -> &Api {
    gateway.parties.borough_works.desk.api()
}

async fn refer(gateway: &TestGateway, seed: u64) -> String {
    let answer = gateway
        .refer(&Referral::new(seed).at(Place::BOROUGH_WORKS))
        .await;
    assert!(answer.accepted(), "{answer:?}");
    answer.case_reference().expect("a reference").to_owned()
}

/// The references of a page, and where to go on.
async fn page(gateway: &TestGateway, cursor: Option<&str>) -> Result<(Vec<String>, String), Fault> {
    let page = api(gateway).list(cursor, 100).await?;
    let cases = page.cases.into_iter().map(|case| case.reference).collect();
    Ok((cases, page.next.unwrap_or_default()))
}

fn outdated() -> Fault {
    Fault::Refused(409, "WW-PRV-010".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_polls_with_a_cursor_of_before_the_restore_is_told_to_list_anew() {
    let receiver = Receiver::start().await;
    let gateway = with_a_quiet_council(&receiver).await;
    let first = refer(&gateway, 1).await;
    let (_, before_backup) = page(&gateway, None).await.expect("a page");
    let gateway = gateway
        .restart_after(|settings| {
            std::fs::copy(file_of(settings), beside(settings, "backup.db")).expect("copied");
        })
        .await;
    // A restart that lost nothing changes nothing.
    let (none, _) = page(&gateway, Some(&before_backup)).await.expect("a page");
    assert!(none.is_empty(), "{none:?}");
    refer(&gateway, 2).await;
    refer(&gateway, 3).await;
    let (_, passed) = page(&gateway, None).await.expect("a page");
    let gateway = gateway
        .restart_after(|settings| {
            let runtime = tokio::runtime::Handle::current();
            let backup = beside(settings, "backup.db");
            let work = upkeep::restore(settings, &backup, Timestamp::now(), &|_, _, _| {});
            let done = tokio::task::block_in_place(|| runtime.block_on(work));
            done.expect("restored");
        })
        .await;
    // Held: what is there can be listed, and what was lost is not passed over later.
    for cursor in [&before_backup, &passed] {
        assert_eq!(page(&gateway, Some(cursor)).await, Err(outdated()));
    }
    let settings = gateway.settings().clone();
    let confirmed = upkeep::confirm(&settings, Some("A. Example"), &[], Timestamp::now()).await;
    confirmed.expect("confirmed");
    let gateway = gateway.restart().await;
    let fourth = refer(&gateway, 4).await;
    // The fourth case has a number that the provider had passed.
    for cursor in [&before_backup, &passed] {
        assert_eq!(page(&gateway, Some(cursor)).await, Err(outdated()));
    }
    let (seen, next) = page(&gateway, None).await.expect("a page");
    assert_eq!(seen, [first, fourth]);
    assert_eq!(page(&gateway, Some(&next)).await, Ok((Vec::new(), next)));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_was_never_given_or_is_of_the_earlier_form_is_refused() {
    let receiver = Receiver::start().await;
    let gateway = with_a_quiet_council(&receiver).await;
    refer(&gateway, 1).await;
    let (_, given) = page(&gateway, None).await.expect("a page");
    let (epoch, rest) = given.split_once('.').expect("an epoch");
    let (number, leg) = rest.split_once('.').expect("a number");
    let ahead = number.parse::<i64>().expect("a number") + 9_999;
    for cursor in [
        "c0000000000000001".to_owned(),
        "c0000000000009999".to_owned(),
        format!("{epoch}.{ahead}.{leg}"),
        format!("e99.{number}.{leg}"),
    ] {
        let refused = page(&gateway, Some(&cursor)).await;
        assert_eq!(refused, Err(outdated()), "{cursor}");
    }
    gateway.end().await;
}

/// Copies the store and moves the gateway over to the copy.
async fn moved(gateway: TestGateway, to: StoreUrl) -> TestGateway {
    gateway
        .restart_with(move |settings: &mut Settings| {
            let runtime = tokio::runtime::Handle::current();
            let from = settings.store.url.clone();
            let work = upkeep::copy(settings, &from, &to, &|_, _, _| {});
            let done = tokio::task::block_in_place(|| runtime.block_on(work));
            done.expect("copied");
            settings.store.url = to;
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_holds_good_in_a_copy_of_the_store() {
    let receiver = Receiver::start().await;
    let gateway = with_a_quiet_council(&receiver).await;
    refer(&gateway, 1).await;
    let (_, given) = page(&gateway, None).await.expect("a page");
    let to = StoreUrl::Sqlite(beside(gateway.settings(), "second.db"));
    let gateway = moved(gateway, to).await;
    let second = refer(&gateway, 2).await;
    let (seen, _) = page(&gateway, Some(&given)).await.expect("a page");
    assert_eq!(seen, [second]);
    gateway.end().await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_holds_good_when_the_store_moves_to_a_server() {
    let Some(database) = crate::support::postgres::database().await else {
        return;
    };
    let receiver = Receiver::start().await;
    let gateway = with_a_quiet_council(&receiver).await;
    refer(&gateway, 1).await;
    let (_, given) = page(&gateway, None).await.expect("a page");
    let (url, password_file) = database.apart();
    let to = StoreUrl::Postgres(workwell_gateway::config::PostgresServer {
        url,
        password_file: Some(password_file),
        root_certificates: None,
        connections: 8,
    });
    let gateway = moved(gateway, to).await;
    let second = refer(&gateway, 2).await;
    let (seen, next) = page(&gateway, Some(&given)).await.expect("a page");
    assert_eq!(seen, [second]);
    // Put back to before the second case: it is gone, and its number comes again.
    database
        .sql("UPDATE setting SET value = decode('0000000000000009', 'hex') WHERE name = 'epoch'");
    for cursor in [&given, &next] {
        assert_eq!(page(&gateway, Some(cursor)).await, Err(outdated()));
    }
    gateway.end().await;
}
