//! The ONS Postcode Directory as CSV, and the list that turns its ICB codes into ODS
//! codes. Columns are found by name: names carry a year (`lad25cd`, `icb26cd`) since 2025
//! and had other names before (`oslaua`, `icb`), and their order has changed.

use super::gss;
use crate::domain::identifiers::Postcode;

/// Bytes of a postcode's key: four for the district, filled with blanks, and three.
pub const KEY: usize = 7;

/// Where the columns of a directory stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Cells of the header, and so of every row.
    pub count: usize,
    postcode: usize,
    terminated: usize,
    la: usize,
    lsoa: usize,
    icb: Option<usize>,
    names: Vec<String>,
}

/// One row that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The postcode, see [`key`].
    pub key: [u8; KEY],
    /// Local authority district, a number of [`gss`].
    pub la: u32,
    /// Lower layer super output area, a number of [`gss`].
    pub lsoa: u32,
    /// Integrated care board, a number of [`gss`].
    pub icb: u32,
    /// Year and month in which the postcode was terminated, `202403`; 0 while it is live.
    pub terminated: u32,
    /// Codes of another shape, which are kept as none.
    pub other_shapes: u8,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Another number of cells than the header.
    Cells,
    /// A date of termination that is no year and month.
    Terminated,
    /// No postcode of a shape that a referral can hold; such as a `NPT` of before 1984.
    NoPostcode,
}

impl Columns {
    /// Finds the columns in a header.
    ///
    /// # Errors
    ///
    /// What is missing, in words that name every spelling that is known.
    pub fn read<'a>(header: impl Iterator<Item = &'a str>) -> Result<Self, Vec<String>> {
        let names: Vec<String> = header.map(column_name).collect();
        let find = |known: &[&str]| {
            let mut known = known.iter();
            known.find_map(|known| names.iter().position(|name| is_named(name, known)))
        };
        let mut missing = Vec::new();
        let mut need = |what: &str, known: &[&str]| {
            let found = find(known);
            if found.is_none() {
                missing.push(format!("{what} ({})", known.join(" or ")));
            }
            found.unwrap_or(0)
        };
        let postcode = need("the postcode", &["pcds", "pcd8", "pcd2", "pcd7", "pcd"]);
        let terminated = need("the date of termination", &["doterm"]);
        let la = need(
            "the local authority",
            &["ladNNcd", "oslaua", "laua", "ladcd"],
        );
        // The census of 2021 before that of 2011: new tables name new areas.
        let lsoa = need("the LSOA", &["lsoa21cd", "lsoa21", "lsoa11cd", "lsoa11"]);
        let icb = find(&["icbNNcd", "icb"]);
        if !missing.is_empty() {
            return Err(missing);
        }
        Ok(Self {
            count: names.len(),
            postcode,
            terminated,
            la,
            lsoa,
            icb,
            names,
        })
    }

    /// The names of the columns that are used, for the record of an import.
    pub fn used(&self) -> Vec<&str> {
        let all = [self.postcode, self.terminated, self.la, self.lsoa];
        let all = all.into_iter().chain(self.icb);
        all.map(|index| self.names[index].as_str()).collect()
    }

    /// Whether it says in which ICB a postcode lies.
    pub const fn has_icb(&self) -> bool {
        self.icb.is_some()
    }

    /// Reads one row.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn row<'a>(&self, count: usize, cell: &dyn Fn(usize) -> &'a str) -> Result<Row, Fault> {
        if count != self.count {
            return Err(Fault::Cells);
        }
        let terminated = month(cell(self.terminated)).ok_or(Fault::Terminated)?;
        let key = Postcode::parse(cell(self.postcode)).map(|postcode| key(&postcode));
        let key = key.ok_or(Fault::NoPostcode)?;
        let mut other_shapes = 0;
        let mut code = |index: Option<usize>| match index.map(|index| gss::read(cell(index))) {
            Some(gss::Cell::Code(number)) => number,
            Some(gss::Cell::Empty) | None => gss::NONE,
            Some(gss::Cell::OtherShape) => {
                other_shapes += 1;
                gss::NONE
            }
        };
        Ok(Row {
            key,
            la: code(Some(self.la)),
            lsoa: code(Some(self.lsoa)),
            icb: code(self.icb),
            terminated,
            other_shapes,
        })
    }
}

