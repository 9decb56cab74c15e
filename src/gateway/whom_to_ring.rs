//! Whom the operator rings about an entry of the queue: whoever referred, as the referral
//! names them, or the provider that referred the person on.
//!
//! What is named is an organisation at work: its ODS code, its name and its telephone. For a
//! restricted record nothing is named, since the practice tells where the person lives.

use jiff::Timestamp;

use super::Gateway;
use crate::adapters::store::{CaseRow, QueueRow};
use crate::domain::case::{Referrer, SourceRoute};
use crate::domain::provider::Contact;
use crate::problem::Problem;

/// Whom an entry asks to be rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// The provider that referred the person on, by its slug; `None` for the organisation
    /// that referred them to us.
    pub provider: Option<String>,
    /// Whom to ring at that provider, in a line, where its tables say it.
    pub contact: Option<String>,
    /// The organisation that referred; `None` for a provider and for a restricted record.
    pub organisation: Option<Organisation>,
    /// Whether the record is restricted, so that the organisation is not named.
    pub restricted: bool,
    /// Since when there is no news, where that is what no system can tell them.
    pub since: Option<Timestamp>,
}

/// The organisation that referred, as the referral gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its ODS code.
    pub ods: String,
    /// Its name.
    pub name: Option<String>,
    /// Its telephone at work.
    pub telephone: Option<String>,
}

impl Gateway {
    /// Whom to ring about this entry at this instant; `None` where nobody is to be.
    pub(super) async fn whom_to_ring(
        &self,
        entry: &QueueRow,
        case: &CaseRow,
        now: Timestamp,
    ) -> Result<Option<Ring>, Problem> {
        let since = self.silent_since(entry, case, now).await?;
        let of = &entry.entry;
        if since.is_none() && !of.kind.speaks_to_referrer(&of.subject, &of.reason) {
            return Ok(None);
        }
        if let Some(hub) = &case.referred_on_by {
            let tables = self.tables();
            let contact = tables.provider(hub).and_then(|hub| hub.contact.as_ref());
            return Ok(Some(Ring {
                provider: Some(hub.clone()),
                contact: contact.map(Contact::line),
                organisation: None,
                restricted: false,
                since,
            }));
        }
        Ok(Some(Ring {
            provider: None,
            contact: None,
            organisation: (!case.restricted).then(|| self.referring_organisation(case)),
            restricted: case.restricted,
            since,
        }))
    }

    /// What cannot be unsealed any more is still known by the ODS code of who sent it.
    fn referring_organisation(&self, row: &CaseRow) -> Organisation {
        let sent_by = Organisation {
            ods: row.referrer.clone(),
            name: None,
            telephone: None,
        };
        match self.store.unseal_case(row) {
            Ok(case) => named(&case.referral.referrer, sent_by),
            Err(_) => sent_by,
        }
    }
}

/// A person who referred themselves, and an employer, are not an organisation that may be
/// named: who sent their referral is.
fn named(referrer: &Referrer, sent_by: Organisation) -> Organisation {
    let is_personal = matches!(
        referrer.route,
        SourceRoute::SelfReferral | SourceRoute::Employer
    );
    if is_personal {
        return sent_by;
    }
    let ods = referrer.organisation.as_ref();
    Organisation {
        ods: ods.map_or(sent_by.ods, |ods| ods.as_str().to_owned()),
        name: referrer.organisation_name.clone(),
        telephone: referrer.telephone.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent_by() -> Organisation {
        Organisation {
            ods: "Y99001".to_owned(),
            name: None,
            telephone: None,
        }
    }

    #[test]
    fn a_practice_is_named_with_its_telephone_and_a_person_or_an_employer_never() {
        let mut referrer = Referrer {
            organisation_name: Some("Example Practice".to_owned()),
            telephone: Some("01632 960001".to_owned()),
            route: SourceRoute::Gp,
            ..Referrer::default()
        };
        let practice = named(&referrer, sent_by());
        assert_eq!(practice.ods, "Y99001");
        assert_eq!(practice.name.as_deref(), Some("Example Practice"));
        assert_eq!(practice.telephone.as_deref(), Some("01632 960001"));
        for route in [SourceRoute::SelfReferral, SourceRoute::Employer] {
            referrer.route = route;
            assert_eq!(named(&referrer, sent_by()), sent_by());
        }
    }
}
