use super::*;
use proptest::prelude::*;

fn all(words: &str) -> String {
    screen(words, Depth::ALL).map_or_else(|| words.to_owned(), |found| found.0)
}

fn least(words: &str) -> String {
    let depth = Depth::of(FreeText::Safety, false).expect("free text");
    screen(words, depth).map_or_else(|| words.to_owned(), |found| found.0)
}

#[test]
fn numbers_and_addresses_of_people_are_taken_out() {
    for (words, expected) in [
        ("NHS 999 000 0018.", "NHS [removed]."),
        ("NHS no 9990000018, off sick", "NHS no [removed], off sick"),
        ("ring 07700 900001 after 5", "ring [removed] after 5"),
        ("ring (01632) 960-001.", "ring [removed]."),
        ("ring +44 7700 900001; ask", "ring [removed]; ask"),
        ("mail ottoline.q@mail.example.", "mail [removed]."),
        ("see https://me.example/x?y=1 for", "see [removed] for"),
        ("(www.me.example)", "([removed])"),
        ("lives at ZZ1 1AA now", "lives at [removed] now"),
        ("lives at zz11aa now", "lives at [removed] now"),
        (
            "account 12345678 at the bank",
            "account [removed] at the bank",
        ),
        ("passport 123456789", "passport [removed]"),
    ] {
        assert_eq!(all(words), expected);
    }
}

#[test]
fn national_insurance_numbers_are_taken_out_of_every_free_text() {
    for (words, expected) in [
        ("NI QQ123456C here", "NI [removed] here"),
        ("NI QQ 12 34 56 C here", "NI [removed] here"),
        ("ni qq123456c", "ni [removed]"),
        ("NI: QQ-12-34-56-C.", "NI: [removed]."),
        ("NI QQ123456 today", "NI [removed] today"),
    ] {
        assert_eq!(least(words), expected);
        assert_eq!(all(words), expected);
    }
}

#[test]
fn what_keeps_a_person_safe_is_left_as_it_is() {
    for words in [
        "Mobile 07700 900001 only, no voicemail",
        "Visit at ZZ1 1AA only, never at home",
        "Convicted ex-partner may be there: meet elsewhere",
    ] {
        assert_eq!(least(words), words);
    }
}

#[test]
fn ordinary_words_of_a_referral_stay() {
    for words in [
        "Off sick since 2026-10-05, note to 30.11.2026; PHQ-9 15, GAD-7 12.",
        "Back pain at L5 1st noted 05/10/2026, 75 mg twice a day",
        "BP 120/80, works 37.5 hours, earns 24,000",
        "New in the job and still on probation; worried about benefits of the scheme.",
        "Swollen PIP joint of the right hand, ulcerative colitis (UC).",
        "Would like help to return to work.",
        "sct|928000 musculoskeletal disorder",
        "Room 12, floor 3, from 9am to 5pm on 20-11-26",
    ] {
        assert_eq!(all(words), words);
    }
}

#[test]
fn a_sentence_about_benefits_or_crime_goes_as_a_whole() {
    for (words, expected) in [
        (
            "Back pain. Receives PIP, enhanced rate. Wants to work.",
            "Back pain. [removed]. Wants to work.",
        ),
        (
            "On Universal Credit since May; wants to work",
            "[removed]; wants to work",
        ),
        (
            "Came from prison in June.\nLow mood.",
            "[removed].\nLow mood.",
        ),
        ("MAPPA level 2", "[removed]"),
        ("Gets carer\u{2019}s allowance! Tired.", "[removed]! Tired."),
    ] {
        assert_eq!(all(words), expected);
    }
}

#[test]
fn each_piece_is_counted_once() {
    let (words, count) =
        screen("ring 07700 900001 or a@b.example", Depth::ALL).expect("two pieces");
    assert_eq!((words.as_str(), count), ("ring [removed] or [removed]", 2));
    // A number within a sentence that goes is gone with it.
    let (words, count) = screen("On PIP, ring 07700 900001.", Depth::ALL).expect("one piece");
    assert_eq!((words.as_str(), count), ("[removed].", 1));
}

#[test]
fn words_as_written_lose_only_what_is_never_accepted() {
    let depth = Depth::of(FreeText::Story, true).expect("free text");
    let (words, count) =
        screen("Ring 07700 900001. NI QQ123456C. On PIP.", depth).expect("two pieces");
    assert_eq!(words, "Ring 07700 900001. NI [removed]. [removed].");
    assert_eq!(count, 2);
}

proptest! {
    #[test]
    fn no_text_is_too_strange_and_screening_twice_changes_nothing(words in "\\PC{0,80}") {
        let once = all(&words);
        prop_assert_eq!(all(&once), once);
    }

    #[test]
    fn no_nhs_number_passes_whatever_stands_around_it(
        before in "[a-z ,.]{0,12}",
        after in "[a-z ,.]{0,12}",
        digits in "[0-9]{10}",
        mark in prop::sample::select(vec!["", " ", "-"]),
    ) {
        let number = [&digits[..3], &digits[3..6], &digits[6..]].join(mark);
        let screened = all(&format!("{before}{number}{after}"));
        prop_assert!(!screened.contains(&digits[6..]), "{}", screened);
    }
}
