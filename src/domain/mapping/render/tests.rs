use super::super::{CodeList, CodeRow, PhoneFormat, Relation, Written, field, sample};
use super::*;
use crate::domain::case::{Answer, EmploymentStatus};
use crate::domain::consent::{Recipient, Record};
use crate::domain::routing::{
    Eligibility, EligibilityRow, Expected, IneligibleReason, Operator, Residence, RuleOutcome,
};
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 11, 20);

fn row(source: &str, target: &str, steps: Vec<Transform>, need: Requirement) -> FieldRow {
    let position = Position::new("fields.csv", 2);
    FieldRow {
        written: Written::of(target, field(source), &steps, &position),
        target: target.into(),
        source: field(source),
        steps,
        requirement: need,
        purpose: "to test".into(),
        category: super::super::Category::C,
        comment: String::new(),
        position,
    }
}

fn optional(source: &str) -> FieldRow {
    row(source, source, Vec::new(), Requirement::Optional)
}

fn with(rows: Vec<FieldRow>) -> Provider {
    Provider {
        fields: rows,
        ..sample::provider("lantern")
    }
}

fn coded(unmapped: UnmappedPolicy, need: Requirement) -> Provider {
    let rows = vec![CodeRow {
        source: "student".into(),
        target: "Student".into(),
        relation: Relation::Equivalent,
        position: Position::new("codes/employment.csv", 2),
    }];
    let steps = vec![Transform::Code {
        list: "employment".into(),
        index: 0,
    }];
    Provider {
        codes: vec![CodeList::new("employment", unmapped, rows)],
        ..with(vec![row("employment_status", "work", steps, need)])
    }
}

#[test]
fn a_known_field_is_sent_and_traced() {
    let provider = with(vec![optional("family_name")]);
    let rendered = render(&sample::case(), &provider, TODAY);
    assert!(rendered.outputs[0].value == OutValue::Text("Quillfeather".into()));
    let trace = &rendered.trace[0];
    assert_eq!(
        (trace.source, trace.outcome),
        ("family_name", RowOutcome::Sent)
    );
    assert_eq!(trace.row.to_string(), "fields.csv:2");
    assert!(rendered.faults.is_empty());
}

#[test]
fn the_rows_of_a_list_that_answered_are_told_for_each_row_of_the_table() {
    let lines = |provider: &Provider, case: &Case| -> Vec<Vec<u32>> {
        let rows = code_rows(case, provider, TODAY);
        let lines = |rows: &Vec<&CodeRow>| rows.iter().map(|row| row.position.line).collect();
        rows.iter().map(lines).collect()
    };
    let code = |source: &str, line, relation| CodeRow {
        source: source.into(),
        target: "Word".into(),
        relation,
        position: Position::new("codes/barriers.csv", line),
    };
    let rows = vec![
        code("mental-health", 2, Relation::Wider),
        code("msk", 3, Relation::Equivalent),
        code("declined", 4, Relation::Unmatched),
    ];
    let translate = || {
        vec![Transform::Code {
            list: "barriers".into(),
            index: 0,
        }]
    };
    let fields = vec![
        row("barriers", "a", translate(), Requirement::Optional),
        optional("family_name"),
        row("barriers", "", translate(), Requirement::Prohibited),
        row("ethnicity", "b", translate(), Requirement::Optional),
        row("sickness_absence", "c", translate(), Requirement::Optional),
    ];
    let provider = Provider {
        codes: vec![CodeList::new("barriers", UnmappedPolicy::Omit, rows)],
        ..with(fields)
    };
    let mut case = sample::case();
    case.referral.person.ethnicity = Answer::Declined;
    let expected: [&[u32]; 5] = [&[3, 2], &[], &[], &[4], &[]];
    assert_eq!(lines(&provider, &case), expected);
}

#[test]
fn an_unlisted_code_is_a_fault_and_is_never_guessed() {
    for (policy, code) in [
        (UnmappedPolicy::Hold, FaultCode::UnmappedCode),
        (UnmappedPolicy::Refuse, FaultCode::UnmappedCodeRefused),
    ] {
        let provider = coded(policy, Requirement::Optional);
        let rendered = render(&sample::case(), &provider, TODAY);
        assert!(rendered.outputs.is_empty());
        let fault = &rendered.faults[0];
        assert_eq!(
            (fault.code, fault.list.as_deref()),
            (code, Some("employment"))
        );
    }
}

