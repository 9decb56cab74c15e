//! Places that the operator installed, and organisations that close and merge.

use std::fs;
use std::path::{Path, PathBuf};

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::places::{Order, import_organisations, import_postcodes};

use crate::support::{TestGateway, gateway_codes};
use crate::testing::package;

/// A gateway over the invented county with these rows about its organisations.
async fn with_organisations(rows: &str) -> (tempfile::TempDir, TestGateway) {
    let folder = tempfile::tempdir().expect("a folder");
    let county = package("conformance/fixtures/places");
    for name in ["postcodes.csv", "practices.csv"] {
        fs::copy(county.join(name), folder.path().join(name)).expect("a file");
    }
    let text = format!("ods,name,opened,closed,successor,from\n{rows}");
    fs::write(folder.path().join("organisations.csv"), text).expect("a file");
    let places = folder.path().to_owned();
    let gateway = TestGateway::with(|settings| settings.tables.places = places).await;
    (folder, gateway)
}

/// To whom the cases of the outbox go, oldest first.
async fn destinations(gateway: &TestGateway) -> Vec<String> {
    let legs = gateway.legs(LegKind::Deliver).await;
    legs.into_iter().map(|leg| leg.destination).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_practice_that_refers_is_taken_and_the_audit_log_says_so() {
    let row = "Y99001,Lamplight Lane Surgery,,2026-03-31,,\n";
    let (_folder, gateway) = with_organisations(row).await;
    let answer = gateway.refer(&Referral::new(1).at(Place::LANTERN)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let audit = gateway.running.gateway.audit(&Caller::System, 1, 1_000);
    let audit = format!("{:?}", audit.await.expect("the audit log"));
    assert!(audit.contains("WW-PLC-012"), "{audit}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_accepted_for_a_provider_whose_organisation_is_closed() {
    let (_folder, gateway) = with_organisations("RZ9,Vale NHS Trust,,2026-03-31,,\n").await;
    let referral = Referral::new(1).at(Place::VALE_NHS_TRUST);
    let answer = gateway.refer(&referral).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert_eq!(gateway_codes(&answer.body), ["WW-RTE-006"]);
    assert!(destinations(&gateway).await.is_empty());
    // The others go on.
    let other = gateway.refer(&Referral::new(2).at(Place::LANTERN)).await;
    assert_eq!(other.status, 200, "{}", other.body);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_a_merged_practice_goes_where_its_successor_goes() {
    let row = "Y99008,Quarry Road Surgery,,2026-03-31,Y99002,2026-04-01\n";
    let (_folder, gateway) = with_organisations(row).await;
    let referral = Referral::new(1).without_address().practice("Y99008");
    let answer = gateway.refer(&referral).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(destinations(&gateway).await, ["lantern"]);
    gateway.end().await;
}

/// Installs two homes and two practices as they would be published.
fn install(folder: &Path) -> PathBuf {
    let places = folder.join("places");
    let order = Order {
        folder: places.clone(),
        date: None,
        may_be_fewer: false,
        now: "2026-11-20T10:00:00Z".to_owned(),
        tell: &|_, _, _| {},
    };
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).expect("a file");
        path
    };
    let directory = file(
        "ONSPD_AUG_2026_UK.csv",
        "pcds,doterm,lad26cd,lsoa21cd,icb26cd\nZZ99 2AA,,E99000002,E98000201,E54000050\n\
         ZZ99 9ZZ,,E99000004,E98000401,E54000050\n",
    );
    import_postcodes(&directory, None, &order).expect("a sound directory");
    let practice =
        |code: &str| format!("{code},A SURGERY,Y99,QZX,,,,,,ZZ1 1AA,19740401,,A,B,,,,,,,,,,,,4,\n");
    let practices = practice("Y99004") + &practice("Y99009");
    let downloads = [
        file("epraccur.csv", &practices),
        file(
            "epcncorepartnerdetails.csv",
            "Y99004,A SURGERY,QZ9,SUB,U99003,VALE PCN,QZ9,SUB,20190701,,TRUE\n",
        ),
    ];
    import_organisations(&downloads, &order).expect("sound downloads");
    places
}

#[tokio::test(flavor = "multi_thread")]
async fn referrals_are_routed_by_the_files_that_were_imported() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = install(folder.path());
    let gateway = TestGateway::with(|settings| settings.tables.places = places).await;
    let home = Referral::new(1).postcode("ZZ99 2AA").practice("Y99009");
    assert_eq!(gateway.refer(&home).await.status, 200);
    let network = Referral::new(2).postcode("ZZ99 9ZZ").practice("Y99004");
    assert_eq!(gateway.refer(&network).await.status, 200);
    assert_eq!(
        destinations(&gateway).await,
        ["borough-works", "vale-nhs-trust"]
    );
    let nowhere = Referral::new(3).postcode("ZZ99 9ZZ").practice("Y99009");
    let answer = gateway.refer(&nowhere).await;
    assert_eq!(gateway_codes(&answer.body), ["WW-RTE-001"]);
    let unknown = Referral::new(4).postcode("ZX1 1AA").practice("Y98765");
    let answer = gateway.refer(&unknown).await;
    assert_eq!(gateway_codes(&answer.body), ["WW-RTE-004"]);
    gateway.end().await;
}
