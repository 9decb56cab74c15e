//! Plays the stories: the practice sends, the providers react, statuses return.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::end::End;
use super::office::Office;
use super::stage::Stage;
use super::story::STORIES;
use super::summary::{self, Tally};
use super::timeline::Timeline;
use crate::conformance::parties::Parties;
use crate::conformance::parties::event::Feed;
use crate::gateway::Gateway;

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

/// Plays every story in turn and writes what happened to `out`. The parties meet the
/// gateway at its addresses; the operator works in its own process, as on the command line.
/// The error is the output's; what went wrong in a story is in [`Tally::missing`].
pub async fn play(
    gateway: &Arc<Gateway>,
    addresses: &Addresses,
    mut parties: Parties,
    out: &mut (dyn Write + Send),
    options: Options,
) -> io::Result<Tally> {
    let pace = Duration::from_millis(if options.once { 10 } else { 600 });
    for (_, desk) in parties.all_desks() {
        desk.api().connect(&addresses.provider_base);
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
            office: Office::new(gateway, &parties),
            patience: options.patience,
        };
        let mut stories = std::pin::pin!(stage.play());
        // Ended in order, so that the temporary store goes as well.
        let mut end = End::listen();
        loop {
            tokio::select! {
                biased;
                Some(event) = events.recv() => {
                    if !options.json {
                        timeline.show(out, begun.elapsed(), &event)?;
                    }
                }
                tally = &mut stories => break tally,
                () = end.come() => {
                    // A terminal that was closed takes no words.
                    let _ = writeln!(out, "\nEnded before the last story.");
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
        End::listen().come().await;
    }
    Ok(tally)
}
