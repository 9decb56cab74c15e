//! The stories, one after the other: the practice sends, the providers react, the operator
//! is called, statuses return.

use std::time::{Duration, Instant};

use super::count;
use super::office::Office;
use super::run::Addresses;
use super::story::{Ending, STORIES, Story};
use super::summary::Tally;
use crate::conformance::parties::Parties;
use crate::conformance::parties::event::Who;
use crate::conformance::parties::gp::Answer;
use crate::conformance::parties::providers::{Desk, Reception, Script};
use crate::conformance::parties::referral::{Referral, Stop, StopAs};

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// To whom the charity refers on.
const PARTNER: &str = "stillwater";

/// Everybody on stage.
pub(super) struct Stage<'a> {
    pub addresses: &'a Addresses,
    pub parties: &'a Parties,
    pub office: Office<'a>,
    /// The longest wait for one step.
    pub patience: Duration,
}

/// An accepted referral: what it is called in the gateway's answer and in the responses.
pub(super) struct Accepted {
    pub reference: String,
    pub bundle_id: String,
}

/// A story that is being told.
struct Telling<'a> {
    referral: &'a Referral,
    answer: &'a Answer,
    reference: &'a str,
    desk: &'a Desk,
}

impl Stage<'_> {
    pub(super) async fn play(&self) -> Tally {
        let mut tally = Tally::default();
        let mut accepted = Vec::new();
        for (number, story) in (1..).zip(STORIES) {
            self.parties.feed.tell(Who::Scenario, story.title, None);
            if let Err(missing) = self.tell(&story, &mut tally, &mut accepted).await {
                let said = format!("gave up: {missing}");
                self.parties.feed.tell(Who::Gp, said, None);
                let said = format!("story {number}, {}: {missing}", story.title);
                tally.missing.push(said);
            }
        }
        count::by_the_parties(self.parties, &mut tally, &accepted);
        let counted =
            count::by_the_gateway(&self.office, self.parties, &mut tally, &accepted).await;
        tally.missing.extend(counted.err());
        tally
    }

    /// One story to its end, or what is missing.
    async fn tell(
        &self,
        story: &Story,
        tally: &mut Tally,
        accepted: &mut Vec<Accepted>,
    ) -> Result<(), String> {
        let gp = &self.parties.gp;
        let referral = story.referral();
        let desk = self.desk(story);
        if let Some(desk) = desk {
            desk.script_next(script(story.ending, desk));
        }
        self.parties.feed.tell(Who::Gp, "sent a referral", None);
        tally.sent += 1;
        let answer = gp
            .refer(&self.addresses.bars_base, &referral)
            .await
            .map_err(|_| "the gateway did not answer".to_owned())?;
        if !answer.accepted() {
            tally.refused += 1;
            tally
                .refusal_codes
                .extend(answer.codes().into_iter().map(str::to_owned));
            return match story.ending {
                Ending::Refused => Ok(()),
                _ => Err(format!("refused with {}", answer.status)),
            };
        }
        tally.accepted += 1;
        let reference = answer.case_reference().unwrap_or_default().to_owned();
        accepted.push(Accepted {
            reference: reference.clone(),
            bundle_id: referral.bundle_id().to_owned(),
        });
        self.office.notice().await?;
        let Some(desk) = desk else {
            return Err("accepted although nobody serves the area".to_owned());
        };
        let telling = Telling {
            referral: &referral,
            answer: &answer,
            reference: &reference,
            desk,
        };
        self.end(story.ending, &telling, tally).await?;
        self.until_settled(&reference).await
    }

    async fn end(
        &self,
        ending: Ending,
        story: &Telling<'_>,
        tally: &mut Tally,
    ) -> Result<(), String> {
        if ending == Ending::Withdrawn {
            return self.withdraw(story).await;
        }
        let received = || story.desk.effects().contains_key(story.reference);
        self.until("no provider received the case", received)
            .await?;
        match ending {
            Ending::Refused | Ending::Withdrawn => Ok(()),
            Ending::Completed => self.until_told(story, "finished").await,
            Ending::Declined => self.until_told(story, "cancelled").await,
            Ending::Cancelled => self.stop(story, StopAs::Cancelled, tally).await,
            Ending::WrongPerson => self.stop(story, StopAs::EnteredInError, tally).await,
            Ending::ReferredOn => self.refer_on(story).await,
            Ending::Silent => self.wait_in_vain(story).await,
        }
    }

    /// The person rings while the delivery waits for its next try.
    async fn withdraw(&self, story: &Telling<'_>) -> Result<(), String> {
        let tried = || {
            let arrivals = story.desk.arrivals();
            arrivals
                .iter()
                .any(|arrival| arrival.case == story.reference)
        };
        self.until("the delivery was not tried", tried).await?;
        self.office.withdraw(story.reference).await?;
        self.until_stopped(story).await?;
        self.until_told(story, "cancelled").await?;
        if story.desk.effects().contains_key(story.reference) {
            return Err("the delivery went on after the stop".to_owned());
        }
        Ok(())
    }

    /// The practice stops what was delivered, and the holder confirms.
    async fn stop(
        &self,
        story: &Telling<'_>,
        how: StopAs,
        tally: &mut Tally,
    ) -> Result<(), String> {
        self.until_told(story, "planned").await?;
        let (said, took) = match how {
            StopAs::Cancelled => ("cancelled the referral", "took the cancellation"),
            StopAs::EnteredInError => ("recalls it: the wrong person", "took the recall"),
        };
        let feed = &self.parties.feed;
        feed.tell(Who::Gp, said, Some(story.reference));
        let stop = Stop::of(&story.answer.body, story.referral.correlation_id(), how);
        let answer = self.parties.gp.stop(&self.addresses.bars_base, &stop).await;
        let answer = answer.map_err(|_| "no answer to the stop".to_owned())?;
        if answer.status != 200 {
            return Err(format!("the stop was answered with {}", answer.status));
        }
        tally.cancelled += 1;
        feed.tell(Who::Gateway, took, Some(story.reference));
        self.until_stopped(story).await
    }

    /// The charity refers on with the person's consent; the counsellors finish before it
    /// does, and the practice hears of the charity's work only.
    async fn refer_on(&self, story: &Telling<'_>) -> Result<(), String> {
        let words = story.desk.words().way;
        let Some((last, before)) = words.split_last() else {
            return Err("the charity has no words".to_owned());
        };
        let has_begun = || {
            let reported = story.desk.reported();
            let own = reported
                .iter()
                .filter(|report| report.case == story.reference);
            own.count() == before.len()
        };
        self.until("the charity did not begin", has_begun).await?;
        self.until_told(story, "in-progress").await?;
        let partner = &self.parties.stillwater.desk;
        partner.script_next(Script::to_completion(partner.words()));
        let child = story.desk.refer_on(story.reference, PARTNER).await;
        let child = child
            .map_err(|_| "the referral on was refused".to_owned())?
            .reference;
        let has_finished = || {
            let words = partner.words().way;
            let reported = partner.reported();
            let done = reported.iter().rfind(|report| report.case == child);
            done.is_some_and(|report| Some(report.word.as_str()) == words.last().copied())
        };
        self.until("the partner did not finish", has_finished)
            .await?;
        self.until_settled(&child).await?;
        let reported = story.desk.report(story.reference, last).await;
        reported.map_err(|_| "the charity's last report was refused".to_owned())?;
        self.until_told(story, "finished").await?;
        let responses = self.parties.gp.responses_to(story.referral.bundle_id());
        let own = responses.iter().all(|response| {
            let own = response.reference.as_deref() == Some(story.reference);
            let words = partner.words().way;
            own && !words.contains(&response.in_short())
        });
        if own {
            Ok(())
        } else {
            Err("the practice was told of the partner's work".to_owned())
        }
    }

    /// Nobody acknowledges: the operator is called, the practice is told that there is no
    /// news, and the operator gives the person back.
    async fn wait_in_vain(&self, story: &Telling<'_>) -> Result<(), String> {
        self.until_told(story, "planned").await?;
        let entry = self.office.until_called(story.reference).await?;
        self.office.pass_until(entry.entry.due_at);
        self.office.watch().await?;
        let heard = || {
            let responses = self.parties.gp.responses_to(story.referral.bundle_id());
            responses
                .iter()
                .any(|response| response.in_short().starts_with("No news since "))
        };
        self.until("the practice was not told of the silence", heard)
            .await?;
        self.office.give_back(story.reference).await?;
        self.until_told(story, "cancelled").await?;
        self.until_stopped(story).await
    }

    async fn until_stopped(&self, story: &Telling<'_>) -> Result<(), String> {
        let stopped = || story.desk.stops().contains_key(story.reference);
        self.until("the provider was not told to stop", stopped)
            .await
    }

    /// Waits until the practice was told a status of this referral.
    async fn until_told(&self, story: &Telling<'_>, status: &str) -> Result<(), String> {
        let gp = &self.parties.gp;
        let told = || {
            let responses = gp.responses_to(story.referral.bundle_id());
            responses
                .iter()
                .any(|response| response.encounter_status == status)
        };
        let told = self
            .until(&format!("no response says {status}"), told)
            .await;
        told.map_err(|missing| match gp.faults().last() {
            Some(fault) => format!("{missing}; the practice refused one: {fault}"),
            None => missing,
        })
    }

    /// Waits until nothing of a case waits for anybody.
    async fn until_settled(&self, reference: &str) -> Result<(), String> {
        let deadline = Instant::now() + self.patience;
        loop {
            let waits = self.office.waits(reference).await?;
            self.office.notice().await?;
            let Some(kind) = waits else { return Ok(()) };
            if Instant::now() > deadline {
                return Err(format!("something still waits: {}", kind.code()));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until a condition holds; meanwhile every change of hands is told.
    async fn until(&self, missing: &str, holds: impl Fn() -> bool) -> Result<(), String> {
        let deadline = Instant::now() + self.patience;
        while !holds() {
            if Instant::now() > deadline {
                return Err(missing.to_owned());
            }
            tokio::time::sleep(LOOK).await;
            self.office.notice().await?;
        }
        Ok(())
    }

    fn desk(&self, story: &Story) -> Option<&Desk> {
        let slug = story.provider?;
        let mut desks = self.parties.desks().into_iter();
        desks
            .find(|(known, _)| *known == slug)
            .map(|(_, desk)| desk)
    }
}

/// What the provider does with the case.
fn script(ending: Ending, desk: &Desk) -> Script {
    let words = desk.words();
    match ending {
        Ending::Completed => Script::to_completion(words),
        Ending::Declined => Script::decline(words),
        Ending::Cancelled | Ending::Refused | Ending::WrongPerson => Script::waiting(),
        Ending::Silent => Script::silent(),
        Ending::Withdrawn => Script::silent().received(Reception::Fail {
            status: 503,
            times: u32::MAX,
        }),
        Ending::ReferredOn => {
            let mut script = Script::to_completion(words);
            script.report.pop();
            script
        }
    }
}
