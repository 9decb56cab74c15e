//! What a referrer is told of a code that the provider's lists do not name.
//!
//! The provider's table says whether such a referral is refused or waits for a person
//! (`[unmapped]` in `provider.toml`). Either way the referrer is told in plain words: the
//! provider, the list and the kind of field, never the code, which says something of the
//! person.

use crate::domain::mapping::{FaultCode, RenderFault, Rendered, field};
use crate::domain::provider::Provider;
use crate::problem::Problem;
use crate::problem::area::{referral, tables};

/// A refusal where any list refuses what it does not name, else a warning that a person
/// looks first; none where every code has its row or may be left out.
pub(super) fn told(provider: &Provider, rendered: &Rendered<'_>) -> Option<Problem> {
    let refused = of(provider, rendered, FaultCode::UnmappedCodeRefused);
    if let Some(detail) = refused {
        return Some(Problem::new(&tables::UNMAPPED_CODE_REFUSED).with(detail));
    }
    let held = of(provider, rendered, FaultCode::UnmappedCode)?;
    let problem = Problem::new(&referral::WAITS_FOR_A_CODE).with(held);
    Some(problem.as_warning())
}

/// The lists that have no row, each once, in plain words.
fn of(provider: &Provider, rendered: &Rendered<'_>, code: FaultCode) -> Option<String> {
    let faults = rendered.faults.iter().filter(|fault| fault.code == code);
    let mut lists: Vec<String> = faults.map(in_words).collect();
    lists.dedup();
    if lists.is_empty() {
        return None;
    }
    let Provider { name, slug, .. } = provider;
    Some(format!("{name} ({slug}): {}", lists.join("; ")))
}

fn in_words(fault: &RenderFault) -> String {
    let list = fault.list.as_deref().unwrap_or("codes");
    // What stands behind a semicolon is for whoever writes tables.
    let meaning = field(fault.source).and_then(|field| field.meaning.split(';').next());
    let meaning = meaning.unwrap_or_default();
    format!(
        "its list `{list}` has no row for what the referral gives as `{}` ({meaning})",
        fault.source
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::Position;

    fn fault(code: FaultCode, list: &str) -> RenderFault {
        RenderFault {
            row: Position {
                file: "fields.csv".into(),
                line: 7,
            },
            target: "condition".to_owned(),
            source: "primary_barrier",
            code,
            list: Some(list.to_owned()),
        }
    }

    fn told_of(codes: &[FaultCode]) -> Option<Problem> {
        let faults = codes.iter().map(|code| fault(*code, "condition"));
        let rendered = Rendered {
            faults: faults.collect(),
            ..Rendered::default()
        };
        let loaded = crate::adapters::tables::load(std::path::Path::new("mappings"));
        let provider = loaded.provider("fit-note-first").expect("a provider");
        told(provider, &rendered)
    }

    #[test]
    fn one_list_that_refuses_refuses_whatever_the_others_say() {
        let both = [FaultCode::UnmappedCode, FaultCode::UnmappedCodeRefused];
        let problem = told_of(&both).expect("words");
        assert_eq!(problem.entry.code, "WW-MAP-021");
        assert!(!problem.warning);
        assert_eq!(
            problem.detail.as_deref(),
            Some(
                "Fit Note First (fit-note-first): its list `condition` has no row for what the \
                 referral gives as `primary_barrier` (Group of the main barrier)"
            )
        );
    }

    #[test]
    fn a_list_that_holds_is_told_as_a_warning_and_once() {
        let problem = told_of(&[FaultCode::UnmappedCode; 2]).expect("words");
        assert!(problem.warning);
        let detail = problem.detail.expect("a detail");
        assert_eq!(detail.matches("`condition`").count(), 1, "{detail}");
    }

    #[test]
    fn other_faults_are_none_of_the_referrers_business() {
        assert_eq!(told_of(&[FaultCode::RequiredMissing]), None);
    }
}
