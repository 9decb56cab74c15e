//! Transactional integrity (BaRS Core 1.5.0): the same ids are done once, whatever
//! happens and across a restart.

use workwell_gateway::conformance::parties::referral::{Place, Referral};

use super::canary::logged;
use super::{facts, open_cases, quiet, reaches, wire};
use crate::support::eventually;

fn referral() -> Referral {
    Referral::new(1).at(Place::LANTERN)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_a_duplicate_when_it_comes_again_also_after_a_restart() {
    let gateway = quiet().await;
    let sending = gateway.parties.gp.prepare(&referral());
    let first = wire::post(&gateway, &sending).await;
    assert_eq!(first.status, 200);
    let before = open_cases(&gateway).await;
    let mut gateway = gateway;
    for _ in 0..2 {
        let again = wire::post(&gateway, &sending).await;
        assert_eq!(again.status, 409);
        again.assert_outcome();
        again.assert_echoes(&sending);
        assert_eq!(
            again.errors(),
            [["REC_CONFLICT", "duplicate", "WW-REF-043", ""]]
        );
        gateway = gateway.restart().await;
    }
    assert!(open_cases(&gateway).await >= before);
    let received = facts(&gateway, "referral.accepted").await;
    assert_eq!(received, 1, "accepted once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_while_the_first_is_still_processed_is_too_early() {
    let gateway = quiet().await;
    // Its first answer may never arrive: the second tells of no crisis service too.
    let sending = gateway.parties.gp.prepare(&referral().red_flag());
    // Somebody else writes: the first attempt cannot be committed, so it is in flight
    // for as long as this test wishes.
    let held = gateway.store.hold();
    let (base, body) = (gateway.bars(), sending.clone());
    let first = tokio::spawn(async move { wire::post_to(&base, &body).await });
    let again = tokio::spawn({
        let (base, body) = (gateway.bars(), sending.clone());
        async move { wire::post_to(&base, &body).await }
    });
    // Whichever of the two came second is told at once; the other waits.
    let early = tokio::select! {
        early = again => early,
        early = first => early,
    };
    let early = early.expect("an answer");
    assert_eq!(early.status, 425, "{}", early.json);
    early.assert_outcome();
    early.assert_echoes(&sending);
    assert_eq!(
        early.errors(),
        [["REC_TOO_EARLY", "duplicate", "WW-REF-044", ""]]
    );
    assert_eq!(early.header("retry-after"), "5");
    assert!(early.json.to_string().contains("WW-SAF-003"));
    drop(held);
    eventually("the first comes to its end", || async {
        (open_cases(&gateway).await > 0).then_some(())
    })
    .await;
    let later = eventually("the guard is let go", || async {
        let reply = wire::post(&gateway, &sending).await;
        (reply.status != 425).then_some(reply)
    })
    .await;
    assert_eq!(
        (later.status, later.codes()),
        (409, vec!["WW-REF-043".to_owned()])
    );
    assert_eq!(facts(&gateway, "referral.accepted").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_give_exactly_one_200() {
    let gateway = quiet().await;
    for seed in 1..=3 {
        let sending = gateway
            .parties
            .gp
            .prepare(&Referral::new(seed).at(Place::LANTERN));
        let many: Vec<_> = (0..16)
            .map(|_| {
                let (base, sending) = (gateway.bars(), sending.clone());
                tokio::spawn(async move { wire::post_to(&base, &sending).await })
            })
            .collect();
        let mut statuses = Vec::new();
        for one in many {
            statuses.push(one.await.expect("an answer").status);
        }
        let done = statuses.iter().filter(|status| **status == 200).count();
        assert_eq!(done, 1, "{statuses:?}");
        assert!(
            statuses
                .iter()
                .all(|status| [200, 409, 425].contains(status)),
            "{statuses:?}"
        );
    }
    assert_eq!(facts(&gateway, "referral.accepted").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_fails_again_in_the_same_words_also_after_a_restart() {
    let mut gateway = quiet().await;
    let refused = [
        gateway
            .parties
            .gp
            .prepare(&Referral::new(1).at(Place::NOWHERE)),
        gateway
            .parties
            .gp
            .prepare(&referral().nhs_number("9990000027").two_patients()),
        {
            let mut sending = gateway.parties.gp.prepare(&referral());
            sending.body.truncate(5_000);
            sending
        },
    ];
    let mut first = Vec::new();
    for sending in &refused {
        first.push(wire::post(&gateway, sending).await);
    }
    for _ in 0..2 {
        for (sending, first) in refused.iter().zip(&first) {
            assert!(matches!(first.status, 400 | 422), "{}", first.json);
            let again = wire::post(&gateway, sending).await;
            assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
        }
        gateway = gateway.restart().await;
    }
    assert_eq!(facts(&gateway, "message.refused").await, refused.len());
    // The refusal belongs to its ids only: put right, under new ids, it is taken.
    reaches(&gateway, &referral(), "lantern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_for_its_headers_was_never_read_and_put_right_is_judged_afresh() {
    let gateway = quiet().await;
    let sending = gateway.parties.gp.prepare(&referral());
    let wrong = sending.clone().header("Content-Type", Some("text/plain"));
    for _ in 0..2 {
        let refused = wire::post(&gateway, &wrong).await;
        assert_eq!(
            (refused.status, refused.codes()),
            (400, vec!["WW-HDR-015".to_owned()])
        );
    }
    assert_eq!(facts(&gateway, "message.refused").await, 2);
    assert_eq!(wire::post(&gateway, &sending).await.status, 200);
    let again = wire::post(&gateway, &sending).await;
    assert_eq!(
        (again.status, again.codes()),
        (409, vec!["WW-REF-043".to_owned()])
    );
    // What it looks like later does not undo that it was done.
    assert_eq!(wire::post(&gateway, &wrong).await.status, 400);
    assert_eq!(facts(&gateway, "referral.accepted").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_ids_with_another_body_are_a_conflict_and_told_as_misuse() {
    let log = logged();
    let mut gateway = quiet().await;
    let done = gateway.parties.gp.prepare(&referral());
    let refused = gateway
        .parties
        .gp
        .prepare(&Referral::new(2).at(Place::NOWHERE));
    assert_eq!(wire::post(&gateway, &done).await.status, 200);
    assert_eq!(wire::post(&gateway, &refused).await.status, 422);
    let mut misused = 0;
    for _ in 0..2 {
        for original in [&done, &refused] {
            let mut sending = original.clone();
            sending.body = Referral::new(3).at(Place::LANTERN).bytes();
            let reply = wire::post(&gateway, &sending).await;
            assert_eq!(reply.status, 409);
            reply.assert_outcome();
            assert_eq!(
                reply.errors(),
                [["REC_CONFLICT", "conflict", "WW-REF-045", ""]]
            );
            misused += 1;
            // An operator sees it without asking the audit log.
            let request = original.request_id.to_string();
            let text = log.text();
            let line = text
                .lines()
                .find(|line| line.contains(&request) && line.contains("another body"));
            let line = line.unwrap_or_else(|| panic!("no line tells of {request}"));
            assert!(line.contains("WARN") && line.contains("Y99001"), "{line}");
            assert_eq!(facts(&gateway, "request.misused").await, misused);
        }
        gateway = gateway.restart().await;
    }
    // The record of the first time is untouched.
    assert_eq!(wire::post(&gateway, &done).await.codes(), ["WW-REF-043"]);
    assert_eq!(wire::post(&gateway, &refused).await.status, 422);
    assert_eq!(facts(&gateway, "referral.accepted").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_request_id_in_the_same_conversation_is_a_new_message() {
    let gateway = quiet().await;
    let first = referral();
    reaches(&gateway, &first, "lantern").await;
    // The same payload id, as the published test cases have it: a new message all the
    // same, refused only because the referral is open.
    let again = gateway.parties.gp.prepare(&first);
    let reply = wire::post(&gateway, &again).await;
    assert_eq!(
        (reply.status, reply.codes()),
        (409, vec!["WW-REF-042".to_owned()])
    );
}
