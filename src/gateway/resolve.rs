//! An operator settles a hold: the gateway decides again, by its own routing and with
//! today's tables and consents.
//!
//! What the person said no to, and a restricted record, no operator overrides (DESIGN
//! section 4, step 7). A case that looked like a second one, like a crisis or like that of a
//! person who has died is released when a person has judged it so; a missing consent when the person's answer is recorded.

use jiff::Timestamp;

use super::Gateway;
use super::accept::{Given, Way};
use super::conditions::Condition;
use super::evidence::checked;
use super::happened::happened;
use super::hold::REOPENED_AFTER_WITHDRAWAL;
use super::open_case::keeps_for_birth_date;
use super::refer_on::referred_on_to;
use super::stop::Standing;
use super::waiting::closing;
use crate::adapters::store::{CaseChange, CaseRow, ChosenProvider, Unit};
use crate::domain::caller::Caller;
use crate::domain::case::Case;
use crate::domain::consent::{Decision, Recipient, Record};
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::queue::QueueKind;
use crate::domain::responsibility::Responsible;
use crate::domain::sensitive::Sensitive;
use crate::domain::status::Status;
use crate::problem::{Problem, area::operator as problems};
use crate::standards::bars::red_flags;

/// What a person has found out about a held case.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// A reference to what shows it; it is stored in clear, so it names no person.
    pub evidence: String,
    /// A person has judged that another open case of the person, a phrase that tells of a
    /// crisis, or a mark of death is no reason to keep it.
    pub send_anyway: bool,
    /// The person was asked and consents: how (`spoken`, `written`, `form`).
    pub consent: Option<String>,
}

impl Gateway {
    /// Releases a held case, or clears what is unsettled on a case at its provider. The
    /// same again changes nothing.
    pub async fn resolve(
        &self,
        caller: &Caller,
        case_id: CaseId,
        resolution: &Resolution,
    ) -> Result<Status, Problem> {
        let resolution = Resolution {
            evidence: checked(&resolution.evidence, "evidence")?,
            ..resolution.clone()
        };
        loop {
            let row = self.case_of_operator(caller, case_id).await?;
            if row.status == Status::Held {
                return self.release_anew(caller, case_id, &resolution).await;
            }
            if row.status.lets_nothing_leave() {
                return Err(Problem::new(&problems::NOT_HELD)
                    .with(format!("the case stands at `{}`", row.status.code())));
            }
            if row.hold.is_none() {
                return Ok(row.status);
            }
            let unit = self.settling(caller, &row, &resolution.evidence);
            if self.commit_change(unit, &row).await? {
                return Ok(row.status);
            }
        }
    }

    /// What was unsettled on a case that goes on, such as a word no table knows.
    pub(super) fn settling(&self, caller: &Caller, row: &CaseRow, evidence: &str) -> Unit {
        let now = self.clock.now();
        let mut event = happened(row.id, caller, FactKind::CaseResolved, row.status, now);
        event.note = Some(evidence.to_owned());
        Unit {
            change: Some(CaseChange {
                hold: Some(None),
                ..CaseChange::of(row.id, row.revision)
            }),
            events: vec![event],
            close: vec![closing(row.id, QueueKind::Held, None, caller, "resolved")],
            facts: vec![
                Fact::new(FactKind::CaseResolved, caller)
                    .about(row.id)
                    .with("evidence", evidence),
            ],
            ..Unit::default()
        }
    }

    /// Decides a case again and releases it, as a new version; refused where it would be
    /// held. Its evidence was found to be a plain reference.
    pub(super) async fn release_anew(
        &self,
        caller: &Caller,
        case_id: CaseId,
        resolution: &Resolution,
    ) -> Result<Status, Problem> {
        let evidence = &resolution.evidence;
        loop {
            let row = self.case_of_operator(caller, case_id).await?;
            if !matches!(row.status, Status::Held) && !row.status.is_terminal() {
                // Somebody else has released it meanwhile.
                return Ok(row.status);
            }
            let now = self.clock.now();
            let mut case = self.store.unseal_case(&row)?;
            record_consent(&mut case, &row, caller, resolution, now)?;
            let standing = self.standing(&row).await?;
            let given = self.given(&row, &case, &standing, resolution).await?;
            let way = self.way_again(&row, &given, &case, now).await?;
            let unit = match way {
                Way::Released { routed, leg } => {
                    let provider = ChosenProvider {
                        slug: routed.provider.slug.clone(),
                        digest: routed.provider.digest.clone(),
                    };
                    let fact = Fact::new(FactKind::CaseReleased, caller).about(case_id);
                    let fact = routed
                        .told_in(fact)
                        .with("leg", leg.id.to_string())
                        .with("evidence", evidence.clone())
                        .with("send-anyway", resolution.send_anyway.to_string());
                    let set_aside = given.set_aside(&case, self.settings.bars.policies);
                    let fact = set_aside
                        .into_iter()
                        .fold(fact, |fact, condition| fact.with("set-aside", condition));
                    let mut unit = self.releasing(caller, &row, provider, evidence, now);
                    unit.facts.push(fact);
                    unit.legs.push(*leg);
                    unit
                }
                Way::Held {
                    reason, details, ..
                } => {
                    let told = std::iter::once(reason.to_owned()).chain(details);
                    let told: Vec<String> = told.collect();
                    return Err(Problem::new(&problems::NOT_RELEASABLE).with(told.join("; ")));
                }
            };
            let unit = with_case(unit, resolution.consent.is_some().then_some(case));
            if self.commit_change(unit, &row).await? {
                return Ok(Status::Routed);
            }
        }
    }

