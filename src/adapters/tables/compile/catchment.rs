//! `catchment.csv`.

use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::folder::Folder;
use crate::adapters::tables::sheet::{self, Cell, Header};
use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::routing::{Catchment, CatchmentKind, CatchmentRow, Mode};
use crate::problem::area::tables as entry;

pub(super) const FILE: &str = "catchment.csv";
pub(super) const HEADER: Header = &["kind", "code", "mode", "from", "to", "comment"];
pub(super) const MODES: &[(Mode, &str)] = &[(Mode::Include, "include"), (Mode::Exclude, "exclude")];

pub(super) fn compile(folder: &Folder, faults: &mut Faults) -> Catchment {
    let mut compiled: Vec<CatchmentRow> = Vec::new();
    for row in sheet::rows(folder, FILE, HEADER, faults) {
        let before = faults.count();
        let kind = row.cell("kind").word(CatchmentKind::ALL, faults);
        let mode = row.cell("mode").word(MODES, faults);
        let validity = row.validity(faults);
        let (Some(kind), Some(mode)) = (kind, mode) else {
            continue;
        };
        let cell = row.cell("code");
        let Some(code) = code(kind, &cell, faults) else {
            continue;
        };
        // A row with a fault says nothing of the others yet.
        if faults.count() > before {
            continue;
        }
        let same = |seen: &&CatchmentRow| {
            seen.kind == kind && seen.code == code && seen.validity == validity
        };
        if let Some(first) = compiled.iter().find(same) {
            let detail = format!("the same place is at {} too", first.position);
            cell.fault(&entry::SAID_TWICE, detail, faults);
            continue;
        }
        if kind == CatchmentKind::Jobcentre {
            let detail = "a case of model 0.1 holds no Jobcentre; the row is always unknown";
            faults.warn(&entry::UNKNOWN_WORD, FILE, (row.position().line, 1), detail);
        }
        compiled.push(CatchmentRow {
            kind,
            code,
            mode,
            validity,
            position: row.position(),
        });
    }
    let any_include = compiled.iter().any(|row| row.mode == Mode::Include);
    // Of a table with a fault there is no telling whom it includes.
    if !any_include && folder.has(FILE) && !faults.tell_of(FILE) {
        let detail =
            "no row includes anybody; write kind \"any\" with mode \"include\" to serve everybody";
        faults.add(&entry::VALUE_MISSING, FILE, (1, 1), detail);
    }
    super::unused::catchment(&compiled, faults);
    Catchment::new(compiled)
}

/// The code in the form in which it is compared: capitals, a postcode with one space.
pub(in crate::adapters::tables) fn code(
    kind: CatchmentKind,
    cell: &Cell<'_>,
    faults: &mut Faults,
) -> Option<String> {
    if kind == CatchmentKind::Any {
        if !cell.text.is_empty() {
            cell.shape("the kind \"any\" has no code", faults);
            return None;
        }
        return Some(String::new());
    }
    let text = cell.filled(faults)?.to_uppercase();
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric());
    let (code, expected) = match kind {
        CatchmentKind::La | CatchmentKind::Lsoa => (
            (text.len() == 9 && plain(&text)).then_some(text),
            "write the nine-character ONS code",
        ),
        CatchmentKind::Postcode => (
            postcode(&text),
            "write a district (ZZ1), a sector (ZZ1 2) or a postcode (ZZ1 2AB)",
        ),
        _ => (
            OdsCode::parse(&text).map(|code| code.as_str().to_owned()),
            "write an ODS code of 2 to 12 letters and digits",
        ),
    };
    if code.is_none() {
        cell.shape(expected, faults);
    }
    code
}

/// A postcode, a sector or a district, in its written form. Without a space a district
/// is meant, unless it is a whole postcode: ZZ12 is no sector.
fn postcode(text: &str) -> Option<String> {
    if let Some(whole) = Postcode::parse(text) {
        return Some(whole.expose().to_owned());
    }
    let (outward, sector) = match text.split_once(' ') {
        Some((outward, sector)) => (outward, Some(sector.trim())),
        None => (text, None),
    };
    // A district is what a postcode of it has before the space.
    let district = Postcode::parse(&format!("{outward}1AA"))?
        .outward()
        .to_owned();
    if district != outward {
        return None;
    }
    match sector {
        None => Some(district),
        Some(digit) if digit.len() == 1 && digit.bytes().all(|b| b.is_ascii_digit()) => {
            Some(format!("{district} {digit}"))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sector_has_a_space_and_a_district_has_none() {
        for (text, code) in [
            ("ZZ1", Some("ZZ1")),
            ("ZZ12", Some("ZZ12")),
            ("ZZ1 2", Some("ZZ1 2")),
            ("ZZ12AB", Some("ZZ1 2AB")),
            ("ZZ1 2A", None),
            ("ZZ", None),
            ("ZZ1 23", None),
            ("1", None),
        ] {
            assert_eq!(postcode(text).as_deref(), code, "{text}");
        }
    }
}
