//! Lines that fit a terminal.

/// The width of every text answer, in columns.
pub const WIDTH: usize = 80;

/// Breaks `text` at spaces so that no line is longer than [`WIDTH`]; the first line
/// begins with `first`, every other with as many spaces. A longer word stands alone.
pub fn wrap(first: &str, text: &str) -> String {
    let indent = " ".repeat(first.chars().count());
    let mut lines: Vec<String> = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        let length = line.chars().count() + usize::from(!empty) + word.chars().count();
        if !empty && length > WIDTH {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_the_width_and_later_lines_are_indented() {
        let text = wrap("advice  ", &"word ".repeat(40));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(
            text.lines()
                .skip(1)
                .all(|line| line.starts_with("        word"))
        );
        assert_eq!(text.matches("word").count(), 40);
    }

    #[test]
    fn a_word_that_is_too_long_stands_alone() {
        let long = "x".repeat(100);
        assert_eq!(wrap("", &format!("a {long} b")), format!("a\n{long}\nb"));
    }

    #[test]
    fn nothing_leaves_no_spaces_behind() {
        assert_eq!(wrap("key  ", ""), "key");
    }
}
