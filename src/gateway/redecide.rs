//! A case is decided again by the tables in force: one verb after a table was mended.
//!
//! It routes and renders anew in one unit of work and replaces what has not begun to leave
//! (DESIGN I3). What a person has put on hold, what the person said no to and what has left
//! are not its matter. A report whose word no table knew is read again likewise.

use jiff::Timestamp;

use super::accept::{Way, kept_by, note_of};
use super::conditions::Condition;
use super::evidence::{checked, named};
use super::feed_back::{Report, Taken, report_of};
use super::happened::happened;
use super::hold::{BY_OPERATOR, REOPENED, REOPENED_AFTER_WITHDRAWAL};
use super::resolve::{Resolution, with_case};
use super::route::Routed;
use super::waiting::close_work;
use super::{Gateway, commit::HELD_BY_CORRECTION};
use crate::adapters::store::{CaseChange, CaseRow, ChosenProvider, Hold, NewLeg, Unit};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::queue::QueueKind;
use crate::domain::responsibility::Responsible;
use crate::domain::status::Status;
use crate::problem::Problem;
use crate::problem::area::{
    operator as problems, provider_api, referral as referral_problems, routing as routing_problems,
};

/// Who wants a case decided again, and why.
#[derive(Clone, Debug)]
pub struct Order {
    /// The person; a staff name or role, kept in clear.
    pub by: String,
    /// What was mended: a reference, kept in clear, so that it names nobody.
    pub why: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redecided {
    /// Where the case stands now.
    pub status: Status,
    /// `released`, `held`, `reported` (a provider's word was understood) or `unchanged`.
    pub outcome: &'static str,
    /// The provider, where one is chosen.
    pub provider: Option<String>,
    /// Why it is held, as a code.
    pub reason: Option<String>,
    /// The rows and codes that hold it; no value.
    pub details: Vec<String>,
}

impl Gateway {
    /// Decides a case again. The same again changes nothing.
    ///
    /// # Errors
    ///
    /// `WW-OPR-001` no such case, `WW-OPR-002` a name or a reason that is no plain
    /// reference, `WW-OPR-011` no decision is due for it.
    pub async fn redecide(&self, case_id: CaseId, order: &Order) -> Result<Redecided, Problem> {
        let caller = Caller::Operator(named(&order.by, "by")?);
        let why = checked(&order.why, "why")?;
        loop {
            let row = self.case_of_operator(&caller, case_id).await?;
            let done = match matter_of(&row)? {
                Matter::Way => self.decide_again(&caller, &row, &why).await?,
                Matter::Word => self.read_again(&caller, &row, &why).await?,
            };
            if let Some(done) = done {
                return Ok(done);
            }
        }
    }

    /// `None` when the case has changed meanwhile.
    async fn decide_again(
        &self,
        caller: &Caller,
        row: &CaseRow,
        why: &str,
    ) -> Result<Option<Redecided>, Problem> {
        let now = self.clock.now();
        let standing = self.standing(row).await?;
        if row.status == Status::Routed && standing.may_be_held() {
            return Err(not_due("it has left, or may have"));
        }
        let mut case = self.store.unseal_case(row)?;
        let resolution = Resolution {
            evidence: why.to_owned(),
            // Of a case that was released a person has judged these, where there was any.
            send_anyway: row.status == Status::Routed,
            consent: None,
        };
        let given = self.given(row, &case, &standing, &resolution).await?;
        // A code that waited for its group has it once the table has the code.
        let groups = given.tables.condition_groups();
        let is_regrouped = groups.group_anew(&mut case.referral.barriers);
        let rings = self.rings_for_crisis(row).await?;
        let done = match self.way_again(row, &given, &case, now).await {
            Ok(Way::Released { routed, leg }) => {
                if is_as_before(row, &routed) && !is_regrouped {
                    return Ok(Some(unchanged(row)));
                }
                self.released_again(caller, row, why, (routed, *leg), now)
            }
            Ok(Way::Held {
                reason,
                details,
                routed,
                ..
            }) => self.held_again(
                caller,
                row,
                why,
                &Held {
                    reason,
                    details,
                    routed,
                    rings: rings && self.hides_red_flag(&given, reason),
                },
                now,
            ),
            Err(problem) => {
                let reason = nobody(&problem)?;
                let held = Held {
                    reason,
                    details: vec![problem.entry.code.to_owned()],
                    routed: None,
                    rings: rings && self.hides_red_flag(&given, reason),
                };
                self.held_again(caller, row, why, &held, now)
            }
        };
        let (mut unit, done) = done;
        if is_regrouped {
            for fact in &mut unit.facts {
                if fact.kind == FactKind::CaseRedecided {
                    *fact = fact.clone().with("condition-groups", groups.digest());
                }
            }
            unit = with_case(unit, Some(case));
        }
        let committed = self.commit_change(unit, row).await?;
        Ok(committed.then_some(done))
    }

