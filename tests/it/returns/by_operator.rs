//! An operator gives a person back: a case that cannot be released, or one overdue.

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::config::ReturnChannel;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral};

use crate::support::TestGateway;
use crate::support::casework::{CALLED, Casework};

#[tokio::test(flavor = "multi_thread")]
async fn a_held_case_that_may_not_be_released_goes_back_to_its_referrer() {
    let gateway = TestGateway::start().await;
    let lantern = |seed| Referral::new(seed).at(Place::LANTERN);
    for referral in [
        lantern(1).workwell_consent(Consent::Refused),
        lantern(2).workwell_consent(Consent::Withdrawn),
        lantern(3).security("R"),
    ] {
        let case = Casework::of(&gateway, referral).await;
        assert_eq!(case.stands(&gateway).await, ("held", "gateway-operator"));
        let decided = [
            "resolve",
            "--evidence",
            "call 7",
            "--send-anyway",
            "--consent",
            "spoken",
        ];
        for options in [&decided[..3], &decided[..4], &decided[..]] {
            assert_eq!(case.refused(&gateway, options).await, "WW-OPR-005");
        }
        let back = ["return", "--reason", "declined-by-person"];
        for _ in 0..2 {
            assert_eq!(case.done(&gateway, &back).await, "returned");
        }
        case.until(&gateway, "returned", "referrer").await;
        case.until_told(&gateway, "The person chose not to go on")
            .await;
        assert!(case.legs(&gateway, LegKind::Deliver).await.is_empty());
        Casework::until_queue(&gateway, &[]).await;
    }
    let returns = "SELECT details FROM audit WHERE kind = 'case.returned'";
    assert_eq!(gateway.store.rows(returns).len(), 3, "each once");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_returned_from_its_provider_is_stopped_there_and_each_side_is_awaited() {
    let gateway = TestGateway::start().await;
    let desk = &gateway.parties.vale_nhs_trust.desk;
    desk.script_next(Script::waiting());
    let case = Casework::open(&gateway, 1, Place::VALE_NHS_TRUST).await;
    case.until(&gateway, "acknowledged", "provider").await;
    let back = ["return", "--reason", "unable-to-contact"];
    assert_eq!(case.done(&gateway, &back).await, "returned");
    // The trust's system confirms, and so does the practice's.
    case.until(&gateway, "returned", "referrer").await;
    case.until_legs(&gateway, LegKind::Stop, &["delivered -1-stop-cancelled"])
        .await;
    Casework::until_queue(&gateway, &[]).await;
    let reference = case.answer.case_reference().expect("a reference");
    assert_eq!(desk.stops().get(reference), Some(&1));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_to_be_collected_never_leaves_once_the_person_went_back() {
    let gateway = TestGateway::start().await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    let case = Casework::open(&gateway, 1, Place::BOROUGH_WORKS).await;
    let back = ["return", "--reason", "ineligible-capacity"];
    assert_eq!(case.done(&gateway, &back).await, "returned");
    assert_eq!(
        case.legs_in_short(&gateway, LegKind::Deliver).await,
        ["stopped -1"]
    );
    let token = gateway.parties.borough_works.desk.api().token().to_owned();
    let got = case.confirmed_by(&gateway, &token).await;
    assert_eq!(got.refusal(), (404, "WW-PRV-002".to_owned()));
    case.until(&gateway, "returned", "referrer").await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_or_a_call_that_makes_no_sense_is_refused_with_a_code() {
    let gateway = TestGateway::start().await;
    gateway.parties.lantern.desk.script_next(Script::waiting());
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "acknowledged", "provider").await;
    let told = [&["return"], &CALLED[..]].concat();
    let future = [
        "return",
        "--told",
        "reception",
        "--when",
        "2999-01-01T00:00:00Z",
    ];
    let number = [
        "return",
        "--told",
        "9990000018",
        "--when",
        "2026-01-05T10:15:00Z",
    ];
    for (words, code) in [
        (&told[..], "WW-OPR-008"),
        (&future[..], "WW-OPR-009"),
        (&number[..], "WW-OPR-002"),
        (&["return", "--reason", "completed-no-change"], "WW-OPR-007"),
        (&["hold", "--reason", "call 1"], "WW-OPR-003"),
        (
            &[
                "stopped",
                "--provider",
                "lantern",
                "--told",
                "a",
                "--when",
                "2026-01-05T10:15:00Z",
            ],
            "WW-OPR-010",
        ),
    ] {
        assert_eq!(case.refused(&gateway, words).await, code, "{words:?}");
    }
    assert_eq!(
        case.done(&gateway, &["return", "--reason", "moved-away"])
            .await,
        "returned"
    );
    let again = ["return", "--reason", "duplicate"];
    assert_eq!(case.refused(&gateway, &again).await, "WW-OPR-007");
    let resolve = ["resolve", "--evidence", "call 2"];
    assert_eq!(case.refused(&gateway, &resolve).await, "WW-OPR-004");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_from_before_what_it_is_recorded_for_ends_nothing() {
    let gateway = TestGateway::with(|settings| {
        settings.returns.channels = vec![ReturnChannel::Human];
    })
    .await;
    gateway.parties.lantern.desk.script_next(Script::waiting());
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "acknowledged", "provider").await;
    case.done(&gateway, &["return", "--reason", "moved-away"])
        .await;
    let told = ["--told", "reception", "--when", "2019-01-05T10:15:00Z"];
    for verb in ["return", "called"] {
        let early = [&[verb][..], &told].concat();
        assert_eq!(case.refused(&gateway, &early).await, "WW-OPR-009", "{verb}");
    }
    let waits = "return-unheard  ring-referrer".to_owned();
    assert!(Casework::queue(&gateway).contains(&waits));
    gateway.end().await;
}
