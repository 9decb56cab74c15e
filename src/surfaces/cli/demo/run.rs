//! Plays the stories: the practice sends, the providers react, statuses return.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::story::{Ending, STORIES, Story};
use super::summary::{self, Tally};
use super::timeline::Timeline;
use crate::conformance::parties::Parties;
use crate::conformance::parties::event::{Feed, Who};
use crate::conformance::parties::providers::{Desk, Script};
use crate::conformance::parties::referral::{Referral, Stop, StopAs};

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// Where the gateway listens, without trailing slashes.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// Base of the BaRS listener; `/$process-message` is appended.
    pub bars_base: String,
    /// Base of the provider API, `.../provider/v1`.
    pub provider_base: String,
}

/// How it is played and shown.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Play once and return; otherwise at a pace for a person, and stay until Ctrl-C.
    pub once: bool,
    /// One JSON object as the last line instead of timeline and summary.
    pub json: bool,
    /// Whether the output is a terminal that shows colour.
    pub colour: bool,
    /// The longest wait for one step of a story.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            once: true,
            json: false,
            colour: false,
            patience: Duration::from_secs(20),
        }
    }
}

/// Plays every story in turn and writes what happened to `out`. The error is the
/// output's; what went wrong in a story is in [`Tally::missing`].
pub async fn play(
    addresses: &Addresses,
    mut parties: Parties,
    out: &mut (dyn Write + Send),
    options: Options,
) -> io::Result<Tally> {
    parties.connect(&addresses.provider_base);
    let pace = Duration::from_millis(if options.once { 10 } else { 600 });
    for (_, desk) in parties.desks() {
        desk.pace(pace);
    }
    let (_, nothing_more) = Feed::new();
    let mut events = std::mem::replace(&mut parties.events, nothing_more);
    let mut timeline = Timeline::new(STORIES.len(), options.colour);
    let begun = Instant::now();
    let tally = {
        let stage = Stage {
            addresses,
            parties: &parties,
            patience: options.patience,
        };
        let mut stories = std::pin::pin!(stage.play());
        // Ended in order, so that the temporary store goes as well.
        let mut ended = std::pin::pin!(tokio::signal::ctrl_c());
        loop {
            tokio::select! {
                biased;
                Some(event) = events.recv() => {
                    if !options.json {
                        timeline.show(out, begun.elapsed(), &event)?;
                    }
                }
                tally = &mut stories => break tally,
                _ = &mut ended => {
                    writeln!(out, "\nEnded before the last story.")?;
                    let missing = vec!["ended before the last story".to_owned()];
                    return Ok(Tally { missing, ..Tally::default() });
                }
            }
        }
    };
    while let Ok(event) = events.try_recv() {
        if !options.json {
            timeline.show(out, begun.elapsed(), &event)?;
        }
    }
    if options.json {
        for missing in &tally.missing {
            writeln!(out, "MISSING: {missing}")?;
        }
        writeln!(out, "{}", tally.json())?;
    } else {
        summary::write(out, &tally)?;
    }
    if !options.once && !options.json {
        writeln!(out, "\nThe gateway is still running; Ctrl-C ends it.")?;
        writeln!(out, "  BaRS          {}/metadata", addresses.bars_base)?;
        writeln!(out, "  Provider API  {}/cases", addresses.provider_base)?;
        out.flush()?;
        tokio::signal::ctrl_c().await?;
    }
    Ok(tally)
}

/// Everybody on stage.
struct Stage<'a> {
    addresses: &'a Addresses,
    parties: &'a Parties,
    patience: Duration,
}

/// An accepted referral: what it is called in the gateway's answer and in the responses.
struct Accepted {
    reference: String,
    bundle_id: String,
}

