//! Synthetic people, one a seed. Their names are invented and odd, so that a test can
//! look for them in logs; their NHS numbers come from the range that is never issued.

/// Family names that no register holds.
const FAMILY: [&str; 16] = [
    "Zanzibarrow",
    "Quillfeather",
    "Muddlestane",
    "Thrumpetwood",
    "Oxtercogg",
    "Wimblegarth",
    "Snodgrape",
    "Brackleswick",
    "Fizzlethorn",
    "Yarrowmeer",
    "Gobbenshaw",
    "Plinkerton",
    "Druzzlecombe",
    "Hobthrushel",
    "Vexmarrow",
    "Jumblethwaite",
];

/// Given names of the same kind.
const GIVEN: [&str; 16] = [
    "Quillabeth",
    "Ambrolio",
    "Tansywin",
    "Borrowick",
    "Celandra",
    "Dunstable",
    "Ebbelina",
    "Fenwickus",
    "Gillyflora",
    "Hartigan",
    "Isoldina",
    "Jessamund",
    "Kettrick",
    "Lorvinia",
    "Marrowby",
    "Nettlebert",
];

/// How many people there are: seeds repeat beyond.
pub const PEOPLE: u64 = 900_000;

/// The NHS number of a seed: `999`, five digits of the block, one digit chosen in it,
/// and the check digit (modulus 11). In each block of ten at most one has no check
/// digit, so nine of them are always there. Seed 0 is 9990000018.
pub fn nhs_number(seed: u64) -> String {
    let seed = seed % PEOPLE;
    let block = format!("999{:05}", seed / 9);
    let choice = usize::try_from(seed % 9).unwrap_or_default();
    (0..10)
        .map(|last| format!("{block}{last}"))
        .filter_map(|nine| check_digit(&nine).map(|check| format!("{nine}{check}")))
        .nth(choice)
        .expect("a block of ten holds at least nine numbers with a check digit")
}

/// Weights 10 down to 2; a result of 10 means that the number is never issued.
fn check_digit(nine: &str) -> Option<u32> {
    let sum: u32 = nine
        .bytes()
        .zip((2..=10).rev())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

/// The family name of a seed.
pub fn family(seed: u64) -> &'static str {
    pick(&FAMILY, seed)
}

/// The given name of a seed.
pub fn given(seed: u64) -> &'static str {
    pick(&GIVEN, seed + seed / 16)
}

/// The birth date of a seed; everybody is of working age in 2026. Seed 0 has the
/// fixture's.
pub fn birth_date(seed: u64) -> String {
    if seed == 0 {
        return "1981-03-27".to_owned();
    }
    format!(
        "{}-{:02}-{:02}",
        1966 + seed % 40,
        1 + seed / 40 % 12,
        1 + seed / 480 % 28
    )
}

fn pick(list: &'static [&'static str; 16], seed: u64) -> &'static str {
    list[usize::try_from(seed % 16).unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_first_people_have_the_numbers_that_fixtures_use() {
        assert_eq!(nhs_number(0), "9990000018");
        assert_eq!(nhs_number(1), "9990000026");
    }

    #[test]
    fn every_number_is_of_the_test_range_and_nobody_shares_one() {
        let numbers: BTreeSet<String> = (0..5_000).map(nhs_number).collect();
        assert_eq!(numbers.len(), 5_000);
        for number in &numbers {
            let weighted: u32 = number
                .bytes()
                .zip((1..=10).rev())
                .map(|(digit, weight)| u32::from(digit - b'0') * weight)
                .sum();
            // The check digit has weight 1: the whole sum is a multiple of 11.
            assert_eq!(weighted % 11, 0, "{number}");
            assert!(number.starts_with("999") && number.len() == 10, "{number}");
        }
    }

    #[test]
    fn a_number_without_a_check_digit_is_never_given() {
        assert_eq!(check_digit("999000014"), None);
        assert!((0..100).all(|seed| !nhs_number(seed).starts_with("999000014")));
    }
}