/// `lad25cd` is named by `ladNNcd`.
fn is_named(name: &str, known: &str) -> bool {
    match known.split_once("NN") {
        None => name == known,
        Some((head, tail)) => name
            .strip_prefix(head)
            .and_then(|rest| rest.strip_suffix(tail))
            .is_some_and(|year| year.len() == 2 && year.bytes().all(|b| b.is_ascii_digit())),
    }
}

/// `202403`; 0 for nothing.
fn month(text: &str) -> Option<u32> {
    let text = text.trim();
    if text.is_empty() {
        return Some(0);
    }
    let number: u32 = text.parse().ok()?;
    let is_month = text.len() == 6 && (1..=12).contains(&(number % 100));
    is_month.then_some(number)
}

/// The key of a postcode, in the order in which the directory is sorted.
pub fn key(postcode: &Postcode) -> [u8; KEY] {
    let mut key = [b' '; KEY];
    let (outward, inward) = postcode.expose().split_once(' ').unwrap_or_default();
    for (to, from) in key.iter_mut().zip(outward.bytes()) {
        *to = from;
    }
    for (to, from) in key[4..].iter_mut().zip(inward.bytes()) {
        *to = from;
    }
    key
}

/// The name of a column as it is compared: the lists begin with a byte order mark or not, and
/// are spelled in capitals or not.
fn column_name(cell: &str) -> String {
    let cell = cell.trim_start_matches('\u{feff}');
    cell.trim().to_ascii_lowercase()
}

/// The columns of a list of ICBs, `ICB26CD,ICB26CDH,ICB26NM`: the code of the statistical
/// service and the ODS code, which is what practices and tables name.
///
/// # Errors
///
/// What is missing.
pub fn icb_columns<'a>(
    header: impl Iterator<Item = &'a str>,
) -> Result<(usize, usize), Vec<String>> {
    let names: Vec<String> = header.map(column_name).collect();
    let find = |known| names.iter().position(|name| is_named(name, known));
    match (find("icbNNcd"), find("icbNNcdh")) {
        (Some(code), Some(ods)) => Ok((code, ods)),
        (code, ods) => {
            let missing = [(code, "ICBnnCD"), (ods, "ICBnnCDH")];
            let missing = missing.into_iter().filter(|(found, _)| found.is_none());
            Err(missing.map(|(_, name)| name.to_owned()).collect())
        }
    }
}

