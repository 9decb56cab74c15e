//! The nearest of some names, so that a fault says what was probably meant.

/// `"found" is not ...; did you mean "x"? It is one of: ...`.
pub(super) fn suggestion(found: &str, names: &[&str]) -> String {
    let list = names.join(", ");
    match nearest(found, names) {
        // A long list hides the name that was meant.
        Some(name) if names.len() > 20 => format!("found \"{found}\"; did you mean \"{name}\"?"),
        Some(name) => format!("found \"{found}\"; did you mean \"{name}\"? It is one of: {list}"),
        None => format!("found \"{found}\"; it is one of: {list}"),
    }
}

/// The name with the least edits, when they are few against its length.
pub(super) fn nearest<'a>(found: &str, names: &[&'a str]) -> Option<&'a str> {
    let found = found.to_lowercase();
    let distance = |name: &str| edits(&found, &name.to_lowercase());
    let best = names.iter().copied().min_by_key(|name| distance(name))?;
    (distance(best) <= best.len() / 3 + 1).then_some(best)
}

/// Levenshtein distance by bytes: names are ASCII.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.bytes().enumerate() {
            let above = row[j + 1];
            let swap = diagonal + usize::from(left != right);
            row[j + 1] = swap.min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_with_the_fewest_edits() {
        let names = ["birth_date", "family_name", "given_names"];
        assert_eq!(nearest("familyname", &names), Some("family_name"));
        assert_eq!(nearest("Birth-Date", &names), Some("birth_date"));
        assert_eq!(nearest("shoe size", &names), None);
    }
}
