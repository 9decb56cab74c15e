//! The parts of a message by which it is judged, and what they mean together.

use super::Faults;
use super::bundle::Entries;
use super::message::{self, Header};
use super::service_request::Request;
use crate::standards::bars::decision::{self, Column, Meaning, Signs};
use crate::standards::bars::policy::Served;

/// The parts of a message by which it is judged.
pub(super) struct Parts<'m, 'd> {
    pub(super) entries: &'m Entries<'d>,
    /// `None` is told where it is looked for.
    pub(super) header: Option<Header<'d>>,
    pub(super) request: Option<Request<'d>>,
    pub(super) signs: Signs,
    /// The service that it is for; `None` while that is not known.
    pub(super) service: Option<&'m Served>,
}

impl<'m, 'd> Parts<'m, 'd> {
    pub(super) fn of(entries: &'m Entries<'d>, faults: &mut Faults<'_>) -> Self {
        let header = message::header(entries, faults);
        let request = entries.first("ServiceRequest").map(Request::of);
        let signs = signs(header.as_ref(), request.as_ref(), entries);
        Self {
            entries,
            header,
            request,
            signs,
            service: None,
        }
    }

    /// Whether its ServiceRequest is missing. A booking has none; of a message without a
    /// MessageHeader it is asked, because no message that is taken here is without.
    pub(super) fn lacks_request(&self) -> bool {
        let event = self.signs.event.as_deref();
        let asks = event.is_none_or(|event| event.starts_with("servicerequest-"));
        asks && self.request.is_none()
    }

    /// What the MessageHeader names as the missing ServiceRequest: that a reference to it
    /// leads nowhere is the same fault again.
    pub(super) fn missing_focus(&self) -> Option<&'d str> {
        let focus = self.header?.node.dig(&["focus", "reference"])?;
        focus.text().filter(|_| self.lacks_request())
    }
}

fn signs(
    header: Option<&Header<'_>>,
    request: Option<&Request<'_>>,
    entries: &Entries<'_>,
) -> Signs {
    let lower = |text: Option<&str>| text.map(str::to_ascii_lowercase);
    let statuses = |kind| {
        entries
            .of_type(kind)
            .filter_map(|resource| lower(resource.str("status")))
    };
    Signs {
        event: lower(header.and_then(Header::event)),
        reason: lower(header.and_then(Header::reason)),
        category: lower(request.and_then(Request::category)),
        use_case: lower(request.and_then(Request::use_case)),
        service_request: lower(request.and_then(|r| r.node.str("status"))),
        care_plan: statuses("CarePlan").next(),
        encounters: statuses("Encounter").collect(),
    }
}

/// What the message means. Where it means nothing, each sign that fits nowhere is told at its
/// own element; not one that is only missing, because what bears it is told as missing itself.
pub(super) fn decide(
    parts: &Parts<'_, '_>,
    header: &Header<'_>,
    faults: &mut Faults<'_>,
) -> Option<Meaning> {
    let signs = &parts.signs;
    let found = if parts.lacks_request() {
        decision::check_header(signs).err()
    } else {
        match decision::decide(signs) {
            Ok(meaning) => return Some(meaning),
            Err(_) if parts.request.is_some() && signs.category.is_none() => {
                let category = Some("referral".to_owned());
                let as_referral = Signs {
                    category,
                    ..signs.clone()
                };
                decision::decide(&as_referral).err()
            }
            Err(misfits) => Some(misfits),
        }
    };
    for misfit in found.unwrap_or_default() {
        faults.add(misfit.problem.at(place(parts, header, misfit.column)));
    }
    None
}

/// The path of the element that bears a sign; of one that is missing, where it belongs.
fn place(parts: &Parts<'_, '_>, header: &Header<'_>, column: Column) -> String {
    let of_header = |member| format!("{}.{member}", header.node.path());
    let of_request = |member| match &parts.request {
        Some(request) => format!("{}.{member}", request.node.path()),
        None => header.node.path(),
    };
    let status_of = |kind| match parts.entries.first(kind) {
        Some(resource) => format!("{}.status", resource.path()),
        None => header.node.path(),
    };
    match column {
        Column::Event => of_header("eventCoding"),
        Column::Reason => of_header("reason"),
        Column::Category => of_request("category"),
        Column::ServiceRequest => of_request("status"),
        Column::CarePlan => status_of("CarePlan"),
        Column::Encounter => status_of("Encounter"),
    }
}
