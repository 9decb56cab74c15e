//! Synthetic files in the published shape, imported and looked up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::adapters::places::{Installed, Places};
use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::routing::{CatchmentKind, Residence};

/// The header of a directory of 2026, with the columns that are not used between.
const HEADER: &str = "pcd7,pcd8,pcds,dointr,doterm,cty26cd,lad26cd,wd26cd,usrtypind,east1m,\
    nhser24cd,ctry26cd,lsoa11cd,sicbl26cd,lat,long,icb26cd,oa21cd,lsoa21cd,msoa21cd";

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    fn places(&self) -> PathBuf {
        self.folder.path().join("places")
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path
    }

    fn order(&self) -> Order<'_> {
        Order {
            folder: self.places(),
            date: None,
            may_be_fewer: false,
            now: "2026-11-20T10:00:00Z".to_owned(),
            tell: &|_, _, _| {},
        }
    }

    fn geo(&self, text: impl AsRef<[u8]>) -> Result<Imported, Vec<Problem>> {
        let directory = self.file("ONSPD_MAY_2026_UK.csv", text);
        postcodes(&directory, Some(&self.boards()), &self.order())
    }

    fn boards(&self) -> PathBuf {
        self.file(
            "ICB names and codes UK as at 04_26.csv",
            "\u{feff}ICB26CD,ICB26CDH,ICB26NM\r\nE54000050,QZX,NHS Exampleshire ICB\r\n\
             E54000051,QZY,NHS Farshire ICB\r\nS99999999,,Scotland\r\n",
        )
    }

    fn ods(&self, files: &[(&str, String)]) -> Result<Imported, Vec<Problem>> {
        let files: Vec<PathBuf> = files
            .iter()
            .map(|(name, text)| self.file(name, text))
            .collect();
        organisations(&files, &self.order())
    }

    fn open(&self) -> Places {
        Places::open(&self.places()).expect("what was imported")
    }
}

/// One row of the directory.
fn row(postcode: &str, terminated: &str, la: &str, lsoa: &str, icb: &str) -> String {
    format!(
        "\"{postcode}\",\"{postcode}\",\"{postcode}\",\"198001\",\"{terminated}\",\"E99999999\",\
         \"{la}\",\"E05000001\",\"0\",\"400000\",\"E40000012\",\"E92000001\",\"E01099999\",\
         \"E38000001\",53.1,-1.5,\"{icb}\",\"E00000001\",\"{lsoa}\",\"E02000001\"\n"
    )
}

fn directory(rows: &[String]) -> String {
    format!("{HEADER}\n{}", rows.concat())
}

fn small() -> Vec<String> {
    vec![
        row("ZZ10 1AA", "", "E06000004", "E01000104", "E54000050"),
        row("ZZ1 1AA", "", "E06000001", "E01000101", "E54000050"),
        row("ZZ1 1AB", "201812", "E06000001", "E01000102", "E54000051"),
        row("JE2 3AB", "", "L99999999", "L99999999", "L99999999"),
    ]
}

fn residence(places: &Places, postcode: &str) -> Option<Residence> {
    places.residence(&Postcode::parse(postcode).expect("a postcode"))
}

fn told(problems: &[Problem]) -> Vec<String> {
    let told = problems.iter().map(|problem| {
        let detail = problem.detail.as_deref().unwrap_or_default();
        format!("{} {detail}", problem.entry.code)
    });
    told.collect()
}

#[test]
fn a_directory_is_looked_up_after_its_import() {
    let bench = Bench::new();
    let imported = bench.geo(directory(&small())).expect("a sound file");
    assert_eq!(imported.head.source_date, "2026-05");
    assert_eq!(imported.head.sources[0].rows, 4);
    assert_eq!(
        imported.head.columns,
        ["pcds", "doterm", "lad26cd", "lsoa21cd", "icb26cd"]
    );
    assert!(imported.notes.is_empty(), "{:?}", imported.notes);
    let places = bench.open();
    assert_eq!(places.verify(), Ok(()));
    let found = residence(&places, "zz1 1aa").expect("a row");
    assert_eq!(
        (
            found.la.as_deref(),
            found.lsoa.as_deref(),
            found.icb.as_deref()
        ),
        (Some("E06000001"), Some("E01000101"), Some("QZX"))
    );
    // A terminated postcode still lies where it lay, and no district stands for another.
    let ended = residence(&places, "ZZ1 1AB").expect("a row");
    assert_eq!(ended.icb.as_deref(), Some("QZY"));
    assert_eq!(residence(&places, "ZZ1 1AC"), None);
    let island = residence(&places, "JE2 3AB").expect("a row");
    assert_eq!((island.la, island.lsoa, island.icb), (None, None, None));
}