/// Year and month of a directory by the name of its file, `ONSPD_MAY_2026_UK.csv`.
pub fn date_in_name(name: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    let parts: Vec<String> = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .map(str::to_ascii_uppercase)
        .collect();
    parts.windows(2).find_map(|pair| {
        let month = MONTHS.iter().position(|month| pair[0].starts_with(month))?;
        let is_year = pair[1].len() == 4 && pair[1].starts_with("20");
        let year: u16 = pair[1].parse().ok().filter(|_| is_year)?;
        Some(format!("{year}-{:02}", month + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As published in 2026, without the columns between.
    const NEW: &str =
        "pcd7,pcd8,pcds,dointr,doterm,lad26cd,lsoa11cd,sicbl26cd,icb26cd,oa21cd,lsoa21cd";
    /// As published in 2024.
    const OLD: &str = "pcd,pcd2,pcds,dointr,doterm,oslaua,lsoa11,sicbl,icb,oa21,lsoa21,msoa21";

    fn columns(header: &str) -> Columns {
        Columns::read(header.split(',')).expect("a published header")
    }

    fn row(header: &str, row: &str) -> Result<Row, Fault> {
        let cells: Vec<&str> = row.split(',').collect();
        columns(header).row(cells.len(), &|index| cells[index])
    }

    #[test]
    fn columns_are_found_by_name_in_every_year() {
        assert_eq!(
            columns(NEW).used(),
            ["pcds", "doterm", "lad26cd", "lsoa21cd", "icb26cd"]
        );
        assert_eq!(
            columns(OLD).used(),
            ["pcds", "doterm", "oslaua", "lsoa21", "icb"]
        );
        let marked = columns("\u{feff}PCD,DOTERM,LAUA,LSOA11");
        assert_eq!(marked.used(), ["pcd", "doterm", "laua", "lsoa11"]);
        assert!(!marked.has_icb());
    }

    #[test]
    fn a_header_of_another_file_names_all_that_it_lacks() {
        let missing = Columns::read("name,born,postcode".split(',')).expect_err("no directory");
        assert_eq!(missing.len(), 4, "{missing:?}");
        assert!(missing[2].contains("ladNNcd or oslaua"), "{missing:?}");
    }

    #[test]
    fn a_row_is_read_whatever_its_year() {
        let expected = Row {
            key: *b"ZZ1 1AA",
            la: 506_000_001,
            lsoa: 501_000_101,
            icb: 554_000_050,
            terminated: 0,
            other_shapes: 0,
        };
        let new = "ZZ1 1AA,ZZ1  1AA,ZZ1 1AA,198001,,E06000001,E01000099,E38000001,E54000050,E00000001,E01000101";
        assert_eq!(row(NEW, new), Ok(expected));
        let old = "ZZ1 1AA,ZZ1  1AA,ZZ1 1AA,198001,201812,E06000001,E01000099,E38000001,E99999999,E00000001,95AA01S1,x";
        let expected = Row {
            lsoa: 0,
            icb: 0,
            terminated: 201_812,
            other_shapes: 1,
            ..expected
        };
        assert_eq!(row(OLD, old), Ok(expected));
    }

    #[test]
    fn a_damaged_row_says_what_is_wrong_with_it() {
        for (text, fault) in [
            ("ZZ1 1AA,,E06000001", Fault::Cells),
            ("ZZ1 1AA,,E06000001,E01000101,x", Fault::Cells),
            ("NPT 0AA,,E06000001,E01000101", Fault::NoPostcode),
            ("ZZ1 1AA,201813,E06000001,E01000101", Fault::Terminated),
            ("ZZ1 1AA,1.99E+5,E06000001,E01000101", Fault::Terminated),
        ] {
            assert_eq!(
                row("pcds,doterm,lad25cd,lsoa21cd", text),
                Err(fault),
                "{text}"
            );
        }
    }

    #[test]
    fn a_key_keeps_districts_apart() {
        let key = |text: &str| key(&Postcode::parse(text).expect("a postcode"));
        assert_eq!(&key("m11ae"), b"M1  1AE");
        assert_eq!(&key("M11 1AE"), b"M11 1AE");
        assert_eq!(&key("EC1A1BB"), b"EC1A1BB");
    }

    #[test]
    fn the_date_is_read_from_the_name() {
        for (name, date) in [
            ("ONSPD_MAY_2026_UK.csv", Some("2026-05")),
            ("ONSPD_FEB_2024_UK.csv", Some("2024-02")),
            ("ONSPD_August_2025.csv", Some("2025-08")),
            ("postcodes.csv", None),
        ] {
            assert_eq!(date_in_name(name).as_deref(), date, "{name}");
        }
    }

    #[test]
    fn the_list_of_boards_is_found_by_name() {
        let found = icb_columns("ICB26CD,ICB26CDH,ICB26NM,ObjectId".split(','));
        assert_eq!(found, Ok((0, 1)));
        let missing = icb_columns("ICB26CD,ICB26NM".split(','));
        assert_eq!(missing, Err(vec!["ICBnnCDH".to_owned()]));
    }
}
