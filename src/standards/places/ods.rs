//! The CSV downloads of the Organisation Data Service: reports without a header line (or
//! with one, where the reader asked for it), told apart by their names. Codes are opaque
//! (reference/nhs-apis.md 3.1).

use jiff::civil::Date;

use crate::domain::identifiers::OdsCode;

/// What a download holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Download {
    /// `epraccur`: practices, with the board that they lie in.
    Practices,
    /// Organisations in the layout of 27 columns that most reports share.
    Organisations,
    /// `epcn`: primary care networks.
    Networks,
    /// `epcncorepartnerdetails`: which practice belongs to which network, and when.
    Partners,
    /// `succ`, `succarc`: who carries on after whom.
    Successions,
}

/// The reports of organisations that a referrer or a provider may be one of.
const ORGANISATIONS: &[&str] = &[
    "eccg",
    "eccgsite",
    "eother",
    "eauth",
    "etr",
    "ets",
    "ect",
    "ectsite",
    "ecsu",
    "ensa",
    "espha",
    "ebranchs",
    "ehospice",
    "ephp",
    "ephpsite",
    "enonnhs",
    "etreat",
    "edispensary",
    "epharmacyhq",
    "plab",
    "eplab",
    "wlhb",
    "lauth",
    "lauthsite",
];

impl Download {
    /// The names under which they are published, for people.
    pub const NAMES: &'static str =
        "epraccur, epcn, epcncorepartnerdetails, succ, succarc, eccg, eother, etr and others";

    /// Tells a download by the name of its file, `epraccur.csv` or
    /// `epcn (Include headers).csv`.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let stem = name
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .next()?;
        match stem {
            "epraccur" => Some(Self::Practices),
            "epcn" => Some(Self::Networks),
            "epcncorepartnerdetails" => Some(Self::Partners),
            "succ" | "succarc" => Some(Self::Successions),
            _ if ORGANISATIONS.contains(&stem) => Some(Self::Organisations),
            _ => None,
        }
    }

    /// The word that is kept with what it lists.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Practices => "practice",
            Self::Networks => "pcn",
            Self::Organisations => "organisation",
            Self::Partners | Self::Successions => "",
        }
    }

    /// The fewest cells of a row.
    const fn cells(self) -> usize {
        match self {
            Self::Practices | Self::Organisations => 27,
            Self::Networks => 6,
            Self::Partners => 10,
            Self::Successions => 4,
        }
    }

    /// The cells that hold dates.
    const fn dates(self) -> (usize, Option<usize>) {
        match self {
            Self::Practices | Self::Organisations => (10, Some(11)),
            Self::Networks => (4, Some(5)),
            Self::Partners => (8, Some(9)),
            Self::Successions => (3, None),
        }
    }

    /// Whether the first row of a file is a header: a word stands where a date belongs.
    pub fn is_header<'a>(self, cell: &dyn Fn(usize) -> Option<&'a str>) -> bool {
        let is_word = |text: &str| text.chars().any(char::is_alphabetic);
        cell(self.dates().0).is_some_and(is_word)
    }

    /// Reads one row.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn row<'a>(self, count: usize, cell: &dyn Fn(usize) -> &'a str) -> Result<Row, Fault> {
        if count < self.cells() {
            return Err(Fault::Cells);
        }
        let code = |index| {
            let code = OdsCode::parse(cell(index));
            code.map(|code| code.as_str().to_owned()).ok_or(Fault::Code)
        };
        let optional = |index| match cell(index).trim() {
            "" => Ok(None),
            _ => code(index).map(Some),
        };
        let (from, to) = self.dates();
        let from = date(cell(from))?;
        let to = to.map_or(Ok(None), |to| date(cell(to)))?;
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            return Err(Fault::Dates);
        }
        Ok(match self {
            Self::Practices | Self::Organisations | Self::Networks => Row::Organisation {
                code: code(0)?,
                name: cell(1).trim().to_owned(),
                // The column "high level health geography": the board that a practice
                // lies in. Other reports fill it with regions too.
                icb: match self {
                    Self::Practices => optional(3)?,
                    _ => None,
                },
                opened: from,
                closed: to,
            },
            Self::Partners => Row::Member {
                practice: code(0)?,
                network: code(4)?,
                from,
                to,
            },
            Self::Successions => Row::Succession {
                former: code(0)?,
                current: code(1)?,
                from,
            },
        })
    }
}

/// One row that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// An organisation.
    Organisation {
        /// Its code.
        code: String,
        /// Its name.
        name: String,
        /// The board that it lies in.
        icb: Option<String>,
        /// Its first day.
        opened: Option<Date>,
        /// Its last day.
        closed: Option<Date>,
    },
    /// A practice belongs to a network.
    Member {
        /// The practice.
        practice: String,
        /// The network.
        network: String,
        /// The first day.
        from: Option<Date>,
        /// The last day.
        to: Option<Date>,
    },
    /// One organisation carries on another.
    Succession {
        /// Who ended.
        former: String,
        /// Who carries on.
        current: String,
        /// From when.
        from: Option<Date>,
    },
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Too few cells.
    Cells,
    /// A code that is none.
    Code,
    /// A date that is none.
    Date,
    /// The last day lies before the first.
    Dates,
}

