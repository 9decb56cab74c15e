//! Finds the referral that a cancel or an amendment speaks of.
//!
//! By the id that we gave (BaRS Core 1.5.0: the receiver matches on ServiceRequest.id), else
//! by our case reference, which a read shows as an identifier, else by any of the sender's
//! identifiers, else by the conversation. A referral of another organisation is as unknown as
//! none.
//!
//! Usually an identifier is carried by one referral. It can be carried by several: a closed
//! one and its successor, one that was opened again by a correction, or two of which the
//! message names an identifier each. Then the wrong one must not be stopped, and the one that
//! went out must not be left going by a 200 (DESIGN I10). What the message's other signs
//! single out is meant; what is still open between two is refused, because a refusal is heard
//! and the sender can name our id, while a stop of the wrong one is heard by nobody. So is a
//! message whose ids point at two that go on, such as our id of one and an identifier of the
//! other: whichever was stopped, the other would go on behind the 200.

use std::cmp::Reverse;

use super::Gateway;
use super::receive::Message;
use crate::adapters::store::CaseRow;
use crate::domain::case::Case;
use crate::domain::identifiers::CaseReference;
use crate::domain::status::Status;
use crate::problem::{Problem, area::referral as problems};

/// The referral that a message means.
pub(super) struct Meant {
    /// The case.
    pub row: CaseRow,
    /// Whether the message names it by the ServiceRequest.id that we gave: nobody types that
    /// one, while an identifier of the sender's can be another referral's by a slip.
    pub by_our_id: bool,
}

/// How a case stands to what a message says.
#[derive(Clone, Copy, Debug)]
struct Signs {
    /// Nothing that the message says of the person speaks against it.
    of_person: bool,
    /// It carries every identifier that the message names.
    has_every_identifier: bool,
    /// It was opened in the message's conversation: a cancel keeps the correlation id (BaRS
    /// Core 1.5.0, transactional integrity).
    in_conversation: bool,
    status: Status,
}

impl Signs {
    /// It was released, so a provider has it or soon will, and nothing stopped it.
    const fn went_out(self) -> bool {
        !matches!(self.status, Status::Received | Status::Held) && self.goes_on()
    }

    const fn goes_on(self) -> bool {
        goes_on(self.status)
    }
}

/// Which of several is meant; `None` where more than one could be.
fn meant(all: &[Signs]) -> Option<usize> {
    let mut left: Vec<usize> = (0..all.len()).collect();
    let signs: [fn(&Signs) -> bool; 3] = [
        |signs| signs.of_person,
        |signs| signs.has_every_identifier,
        |signs| signs.in_conversation,
    ];
    for sign in signs {
        left = those_with(left, |index| sign(&all[*index]));
    }
    let of = |holds: fn(Signs) -> bool| -> Vec<usize> {
        let kept = left.iter().copied().filter(|index| holds(all[*index]));
        kept.collect()
    };
    let (out, going) = (of(Signs::went_out), of(Signs::goes_on));
    let chosen = match (&out[..], &going[..], &left[..]) {
        // What waits here does no harm while it waits; what went out does. Where none of them
        // goes on, the first tells how.
        ([one], _, _) | ([], [one], _) | ([], [], [one, ..]) => *one,
        _ => return None,
    };
    // Another one that the message may as well mean must not go on behind a 200.
    let other_goes_on = all.iter().any(|signs| signs.of_person && signs.went_out());
    (all[chosen].went_out() || !other_goes_on).then_some(chosen)
}

/// Those of several that show a sign; where none does, it tells none of them apart.
fn those_with<T>(all: Vec<T>, sign: impl FnMut(&T) -> bool) -> Vec<T> {
    let (kept, others): (Vec<T>, Vec<T>) = all.into_iter().partition(sign);
    if kept.is_empty() { others } else { kept }
}

/// A case and how it stands to the message.
type Candidate = (CaseRow, Signs);

impl Gateway {
    /// The referral that a message speaks of.
    pub(super) async fn find_referral(&self, message: &Message<'_>) -> Result<Meant, Vec<Problem>> {
        let found = self.find_meant(message).await;
        found.map_err(|problem| vec![problem])
    }

    async fn find_meant(&self, message: &Message<'_>) -> Result<Meant, Problem> {
        let caller = &message.caller;
        let by_id = match message.facts.service_request_id {
            Some(id) => self.store.case_by_service_request_id(caller, id).await?,
            None => None,
        };
        let by_reference = self.find_by_references(message).await?;
        let by_our_id = by_id.is_some();
        let row = match by_id.or_else(|| by_reference.first().cloned()) {
            Some(row) => row,
            None => self.find_by_theirs(message).await?.ok_or_else(|| {
                self.or_held(Problem::new(&problems::UNKNOWN_REFERRAL).at("ServiceRequest"))
            })?,
        };
        if names_another(&row, &by_reference) || self.carried_by_another(message, &row).await? {
            return Err(several());
        }
        Ok(Meant { row, by_our_id })
    }