#[test]
fn a_list_may_leave_an_unlisted_code_out_and_then_says_so() {
    let provider = coded(UnmappedPolicy::Omit, Requirement::Optional);
    let rendered = render(&sample::case(), &provider, TODAY);
    assert_eq!(rendered.trace[0].outcome, RowOutcome::Omitted);
    assert!(rendered.trace[0].lossy && rendered.faults.is_empty());
}

#[test]
fn a_required_field_without_a_value_is_a_named_fault() {
    let mut case = sample::case();
    case.referral.work.employment = Answer::NotKnown;
    let provider = coded(UnmappedPolicy::Hold, Requirement::Required);
    let rendered = render(&case, &provider, TODAY);
    assert_eq!(rendered.faults[0].code, FaultCode::RequiredMissing);
    assert_eq!(rendered.trace[0].outcome, RowOutcome::NotKnown);
    case.referral.work.employment = Answer::Known(EmploymentStatus::Student);
    assert!(render(&case, &provider, TODAY).faults.is_empty());
}

#[test]
fn the_employers_name_leaves_only_with_consent() {
    let provider = with(vec![optional("employer")]);
    let mut case = sample::case();
    case.referral.consents.recipients.clear();
    let rendered = render(&case, &provider, TODAY);
    assert!(rendered.outputs.is_empty());
    assert_eq!(
        rendered.withheld,
        [("employer", "consent-not-recorded".to_owned())]
    );

    let given = Record {
        decision: Decision::Given,
        ..Record::default()
    };
    case.referral.consents.recipients = vec![(Recipient::Employer, given)];
    assert_eq!(render(&case, &provider, TODAY).outputs.len(), 1);
}

#[test]
fn a_required_employer_without_consent_is_not_called_missing() {
    let rows = vec![row(
        "employer",
        "employer",
        Vec::new(),
        Requirement::Required,
    )];
    let mut case = sample::case();
    case.referral.consents.recipients.clear();
    let provider = with(rows);
    let rendered = render(&case, &provider, TODAY);
    assert_eq!(rendered.faults[0].code, FaultCode::RequiredWithheld);
}

#[test]
fn what_no_row_names_is_unused_or_withheld_with_its_reason() {
    let mut provider = with(vec![optional("full_name")]);
    provider.withheld = vec![("safeguarding".into(), "handled by telephone".into())];
    let rendered = render(&sample::case(), &provider, TODAY);
    assert!(rendered.unused.contains(&"birth_date"));
    assert!(
        !rendered.unused.contains(&"family_name"),
        "part of full_name"
    );
    assert!(!rendered.unused.contains(&"safeguarding"));
    let reason = ("safeguarding", "handled by telephone".to_owned());
    assert!(rendered.withheld.contains(&reason));
}

#[test]
fn a_prohibited_field_is_kept_back_and_the_trace_shows_the_decision() {
    let rows = vec![row("ethnicity", "", Vec::new(), Requirement::Prohibited)];
    let provider = with(rows);
    let rendered = render(&sample::case(), &provider, TODAY);
    assert!(rendered.outputs.is_empty() && !rendered.unused.contains(&"ethnicity"));
    assert_eq!(rendered.trace[0].outcome, RowOutcome::Prohibited);
}

#[test]
fn neither_trace_nor_faults_hold_a_value_of_the_case() {
    let every: Vec<FieldRow> = fields().iter().map(|f| optional(f.name)).collect();
    let provider = with(every);
    let rendered = render(&sample::case(), &provider, TODAY);
    let shown = format!(
        "{:?} {:?} {:?}",
        rendered.trace, rendered.faults, rendered.outputs
    );
    for datum in ["Quillfeather", "9990000018", "ZZ1", "Fernlea", "Copperpot"] {
        assert!(!shown.contains(datum), "{datum} is shown");
    }
}

#[test]
fn free_text_is_screened_before_a_table_sees_it_and_the_trace_counts_the_pieces() {
    let mut case = sample::case();
    let words = "Ring 07700 900001 or mail a@b.example. NI QQ123456C.";
    case.referral.reason = Some(words.to_owned().into());
    let mut provider = with(vec![optional("reason")]);
    let rendered = render(&case, &provider, TODAY);
    let expected = "Ring [removed] or mail [removed]. NI [removed].";
    assert!(rendered.outputs[0].value == OutValue::Text(expected.into()));
    assert_eq!(
        (rendered.trace[0].removed, rendered.trace[0].lossy),
        (3, true)
    );

    provider.free_text = FreeTextPolicy::AsWritten;
    let rendered = render(&case, &provider, TODAY);
    let expected = "Ring 07700 900001 or mail a@b.example. NI [removed].";
    assert!(rendered.outputs[0].value == OutValue::Text(expected.into()));
    assert_eq!(rendered.trace[0].removed, 1);
}

