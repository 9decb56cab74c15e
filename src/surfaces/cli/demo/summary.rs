//! The figures of a demonstration and the words around them.

use std::io::{self, Write};

use serde::Serialize;

/// What was counted. Every figure counts referrals of the practice, but `unowned`, which
/// counts cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// New referrals sent.
    pub sent: usize,
    /// Answered with a synchronous 200.
    pub accepted: usize,
    /// Answered with a synchronous refusal.
    pub refused: usize,
    /// Distinct cases that a provider received or collected; one that the partner has is
    /// not counted a second time.
    pub delivered: usize,
    /// Stopped by a message of the practice that the gateway confirmed: cancelled, or
    /// recalled because it was the wrong person. A person who withdraws is in `returned`.
    pub cancelled: usize,
    /// Accepted cases whose referrer received at least one response.
    pub status_returned: usize,
    /// Accepted cases with neither a delivery nor a response.
    pub lost: usize,
    /// Given back to the practice, whose system has confirmed it: not taken on, withdrawn,
    /// or returned by the operator.
    pub returned: usize,
    /// Referred on to a partner that has taken the case.
    pub referred_on: usize,
    /// Cases, those of partners with them, without a valid holder at the end.
    pub unowned: usize,
    /// What should have happened and did not, one sentence each.
    #[serde(skip)]
    pub missing: Vec<String>,
    /// The codes with which referrals were refused.
    #[serde(skip)]
    pub refusal_codes: Vec<String>,
}

impl Tally {
    /// Whether everything that should have happened did.
    pub const fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.lost == 0 && self.unowned == 0
    }

    /// The figures as one line of JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Writes the summary that a person reads after the timeline.
pub(super) fn write(out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    writeln!(out, "\nWhat happened")?;
    writeln!(
        out,
        "  {} referrals sent: {} accepted, {} refused at once",
        tally.sent, tally.accepted, tally.refused
    )?;
    writeln!(
        out,
        "  {} reached a provider, {} stopped by the practice, {} referred on",
        tally.delivered, tally.cancelled, tally.referred_on
    )?;
    writeln!(
        out,
        "  {} had a status returned to the practice, {} came back to it",
        tally.status_returned, tally.returned
    )?;
    writeln!(
        out,
        "  {} lost, {} without somebody who holds the person",
        tally.lost, tally.unowned
    )?;
    for missing in &tally.missing {
        writeln!(out, "  MISSING: {missing}")?;
    }
    writeln!(
        out,
        "\nWhat to try next (from a checkout: cargo run -- and the verb)"
    )?;
    let own = tally
        .refusal_codes
        .iter()
        .find(|code| code.starts_with("WW-"));
    if let Some(code) = own {
        tip(
            out,
            &format!("explain {code}"),
            "why a referral was refused",
        )?;
    }
    tip(out, "config default", "every setting, with its meaning")?;
    tip(out, "serve", "run the gateway for your own systems")?;
    writeln!(
        out,
        "  {:<38}the tables that chose and translated",
        "ls mappings/"
    )?;
    out.flush()
}

fn tip(out: &mut dyn Write, verb: &str, meaning: &str) -> io::Result<()> {
    writeln!(out, "  {:<38}{meaning}", format!("workwell-gateway {verb}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally() -> Tally {
        Tally {
            sent: 10,
            accepted: 9,
            refused: 1,
            delivered: 8,
            cancelled: 2,
            status_returned: 9,
            returned: 3,
            referred_on: 1,
            ..Tally::default()
        }
    }

    #[test]
    fn the_json_line_has_the_ten_figures_in_their_order() {
        assert_eq!(
            tally().json(),
            r#"{"sent":10,"accepted":9,"refused":1,"delivered":8,"cancelled":2,"status_returned":9,"lost":0,"returned":3,"referred_on":1,"unowned":0}"#
        );
    }

    #[test]
    fn anything_missing_or_lost_makes_it_incomplete() {
        assert!(tally().is_complete());
        assert!(!Tally { lost: 1, ..tally() }.is_complete());
        let unowned = Tally {
            unowned: 1,
            ..tally()
        };
        assert!(!unowned.is_complete());
        let missing = vec!["the trust received nothing".to_owned()];
        assert!(!Tally { missing, ..tally() }.is_complete());
    }

    #[test]
    fn the_summary_names_what_is_missing_and_what_to_try() {
        let tally = Tally {
            missing: vec!["2 of 6: no response".to_owned()],
            refusal_codes: vec![
                "REC_UNPROCESSABLE_ENTITY".to_owned(),
                "WW-RTE-001".to_owned(),
            ],
            ..tally()
        };
        let mut out = Vec::new();
        write(&mut out, &tally).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("text");
        assert!(text.contains("  MISSING: 2 of 6: no response\n"));
        assert!(text.contains("workwell-gateway explain WW-RTE-001"));
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }
}
