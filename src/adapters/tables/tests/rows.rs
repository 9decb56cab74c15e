//! Faults of the rows of each table.

use super::{Copy, one_fault};

#[test]
fn a_field_without_purpose_or_category_is_a_fault() {
    let copy = Copy::new();
    copy.edit("lantern/fields.csv", "To greet the person,O", ",O");
    one_fault(
        &copy,
        &["WW-MAP-005", "fields.csv:7:5", "\"purpose\" is empty"],
    );
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "To greet the person,O",
        "To greet the person,",
    );
    one_fault(
        &copy,
        &["WW-MAP-005", "fields.csv:7:6", "\"category\" is empty"],
    );
}

#[test]
fn a_category_may_be_stricter_but_never_laxer() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "To greet the person,O",
        "To greet the person,S",
    );
    assert_eq!(copy.lantern(), Vec::<String>::new());
    copy.edit(
        "lantern/fields.csv",
        "To book an interpreter,S",
        "To book an interpreter,O",
    );
    one_fault(
        &copy,
        &["WW-MAP-013", "found O", "interpreter is S or stricter"],
    );
}

#[test]
fn data_that_is_never_taken_from_a_gp_is_refused_by_name() {
    for (name, reason) in crate::domain::mapping::NEVER_ACCEPTED {
        let copy = Copy::new();
        copy.append(
            "lantern/fields.csv",
            &format!("who.x,{name},,optional,To test,C,"),
        );
        one_fault(&copy, &["WW-MAP-009", reason]);
    }
}

#[test]
fn an_unknown_code_list_and_an_unused_one_are_told() {
    let copy = Copy::new();
    copy.edit("lantern/fields.csv", "code:barriers", "code:bariers");
    let faults = copy.lantern();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("WW-MAP-010") && faults[0].contains("did you mean \"barriers\""));
    let loaded = copy.load();
    let warnings: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert!(
        warnings
            .iter()
            .any(|w| w.contains("codes/barriers.csv") && w.contains("no row of fields.csv"))
    );
}

#[test]
fn a_list_that_lacks_a_word_is_a_warning_and_a_word_that_cannot_be_is_a_fault() {
    let copy = Copy::new();
    copy.edit("lantern/codes/employment.csv", "volunteer,", "voluntere,");
    one_fault(
        &copy,
        &[
            "WW-MAP-004",
            "codes/employment.csv:8:1",
            "did you mean \"volunteer\"",
        ],
    );
    let loaded = copy.load();
    assert!(loaded.problems.iter().all(|p| p.warning));
    let lacking = loaded.problems[0].to_string();
    assert!(
        lacking.contains("no row for volunteer of employment_status"),
        "{lacking}"
    );
}

#[test]
fn a_code_that_a_spreadsheet_changed_is_found() {
    for (code, says) in [
        ("928000", "alias|code"),
        ("sct|9.28E+17", "WW-MAP-015"),
        ("sct|12345", "6 to 18 digits"),
        ("|928000", "alias|code"),
    ] {
        let copy = Copy::new();
        copy.append(
            "vale-nhs-trust/codes/condition_text.csv",
            &format!("{code},Back,Back,,equivalent,"),
        );
        let loaded = copy.load();
        let problems = &loaded.disabled[0].problems;
        assert!(
            problems[0].to_string().contains(says),
            "{code}: {problems:#?}"
        );
    }
}

#[test]
fn a_relation_that_loses_something_says_why() {
    let copy = Copy::new();
    copy.edit(
        "lantern/codes/barriers.csv",
        "wider,Lantern groups every mental health matter",
        "wider,",
    );
    one_fault(&copy, &["WW-MAP-005", "codes/barriers.csv:2:6", "says why"]);
}

#[test]
fn one_word_for_two_statuses_is_a_fault_with_both_rows() {
    let copy = Copy::new();
    copy.append("lantern/status.csv", "all  DONE,paused,,codes,");
    one_fault(
        &copy,
        &["WW-MAP-006", "status.csv:18:1", "status.csv:10 too"],
    );
}