#[test]
fn a_malformed_number_is_told_and_a_required_one_holds_the_case() {
    let mut case = sample::case();
    case.referral.person.contacts.truncate(2);
    case.referral.person.contacts[1].value = "01632 96000".to_owned().into();
    let phone = || vec![Transform::Phone(PhoneFormat::National)];
    let optional = with(vec![row("phones", "phone", phone(), Requirement::Optional)]);
    let rendered = render(&case, &optional, TODAY);
    assert!(rendered.outputs.is_empty() && rendered.faults.is_empty());
    assert_eq!(rendered.trace[0].outcome, RowOutcome::Malformed);
    let required = with(vec![row("phones", "phone", phone(), Requirement::Required)]);
    let rendered = render(&case, &required, TODAY);
    assert_eq!(rendered.faults[0].code, FaultCode::RequiredMalformed);
}

#[test]
fn a_required_place_that_nobody_knows_holds_the_case() {
    let steps = vec![Transform::Authority];
    let provider = with(vec![row("postcode", "la", steps, Requirement::Required)]);
    let case = sample::case();
    let rendered = render(&case, &provider, TODAY);
    assert_eq!(rendered.trace[0].outcome, RowOutcome::NoPlace);
    assert_eq!(rendered.faults[0].code, FaultCode::RequiredPlaceUnknown);
    let residence = Residence {
        la: Some("E99000001".into()),
        ..Residence::default()
    };
    let given = Given {
        referred_on: TODAY,
        residence: Some(&residence),
        questions: None,
    };
    let rendered = render(&case, &provider, given);
    assert!(rendered.outputs[0].value == OutValue::Text("E99000001".into()));
    assert!(rendered.trace[0].lossy && rendered.faults.is_empty());
}

#[test]
fn a_default_is_sent_as_one_and_a_dropped_field_is_withheld_with_its_reason() {
    let default = vec![Transform::Default("NHS".into())];
    let provider = with(vec![
        row("referrer_name", "from", default, Requirement::Required),
        row("reason", "", vec![Transform::Drop], Requirement::Optional),
    ]);
    let mut case = sample::case();
    case.referral.referrer.organisation_name = None;
    let rendered = render(&case, &provider, TODAY);
    assert!(rendered.outputs[0].value == OutValue::Text("NHS".into()));
    let found: Vec<(RowOutcome, bool)> = rendered
        .trace
        .iter()
        .map(|row| (row.outcome, row.lossy))
        .collect();
    assert_eq!(
        found,
        [(RowOutcome::Default, true), (RowOutcome::Dropped, false)]
    );
    assert!(
        rendered
            .withheld
            .contains(&("reason", "to test".to_owned()))
    );
    assert!(rendered.faults.is_empty() && rendered.outputs.len() == 1);
}

#[test]
fn protected_data_that_a_list_has_no_word_for_is_told_as_withheld() {
    let rows = vec![
        CodeRow {
            source: "iso|en".into(),
            target: String::new(),
            relation: Relation::Unmatched,
            position: Position::new("codes/language.csv", 2),
        },
        CodeRow {
            source: "Step-free access".into(),
            target: "Lift".into(),
            relation: Relation::Wider,
            position: Position::new("codes/language.csv", 3),
        },
    ];
    let code = || {
        vec![Transform::Code {
            list: "language".into(),
            index: 0,
        }]
    };
    let provider = Provider {
        codes: vec![CodeList::new("language", UnmappedPolicy::Omit, rows)],
        ..with(vec![
            row("language", "language", code(), Requirement::Optional),
            row(
                "reasonable_adjustments",
                "needs",
                code(),
                Requirement::Optional,
            ),
        ])
    };
    let mut case = sample::case();
    let mut another = case.referral.flags[0].clone();
    another.text = "Quiet room".to_owned().into();
    case.referral.flags.push(another);
    let rendered = render(&case, &provider, TODAY);
    for told in [
        ("language", "no-word"),
        ("reasonable_adjustments", "in-part"),
    ] {
        let told = (told.0, told.1.to_owned());
        assert!(rendered.withheld.contains(&told), "{:?}", rendered.withheld);
    }
    assert!(rendered.outputs.len() == 1 && rendered.faults.is_empty());
}

