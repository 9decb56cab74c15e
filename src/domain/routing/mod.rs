//! Which provider serves this person, and why, in reasons that hold no personal value.

mod area;
mod by_slug;
mod catchment;
mod decide;
mod eligibility;
mod places;

pub use area::{Area, Listed, PartnerRoute, TieRule};
pub use catchment::{Basis, Catchment, CatchmentKind, CatchmentRow, Mode, Reach};
pub use decide::{
    Considered, Decision, NobodyReason, Outcome, Standing, Subject, decide, decide_everywhere,
};
pub use eligibility::{
    Eligibility, EligibilityRow, Expected, IneligibleReason, Judgement, Operator, Question, Rule,
    RuleOutcome, Verdict, VerdictOutcome,
};
pub use places::{PracticeFacts, Residence};
