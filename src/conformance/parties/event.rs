//! What the parties did, for the one who watches. Never a datum of a person: a case is
//! named by its reference.

use tokio::sync::mpsc;

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody: a heading of the scenario.
    Scenario,
    /// The practice's system.
    Gp,
    /// The gateway, as its answers show it from outside.
    Gateway,
    /// A provider, by its display name.
    Provider(&'static str),
    /// The person who works the gateway's queue.
    Operator,
    /// Nobody: time passes.
    Time,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Who acted.
    pub who: Who,
    /// What was done, one short clause.
    pub what: String,
    /// The case reference, where it is known.
    pub reference: Option<String>,
}

/// Where events go; cheap to clone, and silent when nobody listens.
#[derive(Clone, Debug)]
pub struct Feed(mpsc::UnboundedSender<Event>);

impl Feed {
    /// A feed and its reading end.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    /// A feed that nobody reads.
    pub fn silent() -> Self {
        Self::new().0
    }

    /// Tells the one who watches, if there is one.
    pub fn tell(&self, who: Who, what: impl Into<String>, reference: Option<&str>) {
        let event = Event {
            who,
            what: what.into(),
            reference: reference.map(str::to_owned),
        };
        // Nobody watching is an ordinary state.
        let _ = self.0.send(event);
    }
}