/// `20260331`, as published, or `2026-03-31`.
fn date(text: &str) -> Result<Option<Date>, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let written = match (text.len(), text.is_ascii()) {
        (8, true) => format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]),
        _ => text.to_owned(),
    };
    let is_plain = written.len() == 10;
    let read: Result<Date, _> = written.parse();
    read.ok().filter(|_| is_plain).map(Some).ok_or(Fault::Date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    fn read(download: Download, text: &str) -> Result<Row, Fault> {
        let cells: Vec<&str> = text.split(',').collect();
        download.row(cells.len(), &|index| cells[index])
    }

    /// The layout of 27 columns, its code, name, board, first and last day.
    fn layout(head: &str, opened: &str, closed: &str) -> String {
        format!("{head},1 LANE,,,TOWN,COUNTY,ZZ1 1AA,{opened},{closed},A,B,QZ9,,,,,,,,,,,4,")
    }

    #[test]
    fn a_download_is_told_by_its_name() {
        for (name, expected) in [
            ("epraccur.csv", Some(Download::Practices)),
            ("EPCN (Include headers).csv", Some(Download::Networks)),
            ("epcncorepartnerdetails.csv", Some(Download::Partners)),
            ("succarc.csv", Some(Download::Successions)),
            ("eother.csv", Some(Download::Organisations)),
            ("patients.csv", None),
            ("", None),
        ] {
            assert_eq!(Download::of_name(name), expected, "{name}");
        }
    }

    #[test]
    fn a_practice_has_its_board_and_its_days() {
        let row = layout(
            "Y99001,LAMPLIGHT LANE SURGERY,Y99,QZX",
            "19740401",
            "20260331",
        );
        assert_eq!(
            read(Download::Practices, &row),
            Ok(Row::Organisation {
                code: "Y99001".into(),
                name: "LAMPLIGHT LANE SURGERY".into(),
                icb: Some("QZX".into()),
                opened: Some(day(1974, 4, 1)),
                closed: Some(day(2026, 3, 31)),
            })
        );
        let Ok(Row::Organisation { icb, closed, .. }) = read(
            Download::Organisations,
            &layout("QZX,BOARD,Y99,Y99", "20220701", ""),
        ) else {
            panic!("an organisation");
        };
        assert_eq!((icb, closed), (None, None));
    }

    #[test]
    fn members_and_successions_are_read() {
        let row = "Y99001,A,QZ9,SUB,U99001,NORTH PCN,QZ9,SUB,20190701,,TRUE";
        assert_eq!(
            read(Download::Partners, row),
            Ok(Row::Member {
                practice: "Y99001".into(),
                network: "U99001".into(),
                from: Some(day(2019, 7, 1)),
                to: None,
            })
        );
        assert_eq!(
            read(Download::Successions, "y99009,Y99001,1,2026-04-01,"),
            Ok(Row::Succession {
                former: "Y99009".into(),
                current: "Y99001".into(),
                from: Some(day(2026, 4, 1)),
            })
        );
    }

    #[test]
    fn a_damaged_row_says_what_is_wrong_with_it() {
        let practice = |head: &str, opened: &str, closed: &str| {
            read(Download::Practices, &layout(head, opened, closed))
        };
        assert_eq!(read(Download::Practices, "Y99001,A,B"), Err(Fault::Cells));
        assert_eq!(practice("Y-1,A,B,C1", "", ""), Err(Fault::Code));
        assert_eq!(practice("Y99001,A,B,no code", "", ""), Err(Fault::Code));
        for date in ["1.97E+07", "20261301", "31/03/2026", "2026-3-1", "é2345678"] {
            assert_eq!(
                practice("Y99001,A,B,C1", date, ""),
                Err(Fault::Date),
                "{date}"
            );
        }
        assert_eq!(
            practice("Y99001,A,B,C1", "20260401", "20260331"),
            Err(Fault::Dates)
        );
    }

    #[test]
    fn a_line_of_headings_is_no_row() {
        let is_header = |download: Download, text: &str| {
            let cells: Vec<&str> = text.split(',').collect();
            download.is_header(&|index| cells.get(index).copied())
        };
        assert!(is_header(
            Download::Networks,
            "PCN Code,PCN Name,Sub ICB,Sub ICB Name,Open Date,Close Date"
        ));
        assert!(!is_header(
            Download::Networks,
            "U99001,NORTH PCN,QZ9,SUB,20190701,"
        ));
        assert!(!is_header(Download::Networks, "U99001,NORTH PCN,QZ9,SUB,,"));
    }
}
