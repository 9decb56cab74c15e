//! Whom a provider serves by place.

use jiff::civil::Date;

use super::Subject;
use crate::domain::mapping::Position;
use crate::domain::provider::Validity;

/// What a row speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatchmentKind {
    /// Everybody.
    Any,
    /// An integrated care board, by the practice or by the home.
    Icb,
    /// A local authority district, by the home.
    La,
    /// A postcode, sector or district, by the home.
    Postcode,
    /// A practice.
    Practice,
    /// A primary care network, by the practice.
    Pcn,
    /// A lower layer super output area, by the home.
    Lsoa,
    /// A Jobcentre. Model 0.1 of the case has no such field: the row is reported as
    /// unknown, never skipped in silence.
    Jobcentre,
}

impl CatchmentKind {
    /// The words of the column.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Any, "any"),
        (Self::Icb, "icb"),
        (Self::La, "la"),
        (Self::Postcode, "postcode"),
        (Self::Practice, "practice"),
        (Self::Pcn, "pcn"),
        (Self::Lsoa, "lsoa"),
        (Self::Jobcentre, "jobcentre"),
    ];

    /// Reads the word of the column.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == code)
            .map(|(kind, _)| *kind)
    }

    /// The word of the column.
    pub fn code(self) -> &'static str {
        let row = Self::ALL.iter().find(|(kind, _)| *kind == self);
        row.map_or("any", |(_, word)| *word)
    }
}

/// Whether a row takes in or leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Taken in.
    Include,
    /// Left out, whatever takes the person in.
    Exclude,
}

impl Mode {
    /// Reads the word of the column.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "include" => Some(Self::Include),
            "exclude" => Some(Self::Exclude),
            _ => None,
        }
    }
}

/// One row of `catchment.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatchmentRow {
    /// What it speaks of.
    pub kind: CatchmentKind,
    /// The code in capitals, a sector or postcode with its one space; empty for `any`.
    pub code: String,
    /// Include or exclude.
    pub mode: Mode,
    /// When it counts.
    pub validity: Validity,
    /// Where the row stands.
    pub position: Position,
}

/// By what the person belongs to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The registered practice, its PCN or its ICB.
    Practice,
    /// The home.
    Residence,
    /// Everybody belongs.
    Everyone,
}

impl Basis {
    /// Every basis.
    pub const ALL: &'static [Self] = &[Self::Practice, Self::Residence, Self::Everyone];

    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Residence => "residence",
            Self::Everyone => "any",
        }
    }
}

/// What a catchment says of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach<'a> {
    /// Taken in by this row.
    In {
        /// By what.
        basis: Basis,
        /// The row.
        row: &'a CatchmentRow,
    },
    /// Left out by this row.
    Excluded(&'a CatchmentRow),
    /// No row takes the person in; these could not be judged for want of a datum.
    Out {
        /// Rows that could not be judged, one a kind.
        unknown: Vec<&'a CatchmentRow>,
    },
}

/// All rows of one provider: any `include` takes in, any `exclude` leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catchment {
    rows: Vec<CatchmentRow>,
}

impl Catchment {
    /// These rows.
    pub fn new(rows: Vec<CatchmentRow>) -> Self {
        Self { rows }
    }

    /// Every row, in the table's order.
    pub fn rows(&self) -> &[CatchmentRow] {
        &self.rows
    }