    /// A person who was referred on goes to the partner that they consented to and to
    /// nobody else, and only while the case that it came from goes on.
    pub(super) async fn way_again(
        &self,
        row: &CaseRow,
        given: &Given,
        case: &Case,
        now: Timestamp,
    ) -> Result<Way, Problem> {
        if row.referred_on_by.is_none() {
            return self.way_of(given, case, now).await;
        }
        let refused = |why: &str| Problem::new(&problems::NOT_RELEASABLE).with(why);
        let Some(from) = self.open_case_of_hub(row).await? else {
            return Err(refused("the case that it was referred on from is over"));
        };
        let chosen = row.provider.as_ref();
        let partner = chosen.and_then(|chosen| given.tables.provider(&chosen.slug));
        let partner = partner.ok_or_else(|| refused("the partner has no tables any more"))?;
        let recipient = Recipient::Partner(partner.slug.clone());
        let case = case.at(now);
        let case = case.as_ref();
        let consents = &case.referral.consents;
        if consents.for_recipient(&recipient) != Decision::Given || consents.forbids_delivery() {
            return Err(refused("the person has not consented to the partner"));
        }
        let whole = self.store.unseal_case(&from)?;
        let asked = partner
            .eligibility
            .questions(&whole.referral, case.day_of_referral());
        let routed = referred_on_to(partner, asked);
        Ok(self.onward_way(case, routed, given.version, now))
    }

    /// What the decision has to know of a case beside the case itself.
    pub(super) async fn given(
        &self,
        row: &CaseRow,
        case: &Case,
        standing: &Standing,
        resolution: &Resolution,
    ) -> Result<Given, Problem> {
        let held_for = row.hold.as_ref().map(|hold| hold.reason.as_str());
        let open_case = if keeps_for_birth_date(row) {
            Some(Condition::OpenCaseBirthDate)
        } else {
            self.open_case_beside(case).await?
        };
        Ok(Given {
            tables: self.tables(),
            has_red_flag: has_red_flag(case, held_for),
            open_case,
            send_anyway: resolution.send_anyway,
            version: standing.version(None) + 1,
        })
    }

    pub(super) fn releasing(
        &self,
        caller: &Caller,
        row: &CaseRow,
        provider: ChosenProvider,
        evidence: &str,
        now: Timestamp,
    ) -> Unit {
        let operator = Responsible::GatewayOperator(self.settings.gateway.operator.clone());
        let to = Status::Routed;
        // A case that was over and goes out again was closed in error.
        let kind = if row.status.is_terminal() {
            FactKind::CaseCorrected
        } else {
            FactKind::CaseReleased
        };
        let mut event = happened(row.id, caller, kind, to, now);
        event.note = Some(evidence.to_owned());
        event.holder = (operator != row.responsible).then_some(operator);
        // Nobody waits any more for a decision, or for the referrer to hear of an end.
        let close = [QueueKind::Held, QueueKind::ReturnUnheard]
            .map(|kind| closing(row.id, kind, None, caller, "resolved"));
        Unit {
            change: Some(CaseChange {
                status: Some(to),
                hold: row.hold.as_ref().map(|_| None),
                provider: Some(Some(provider)),
                closure_reason: Some(None),
                ..CaseChange::of(row.id, row.revision)
            }),
            events: vec![event],
            close: close.to_vec(),
            ..Unit::default()
        }
    }
}

/// Whether a phrase that tells of a crisis was found at the receipt, in the whole of the
/// referrer's words. A case of an earlier version does not say: then the reason for which it is
/// held tells, or what it keeps of the words.
fn has_red_flag(case: &Case, held_for: Option<&str>) -> bool {
    if let Some(found) = case.has_red_flag {
        return found;
    }
    let words = case.referral.reason.as_ref();
    held_for == Some(Condition::RedFlag.code())
        || words.is_some_and(|words| !red_flags::find(words.expose()).is_empty())
}

pub(super) fn with_case(mut unit: Unit, case: Option<Case>) -> Unit {
    if let Some(change) = &mut unit.change {
        change.case = case.map(Box::new);
    }
    unit
}

/// Writes the person's answer into the case. A recorded no is never overwritten, and
/// who had withdrawn is asked again before anything leaves.
fn record_consent(
    case: &mut Case,
    row: &CaseRow,
    caller: &Caller,
    resolution: &Resolution,
    now: Timestamp,
) -> Result<(), Problem> {
    let refused = |why: &str| Err(Problem::new(&problems::NOT_RELEASABLE).with(why));
    let Some(how) = &resolution.consent else {
        let asks_again = row
            .hold
            .as_ref()
            .is_some_and(|hold| hold.reason == REOPENED_AFTER_WITHDRAWAL);
        return if asks_again {
            refused("the person had withdrawn: ask, and record the answer with `--consent`")
        } else {
            Ok(())
        };
    };
    if case.referral.consents.forbids_delivery() {
        return refused(Condition::WorkwellConsentRefused.code());
    }
    case.referral.consents.workwell = Record {
        decision: Decision::Given,
        at: Some(now),
        until: None,
        recorded_by: Some(Sensitive::new(caller.label())),
        how: Some(checked(how, "consent")?),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::sample;

    #[test]
    fn what_was_found_at_the_receipt_counts_and_an_earlier_case_is_looked_at_again() {
        let crisis = Some("Says that he is suicidal.");
        for (found, words, held_for, expected) in [
            (Some(true), None, Some("open-case"), true),
            (Some(false), crisis, Some("open-case"), false),
            (None, crisis, Some("open-case"), true),
            (None, None, Some("red-flag"), true),
            (None, None, Some("open-case"), false),
            (None, None, None, false),
        ] {
            let mut case = sample::case();
            case.has_red_flag = found;
            case.referral.reason = words.map(|words| Sensitive::new(words.to_owned()));
            assert_eq!(has_red_flag(&case, held_for), expected, "{found:?}");
        }
    }
}
