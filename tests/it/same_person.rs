//! One person, several referrals: linked, never two providers at work without knowing.

use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::identifiers::OdsCode;
use workwell_gateway::domain::status::Status;

use crate::support::{TestGateway, eventually};

async fn counts(gateway: &TestGateway) -> Vec<(Status, u64)> {
    gateway
        .running
        .gateway
        .counts()
        .await
        .expect("counts")
        .cases
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_referrals_of_one_person_at_once_one_goes_on_and_the_others_are_held() {
    let gateway = TestGateway::start().await;
    let referrals: Vec<Referral> = (10..18)
        .map(|seed| {
            Referral::new(seed)
                .same_person_as(1)
                .at(Place::BOROUGH_WORKS)
        })
        .collect();
    let sendings: Vec<_> = referrals
        .iter()
        .map(|r| gateway.parties.gp.prepare(r))
        .collect();
    let bars = gateway.bars();
    let posts = sendings
        .iter()
        .map(|sending| gateway.parties.gp.post(&bars, sending));
    let mut statuses = Vec::new();
    for answer in join_all(posts).await {
        statuses.push(answer.expect("an answer").status);
    }
    assert_eq!(statuses, [200; 8]);
    let held = eventually("the counts settle", || async {
        let counts = counts(&gateway).await;
        let held = counts.iter().find(|(status, _)| *status == Status::Held);
        held.filter(|(_, count)| *count == 7)
            .map(|(_, count)| *count)
    })
    .await;
    assert_eq!(held, 7);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_after_the_end_of_a_case_makes_a_new_case_linked_to_it() {
    let gateway = TestGateway::start().await;
    let first = Referral::new(1).at(Place::LANTERN);
    assert_eq!(gateway.refer(&first).await.status, 200);
    eventually("the first case is over", || async {
        let told = gateway.parties.gp.responses_to(first.bundle_id());
        told.iter()
            .any(|response| response.encounter_status == "finished")
            .then_some(())
    })
    .await;
    let second = Referral::new(2).same_person_as(1).at(Place::LANTERN);
    let answer = gateway.refer(&second).await;
    assert_eq!(answer.status, 200);
    let id = answer
        .service_request_id()
        .expect("an id")
        .parse()
        .expect("a UUID");
    let practice = Caller::Referrer(OdsCode::parse("Y99001").expect("an ODS code"));
    let shown = gateway
        .running
        .gateway
        .read_referral(&practice, id)
        .await
        .expect("readable");
    assert!(shown.row.part_of.is_some());
    assert_ne!(shown.row.status, Status::Held);
    gateway.end().await;
}

/// Runs them side by side and gives the results in order.
async fn join_all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut pinned: Vec<_> = futures.map(|future| Some(Box::pin(future))).collect();
    let mut results: Vec<Option<T>> = pinned.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (slot, result) in pinned.iter_mut().zip(&mut results) {
            let Some(future) = slot else { continue };
            match future.as_mut().poll(context) {
                std::task::Poll::Ready(value) => {
                    *result = Some(value);
                    *slot = None;
                }
                std::task::Poll::Pending => waiting = true,
            }
        }
        if waiting {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    results.into_iter().flatten().collect()
}
