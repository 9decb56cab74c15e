//! What a provider does with the next case.

use std::time::Duration;

/// How a provider takes a delivery. For a provider that collects, a failure or a hang is
/// a round in which it does not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reception {
    /// At once.
    Prompt,
    /// After a wait.
    Slow(Duration),
    /// Fails so many attempts with this status, then is prompt.
    Fail {
        /// HTTP status, for instance 500.
        status: u16,
        /// How many attempts.
        times: u32,
    },
    /// Leaves so many attempts without an answer, doing nothing, then is prompt.
    Hang {
        /// How many attempts.
        times: u32,
    },
    /// Takes the case, but the answer to the first so many attempts is lost: the sender
    /// cannot know, and a repeat must be no second effect.
    AnswerLost {
        /// How many attempts.
        times: u32,
    },
}

/// One case's life at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// How the delivery is taken.
    pub reception: Reception,
    /// Whether a person confirms that they have seen it.
    pub acknowledge: bool,
    /// What is reported, in the provider's own words, in order.
    pub report: Vec<String>,
}

impl Script {
    /// Takes the case and says nothing more.
    pub const fn silent() -> Self {
        Self {
            reception: Reception::Prompt,
            acknowledge: false,
            report: Vec::new(),
        }
    }

    /// Takes the case, confirms it, and waits.
    pub fn waiting() -> Self {
        Self {
            acknowledge: true,
            ..Self::silent()
        }
    }

    /// From acceptance to completion.
    pub fn to_completion(words: &Words) -> Self {
        Self {
            report: words.way.iter().map(|word| (*word).to_owned()).collect(),
            ..Self::waiting()
        }
    }

    /// Sees the case and does not take the person on.
    pub fn decline(words: &Words) -> Self {
        Self {
            report: vec![words.declined.to_owned()],
            ..Self::waiting()
        }
    }

    /// Reports one word that no table knows.
    pub fn unknown_word() -> Self {
        Self {
            report: vec!["gone fishing".to_owned()],
            ..Self::waiting()
        }
    }

    /// The same life, another reception.
    #[must_use]
    pub const fn received(mut self, reception: Reception) -> Self {
        self.reception = reception;
        self
    }
}

/// A provider's own words; its `status.csv` must know each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// From taking the person on to the planned end.
    pub way: &'static [&'static str],
    /// Not taken on.
    pub declined: &'static str,
}