#[test]
fn a_status_that_is_not_the_providers_to_report_is_refused() {
    let copy = Copy::new();
    copy.edit(
        "lantern/status.csv",
        "Got it,acknowledged",
        "Got it,delivered",
    );
    one_fault(&copy, &["WW-MAP-004", "status.csv:2:2"]);
}

#[test]
fn a_status_that_ends_a_case_gives_its_reason_and_another_does_not() {
    let copy = Copy::new();
    copy.edit(
        "lantern/status.csv",
        "declined,ineligible-capacity",
        "declined,",
    );
    one_fault(&copy, &["WW-MAP-005", "closure_reason"]);
    let copy = Copy::new();
    copy.edit("lantern/status.csv", "paused,,", "paused,withdrew,");
    one_fault(&copy, &["WW-MAP-007", "does not end the case"]);
}

#[test]
fn a_transform_that_cannot_take_its_field_is_refused_when_the_table_is_loaded() {
    for (from, to, says) in [
        (
            "full_name,,required",
            "full_name,age,required",
            "cannot take a text",
        ),
        (
            "birth_date,date:dd/mm/yyyy",
            "birth_date,upper",
            "cannot take a date",
        ),
        ("phones,first", "phones,outward", "list of texts"),
        (
            "source,,constant:NHS WorkWell",
            "source,use_case,constant:NHS WorkWell",
            "has no source",
        ),
    ] {
        let copy = Copy::new();
        copy.edit("lantern/fields.csv", from, to);
        one_fault(&copy, &["WW-MAP-012", says]);
    }
}

#[test]
fn a_transform_with_a_wrong_argument_shows_an_example() {
    for (from, to, says) in [
        (
            "date:dd/mm/yyyy,optional,To see",
            "date:DD/MM,optional,To see",
            "date:dd/mm/yyyy",
        ),
        ("join:comma", "join:tab", "join:comma"),
        ("max:80", "max:many", "max:100"),
        ("phones,first", "phones,first:1", "first"),
    ] {
        let copy = Copy::new();
        copy.edit("lantern/fields.csv", from, to);
        one_fault(&copy, &["WW-MAP-007", says]);
    }
}

#[test]
fn two_rows_for_one_target_and_a_target_inside_another_are_refused() {
    let copy = Copy::new();
    copy.append(
        "lantern/fields.csv",
        "who.name,family_name,,optional,To test,O,",
    );
    one_fault(
        &copy,
        &["WW-MAP-006", "fields.csv:7 speaks of this target too"],
    );
    let copy = Copy::new();
    copy.append("lantern/fields.csv", "who,family_name,,optional,To test,O,");
    one_fault(&copy, &["WW-MAP-006"]);
    let copy = Copy::new();
    copy.append(
        "lantern/fields.csv",
        "1st name,family_name,,optional,To test,O,",
    );
    one_fault(&copy, &["WW-MAP-007", "dotted path"]);
    for own in ["case", "case.mine"] {
        let copy = Copy::new();
        copy.append(
            "lantern/fields.csv",
            &format!("{own},family_name,,optional,To test,O,"),
        );
        one_fault(&copy, &["WW-MAP-007", "the gateway's own"]);
    }
}

#[test]
fn a_fhir_target_outside_the_closed_list_is_refused() {
    let copy = Copy::new();
    copy.edit(
        "vale-nhs-trust/fields.csv",
        "Patient.birthDate",
        "Patient.birthdate",
    );
    let loaded = copy.load();
    let problem = loaded.disabled[0].problems[0].to_string();
    assert!(
        problem.contains("did you mean \"Patient.birthDate\""),
        "{problem}"
    );
}