#[test]
fn marks_and_windows_line_ends_change_nothing() {
    let plain = Bench::new();
    let plain = plain.geo(directory(&small())).expect("a sound file").head;
    let bench = Bench::new();
    let text = format!("\u{feff}{}", directory(&small()).replace('\n', "\r\n"));
    let other = bench.geo(text).expect("a sound file").head;
    assert_eq!(plain.sha256, other.sha256);
    assert_ne!(plain.sources[0].sha256, other.sources[0].sha256);
}

#[test]
fn a_damaged_directory_is_told_as_a_whole_and_leaves_what_is_installed() {
    let cut = {
        let whole = directory(&small());
        whole[..whole.len() - 60].to_owned()
    };
    let twice = {
        let mut rows = small();
        rows.push(rows[1].clone());
        rows.push(rows[1].clone());
        directory(&rows)
    };
    let wrong = directory(&small()).replace("201812", "2.0E+05");
    let cases: Vec<(Vec<u8>, &[&str])> = vec![
        (
            b"name,born\nA,1990\n".to_vec(),
            &[
                "WW-PLC-002 the first line lacks the postcode (pcds or pcd8 or pcd2 or pcd7 or pcd), the date of termination (doterm), the local authority (ladNNcd or oslaua or laua or ladcd), the LSOA (lsoa21cd or lsoa21 or lsoa11cd or lsoa11)",
            ],
        ),
        (
            cut.into_bytes(),
            &["WW-PLC-003 too few or too many cells, in 1 row: line 5"],
        ),
        (
            wrong.into_bytes(),
            &["WW-PLC-003 no year and month in doterm, in 1 row: line 4"],
        ),
        (
            twice.into_bytes(),
            &["WW-PLC-004 the postcode of another row, in 2 rows: lines 6, 7"],
        ),
        (
            b"PK\x03\x04rest".to_vec(),
            &["WW-PLC-001 this is an archive or a workbook; unpack it, or save it as CSV"],
        ),
        (
            b"\xff\xfep\0c\0".to_vec(),
            &["WW-PLC-001 this is UTF-16 (\"Unicode text\"); give the file as it was published"],
        ),
        (Vec::new(), &["WW-PLC-001 the file is empty"]),
    ];
    let bench = Bench::new();
    let first = bench.geo(directory(&small())).expect("a sound file").head;
    for (text, expected) in cases {
        let problems = bench.geo(text).expect_err("a damaged file");
        assert_eq!(told(&problems), expected);
        let Installed::File(head) = bench.open().status().postcodes else {
            panic!("still installed");
        };
        assert_eq!(head, first);
    }
    let left = fs::read_dir(bench.places()).expect("the folder").count();
    assert_eq!(left, 1, "a broken import leaves nothing behind");
}

#[test]
fn a_file_of_people_is_refused_without_a_word_of_it() {
    let bench = Bench::new();
    let text = "nhs_number,postcode\n9990000018,ZZ1 1AA\n";
    let problems = bench.geo(text).expect_err("no directory");
    let all = format!("{problems:?}");
    assert!(!all.contains("999000") && !all.contains("ZZ1"), "{all}");
}

