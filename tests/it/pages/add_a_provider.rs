//! "Bring a provider on in 30 minutes".

use super::{Checkout, Step, steps};

#[test]
fn every_command_that_brings_a_provider_on_does_what_the_page_says() {
    let mut checkout = Checkout::with("");
    for step in steps("docs/how-to/add-a-provider.md") {
        match step {
            Step::Write(how, file, text) => checkout.write(&how, &file, &text),
            Step::Run(command, code) => {
                checkout.run(&command, code);
            }
            // The operator's part: a section of settings that are not the page's.
            Step::Text(line) => assert!(line.starts_with(['[', 's']), "{line}"),
        }
    }
    let checks = checkout.answers("mappings check");
    let todo = checks[0];
    assert!(todo.contains("still says TO WRITE"), "{todo}");
    assert!(todo.contains("not used exampleshire/green-lane"), "{todo}");
    let whole = checks.last().expect("a last check");
    assert!(
        whole.ends_with("5 providers: 0 faults, 0 warnings.\n"),
        "{whole}"
    );
    let conflict = checkout.answers("mappings conflicts")[0];
    assert!(conflict.contains("green-lane"), "{conflict}");
    let route = checkout.answers("route")[0];
    assert!(route.contains("It goes to Green Lane"), "{route}");
    // The route that the scaffold expects held before the other files were written.
    let first = checkout.answers("mappings test")[0];
    assert!(
        first.contains("expected.json (- expected, + came)"),
        "{first}"
    );
    assert!(!first.contains("expected-route.csv"), "{first}");
    let tests = checkout.answers("mappings test");
    let last = tests.last().expect("a last run of the tests");
    assert!(last.ends_with(": all hold.\n"), "{last}");
    let diff = checkout.answers("mappings diff")[0];
    let others = [
        "lantern/tests",
        "borough-works/tests",
        "vale-nhs-trust/tests",
    ];
    assert!(diff.contains("green-lane"), "{diff}");
    assert!(others.iter().all(|other| !diff.contains(other)), "{diff}");
    let approved = checkout.answers("mappings approve")[1];
    assert!(approved.contains("A. Analyst and B. Reader"), "{approved}");
}