impl Stage<'_> {
    async fn play(&self) -> Tally {
        let mut tally = Tally::default();
        let mut accepted = Vec::new();
        for (number, story) in (1..).zip(STORIES) {
            self.parties.feed.tell(Who::Scenario, story.title, None);
            if let Err(missing) = self.tell(&story, &mut tally, &mut accepted).await {
                self.parties
                    .feed
                    .tell(Who::Gp, format!("gave up: {missing}"), None);
                tally
                    .missing
                    .push(format!("story {number}, {}: {missing}", story.title));
            }
        }
        self.count(&mut tally, &accepted);
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
        let Some(desk) = desk else {
            return Err("accepted although nobody serves the area".to_owned());
        };
        self.until("no provider received the case", || {
            desk.effects().contains_key(&reference)
        })
        .await?;
        match story.ending {
            Ending::Completed => self.until_told(&referral, "finished").await,
            Ending::Declined => self.until_told(&referral, "cancelled").await,
            Ending::Refused => Ok(()),
            Ending::Cancelled => {
                self.until_told(&referral, "planned").await?;
                let stop = Stop::of(&answer.body, referral.correlation_id(), StopAs::Cancelled);
                self.cancel(&stop, desk, &reference, tally).await
            }
        }
    }

    async fn cancel(
        &self,
        stop: &Stop,
        desk: &Desk,
        reference: &str,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let gp = &self.parties.gp;
        self.parties
            .feed
            .tell(Who::Gp, "cancelled the referral", Some(reference));
        let answer = gp.stop(&self.addresses.bars_base, stop).await;
        let answer = answer.map_err(|_| "no answer to the cancellation".to_owned())?;
        if answer.status != 200 {
            return Err(format!(
                "the cancellation was answered with {}",
                answer.status
            ));
        }
        tally.cancelled += 1;
        self.parties
            .feed
            .tell(Who::Gateway, "took the cancellation", Some(reference));
        self.until("the provider was not told to stop", || {
            desk.stops().contains_key(reference)
        })
        .await
    }

    /// Waits until the practice was told a status of this referral.
    async fn until_told(&self, referral: &Referral, status: &str) -> Result<(), String> {
        let gp = &self.parties.gp;
        let told = || {
            let responses = gp.responses_to(referral.bundle_id());
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

    async fn until(&self, missing: &str, holds: impl Fn() -> bool) -> Result<(), String> {
        let deadline = Instant::now() + self.patience;
        while !holds() {
            if Instant::now() > deadline {
                return Err(missing.to_owned());
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    fn desk(&self, story: &Story) -> Option<&Desk> {
        let slug = story.provider?;
        self.parties
            .desks()
            .into_iter()
            .find(|(known, _)| *known == slug)
            .map(|(_, desk)| desk)
    }

    /// What can only be counted at the end, as each party saw it.
    fn count(&self, tally: &mut Tally, accepted: &[Accepted]) {
        let desks = self.parties.desks();
        let held: Vec<String> = desks
            .iter()
            .flat_map(|(_, d)| d.effects().into_keys())
            .collect();
        let distinct: BTreeSet<&String> = held.iter().collect();
        tally.delivered = distinct.len();
        if held.len() > distinct.len() {
            tally
                .missing
                .push("two providers hold the same case".to_owned());
        }
        for case in accepted {
            let told = !self.parties.gp.responses_to(&case.bundle_id).is_empty();
            let held = distinct.contains(&case.reference);
            tally.status_returned += usize::from(told);
            tally.lost += usize::from(!told && !held);
        }
        for (slug, desk) in desks {
            let doubled = desk
                .effects()
                .into_values()
                .filter(|count| *count > 1)
                .count();
            if doubled > 0 {
                tally
                    .missing
                    .push(format!("{slug} took {doubled} cases more than once"));
            }
        }
    }
}

fn script(ending: Ending, desk: &Desk) -> Script {
    match ending {
        Ending::Completed => Script::to_completion(desk.words()),
        Ending::Declined => Script::decline(desk.words()),
        Ending::Cancelled | Ending::Refused => Script::waiting(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::FakeGateway;
    use super::*;

    #[tokio::test]
    async fn around_a_gateway_that_does_its_work_nothing_is_missing() {
        let parties = Parties::start().await.expect("free ports");
        let gateway = FakeGateway::start(&parties).await;
        let mut out = Vec::new();
        let tally = play(&gateway.addresses(), parties, &mut out, Options::default()).await;
        let tally = tally.expect("a vector takes everything");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(
            tally.json(),
            r#"{"sent":6,"accepted":5,"refused":1,"delivered":5,"cancelled":1,"status_returned":5,"lost":0}"#,
            "{text}"
        );
        assert!(tally.is_complete(), "{text}");
        assert_eq!(text.matches(" of 6: ").count(), 6);
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        assert!(!text.contains("MISSING"), "{text}");
        // The one who watches learns no datum of a person.
        assert!(
            !text.contains("999000") && !text.contains("Quillfeather"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn without_a_gateway_every_story_is_missing_and_none_is_lost() {
        let parties = Parties::start().await.expect("free ports");
        // Port 9 is the discard service: nobody listens on a test machine.
        let addresses = Addresses {
            bars_base: "http://127.0.0.1:9".to_owned(),
            provider_base: "http://127.0.0.1:9/provider/v1".to_owned(),
        };
        let mut out = Vec::new();
        let options = Options {
            json: true,
            ..Options::default()
        };
        let tally = play(&addresses, parties, &mut out, options)
            .await
            .expect("a vector");
        assert_eq!(
            (tally.sent, tally.accepted, tally.lost, tally.missing.len()),
            (6, 0, 0, 6)
        );
        assert!(!tally.is_complete());
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text.lines().last(), Some(tally.json().as_str()));
    }
}
