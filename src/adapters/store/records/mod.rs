//! The rows of the store as plain values.
//!
//! Times are kept to the microsecond. What is called *sealed* goes in and comes out
//! in clear; on disk it is encrypted under the case's own key (DESIGN I11).

mod cases;
mod figures;
mod history;
mod outbox;
mod queue;
mod requests;

pub use cases::*;
pub use figures::*;
pub use history::*;
pub use outbox::*;
pub use queue::*;
pub use requests::*;

/// Rows with content show their ids only, so that no log line picks the content up
/// (DESIGN I4).
macro_rules! shows_ids_only {
    ($($row:ident: $($field:ident).+;)*) => {
        $(impl std::fmt::Debug for $row {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{} {}", stringify!($row), self.$($field).+)
            }
        })*
    };
}

shows_ids_only! {
    CaseRow: id;
    NewMessage: id;
    NewLeg: id;
    LegWithCase: leg.id;
    UpdateKey: case_id;
}

#[cfg(test)]
mod tests {
    use super::super::tests::given;
    use super::*;

    #[test]
    fn debug_shows_no_content() {
        let message = given::message(1);
        assert_eq!(format!("{message:?}"), format!("NewMessage {}", message.id));
        let leg = given::leg(1, 1, LegKind::Deliver);
        assert_eq!(format!("{leg:?}"), format!("NewLeg {}", leg.id));
        let unit = format!("{:?}", given::receipt(1));
        assert!(!unit.contains(given::FAMILY) && !unit.contains("123, 34"));
    }
}