    /// What the rows that count on this day say. A row by practice is preferred as the
    /// reason over one by residence, because the practice is what the referrer knows.
    pub fn reach(&self, subject: &Subject<'_>) -> Reach<'_> {
        let mut taken: Option<(Basis, &CatchmentRow)> = None;
        let mut unknown: Vec<&CatchmentRow> = Vec::new();
        for row in self
            .rows
            .iter()
            .filter(|row| row.validity.holds_on(subject.decided_on))
        {
            match (touches(row.kind, &row.code, subject), row.mode) {
                (Touch::Yes(_), Mode::Exclude) => return Reach::Excluded(row),
                (Touch::Yes(basis), Mode::Include) => {
                    if taken.is_none_or(|(held, _)| rank(basis) < rank(held)) {
                        taken = Some((basis, row));
                    }
                }
                (Touch::Unknown, Mode::Include) => {
                    if !unknown.iter().any(|seen| seen.kind == row.kind) {
                        unknown.push(row);
                    }
                }
                (Touch::Unknown, Mode::Exclude) | (Touch::No, _) => {}
            }
        }
        match taken {
            Some((basis, row)) => Reach::In { basis, row },
            None => Reach::Out { unknown },
        }
    }

    /// The last day on which any row still counts; none when a row has no end.
    pub fn ends(&self) -> Option<Date> {
        let ends: Option<Vec<Date>> = self.rows.iter().map(|row| row.validity.to).collect();
        ends.and_then(|ends| ends.into_iter().max())
    }
}

const fn rank(basis: Basis) -> u8 {
    match basis {
        Basis::Practice => 0,
        Basis::Residence => 1,
        Basis::Everyone => 2,
    }
}

/// Whether a place is the person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touch {
    Yes(Basis),
    No,
    Unknown,
}

/// Whether the person belongs to the place of this kind and code. `shortlist` finds the same
/// codes the other way round: a kind that is judged here is found there.
pub(super) fn touches(kind: CatchmentKind, place: &str, subject: &Subject<'_>) -> Touch {
    let person = &subject.referral.person;
    let practice = subject.practice.as_ref();
    let home = subject.residence.as_ref();
    // A table may still name the code of before a merger, or a person's record may.
    let same = |code: &str| subject.successions.are_same(code, place);
    match kind {
        CatchmentKind::Any => Touch::Yes(Basis::Everyone),
        CatchmentKind::Practice => {
            let found = person.practice.as_ref().map(|ods| same(ods.as_str()));
            touch(found, Basis::Practice)
        }
        CatchmentKind::Pcn => {
            let found = practice.and_then(|p| p.pcn.as_ref());
            touch(found.map(|code| same(code)), Basis::Practice)
        }
        CatchmentKind::La => {
            let found = home.and_then(|h| h.la.as_ref());
            touch(found.map(|code| *code == place), Basis::Residence)
        }
        CatchmentKind::Lsoa => {
            let found = home.and_then(|h| h.lsoa.as_ref());
            touch(found.map(|code| *code == place), Basis::Residence)
        }
        CatchmentKind::Postcode => {
            let found = person.address.postcode.as_ref();
            touch(found.map(|p| lies_in(p.expose(), place)), Basis::Residence)
        }
        CatchmentKind::Icb => icb(
            practice.and_then(|p| p.icb.as_ref()),
            home.and_then(|h| h.icb.as_ref()),
            &same,
        ),
        CatchmentKind::Jobcentre => Touch::Unknown,
    }
}

const fn touch(found: Option<bool>, basis: Basis) -> Touch {
    match found {
        Some(true) => Touch::Yes(basis),
        Some(false) => Touch::No,
        None => Touch::Unknown,
    }
}

fn icb(practice: Option<&String>, home: Option<&String>, same: &dyn Fn(&str) -> bool) -> Touch {
    if practice.is_some_and(|found| same(found)) {
        return Touch::Yes(Basis::Practice);
    }
    touch(home.map(|found| same(found)), Basis::Residence)
}

/// Whether a written postcode (`ZZ1 1AA`) lies in a district (`ZZ1`), a sector (`ZZ1 1`)
/// or is the postcode. The space tells the sector ZZ1 1 from the district ZZ11.
fn lies_in(postcode: &str, code: &str) -> bool {
    let Some(rest) = postcode.strip_prefix(code) else {
        return false;
    };
    rest.is_empty() || rest.starts_with(' ') || code.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_lies_in_its_own_district_sector_and_self_only() {
        for code in ["ZZ1", "ZZ1 2", "ZZ1 2AB"] {
            assert!(lies_in("ZZ1 2AB", code), "{code}");
        }
        for code in ["ZZ10", "ZZ", "ZZ12", "ZZ1 3", "ZZ1 2AC", "ZZ2", ""] {
            assert!(!lies_in("ZZ1 2AB", code), "{code}");
        }
        assert!(!lies_in("ZZ12 3AB", "ZZ1"));
    }
}
