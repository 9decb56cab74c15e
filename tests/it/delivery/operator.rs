//! `outbox list|show|retry|park` on a running gateway.

use std::time::Duration;

use serde_json::Value;
use workwell_gateway::conformance::parties::referral::{Referral, StopAs, person};
use workwell_gateway::gateway::read::outbox::{Leg, LegState};
use workwell_gateway::surfaces::cli::Format;
use workwell_gateway::surfaces::cli::outbox::{self, Outbox};

use super::{delivery_in, lantern_at, refer_to_lantern, stop};
use crate::support::TestGateway;
use crate::support::receiver::{Receiver, Reply};

async fn outbox(gateway: &TestGateway, args: Outbox) -> (i32, String) {
    let mut out = Vec::new();
    let code = outbox::run(&args, &gateway.running.gateway, &mut out).await;
    (code, String::from_utf8(out).expect("text"))
}

fn list(state: Option<LegState>, format: Format) -> Outbox {
    Outbox::List {
        state,
        destination: None,
        format,
    }
}

/// A gateway whose charity refuses, with one parked delivery.
async fn parked(receiver: &Receiver) -> (TestGateway, Referral, Leg, super::Answer) {
    receiver.answer_usual(Reply::Status(400));
    let gateway = TestGateway::with(|settings| lantern_at(settings, receiver)).await;
    let (referral, answer) = refer_to_lantern(&gateway, 3).await;
    let leg = delivery_in(&gateway, LegState::Parked).await;
    (gateway, referral, leg, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_what_waits_for_a_person_and_why() {
    let receiver = Receiver::start().await;
    let (gateway, _, leg, _) = parked(&receiver).await;
    let (code, text) = outbox(&gateway, list(None, Format::Text)).await;
    assert_eq!(code, 0);
    for part in [
        &leg.id.to_string(),
        "parked",
        "to lantern by webhook",
        "explain WW-DLV-005",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let (code, json) = outbox(&gateway, list(Some(LegState::Parked), Format::Json)).await;
    let json: Value = serde_json::from_str(&json).expect("one JSON document");
    assert_eq!((code, json["legs"].as_array().map(Vec::len)), (0, Some(1)));
    let row = &json["legs"][0];
    assert_eq!(row["id"], leg.id.to_string());
    assert_eq!(row["state"], "parked");
    assert_eq!(row["lastError"], "WW-DLV-005");
    assert_eq!(row["attempts"], 1);
    let (_, none) = outbox(&gateway, list(Some(LegState::Waiting), Format::Text)).await;
    assert_eq!(none, "Nothing is waiting.\n");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_shown_with_how_each_field_came_to_be_and_never_a_value() {
    let receiver = Receiver::start().await;
    let (gateway, _, leg, answer) = parked(&receiver).await;
    for format in [Format::Text, Format::Json] {
        let (code, shown) = outbox(&gateway, Outbox::Show { id: leg.id, format }).await;
        assert_eq!(code, 0);
        let reference = answer.case_reference().expect("a reference");
        for part in [
            reference,
            "routed",
            "who.name,full_name,",
            "fields.csv:",
            "not-used",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        let number = person::nhs_number(3);
        let born = person::birth_date(3);
        for datum in [
            person::family(3),
            person::given(3),
            &number,
            &born,
            "07700",
            "ZZ99",
        ] {
            assert!(!shown.contains(datum), "a value is shown");
        }
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_delivery_is_sent_again_when_the_operator_says_so() {
    let receiver = Receiver::start().await;
    let (gateway, _, leg, _) = parked(&receiver).await;
    receiver.answer_usual(Reply::Status(204));
    let (code, text) = outbox(&gateway, Outbox::Retry { id: leg.id }).await;
    assert_eq!(code, 0, "{text}");
    let leg = delivery_in(&gateway, LegState::Delivered).await;
    assert_eq!(leg.attempts, 2);
    // What has arrived is neither sent again nor held back.
    for args in [Outbox::Retry { id: leg.id }, Outbox::Park { id: leg.id }] {
        let (code, text) = outbox(&gateway, args).await;
        assert_eq!(code, 1);
        assert!(text.contains("WW-DLV-018"), "{text}");
    }
    assert_eq!(receiver.taken().len(), 2);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_waits_for_its_time_can_be_parked_and_then_stays() {
    let receiver = Receiver::start().await;
    receiver.answer_next([Reply::Status(503)]);
    let gateway = TestGateway::with(|settings| {
        lantern_at(settings, &receiver);
        settings.delivery.retry_after = vec![Duration::from_hours(1)];
    })
    .await;
    refer_to_lantern(&gateway, 1).await;
    receiver.until_taken(1).await;
    let leg = crate::support::eventually("the failure is recorded", || async {
        let leg = delivery_in(&gateway, LegState::Released).await;
        leg.last_error.is_some().then_some(leg)
    })
    .await;
    let (code, _) = outbox(&gateway, Outbox::Park { id: leg.id }).await;
    let leg = delivery_in(&gateway, LegState::Parked).await;
    assert_eq!((code, leg.attempts), (0, 1));
    let (code, _) = outbox(&gateway, Outbox::Retry { id: leg.id }).await;
    delivery_in(&gateway, LegState::Delivered).await;
    assert_eq!(code, 0);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_never_brings_a_stopped_case_back() {
    let receiver = Receiver::start().await;
    let (gateway, referral, leg, answer) = parked(&receiver).await;
    receiver.answer_usual(Reply::Status(200));
    let stopped = stop(&gateway, &referral, &answer, StopAs::Cancelled).await;
    assert!(stopped.accepted(), "{stopped:?}");
    let (code, text) = outbox(&gateway, Outbox::Retry { id: leg.id }).await;
    assert_eq!(code, 1);
    assert!(text.contains("WW-DLV-017"), "{text}");
    let leg = delivery_in(&gateway, LegState::Stopped).await;
    assert_eq!(leg.attempts, 1);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_not_there_is_said_so() {
    let gateway = TestGateway::start().await;
    let id: workwell_gateway::domain::identifiers::OutboxId =
        "0190d0a0-0000-7000-8000-00000000000f"
            .parse()
            .expect("an id");
    let format = Format::Text;
    for args in [
        Outbox::Show { id, format },
        Outbox::Retry { id },
        Outbox::Park { id },
    ] {
        let (code, text) = outbox(&gateway, args).await;
        assert_eq!(code, 1);
        assert!(text.contains("WW-DLV-019"), "{text}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_destination_is_no_empty_outbox_and_each_row_names_its_case() {
    let receiver = Receiver::start().await;
    let (gateway, _, leg, answer) = parked(&receiver).await;
    let to = |name: &str| Outbox::List {
        state: None,
        destination: Some(name.to_owned()),
        format: Format::Text,
    };
    let (code, text) = outbox(&gateway, to("lanten")).await;
    assert_eq!(code, 1);
    assert!(
        text.contains("WW-OPR-017") && text.contains("`lantern`?"),
        "{text}"
    );
    let (code, text) = outbox(&gateway, to("lantern")).await;
    let reference = answer.case_reference().expect("a reference");
    assert_eq!(code, 0);
    assert!(text.contains(&format!("case {reference}")), "{text}");
    // A destination of no provider is known by its rows.
    let (code, _) = outbox(&gateway, to("borough-works")).await;
    assert_eq!(code, 0);

    // It was attempted and refused: nobody can say that it was sent.
    let show = Outbox::Show {
        id: leg.id,
        format: Format::Text,
    };
    let (_, text) = outbox(&gateway, show.clone()).await;
    assert!(
        text.contains(",may have been sent") && !text.contains(",sent\n"),
        "{text}"
    );
    receiver.answer_usual(Reply::Status(204));
    outbox(&gateway, Outbox::Retry { id: leg.id }).await;
    delivery_in(&gateway, LegState::Delivered).await;
    let (_, text) = outbox(&gateway, show).await;
    assert!(text.contains(",sent\n"), "{text}");

    let words = ["list"];
    let (_, text) = super::super::operating::listed(&gateway, &words).await;
    assert!(!text.contains("parked:"), "{text}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_cases_says_that_a_delivery_is_parked() {
    let receiver = Receiver::start().await;
    let (gateway, _, _, _) = parked(&receiver).await;
    let (_, text) = super::super::operating::listed(&gateway, &["list"]).await;
    assert!(
        text.contains("parked: The case cannot be delivered"),
        "{text}"
    );
    gateway.end().await;
}