#[test]
fn the_rows_of_a_catchment_are_checked() {
    for (row, says) in [
        ("district,ZZ1,include,,,", "postcode"),
        ("postcode,ZZ1 2A,include,,,", "a district (ZZ1)"),
        ("la,E99,include,,,", "nine-character"),
        ("any,ZZ1,include,,,", "has no code"),
        ("practice,Y99003,maybe,,,", "include, exclude"),
        ("practice,Y99003,include,1.4.2026,,", "yyyy-mm-dd"),
        (
            "practice,Y99003,include,2026-04-01,2026-03-01,",
            "lies before",
        ),
        ("practice,y99001,include,,,", "catchment.csv:2 too"),
    ] {
        let copy = Copy::new();
        copy.append("lantern/catchment.csv", row);
        one_fault(&copy, &["catchment.csv:8:", says]);
    }
}

#[test]
fn the_rows_of_eligibility_are_checked() {
    for (row, says) in [
        (
            "employment,below,18,refuse,ineligible-age,No.",
            "compares words",
        ),
        ("employment,is,employed;student,ask,,Really?", "one-of"),
        (
            "employment,one-of,employed;studnet,ask,,Really?",
            "did you mean \"student\"",
        ),
        ("age,below,teen,refuse,ineligible-age,No.", "whole number"),
        ("age,below,18,refuse,,No.", "\"reason\" is empty"),
        ("age,below,18,refuse,ineligible-age,", "\"words\" is empty"),
        ("age,below,18,refuse,too-young,No.", "ineligible-age"),
    ] {
        let copy = Copy::new();
        copy.append("lantern/eligibility.csv", row);
        one_fault(&copy, &["eligibility.csv:5:", says]);
    }
}

#[test]
fn a_table_of_columns_takes_plain_names_each_once_and_leaves_the_gateways_own_alone() {
    let copy = Copy::new();
    copy.edit("lantern/provider.toml", "kind = \"json\"", "kind = \"csv\"");
    assert_eq!(copy.lantern(), Vec::<String>::new());
    copy.append(
        "lantern/fields.csv",
        "Date of birth (ISO),birth_date,date,optional,To test,O,",
    );
    assert_eq!(copy.lantern(), Vec::<String>::new());
    copy.append("lantern/fields.csv", "Who.Name,title,,optional,To test,O,");
    one_fault(
        &copy,
        &[
            "WW-MAP-006",
            "fields.csv:31:1",
            "fields.csv:7 speaks of this target too",
        ],
    );
    let copy = Copy::new();
    copy.edit("lantern/provider.toml", "kind = \"json\"", "kind = \"csv\"");
    copy.append(
        "lantern/fields.csv",
        "workwell_case,case_id,,optional,To test,O,",
    );
    one_fault(
        &copy,
        &["WW-MAP-007", "fields.csv:30:1", "are the gateway's own"],
    );
    let copy = Copy::new();
    copy.edit("lantern/provider.toml", "kind = \"json\"", "kind = \"csv\"");
    copy.append("lantern/fields.csv", "=A1,title,,optional,To test,O,");
    one_fault(
        &copy,
        &[
            "WW-MAP-007",
            "fields.csv:30:1",
            "write the name of a column",
        ],
    );
}

const ANSWERS: &str = "source,source_display,target,target_display,relation,comment\n";

