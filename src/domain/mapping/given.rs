//! What a rendering is told besides the case.

use jiff::civil::Date;

use crate::domain::routing::{Question, Residence};

/// The day of the referral, and what the installed files say of the person's postcode. The
/// renderer looks nothing up by itself (DESIGN I1).
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The day of the referral: ages are counted to it.
    pub referred_on: Date,
    /// Where the postcode lies; none where the files do not know it, or nobody has looked.
    pub residence: Option<&'a Residence>,
    /// What the decision that led here leaves to the provider to ask, a hub's questions among
    /// it; none where nobody has decided: then the provider's own rows are asked.
    pub questions: Option<&'a [Question]>,
}

/// A rendering for which nobody has looked the postcode up: a row that needs the place says
/// `no-place`.
impl From<Date> for Given<'_> {
    fn from(referred_on: Date) -> Self {
        Self {
            referred_on,
            residence: None,
            questions: None,
        }
    }
}