#[test]
fn a_much_shorter_file_is_taken_only_when_asked() {
    let bench = Bench::new();
    let many: Vec<String> = (0..20)
        .map(|n| {
            row(
                &format!("ZZ1 {}A{}", n / 10, char::from(b'A' + n % 10)),
                "",
                "E06000001",
                "E01000101",
                "",
            )
        })
        .collect();
    bench.geo(directory(&many)).expect("a sound file");
    let problems = bench.geo(directory(&many[..17])).expect_err("cut");
    assert_eq!(
        told(&problems),
        ["WW-PLC-005 17 rows; the installed one has 20"]
    );
    bench.geo(directory(&many[..18])).expect("a tenth may go");
    let directory = bench.file("ONSPD_MAY_2026_UK.csv", directory(&small()));
    let order = Order {
        may_be_fewer: true,
        ..bench.order()
    };
    let imported = postcodes(&directory, None, &order).expect("asked for");
    assert!(!imported.head.has_boards);
    assert_eq!(told(&imported.notes).len(), 1, "{:?}", imported.notes);
    let lack = bench.open().lacks(CatchmentKind::Icb);
    assert!(lack.is_some_and(|lack| lack.contains("boards")));
}

#[test]
fn what_no_referral_can_name_is_left_out_and_counted() {
    let bench = Bench::new();
    let mut rows = small();
    rows.push(row("NPT 0AA", "198401", "W06000022", "W01000001", ""));
    rows.push(row("BT1 1AA", "", "N09000003", "95GG01S1", ""));
    let imported = bench.geo(directory(&rows)).expect("a sound file");
    assert_eq!(
        told(&imported.notes),
        [
            "WW-PLC-015 a code of another shape, in 1 row: line 7",
            "WW-PLC-015 no postcode of today's shape, in 1 row: line 6",
        ]
    );
    assert!(imported.notes.iter().all(|note| note.warning));
    assert_eq!(imported.head.entries, 5 + 2, "postcodes and boards");
}

#[test]
fn a_set_written_by_hand_is_never_mixed_with_published_data() {
    let bench = Bench::new();
    fs::create_dir_all(bench.places()).expect("a folder");
    fs::write(
        bench.places().join("postcodes.csv"),
        "postcode,la,lsoa,icb\n",
    )
    .expect("a file");
    let problems = bench.geo(directory(&small())).expect_err("a set is there");
    assert_eq!(problems[0].entry.code, "WW-PLC-006");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_look_up_equals_a_plain_map(
        rows in prop::collection::btree_map("[A-Z]{1,2}[0-9]{1,2} [0-9][A-Z]{2}", (0_u32..9, 0_u32..9), 1..200),
        others in prop::collection::vec("[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}", 0..20),
        backwards in any::<bool>(),
    ) {
        let mut lines: Vec<String> = rows
            .iter()
            .map(|(code, (la, lsoa))| {
                row(code, "", &format!("E0600000{la}"), &format!("E0100000{lsoa}"), "E54000050")
            })
            .collect();
        if backwards {
            lines.reverse();
        }
        let bench = Bench::new();
        bench.geo(directory(&lines)).expect("a sound file");
        let places = bench.open();
        for code in rows.keys().chain(&others) {
            let expected = rows.get(code).map(|(la, lsoa)| Residence {
                la: Some(format!("E0600000{la}")),
                lsoa: Some(format!("E0100000{lsoa}")),
                icb: Some("QZX".to_owned()),
            });
            prop_assert_eq!(residence(&places, code), expected);
        }
    }
}

#[test]
fn a_hundred_thousand_rows_in_any_order_are_imported_and_found() {
    let mut text = format!("{HEADER}\n");
    let mut told = 0;
    // Every row once, in an order that is neither sorted nor sorted backwards.
    for n in 0..100_000_u32 {
        let n = n * 7_919 % 100_000;
        let _ = write!(
            text,
            "{}",
            row(&postcode(n), "", "E06000001", &format!("E01{n:06}"), "")
        );
    }
    let bench = Bench::new();
    let directory = bench.file("ONSPD_AUG_2026_UK.csv", text);
    let count = std::cell::Cell::new(0_u32);
    let order = Order {
        tell: &|_, rows, whole| {
            assert!(rows <= whole + whole / 10, "{rows} of {whole}");
            count.set(count.get() + 1);
        },
        ..bench.order()
    };
    let imported = postcodes(&directory, None, &order).expect("a sound file");
    told += count.get();
    assert!(told >= 10, "a person sees how far it is");
    assert_eq!(imported.head.entries, 100_000);
    let places = bench.open();
    for n in (0..100_000).step_by(997) {
        let lsoa = residence(&places, &postcode(n)).and_then(|found| found.lsoa);
        assert_eq!(lsoa, Some(format!("E01{n:06}")));
    }
    assert_eq!(places.verify(), Ok(()));
}

