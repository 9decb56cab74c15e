//! What steps are made of: marks between the items of a list, and bands of age.

/// What stands between the items of a joined list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// `, `
    Comma,
    /// `; `
    Semicolon,
    /// One space.
    Space,
    /// ` / `
    Slash,
    /// A line break.
    Newline,
}

impl Join {
    /// Every separator with its word: words, because a spreadsheet eats trailing spaces.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Comma, "comma", ", "),
        (Self::Semicolon, "semicolon", "; "),
        (Self::Space, "space", " "),
        (Self::Slash, "slash", " / "),
        (Self::Newline, "newline", "\n"),
    ];

    pub(super) fn row(self) -> (&'static str, &'static str) {
        let row = Self::ALL.iter().find(|row| row.0 == self);
        row.map_or(("comma", ", "), |row| (row.1, row.2))
    }

    /// What a text is cut at: the mark without the blanks beside it.
    pub(super) fn mark(self) -> &'static str {
        let (_, between) = self.row();
        match between.trim() {
            "" => between,
            mark => mark,
        }
    }
}

/// Age bands: the first age of each, ascending; `16/25/50` gives 16-24, 25-49, 50+.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeBands(pub Vec<u32>);

impl AgeBands {
    /// The band of an age, `under 16` below the first.
    pub fn band(&self, age: u32) -> String {
        let above = self.0.partition_point(|start| *start <= age);
        match (above.checked_sub(1).map(|i| self.0[i]), self.0.get(above)) {
            (None, Some(first)) => format!("under {first}"),
            (Some(start), Some(next)) => format!("{start}-{}", next - 1),
            (Some(start), None) => format!("{start}+"),
            (None, None) => "all".to_owned(),
        }
    }
}
