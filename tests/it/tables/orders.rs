//! Who may give orders over the admin listener.

use super::{Bench, TOKEN};
use crate::support::TestGateway;
use crate::support::call::Call;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_without_the_token_is_refused_and_changes_nothing() {
    let bench = Bench::start().await;
    bench.edit("lantern/provider.toml", "name = ", "# other\nname = ");
    let admin = bench.gateway.admin();
    for call in [
        Call::post(format!("{admin}/admin/reload")),
        Call::post(format!("{admin}/admin/reload")).token("another"),
        Call::post(format!("{admin}/admin/reload")).header("Authorization", TOKEN),
        Call::post(format!("{admin}/admin/cases/WW-4K7M-9QXD-T2P/redecide")).body("{}"),
        Call::get(format!("{admin}/admin/unmapped")),
    ] {
        let got = call.send().await;
        assert_eq!(got.refusal(), (401, "WW-OPR-013".to_owned()), "{call:?}");
        assert_eq!(got.header("www-authenticate"), "Bearer");
    }
    assert!(bench.facts("tables.reloaded").await.is_empty());
    // Nor does reading give one.
    let got = Call::get(format!("{admin}/admin/reload"))
        .token(TOKEN)
        .send()
        .await;
    assert_eq!(got.status, 405);
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_settings_name_no_token_nobody_gives_orders() {
    let gateway = TestGateway::start().await;
    let url = format!("{}/admin/reload", gateway.admin());
    let got = Call::post(url).token("anything").send().await;
    assert_eq!(got.refusal(), (403, "WW-OPR-012".to_owned()));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_cannot_be_read_is_refused_without_a_word_of_it() {
    let bench = Bench::start().await;
    let path = "/admin/cases/WW-4K7M-9QXD-T2P/redecide";
    for body in [
        "",
        "{}",
        "[]",
        r#"{"by":"Quillfeather"}"#,
        r#"{"by":"A. Analyst","why":"call 1","consent":"Quillfeather"}"#,
    ] {
        let got = bench.order(path, body).await;
        assert_eq!(got.refusal(), (422, "WW-OPR-014".to_owned()), "{body}");
        assert!(!got.text.contains("Quillfeather"), "{}", got.text);
    }
    let whole = r#"{"by":"A. Analyst","why":"call 1"}"#;
    let got = bench.order(path, whole).await;
    assert_eq!(got.refusal(), (404, "WW-OPR-001".to_owned()));
    bench.gateway.end().await;
}