fn postcode(n: u32) -> String {
    let letter = |n: u32| char::from(b'A' + u8::try_from(n % 10).expect("a digit"));
    format!(
        "Z{}{} {}{}{}",
        letter(n),
        n / 10 % 10,
        n / 100 % 10,
        letter(n / 1_000),
        letter(n / 10_000)
    )
}

/// The layout of 27 columns.
fn layout(code: &str, name: &str, board: &str, opened: &str, closed: &str) -> String {
    format!(
        "\"{code}\",\"{name}\",\"Y99\",\"{board}\",\"1 LANE\",,,\"TOWN\",,\"ZZ1 1AA\",{opened},\
         {closed},A,B,QZ9,,,,,,,0,,,,4,\r\n"
    )
}

fn downloads() -> Vec<(&'static str, String)> {
    let practices = [
        layout("Y99001", "LAMPLIGHT LANE SURGERY", "QZX", "19740401", ""),
        layout(
            "Y99008",
            "QUARRY ROAD SURGERY",
            "QZX",
            "19740401",
            "20260331",
        ),
        layout("Y99009", "SPLIT SURGERY", "QZX", "19740401", "20260331"),
    ];
    let partner = |practice: &str, network: &str, from: &str, to: &str| {
        format!("{practice},A,QZ9,SUB,{network},PCN,QZ9,SUB,{from},{to},TRUE\r\n")
    };
    let partners = [
        "Partner Organisation Code,Partner Name,a,b,PCN Code,PCN Name,c,d,\
         Practice to PCN Relationship Start Date,End,Core\r\n"
            .to_owned(),
        partner("Y99001", "U99001", "20190701", "20260930"),
        partner("Y99001", "U99002", "20261001", ""),
    ];
    let boards = [
        layout("QZX", "EXAMPLESHIRE ICB", "Y99", "20220701", ""),
        layout("QZW", "OLD ICB", "Y99", "20220701", "20260331"),
    ];
    let successions = "Y99008,Y99001,1,20260401,\r\nQZW,QZX,1,20260401,\r\n\
                       Y99009,Y99001,1,20260401,\r\nY99009,Y99002,1,20260401,\r\n";
    vec![
        (
            "epcncorepartnerdetails (Include headers).csv",
            partners.concat(),
        ),
        ("eother.csv", boards.concat()),
        ("succ.csv", successions.to_owned()),
        ("epraccur.csv", practices.concat()),
    ]
}

#[test]
fn downloads_are_told_apart_and_joined() {
    let bench = Bench::new();
    let imported = bench.ods(&downloads()).expect("sound files");
    assert_eq!(imported.head.sources[0].file, "epraccur.csv");
    assert!(imported.notes.is_empty(), "{:?}", imported.notes);
    let places = bench.open();
    let code = |text: &str| OdsCode::parse(text).expect("a code");
    let facts = |text: &str, day| {
        let facts = places.practice(&code(text), day)?;
        Some((facts.pcn?, facts.icb?))
    };
    let (before, after) = (date(2026, 9, 30), date(2026, 10, 1));
    let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
    assert_eq!(facts("Y99001", before), pair("U99001", "QZX"));
    assert_eq!(facts("Y99001", after), pair("U99002", "QZX"));
    assert_eq!(facts("Y99008", after), pair("U99002", "QZX"));
    // Split in two: neither is guessed.
    assert_eq!(places.practice(&code("Y99009"), after), None);
    let same = places.whereabouts(None, Some(&code("Y99001")), after);
    assert!(same.successions.are_same("QZW", "QZX"));
    let closed = places.organisation("Y99008").expect("a row").closed;
    assert_eq!(closed, Some(date(2026, 3, 31)));
    assert!(places.knows_all_organisations());
    // Postcodes are not installed, and whoever asks is told.
    assert!(matches!(places.status().postcodes, Installed::Not));
    for (kind, lacks) in [
        (CatchmentKind::La, true),
        (CatchmentKind::Lsoa, true),
        (CatchmentKind::Icb, true),
        (CatchmentKind::Pcn, false),
        (CatchmentKind::Practice, false),
        (CatchmentKind::Any, false),
    ] {
        assert_eq!(places.lacks(kind).is_some(), lacks, "{kind:?}");
    }
}