    /// The referrals whose case reference the message names.
    async fn find_by_references(&self, message: &Message<'_>) -> Result<Vec<CaseRow>, Problem> {
        let named = &message.facts.service_request_identifiers;
        let mut found = Vec::new();
        for reference in named.iter().filter_map(|named| our_reference(named)) {
            let row = self
                .store
                .case_by_reference(&message.caller, reference.as_str());
            found.extend(row.await?);
        }
        Ok(found)
    }

    /// By what the sender gave: its identifiers, else the conversation.
    async fn find_by_theirs(&self, message: &Message<'_>) -> Result<Option<CaseRow>, Problem> {
        let named = &message.facts.service_request_identifiers;
        let found = self
            .store
            .cases_by_service_request_identifiers(&message.caller, named)
            .await?;
        match found.len() {
            0 => self.find_in_conversation(message).await,
            1 => Ok(found.into_iter().next()),
            _ => meant_of(candidates(message, self.opened(found)?)).map(Some),
        }
    }

    /// Whether the message names an identifier that this referral does not carry and another
    /// one that goes on does.
    async fn carried_by_another(
        &self,
        message: &Message<'_>,
        row: &CaseRow,
    ) -> Result<bool, Problem> {
        let case = self.store.unseal_case(row)?;
        let carries = |named: &String| case.referral.identifiers().any(|known| known == named);
        let named = message.facts.service_request_identifiers.iter();
        // A case reference of ours is looked up as that, whoever else writes it.
        let is_foreign = |named: &&String| our_reference(named).is_none() && !carries(named);
        let foreign: Vec<String> = named.filter(is_foreign).cloned().collect();
        if foreign.is_empty() {
            return Ok(false);
        }
        let found = self
            .store
            .cases_by_service_request_identifiers(&message.caller, &foreign)
            .await?;
        Ok(names_another(row, &found))
    }

    /// The referral of a conversation, where only one can be meant: a journey keeps its
    /// correlation id over onward referrals, and the wrong one is never stopped (DESIGN I5).
    async fn find_in_conversation(
        &self,
        message: &Message<'_>,
    ) -> Result<Option<CaseRow>, Problem> {
        let conversation = message.headers.correlation_id;
        let rows = self
            .store
            .cases_by_correlation(&message.caller, conversation)
            .await?;
        let mut found = self.opened(rows)?;
        // With an identifier in common it was found by that; with other ones it is another.
        let names_none = message.facts.service_request_identifiers.is_empty();
        found.retain(|(_, case)| names_none || case.referral.identifiers().next().is_none());
        let found = candidates(message, found);
        let found = those_with(found, |(_, signs)| signs.of_person);
        // A conversation can hold a referral that is over, or is being stopped, and its
        // successor: the one that goes on is meant. A conversation says less than an
        // identifier, so that of two that go on neither is chosen, sent out or not.
        match found.iter().filter(|(_, signs)| signs.goes_on()).count() {
            _ if found.is_empty() => Ok(None),
            0 | 1 => meant_of(found).map(Some),
            _ => Err(several()),
        }
    }

    /// The cases with what they carry. One that cannot be read and from which nothing leaves
    /// any more is left out where another goes on: its damage must not keep that one running.
    fn opened(&self, rows: Vec<CaseRow>) -> Result<Vec<(CaseRow, Case)>, Problem> {
        let mut opened: Vec<(CaseRow, Case)> = Vec::with_capacity(rows.len());
        let mut unreadable = None;
        for row in rows {
            match self.store.unseal_case(&row) {
                Ok(case) => opened.push((row, case)),
                Err(problem) if goes_on(row.status) => return Err(problem),
                Err(problem) => unreadable = Some(problem),
            }
        }
        match unreadable {
            Some(problem) if !opened.iter().any(|(row, _)| goes_on(row.status)) => Err(problem),
            _ => Ok(opened),
        }
    }
}

/// Whether one of these is another referral that goes on.
fn names_another(row: &CaseRow, found: &[CaseRow]) -> bool {
    let is_rival = |other: &CaseRow| other.id != row.id && goes_on(other.status);
    found.iter().any(is_rival)
}

const fn goes_on(status: Status) -> bool {
    !status.lets_nothing_leave()
}

