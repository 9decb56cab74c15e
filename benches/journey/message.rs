//! The fixture as it lies on disk, made distinct for each message: fresh ids, a test
//! NHS number and identifiers of its own, the same length.

use uuid::Uuid;
use workwell_gateway::conformance::parties::gp::{Gp, Sending};
use workwell_gateway::conformance::parties::referral::bundle::{mask_of, masked};
use workwell_gateway::conformance::parties::referral::person::nhs_number;
use workwell_gateway::conformance::parties::referral::{FIXTURE, Place, Referral};

/// The length of a body.
pub const BYTES: usize = FIXTURE.len();

/// Makes messages, each with a person of its own.
pub struct Sender<'a> {
    gp: &'a Gp,
    ids: Vec<(usize, Uuid)>,
    next: u64,
}

impl<'a> Sender<'a> {
    /// The practice that will be answered.
    pub fn new(gp: &'a Gp) -> Self {
        Self {
            gp,
            ids: ids_of(FIXTURE),
            next: 1,
        }
    }

    /// Whole HTTP requests, ready to be sent.
    pub fn batch(&mut self, count: u64, place: Place) -> Vec<Vec<u8>> {
        (0..count).map(|_| request(&self.one(place))).collect()
    }

    /// The next message with its headers.
    pub fn one(&mut self, place: Place) -> Sending {
        let seed = self.next;
        self.next += 1;
        let mut sending = self.gp.prepare(&Referral::new(seed).at(place));
        sending.body = self.body(seed, place);
        sending
    }

    /// How many responses the practice has.
    pub fn told(&self) -> usize {
        self.gp.responses().len()
    }

    fn body(&self, seed: u64, place: Place) -> Vec<u8> {
        let mut text = FIXTURE
            .replace("\"9990000018\"", &format!("\"{}\"", nhs_number(seed)))
            .replace("1981-03-27", &birth_date(seed))
            .replace("LK-2026-000001", &format!("LK-2026-{seed:06}"))
            .replace("LK-CASE-000001", &format!("LK-CASE-{seed:06}"))
            .replace(Place::LANTERN.postcode, place.postcode)
            .replace(Place::LANTERN.practice, place.practice)
            .into_bytes();
        assert_eq!(text.len(), FIXTURE.len(), "places of the ids stay");
        let mask = mask_of(seed);
        for (at, id) in &self.ids {
            let id = masked(*id, mask).hyphenated().to_string();
            text[*at..*at + id.len()].copy_from_slice(id.as_bytes());
        }
        text
    }
}

/// People of working age, few with a birthday in common.
fn birth_date(seed: u64) -> String {
    let days = i64::try_from(seed % 14_000).unwrap_or_default();
    let first = jiff::civil::date(1965, 1, 1);
    (first + jiff::Span::new().days(days)).to_string()
}

/// Where the UUIDs stand.
fn ids_of(text: &str) -> Vec<(usize, Uuid)> {
    let places = text.match_indices('-').filter(|(at, _)| *at >= 8);
    places
        .filter_map(|(at, _)| {
            let id = text.get(at - 8..at + 28)?;
            Some((at - 8, Uuid::try_parse(id).ok()?))
        })
        .collect()
}

fn request(sending: &Sending) -> Vec<u8> {
    let mut head = String::from("POST /$process-message HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    for (name, value) in &sending.headers {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    }
    head.push_str("Content-Length: ");
    head.push_str(&sending.body.len().to_string());
    head.push_str("\r\n\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&sending.body);
    bytes
}