#[test]
fn a_list_for_yes_and_no_has_both_and_keeps_having_no_answer_apart() {
    let with = |rows: &str| {
        let copy = Copy::new();
        copy.edit(
            "lantern/fields.csv",
            "interpreter,yes-no",
            "interpreter,code:answer",
        );
        let list = copy.path("lantern/codes/answer.csv");
        std::fs::write(list, format!("{ANSWERS}{rows}")).expect("a writable copy");
        let problems = copy.load();
        let mut told = copy.lantern();
        told.extend(problems.problems.iter().map(ToString::to_string));
        told
    };
    let whole = "yes,,Y,,equivalent,\nno,,N,,equivalent,\ndeclined,,Z,,equivalent,\nnot-known,,X,,equivalent,\n";
    assert_eq!(with(whole), Vec::<String>::new());
    let without_no = with("yes,,Y,,equivalent,\n");
    assert!(
        without_no.len() == 1 && without_no[0].contains("no row for no of interpreter"),
        "{without_no:?}"
    );
    let alike = with(&whole.replace("not-known,,X", "not-known,,N"));
    assert!(
        alike.len() == 1 && alike[0].contains("the word for \"no\""),
        "{alike:?}"
    );
    let other = with("true,,Y,,equivalent,\nno,,N,,equivalent,\n");
    assert!(
        other
            .iter()
            .any(|told| told.contains("interpreter never has this word")),
        "{other:?}"
    );
}

#[test]
fn a_prohibited_field_lets_pass_what_its_row_excepts_and_nothing_else() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "birth_date,date:dd/mm/yyyy",
        "birth_date,age-band:16/25/50",
    );
    copy.append(
        "lantern/fields.csv",
        ",birth_date,except:age-band,prohibited,The band is enough,O,",
    );
    assert_eq!(copy.lantern(), Vec::<String>::new());
    copy.append(
        "lantern/fields.csv",
        "who.year,birth_date,year,optional,To test,O,",
    );
    one_fault(
        &copy,
        &[
            "WW-MAP-006",
            "fields.csv:31:1",
            "fields.csv:30 speaks of this field too",
        ],
    );
}

#[test]
fn a_default_is_taken_for_paperwork_that_says_why() {
    let copy = Copy::new();
    copy.append(
        "lantern/fields.csv",
        "route,source_route,default:gp,optional,To count,O,Most referrals come from practices",
    );
    assert_eq!(copy.lantern(), Vec::<String>::new());
}

#[test]
fn a_list_that_has_no_word_for_a_protected_field_is_refused() {
    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "gender = \"omit\"",
        "gender = \"hold\"",
    );
    let through = "support.language,language,code:gender,";
    copy.edit("lantern/fields.csv", "support.language,language,,", through);
    one_fault(
        &copy,
        &[
            "WW-MAP-012",
            "fields.csv:14:3",
            "language is protected, and codes/gender.csv:5 sends nothing for \"unknown\"",
        ],
    );
    // A missing answer without a word is a missing answer still.
    copy.edit("lantern/codes/gender.csv", "unknown,Unknown", "absent,");
    assert_eq!(copy.lantern(), Vec::<String>::new());
}

#[test]
fn a_list_of_a_yes_no_field_tells_yes_from_no() {
    let copy = Copy::new();
    let list = "source,source_display,target,target_display,relation,comment\n\
                yes,,N,,equivalent,\nno,,n,,equivalent,\n";
    std::fs::write(copy.path("lantern/codes/need.csv"), list).expect("a writable copy");
    copy.edit(
        "lantern/fields.csv",
        "interpreter,yes-no,",
        "interpreter,code:need,",
    );
    one_fault(
        &copy,
        &[
            "WW-MAP-006",
            "codes/need.csv:3:3",
            "found \"n\", the word for \"yes\" at codes/need.csv:2",
        ],
    );
    copy.edit("lantern/codes/need.csv", "yes,,N", "yes,,Y");
    assert_eq!(copy.lantern(), Vec::<String>::new());
}

#[test]
fn a_line_that_ends_in_a_lone_return_is_counted() {
    let copy = Copy::new();
    copy.edit("lantern/catchment.csv", "postcode,ZZ2", "postcode,Z");
    let path = copy.path("lantern/catchment.csv");
    let text = std::fs::read_to_string(&path).expect("a committed table");
    std::fs::write(&path, text.replace('\n', "\r")).expect("a writable copy");
    one_fault(&copy, &["WW-MAP-007", "catchment.csv:5:2"]);
}
