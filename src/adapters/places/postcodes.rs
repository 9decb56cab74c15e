//! Postcodes in a place file: local authority, LSOA and board of each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::file::{Head, Table};
use super::installed_table;
use crate::domain::identifiers::Postcode;
use crate::domain::routing::Residence;
use crate::problem::Problem;
use crate::standards::places::directory::{KEY, Row, key};
use crate::standards::places::gss;

/// The file's name in the folder of places.
pub(super) const FILE: &str = "postcodes.places";
pub(super) const KIND: &str = "postcodes";
pub(super) const VERSION: u32 = 1;
/// Bytes of a value: four numbers.
pub(super) const VALUE: usize = 16;
/// Before the key of a board; no postcode begins with it.
const BOARD: u8 = 1;

/// The file, open.
#[derive(Debug)]
pub(super) struct Postcodes {
    table: Table,
}

impl Postcodes {
    /// Opens the file of a folder; none where it is not installed.
    pub(super) fn open(folder: &Path) -> Result<Option<Self>, Problem> {
        let table = installed_table(folder, FILE, KIND, VERSION)?;
        Ok(table.map(|table| Self { table }))
    }

    pub(super) const fn head(&self) -> &Head {
        self.table.head()
    }

    pub(super) const fn table(&self) -> &Table {
        &self.table
    }

    /// Where a postcode lies, a terminated one too: the person may still give it.
    pub(super) fn residence(&self, postcode: &Postcode) -> Option<Residence> {
        let value = super::found(self.table.find(&key(postcode)))?;
        let number = |index: usize| {
            let bytes = value.get(index * 4..index * 4 + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        Some(Residence {
            la: number(0).and_then(gss::write),
            lsoa: number(1).and_then(gss::write),
            icb: number(2).and_then(|code| self.board(code)),
        })
    }

    /// One postcode of every sector in each authority and board, in their order. What cannot
    /// be read is left out: [`super::Places::verify`] tells it.
    pub(super) fn of_each_sector(&self) -> Vec<Postcode> {
        let mut first: BTreeMap<Place, [u8; KEY]> = BTreeMap::new();
        let read = self.table.each(|key, value| {
            let Ok(key) = <[u8; KEY]>::try_from(key) else {
                return;
            };
            let place = (sector(key), value[..4].to_vec(), value[8..12].to_vec());
            first.entry(place).or_insert(key);
        });
        if read.is_err() {
            return Vec::new();
        }
        let texts = first
            .into_values()
            .filter_map(|key| String::from_utf8(key.into()).ok());
        texts.filter_map(|text| Postcode::parse(&text)).collect()
    }

    /// Every lower layer super output area, once. What cannot be read is left out, as above.
    pub(super) fn lsoas(&self) -> BTreeSet<String> {
        let mut numbers: BTreeSet<u32> = BTreeSet::new();
        let read = self.table.each(|key, value| {
            let bytes = value.get(4..8).and_then(|bytes| bytes.try_into().ok());
            // A board has a shorter key.
            if let Some(bytes) = bytes.filter(|_| key.len() == KEY) {
                numbers.insert(u32::from_le_bytes(bytes));
            }
        });
        if read.is_err() {
            return BTreeSet::new();
        }
        numbers.into_iter().filter_map(gss::write).collect()
    }

    fn board(&self, code: u32) -> Option<String> {
        if code == gss::NONE {
            return None;
        }
        String::from_utf8(super::found(self.table.find(&board_key(code)))?).ok()
    }
}

/// A sector with the numbers of its authority and board.
type Place = ([u8; KEY - 2], Vec<u8>, Vec<u8>);

/// A postcode without its last two letters.
fn sector(key: [u8; KEY]) -> [u8; KEY - 2] {
    let mut sector = [0; KEY - 2];
    sector.copy_from_slice(&key[..KEY - 2]);
    sector
}

pub(super) fn board_key(code: u32) -> [u8; 5] {
    let [a, b, c, d] = code.to_be_bytes();
    [BOARD, a, b, c, d]
}

pub(super) fn value(row: &Row) -> [u8; VALUE] {
    let mut value = [0; VALUE];
    let numbers = [row.la, row.lsoa, row.icb, row.terminated];
    for (to, number) in value.chunks_exact_mut(4).zip(numbers) {
        to.copy_from_slice(&number.to_le_bytes());
    }
    value
}