#[test]
fn postcodes_and_organisations_stand_side_by_side() {
    let bench = Bench::new();
    let many: Vec<String> = (0..50)
        .map(|n| row(&postcode(n), "", "E06000001", "E01000101", ""))
        .collect();
    bench.geo(directory(&many)).expect("a sound file");
    // Fewer practices than postcodes are no sign of a file that was cut.
    bench.ods(&downloads()).expect("sound files");
    bench.geo(directory(&many)).expect("the same file again");
    let places = bench.open();
    assert_eq!(places.lacks(CatchmentKind::Icb), None);
    assert_eq!(places.verify(), Ok(()));
    let cut: Vec<_> = downloads()
        .into_iter()
        .map(|(name, text)| match name {
            "epraccur.csv" => (name, layout("Y99001", "A", "QZX", "19740401", "")),
            _ => (name, text),
        })
        .collect();
    let problems = bench.ods(&cut).expect_err("one practice of three");
    assert_eq!(problems[0].entry.code, "WW-PLC-005");
}

#[test]
fn damaged_downloads_are_told_all_at_once() {
    let bench = Bench::new();
    let mut files = downloads();
    files[2].1.push_str("Y99001,Y99002\r\n");
    let twice = layout("Y99001", "ANOTHER NAME", "QZX", "19740401", "");
    files[3].1.push_str(&twice);
    files[3]
        .1
        .push_str(&layout("Y99002", "A", "QZX", "1.97E+07", ""));
    let problems = bench.ods(&files).expect_err("damaged files");
    assert_eq!(
        told(&problems),
        [
            "WW-PLC-003 a date that is none, in 1 row: line 5",
            "WW-PLC-004 the organisation of another row, and other details, in 1 row: line 4",
            "WW-PLC-003 too few cells, in 1 row: line 5",
        ]
    );
    let problems = bench
        .ods(&[("patients.csv", String::new()), ("succ.csv", String::new())])
        .expect_err("no download");
    assert_eq!(problems[0].entry.code, "WW-PLC-002");
    let none = bench.ods(&[("succ.csv", "A1,B1,1,,\n".to_owned())]);
    let problems = none.expect_err("without practices");
    assert!(told(&problems)[0].contains("epraccur"), "{problems:?}");
}

#[test]
fn what_was_not_given_is_told() {
    let bench = Bench::new();
    let files: Vec<_> = downloads().into_iter().skip(3).collect();
    let imported = bench.ods(&files).expect("practices alone");
    assert_eq!(imported.notes.len(), 2, "{:?}", imported.notes);
    let lack = bench.open().lacks(CatchmentKind::Pcn);
    assert!(lack.is_some_and(|lack| lack.contains("epcncorepartnerdetails")));
}

#[test]
fn a_damaged_place_file_stops_the_gateway_and_not_in_silence() {
    let bench = Bench::new();
    let path = bench.geo(directory(&small())).expect("a sound file").path;
    let whole = fs::read(&path).expect("the file");
    fs::write(&path, &whole[..whole.len() - 9]).expect("cut");
    let problems = Places::open(&bench.places()).expect_err("cut");
    assert_eq!(problems[0].entry.code, "WW-PLC-007");
    let mut changed = whole;
    changed[20] ^= 1;
    fs::write(&path, changed).expect("changed");
    let problems = bench.open().verify().expect_err("changed");
    assert_eq!(problems[0].entry.code, "WW-PLC-007");
}

#[test]
fn a_postcode_takes_less_than_thirty_bytes_on_disk() {
    let bench = Bench::new();
    let rows: BTreeMap<String, u32> = (0..20_000).map(|n| (postcode(n), n)).collect();
    let lines: Vec<String> = rows
        .keys()
        .map(|code| row(code, "", "E06000001", "E01000101", ""))
        .collect();
    let path: &Path = &bench.geo(directory(&lines)).expect("a sound file").path;
    let bytes = fs::metadata(path).expect("the file").len();
    assert!(bytes > 20_000 * 23 && bytes < 20_000 * 30, "{bytes}");
}
