//! Faults of `provider.toml`, and of names that must be known.

use super::{Copy, one_fault};
use crate::domain::provider::Channel;

#[test]
fn an_unknown_source_transform_and_key_name_the_nearest() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "who.name,full_name",
        "who.name,fullname",
    );
    one_fault(
        &copy,
        &["WW-MAP-004", "fields.csv:7:2", "did you mean \"full_name\""],
    );

    let copy = Copy::new();
    copy.edit("lantern/fields.csv", "phones,first", "phones,frist");
    one_fault(
        &copy,
        &["WW-MAP-004", "fields.csv:10:3", "did you mean \"first\""],
    );

    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "first_contact = 5",
        "first_contct = 5",
    );
    one_fault(
        &copy,
        &[
            "WW-MAP-003",
            "provider.toml:",
            "did you mean \"first_contact\"",
        ],
    );
}

#[test]
fn protected_data_is_mapped_or_withheld_with_a_reason() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "support.interpreter,interpreter,yes-no,optional,To book an interpreter,S,\n",
        "",
    );
    one_fault(
        &copy,
        &["WW-MAP-008", "interpreter = \"reason\"", "[withheld]"],
    );
    copy.edit(
        "lantern/provider.toml",
        "[withheld]\n",
        "[withheld]\ninterpreter = \"\"\n",
    );
    let faults = copy.lantern();
    assert!(
        faults[0].contains("withheld.interpreter is empty"),
        "{faults:#?}"
    );
    copy.edit(
        "lantern/provider.toml",
        "interpreter = \"\"",
        "interpreter = \"asked on the day\"",
    );
    assert_eq!(copy.lantern(), Vec::<String>::new());
}

#[test]
fn a_prohibited_row_does_not_stand_for_a_reason_to_withhold_protected_data() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "support.interpreter,interpreter,yes-no,optional",
        ",interpreter,,prohibited",
    );
    one_fault(&copy, &["WW-MAP-008"]);
}

#[test]
fn a_field_that_is_both_mapped_and_withheld_is_a_contradiction() {
    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "[withheld]\n",
        "[withheld]\nlanguage = \"no need\"\n",
    );
    one_fault(
        &copy,
        &[
            "WW-MAP-006",
            "language is withheld here and mapped at fields.csv:",
        ],
    );
}

#[test]
fn a_secret_in_a_table_is_refused_and_not_repeated() {
    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "secret_file = \"secrets/lantern-webhook\"",
        "secret = \"whsec_hunter2\"",
    );
    one_fault(&copy, &["WW-MAP-003", "secret_file"]);
    assert!(!copy.lantern()[0].contains("hunter2"));
    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "https://lantern.example",
        "https://me:hunter2@lantern.example",
    );
    one_fault(&copy, &["WW-MAP-007", "user name or password"]);
    assert!(!copy.lantern()[0].contains("hunter2"));
}

#[test]
fn the_head_must_say_agreement_basis_lawful_basis_and_retention() {
    for (from, to, says) in [
        ("expires = 2029-03-31\n", "", "agreement.expires is missing"),
        (
            "expires = 2029-03-31",
            "expires = \"31.3.2029\"",
            "write yyyy-mm-dd",
        ),
        (
            "basis = \"explicit-consent\"",
            "basis = \"consent\"",
            "explicit-consent",
        ),
        (
            "basis = \"explicit-consent\"",
            "basis = \"direct-care\"",
            "confidentiality.approved_by is missing",
        ),
        ("\"9(2)(h)\"", "\"9(2)(z)\"", "9(2)(h)"),
        ("days = 730", "", "retention.days is missing"),
        (
            "kind = \"webhook\"",
            "kind = \"email\"",
            "webhook, fhir-rest, collect",
        ),
    ] {
        let copy = Copy::new();
        copy.edit("lantern/provider.toml", from, to);
        let faults = copy.lantern();
        let told = faults
            .iter()
            .any(|fault| fault.contains(says) && fault.contains("provider.toml:"));
        assert!(told, "{says}: {faults:#?}");
    }
}

#[test]
fn a_provider_may_have_rows_put_into_a_folder_by_windows_of_a_day() {
    let with = |channel: &str| {
        let copy = Copy::new();
        copy.edit("lantern/provider.toml", "kind = \"json\"", "kind = \"csv\"");
        copy.edit("lantern/provider.toml", "kind = \"webhook\"", channel);
        let drop = |line: &str| copy.edit("lantern/provider.toml", line, "");
        drop("url = \"https://lantern.example/hooks/workwell\"\n");
        drop("secret_file = \"secrets/lantern-webhook\"\n");
        copy
    };
    let copy = with("kind = \"csv-batch\"\nfolder = \"outgoing/lantern\"\nwindow_minutes = 240");
    assert_eq!(copy.lantern(), Vec::<String>::new());
    let loaded = copy.load();
    let lantern = loaded.provider("lantern").expect("a sound folder");
    let expected = Channel::CsvBatch {
        folder: "outgoing/lantern".to_owned(),
        window_minutes: 240,
    };
    assert_eq!(lantern.channel, expected);
    let copy = with("kind = \"csv-batch\"\nfolder = \"outgoing\"\nwindow_minutes = 7");
    one_fault(&copy, &["WW-MAP-007", "channel.window_minutes: found 7"]);
    let copy = with("kind = \"csv-batch\"\nfolder = \"../outgoing\"");
    one_fault(&copy, &["WW-MAP-007", "channel.folder: write the path"]);
    let copy = with("kind = \"csv-batch\"");
    one_fault(&copy, &["WW-MAP-005", "channel.folder is missing"]);
    let copy = with("kind = \"csv-batch\"\nfolder = \"outgoing\"");
    copy.edit("lantern/provider.toml", "kind = \"csv\"", "kind = \"json\"");
    one_fault(&copy, &["WW-MAP-007", "the channel csv-batch carries rows"]);
}