    /// Whether the queue asks for a call to the referrer about a phrase that tells of a
    /// crisis: another reason for the hold does not end that.
    async fn rings_for_crisis(&self, row: &CaseRow) -> Result<bool, Problem> {
        let code = Condition::RedFlag.code();
        if row.hold.as_ref().is_some_and(|hold| hold.reason == code) {
            return Ok(true);
        }
        self.waits_for(row.id, QueueKind::Held, Some(code)).await
    }

    fn released_again(
        &self,
        caller: &Caller,
        row: &CaseRow,
        why: &str,
        (routed, leg): (Routed, NewLeg),
        now: Timestamp,
    ) -> (Unit, Redecided) {
        let provider = chosen(&routed);
        let slug = provider.slug.clone();
        let fact = Fact::new(FactKind::CaseReleased, caller).about(row.id);
        let fact = routed.told_in(fact).with("leg", leg.id.to_string());
        let decided = redecided(caller, row, why, "released").with("provider", slug.clone());
        let mut unit = self.releasing(caller, row, provider, why, now);
        unit.facts.extend([decided, fact]);
        unit.legs.push(leg);
        for event in &mut unit.events {
            FactKind::CaseRedecided.code().clone_into(&mut event.kind);
        }
        if row.status == Status::Routed {
            replace_unsent(&mut unit, row.id);
            // The clock of the provider that gets it now, from now.
            if let Some(change) = &mut unit.change {
                change.milestone = Some(self.awaited(Status::Routed, Some(&slug), None, now));
            }
        }
        let done = Redecided {
            status: Status::Routed,
            outcome: "released",
            provider: Some(slug),
            reason: None,
            details: Vec::new(),
        };
        (unit, done)
    }

    fn held_again(
        &self,
        caller: &Caller,
        row: &CaseRow,
        why: &str,
        held: &Held,
        now: Timestamp,
    ) -> (Unit, Redecided) {
        let operator = Responsible::GatewayOperator(self.settings.gateway.operator.clone());
        let fact = redecided(caller, row, why, "held");
        let fact = kept_by(fact, held.reason, &held.details);
        let mut event = happened(row.id, caller, FactKind::CaseRedecided, Status::Held, now);
        event.note = Some(note_of(held.reason, &held.details));
        event.holder = (operator != row.responsible).then_some(operator);
        let reason_before = row.hold.as_ref().map(|hold| hold.reason.as_str());
        let hold = (reason_before != Some(held.reason)).then(|| {
            Some(Hold {
                reason: held.reason.to_owned(),
                since: now,
            })
        });
        let provider = held.routed.as_ref().map(chosen);
        let slug = provider.as_ref().map(|chosen| chosen.slug.clone());
        let was_routed = row.status == Status::Routed;
        let mut unit = Unit {
            change: Some(CaseChange {
                status: Some(Status::Held),
                hold,
                provider: Some(provider),
                // The referrer sees where a case stands, and that is the same.
                unseen_by_referrer: !was_routed,
                ..CaseChange::of(row.id, row.revision)
            }),
            events: vec![event],
            facts: vec![fact],
            ..Unit::default()
        };
        if held.rings {
            unit.raise.push(self.crisis_entry(row.id, now));
        }
        if was_routed {
            replace_unsent(&mut unit, row.id);
            close_work(&mut unit, row.id, caller, "held");
        }
        let done = Redecided {
            status: Status::Held,
            outcome: "held",
            provider: slug,
            reason: Some(held.reason.to_owned()),
            details: held.details.clone(),
        };
        (unit, done)
    }

    /// Reads the last report again of those whose words no table knew.
    async fn read_again(
        &self,
        caller: &Caller,
        row: &CaseRow,
        why: &str,
    ) -> Result<Option<Redecided>, Problem> {
        let http = provider_api::UNKNOWN_WORD.http;
        let kept = self.store.updates_answered(row.id, http).await?;
        let reports = kept
            .iter()
            .filter_map(|kept| Some((kept.provider.as_str(), report_of(kept)?)));
        let mut reports: Vec<(&str, Report)> = reports.collect();
        reports.sort_by_key(|(_, report)| report.occurred_at);
        let tables = self.tables();
        // The last word says where the case stands; an earlier one would say where it stood.
        let known = reports.last().and_then(|(slug, report)| {
            let words = &tables.provider(slug)?.status_words;
            Some((*slug, report, words.find(&report.word)?.clone()))
        });
        let Some((slug, report, word)) = known else {
            let what = if reports.is_empty() {
                "what was said is not kept; ask the provider to report again"
            } else {
                "its provider's status.csv does not know the word yet"
            };
            return Err(not_due(what));
        };
        let provider = Caller::Provider(slug.to_owned());
        let fact = redecided(caller, row, why, "reported").with("status", word.status.code());
        let taken = self
            .take_report_with(&provider, row, report, &word, Some(fact))
            .await?;
        let Taken::Done(done) = taken else {
            return Ok(None);
        };
        self.settle_word(caller, row.id, why).await?;
        Ok(Some(Redecided {
            status: done.status,
            outcome: "reported",
            provider: Some(slug.to_owned()),
            reason: None,
            details: vec![done.outcome.to_owned()],
        }))
    }

