//! Whether somebody holds the person of a case: who is named, and whether that one can.

use crate::domain::responsibility::Responsible;
use crate::domain::status::Status;

/// What is known of a case's holder.
pub(super) struct Held<'a> {
    /// Who holds the person by the case.
    pub holder: &'a Responsible,
    /// Who took the person last by the case's own history.
    pub taken_by: Option<&'a Responsible>,
    /// Where the case stands.
    pub status: Status,
    /// The providers that may hold it: its own, and the one that referred on.
    pub providers: [Option<&'a str>; 2],
}

/// A holder is valid when the history says the same, and it is a named operator of this
/// gateway, a provider of this case, or, once the case is over, whoever referred (DESIGN
/// I9).
pub(super) fn is_owned(case: &Held<'_>, operators: &[&str]) -> bool {
    if case.taken_by != Some(case.holder) {
        return false;
    }
    match case.holder {
        Responsible::GatewayOperator(name) => operators.contains(&name.as_str()),
        Responsible::Provider(slug) => case.providers.contains(&Some(slug.as_str())),
        Responsible::Referrer => case.status.is_terminal(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(holder: &Responsible, taken_by: Option<&Responsible>, status: Status) -> bool {
        let case = Held {
            holder,
            taken_by,
            status,
            providers: [Some("lantern"), None],
        };
        is_owned(&case, &["Duty desk"])
    }

    #[test]
    fn somebody_who_can_holds_the_person() {
        let named = |name: &str| Responsible::GatewayOperator(name.to_owned());
        let provider = |slug: &str| Responsible::Provider(slug.to_owned());
        for (holder, status, valid) in [
            (named("Duty desk"), Status::Held, true),
            (named("Somebody"), Status::Held, false),
            (named(""), Status::Held, false),
            (provider("lantern"), Status::InSupport, true),
            (provider("borough-works"), Status::InSupport, false),
            (Responsible::Referrer, Status::Returned, true),
            (Responsible::Referrer, Status::Routed, false),
        ] {
            assert_eq!(owned(&holder, Some(&holder), status), valid, "{holder:?}");
        }
    }

    #[test]
    fn a_holder_that_no_event_names_is_none() {
        let holder = Responsible::GatewayOperator("Duty desk".to_owned());
        assert!(!owned(&holder, None, Status::Held));
        assert!(!owned(&holder, Some(&Responsible::Referrer), Status::Held));
    }
}
