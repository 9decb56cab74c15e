//! Which provider serves this person, and why, in reasons that hold no personal value.

mod area;
mod board;
mod by_slug;
mod catchment;
mod consider;
mod decide;
mod eligibility;
mod place;
mod places;
mod route_rows;
mod shortlist;
mod split;
mod verdict;

pub use area::{Area, DamagedArea, Listed, Overflow, PartnerRoute, TieRule};
pub use catchment::{Basis, Catchment, CatchmentKind, CatchmentRow, Mode, Reach};
pub use consider::{Considered, Standing, Subject, Via, ViaKind};
pub use decide::{Decision, NobodyReason, Offers, Outcome, decide_among, decide_with};
pub use eligibility::{
    Eligibility, EligibilityRow, Expected, IneligibleReason, Judgement, Operator, Question, Rule,
    RuleOutcome,
};
pub use places::{PracticeFacts, Residence};
pub use route_rows::{RouteRow, RouteWord, route_rows};
pub use shortlist::Shortlist;
pub use split::{SplitBy, SplitRow};
pub use verdict::{Verdict, VerdictOutcome};

#[cfg(test)]
pub use shortlist::decide_both_ways;
