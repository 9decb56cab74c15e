//! Telling the referrer that a person comes back.

/// `[returns]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returns {
    /// The ways in which the referrer is told, the first first.
    pub channels: Vec<ReturnChannel>,
    /// The telephone of the desk that answers for a referral.
    pub telephone: Option<String>,
    /// Working days within which the referrer's system has to confirm.
    pub heard_within: u32,
}

/// A way in which a referrer is told that a person comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnChannel {
    /// A message to the referrer's system.
    Bars,
    /// A person rings.
    Human,
}

impl ReturnChannel {
    /// Every way with its word.
    pub const ALL: &'static [(Self, &'static str)] =
        &[(Self::Bars, "bars"), (Self::Human, "human")];

    /// Reads the word.
    pub fn from_code(code: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(_, word)| *word == code).map(|(way, _)| *way)
    }
}

impl Returns {
    /// The way after this one (or the first); at the end of the list a person rings.
    pub fn next(&self, after: Option<ReturnChannel>) -> ReturnChannel {
        let tried = after.and_then(|tried| self.channels.iter().position(|way| *way == tried));
        let at = tried.map_or(0, |tried| tried + 1);
        self.channels
            .get(at)
            .copied()
            .unwrap_or(ReturnChannel::Human)
    }
}
