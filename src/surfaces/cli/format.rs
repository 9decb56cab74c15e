//! The forms in which a reading verb answers.

/// How the answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people, 80 columns wide.
    #[default]
    Text,
    /// One JSON document.
    Json,
}
