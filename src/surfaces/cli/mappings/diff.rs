//! What differs between two texts, line by line.

/// Lines shown before and after a change.
const AROUND: usize = 2;

/// Longer texts are shown whole, because the comparison takes the product of their lengths.
const MOST: usize = 4_000;

enum Line<'a> {
    Both(&'a str),
    Gone(&'a str),
    New(&'a str),
}

/// The lines that are expected and did not come with `-`, those that came with `+`, and the
/// lines around them.
pub(super) fn diff(expected: &str, found: &str) -> Vec<String> {
    let lines = lines(expected, found);
    let changed: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !matches!(line, Line::Both(_)))
        .map(|(index, _)| index)
        .collect();
    let near = |index: usize| changed.iter().any(|at| at.abs_diff(index) <= AROUND);
    let mut shown = Vec::new();
    let mut is_gap = false;
    for (index, line) in lines.iter().enumerate() {
        if !near(index) {
            is_gap = !shown.is_empty();
            continue;
        }
        if std::mem::take(&mut is_gap) {
            shown.push("  ...".to_owned());
        }
        shown.push(match line {
            Line::Both(text) => format!("  {text}"),
            Line::Gone(text) => format!("- {text}"),
            Line::New(text) => format!("+ {text}"),
        });
    }
    shown
}

/// The longest common run of lines, with what is between.
fn lines<'a>(expected: &'a str, found: &'a str) -> Vec<Line<'a>> {
    let old: Vec<&str> = expected.lines().collect();
    let new: Vec<&str> = found.lines().collect();
    if old.len().max(new.len()) > MOST {
        let gone = old.into_iter().map(Line::Gone);
        return gone.chain(new.into_iter().map(Line::New)).collect();
    }
    // common[i][j]: how many lines old[i..] and new[j..] share.
    let mut common = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::with_capacity(old.len().max(new.len()));
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push(Line::Both(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            lines.push(Line::Gone(old[i]));
            i += 1;
        } else {
            lines.push(Line::New(new[j]));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown_with_the_lines_around_it() {
        let expected = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
        let found = "a\nb\nc\nD\ne\nf\ng\nh\ni\nj\nk\n";
        let shown = diff(expected, found);
        assert_eq!(
            shown,
            [
                "  b", "  c", "- d", "+ D", "  e", "  f", "  ...", "  i", "  j", "+ k"
            ]
        );
        assert_eq!(diff(expected, expected), [""; 0]);
    }
}