/// Our case reference, where an identifier (`system|value`) is one.
fn our_reference(identifier: &str) -> Option<CaseReference> {
    let (system, value) = identifier.split_once('|')?;
    (system == CaseReference::SYSTEM)
        .then(|| CaseReference::parse(value))
        .flatten()
}

/// The one of several that the message means.
fn meant_of(mut found: Vec<Candidate>) -> Result<CaseRow, Problem> {
    // One that is being stopped before those that are over, and then the newest first.
    found.sort_by_key(|(row, _)| (row.status.is_terminal(), Reverse(row.received_at)));
    let signs: Vec<Signs> = found.iter().map(|(_, signs)| *signs).collect();
    let index = meant(&signs).ok_or_else(several)?;
    Ok(found.swap_remove(index).0)
}

fn several() -> Problem {
    let problem = Problem::new(&problems::UNKNOWN_REFERRAL).at("ServiceRequest.identifier");
    problem.with("more than one referral could be meant, and none was changed")
}

/// The cases with how each stands to the message.
fn candidates(message: &Message<'_>, opened: Vec<(CaseRow, Case)>) -> Vec<Candidate> {
    let with_signs = |(row, case): (CaseRow, Case)| {
        let signs = signs_of(message, &row, &case);
        (row, signs)
    };
    opened.into_iter().map(with_signs).collect()
}

fn signs_of(message: &Message<'_>, row: &CaseRow, case: &Case) -> Signs {
    let person = &case.referral.person;
    let named = &message.facts.service_request_identifiers;
    let carries =
        |identifier: &String| case.referral.identifiers().any(|known| known == identifier);
    Signs {
        of_person: message
            .person
            .is_none_or(|other| person.contradicted_by(other).is_none()),
        has_every_identifier: named.iter().all(carries),
        in_conversation: row.correlation_id == message.headers.correlation_id,
        status: row.status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIVERED: Signs = Signs {
        of_person: true,
        has_every_identifier: true,
        in_conversation: true,
        status: Status::Delivered,
    };
    const HELD: Signs = Signs {
        status: Status::Held,
        ..DELIVERED
    };
    const OVER: Signs = Signs {
        status: Status::Cancelled,
        ..DELIVERED
    };

    fn of_another_person(signs: Signs) -> Signs {
        Signs {
            of_person: false,
            ..signs
        }
    }

    fn with_one_identifier_of_two(signs: Signs) -> Signs {
        Signs {
            has_every_identifier: false,
            ..signs
        }
    }

    fn elsewhere(signs: Signs) -> Signs {
        Signs {
            in_conversation: false,
            ..signs
        }
    }

    #[test]
    fn what_went_out_is_meant_before_what_waits_and_what_is_open_before_what_is_over() {
        for (all, expected) in [
            (vec![HELD, DELIVERED], Some(1)),
            (vec![DELIVERED, HELD], Some(0)),
            (vec![OVER, HELD], Some(1)),
            (vec![OVER, DELIVERED], Some(1)),
            (vec![OVER, OVER], Some(0)),
        ] {
            assert_eq!(meant(&all), expected, "{all:?}");
        }
    }

    #[test]
    fn person_identifiers_and_conversation_single_one_out() {
        for other in [of_another_person, with_one_identifier_of_two, elsewhere] {
            assert_eq!(meant(&[other(DELIVERED), DELIVERED]), Some(1));
            assert_eq!(meant(&[HELD, other(HELD)]), Some(0));
        }
        assert_eq!(meant(&[of_another_person(DELIVERED), HELD]), Some(1));
        // The whole of the identifiers says more than the conversation.
        let all = [elsewhere(DELIVERED), with_one_identifier_of_two(DELIVERED)];
        assert_eq!(meant(&all), Some(0));
    }

    #[test]
    fn none_is_stopped_where_two_could_be_meant() {
        for all in [[DELIVERED, DELIVERED], [HELD, HELD]] {
            assert_eq!(meant(&all), None, "{all:?}");
        }
        assert_eq!(meant(&[elsewhere(HELD), elsewhere(HELD)]), None);
    }

    #[test]
    fn the_one_that_went_out_is_never_left_going_behind_the_stop_of_another() {
        for other in [with_one_identifier_of_two, elsewhere] {
            assert_eq!(meant(&[other(DELIVERED), HELD]), None);
            assert_eq!(meant(&[other(DELIVERED), OVER]), None);
        }
    }

    #[test]
    fn a_stop_that_is_on_its_way_is_no_rival_of_the_referral_that_still_goes_on() {
        let stopping = Signs {
            status: Status::CancelRequested,
            ..DELIVERED
        };
        assert_eq!(meant(&[stopping, HELD]), Some(1));
        assert_eq!(meant(&[stopping, DELIVERED]), Some(1));
    }
}