/// A row that asks about employment, whatever it is, and one that needs the birth date.
fn asking() -> Eligibility {
    let row = |rule, expected, outcome, words: &str| EligibilityRow {
        rule,
        operator: Operator::Is,
        expected,
        outcome,
        reason: Some(IneligibleReason::Age),
        words: words.into(),
        position: Position::new("eligibility.csv", 2),
    };
    let employed = Expected::Words(vec!["employed".into()]);
    let rows = vec![
        row(Rule::Age, Expected::Number(17), RuleOutcome::Refuse, "No."),
        row(Rule::Employment, employed, RuleOutcome::Ask, "Still there?"),
    ];
    Eligibility::new(rows)
}

fn texts_of(rendered: &Rendered<'_>) -> Vec<String> {
    let outputs = rendered.outputs.iter();
    outputs.flat_map(|output| output.value.texts()).collect()
}

#[test]
fn what_the_providers_rows_leave_open_is_sent_as_a_field_of_its_own() {
    let provider = Provider {
        eligibility: asking(),
        ..with(vec![optional("questions")])
    };
    let mut case = sample::case();
    let rendered = render(&case, &provider, TODAY);
    assert_eq!(texts_of(&rendered), ["Still there?"]);
    assert_eq!(rendered.trace[0].outcome, RowOutcome::Sent);
    case.referral.person.birth_date = None;
    let rendered = render(&case, &provider, TODAY);
    assert_eq!(texts_of(&rendered), ["How old are you?", "Still there?"]);
    case.referral.person.birth_date = sample::person().birth_date;
    case.referral.work.employment = Answer::Known(EmploymentStatus::Student);
    let rendered = render(&case, &provider, TODAY);
    assert_eq!(texts_of(&rendered), Vec::<String>::new());
    assert_eq!(rendered.trace[0].outcome, RowOutcome::Absent);
}

#[test]
fn what_a_decision_leaves_open_goes_before_the_providers_own_rows() {
    let provider = Provider {
        eligibility: asking(),
        ..with(vec![optional("questions")])
    };
    let of_hub = Question {
        rule: Rule::FitNote,
        words: String::new(),
        row: Position::new("eligibility.csv", 9),
        missing: true,
    };
    let questions = [of_hub];
    let given = Given {
        questions: Some(&questions),
        ..Given::from(TODAY)
    };
    let case = sample::case();
    let rendered = render(&case, &provider, given);
    assert_eq!(texts_of(&rendered), [Rule::FitNote.sentence()]);
}

#[test]
fn a_question_that_would_tell_a_prohibited_field_is_kept_back_and_one_that_lacks_it_is_not() {
    let prohibited = row("employment_status", "", Vec::new(), Requirement::Prohibited);
    let provider = Provider {
        eligibility: asking(),
        ..with(vec![prohibited, optional("questions")])
    };
    let mut case = sample::case();
    let rendered = render(&case, &provider, TODAY);
    assert_eq!(texts_of(&rendered), Vec::<String>::new());
    let told = |rendered: &Rendered<'_>| {
        let in_part = ("questions", "in-part".to_owned());
        rendered.withheld.contains(&in_part)
    };
    assert!(told(&rendered));
    assert_eq!(rendered.kept_back(), ["employment_status", "questions"]);
    case.referral.work.employment = Answer::Absent;
    let rendered = render(&case, &provider, TODAY);
    assert_eq!(texts_of(&rendered), ["Still there?"]);
    assert!(!told(&rendered));
}

#[test]
fn questions_that_no_row_names_are_told_and_prohibited_ones_are_withheld() {
    let provider = |rows| Provider {
        eligibility: asking(),
        ..with(rows)
    };
    let case = sample::case();
    let silent = provider(Vec::new());
    assert!(render(&case, &silent, TODAY).unused.contains(&"questions"));
    let prohibited = row("questions", "", Vec::new(), Requirement::Prohibited);
    let refusing = provider(vec![prohibited]);
    let rendered = render(&case, &refusing, TODAY);
    assert_eq!(rendered.withheld[0].0, "questions");
    assert!(!rendered.unused.contains(&"questions"));
}
