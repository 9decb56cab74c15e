//! A body that could not be read may tell of a crisis as well: whoever sent it is told that
//! this is no crisis service.

use workwell_gateway::conformance::parties::gp::Sending;
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::standards::fhir::xml;

use super::canary::contents;
use super::{quiet, wire};
use crate::support::TestGateway;

const NOTICE: &str = "WW-SAF-003";
const CALM: &str = "Off work since August.";
const XML: Option<&str> = Some("application/fhir+xml");

fn said(words: &str) -> Referral {
    Referral::new(1).at(Place::LANTERN).narrative(words)
}

fn in_json(words: &str) -> String {
    String::from_utf8(said(words).bytes()).expect("UTF-8")
}

fn in_xml(words: &str) -> String {
    let xml = xml::from_json(&said(words).bytes(), 1 << 20).expect("FHIR");
    String::from_utf8(xml).expect("UTF-8")
}

/// The body up to its last bracket.
fn cut(mut body: String) -> Vec<u8> {
    let end = body.rfind(['}', '<']).expect("a bracket");
    body.truncate(end);
    body.into_bytes()
}

fn utf_16(body: &str) -> Vec<u8> {
    body.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The bytes with the one place of `mark` written as `bytes`.
fn written(body: &str, mark: char, bytes: &[u8]) -> Vec<u8> {
    let (before, behind) = body.split_once(mark).expect("the mark");
    [before.as_bytes(), bytes, behind.as_bytes()].concat()
}

/// The headers of a message around another body.
fn sending(gateway: &TestGateway, body: Vec<u8>, media: Option<&str>) -> Sending {
    let mut sending = gateway.parties.gp.prepare(&said(CALM));
    sending.body = body;
    match media {
        Some(_) => sending.header("Content-Type", media),
        None => sending,
    }
}

/// It is refused with this code, and the notice stands behind what refuses it or nowhere.
async fn refused(gateway: &TestGateway, sending: &Sending, code: &str, is_told: bool) {
    let reply = wire::post(gateway, sending).await;
    assert!(reply.status >= 400, "{}", reply.json);
    reply.assert_outcome();
    let codes = reply.codes();
    assert!(codes.contains(&code.to_owned()), "{code}: {codes:?}");
    let issues = reply.json["issue"].as_array().expect("issues");
    let has_notice = |issue: &&serde_json::Value| issue.to_string().contains(NOTICE);
    let notices: Vec<_> = issues.iter().filter(has_notice).collect();
    assert_eq!(notices.len(), usize::from(is_told), "{}", reply.json);
    assert!(notices.iter().all(|notice| notice["severity"] == "warning"));
    let again = wire::post(gateway, sending).await;
    assert_eq!(again.without_id(), reply.without_id(), "the repeat");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_json_body_that_could_not_be_read_is_looked_at_for_such_a_phrase() {
    let gateway = quiet().await;
    let syntax = |body: String| body.replacen(':', "=", 1).into_bytes();
    let escaped = |words: &str, from: &str, to: &str| in_json(words).replace(from, to);
    let deep = |words: &str| format!("{}\"{words}\"{}", "[".repeat(200), "]".repeat(200));
    for (body, code, is_told) in [
        (cut(in_json("He is suicidal.")), "WW-FHR-001", true),
        (cut(in_json(CALM)), "WW-FHR-001", false),
        (syntax(in_json("took an overdose")), "WW-FHR-001", true),
        (syntax(in_json(CALM)), "WW-FHR-001", false),
        (
            cut(escaped("he can’t breathe", "’", r"\u2019")),
            "WW-FHR-001",
            true,
        ),
        (
            cut(escaped("he wants to die", "wants to", r"wants\nto")),
            "WW-FHR-001",
            true,
        ),
        (
            written(&in_json("he can’t breathe"), '’', &[0x92]),
            "WW-FHR-005",
            true,
        ),
        (
            written(&in_json("he’s well"), '’', &[0x92]),
            "WW-FHR-005",
            false,
        ),
        (utf_16(&in_json("he can’t breathe")), "WW-FHR-001", true),
        (utf_16(&in_json(CALM)), "WW-FHR-001", false),
        (deep("suicidal").into_bytes(), "WW-FHR-004", true),
    ] {
        let sending = sending(&gateway, body, None);
        refused(&gateway, &sending, code, is_told).await;
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_xml_body_that_could_not_be_read_is_looked_at_for_such_a_phrase() {
    let gateway = quiet().await;
    let spelt = |words: &str, from: &str, to: &str| cut(in_xml(words).replace(from, to));
    let typed = |words: &str| format!("<!DOCTYPE Bundle>{}", in_xml(words)).into_bytes();
    let unknown = |words: &str| in_xml(words).replace("timestamp", "timepiece").into_bytes();
    for (body, code, is_told) in [
        (cut(in_xml("He is suicidal.")), "WW-FHR-001", true),
        (cut(in_xml(CALM)), "WW-FHR-001", false),
        (spelt("he can’t breathe", "’", "&apos;"), "WW-FHR-001", true),
        (
            spelt("he can’t breathe", "’", "&#8217;"),
            "WW-FHR-001",
            true,
        ),
        (spelt("wants to die", "to ", "to&#xA;"), "WW-FHR-001", true),
        (typed("suicidal"), "WW-FHR-006", true),
        (typed(CALM), "WW-FHR-006", false),
        (unknown("suicidal"), "WW-FHR-007", true),
        (utf_16(&in_xml("suicidal")), "WW-FHR-023", true),
    ] {
        let sending = sending(&gateway, body, XML);
        refused(&gateway, &sending, code, is_told).await;
    }
    let asked = sending(&gateway, cut(in_xml("suicidal")), XML);
    let asked = asked.header("Accept", Some("application/fhir+xml; version=1.5.0"));
    let reply = wire::post(&gateway, &asked).await;
    let told = xml::to_json(&reply.bytes, 1 << 20).expect("FHIR XML");
    assert!(String::from_utf8_lossy(&told).contains(NOTICE));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_or_sends_too_much_is_told_nothing_of_a_body_that_was_not_read() {
    let gateway = TestGateway::with(|settings| settings.bars.limits.body_bytes = 4096).await;
    let cut_off = cut(in_json("suicidal"));
    assert!(cut_off.len() > 4096);
    let too_long = sending(&gateway, cut_off, None);
    refused(&gateway, &too_long, "WW-FHR-004", false).await;
    let short = b"{\"note\": \"suicidal\"".to_vec();
    let known = sending(&gateway, short, None);
    refused(&gateway, &known, "WW-FHR-001", true).await;
    let nobody = known.header("NHSD-End-User-Organisation", None);
    let reply = wire::post(&gateway, &nobody).await;
    assert!(reply.status >= 400, "{}", reply.json);
    assert!(!reply.json.to_string().contains(NOTICE), "{}", reply.json);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_body_that_could_not_be_read_neither_words_nor_notice_are_kept() {
    let gateway = quiet().await;
    let body = cut(in_json("Brumbelina is suicidal"));
    let sending = sending(&gateway, body, None);
    refused(&gateway, &sending, "WW-FHR-001", true).await;
    let other = Sending {
        body: cut(in_json(CALM)),
        ..sending
    };
    refused(&gateway, &other, "WW-REF-045", false).await;
    for (file, bytes) in contents(gateway.folder()) {
        let text = String::from_utf8_lossy(&bytes);
        for word in [NOTICE, "Brumbelina", "suicidal"] {
            assert!(!text.contains(word), "{word} in {file:?}");
        }
    }
    gateway.end().await;
}