    /// A word that moved nothing, since later news has come, is settled all the same.
    async fn settle_word(&self, caller: &Caller, id: CaseId, why: &str) -> Result<(), Problem> {
        loop {
            let row = self.case_of_operator(caller, id).await?;
            if !is_unknown_word(&row) || row.status.lets_nothing_leave() {
                return Ok(());
            }
            let unit = self.settling(caller, &row, why);
            if self.commit_change(unit, &row).await? {
                return Ok(());
            }
        }
    }
}

/// Why a case is held again.
struct Held {
    reason: &'static str,
    details: Vec<String>,
    routed: Option<Routed>,
    /// The referrer is still to be rung about a phrase that tells of a crisis.
    rings: bool,
}

/// What is decided again.
enum Matter {
    /// Where the case goes.
    Way,
    /// What a provider's word means.
    Word,
}

fn matter_of(row: &CaseRow) -> Result<Matter, Problem> {
    let reason = row.hold.as_ref().map(|hold| hold.reason.as_str());
    let by_a_person = [
        BY_OPERATOR,
        REOPENED,
        REOPENED_AFTER_WITHDRAWAL,
        HELD_BY_CORRECTION,
    ];
    match row.status {
        Status::Held if reason.is_some_and(|reason| by_a_person.contains(&reason)) => Err(not_due(
            "a person has put it on hold: `cases resolve` ends that",
        )),
        Status::Held => Ok(Matter::Way),
        _ if is_unknown_word(row) && !row.status.lets_nothing_leave() => Ok(Matter::Word),
        Status::Routed => Ok(Matter::Way),
        other => Err(not_due(&format!("it stands at `{}`", other.code()))),
    }
}

fn is_unknown_word(row: &CaseRow) -> bool {
    let hold = row.hold.as_ref();
    hold.is_some_and(|hold| hold.reason == Condition::UnknownProviderWord.code())
}

fn not_due(why: &str) -> Problem {
    Problem::new(&problems::NOT_REDECIDABLE).with(why)
}

/// For which condition a case is held that would be refused if it came now: the person
/// is ours to answer for until somebody gives them back.
fn nobody(problem: &Problem) -> Result<&'static str, Problem> {
    let entry = problem.entry;
    if entry == &routing_problems::SEVERAL_PROVIDERS {
        return Ok(Condition::SeveralProviders.code());
    }
    if routing_problems::ALL.contains(&entry) {
        return Ok(Condition::Nobody.code());
    }
    if entry == &referral_problems::WORKWELL_CONSENT_MISSING {
        return Ok(Condition::WorkwellConsentNotRecorded.code());
    }
    Err(problem.clone())
}

/// Whether a released case would be released to the same provider by the same tables.
fn is_as_before(row: &CaseRow, routed: &Routed) -> bool {
    let same = |before: &ChosenProvider| *before == chosen(routed);
    row.status == Status::Routed && row.provider.as_ref().is_some_and(same)
}

fn unchanged(row: &CaseRow) -> Redecided {
    Redecided {
        status: row.status,
        outcome: "unchanged",
        provider: row.provider.as_ref().map(|chosen| chosen.slug.clone()),
        reason: None,
        details: Vec::new(),
    }
}

fn chosen(routed: &Routed) -> ChosenProvider {
    ChosenProvider {
        slug: routed.provider.slug.clone(),
        digest: routed.provider.digest.clone(),
    }
}

/// What has not begun to leave dies in the unit that brings its successor; where an
/// attempt has begun meanwhile, the unit is stale.
fn replace_unsent(unit: &mut Unit, id: CaseId) {
    unit.stop_unsent = Some(id);
    unit.expected_may_be_held = Some(false);
}

fn redecided(caller: &Caller, row: &CaseRow, why: &str, outcome: &str) -> Fact {
    let mut fact = Fact::new(FactKind::CaseRedecided, caller)
        .about(row.id)
        .with("outcome", outcome)
        .with("evidence", why);
    if let Some(before) = &row.provider {
        fact = fact
            .with("provider-before", before.slug.clone())
            .with("tables-before", before.digest.clone());
    }
    fact
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_refused_today_is_held_under_the_name_of_its_condition() {
        for (entry, reason) in [
            (&routing_problems::SEVERAL_PROVIDERS, "several-providers"),
            (&routing_problems::NO_PROVIDERS, "nobody-serves"),
            (
                &referral_problems::WORKWELL_CONSENT_MISSING,
                "workwell-consent-not-recorded",
            ),
        ] {
            assert_eq!(nobody(&Problem::new(entry)), Ok(reason), "{}", entry.code);
        }
        assert!(nobody(&Problem::new(&problems::NO_SUCH_CASE)).is_err());
    }
}
