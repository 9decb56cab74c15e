//! What another open case of the person means for a case: the person was referred twice, or
//! one of the referrals carries a number that is somebody else's.
//!
//! Equal NHS numbers link two cases, and a check digit finds few numbers of other people. Where
//! the birth dates differ the gateway does not guess which referral is wrong (DESIGN I5): the
//! condition says so to the operator and to nobody else.

use super::Gateway;
use super::conditions::Condition;
use crate::adapters::store::{BeforeReceive, CaseRow, Demographics};
use crate::domain::caller::Caller;
use crate::domain::case::Case;
use crate::problem::Problem;

impl Gateway {
    /// The condition that another open case of the person gives, if there is one.
    pub(super) async fn open_case_beside(&self, case: &Case) -> Result<Option<Condition>, Problem> {
        let system = Caller::System;
        let rows = match (&case.referral.person.nhs_number, Demographics::of(case)) {
            (Some(number), _) => self.store.open_cases_of_person(&system, number).await?,
            (None, Some(person)) => self.store.cases_by_demographics(&system, &person).await?,
            (None, None) => Vec::new(),
        };
        let is_other = |other: &&CaseRow| other.id != case.id && !other.status.is_terminal();
        let others: Vec<&CaseRow> = rows.iter().filter(is_other).collect();
        if others
            .iter()
            .any(|other| self.has_other_birth_date(other, case))
        {
            return Ok(Some(Condition::OpenCaseBirthDate));
        }
        Ok((!others.is_empty()).then_some(Condition::OpenCase))
    }

    /// The same at a receipt. Most people come for the first time: then nothing is read.
    pub(super) async fn open_case_at_receipt(
        &self,
        case: &Case,
        before: &BeforeReceive,
    ) -> Result<Option<Condition>, Problem> {
        if before.open_cases_of_person.is_empty() {
            return Ok(None);
        }
        let found = self.open_case_beside(case).await?;
        Ok(found.or(Some(Condition::OpenCase)))
    }

    /// What cannot be read says nothing here; its damage is told where it is acted on. Nor does
    /// a case that was referred on: it has what its partner's table names.
    fn has_other_birth_date(&self, row: &CaseRow, case: &Case) -> bool {
        let person = &case.referral.person;
        row.referred_on_by.is_none()
            && self
                .store
                .unseal_case(row)
                .is_ok_and(|other| other.referral.person.birth_date_differs(person))
    }
}

/// Whether a case is held because of another birth date. The other case may be over since, and
/// the number is not right for that: a person decides (`cases resolve --send-anyway`).
pub(super) fn keeps_for_birth_date(row: &CaseRow) -> bool {
    let code = Condition::OpenCaseBirthDate.code();
    row.hold.as_ref().is_some_and(|hold| hold.reason == code)
}
