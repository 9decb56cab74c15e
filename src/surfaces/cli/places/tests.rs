use std::fs;
use std::path::PathBuf;

use clap::{Command, FromArgMatches, Subcommand};

use super::*;
use crate::surfaces::cli::{WIDTH, geo, ods};
use crate::testing::package;

struct Bench {
    folder: tempfile::TempDir,
    settings: Settings,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = Settings::built_in();
        settings.tables.places = folder.path().join("places");
        Self { folder, settings }
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    }

    /// Runs a verb; what it says, without the folder of the test, and its exit code.
    fn run(&self, words: &[&str]) -> (String, i32) {
        let mut out = Vec::new();
        let code = match words[0] {
            "geo" => geo::run(&parsed(words), &self.settings, &mut out),
            "ods" => ods::run(&parsed(words), &self.settings, &mut out),
            _ => run(&parsed(words), &self.settings, &mut out),
        };
        let text = String::from_utf8(out).expect("text");
        (text, code)
    }
}

fn parsed<T: Subcommand + FromArgMatches>(words: &[&str]) -> T {
    let command = T::augment_subcommands(Command::new("verb"));
    let matches = command.try_get_matches_from(words).expect("a right line");
    T::from_arg_matches(&matches).expect("a verb")
}

const DIRECTORY: &str = "pcds,doterm,lad26cd,lsoa21cd,icb26cd\n\
    ZZ1 1AA,,E06000001,E01000101,E54000050\nNPT 0AA,,E06000001,E01000101,\n";

fn practice(code: &str, name: &str, closed: &str) -> String {
    format!("{code},{name},Y99,QZX,,,,,,ZZ1 1AA,19740401,{closed},A,B,,,,,,,,,,,,4,\n")
}

fn downloads(bench: &Bench) -> [String; 2] {
    let practices = [
        practice("Y99001", "LAMPLIGHT LANE SURGERY", ""),
        practice("Y99008", "QUARRY ROAD SURGERY", "20260331"),
    ];
    [
        bench.file("epraccur.csv", &practices.concat()),
        bench.file("succ.csv", "Y99008,Y99001,1,20260401,\n"),
    ]
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn what_is_imported_is_what_the_status_shows() {
    let bench = Bench::new();
    let file = bench.file("ONSPD_MAY_2026_UK.csv", DIRECTORY);
    let boards = bench.file("boards.csv", "ICB26CD,ICB26CDH\nE54000050,QZX\n");
    let (text, code) = bench.run(&["geo", "import", &file, "--boards", &boards]);
    assert_eq!(code, exit::OK, "{text}");
    assert!(
        text.contains("WW-PLC-015") && text.contains("is whole"),
        "{text}"
    );
    assert!(text.contains("next start"), "{text}");
    let (text, _) = bench.run(&["places", "status"]);
    assert!(text.contains("postcodes: installed"), "{text}");
    assert!(text.contains("organisations: not installed"), "{text}");
    assert!(text.contains("ONSPD_MAY_2026_UK.csv, 2 rows"), "{text}");
    assert!(text.contains("data of     2026-05"), "{text}");
    let (text, code) = bench.run(&["places", "check", "--format", "json"]);
    assert_eq!(code, exit::OK, "{text}");
    let answer = json(&text);
    assert_eq!(answer["postcodes"]["entries"], json!(2));
    assert_eq!(answer["postcodes"]["boards"], json!(true));
    assert_eq!(answer["organisations"]["state"], "not-installed");
}

#[test]
fn faults_are_told_with_code_and_line_and_change_nothing() {
    let bench = Bench::new();
    let file = bench.file("ONSPD.csv", &DIRECTORY[..DIRECTORY.len() - 12]);
    for format in ["text", "json"] {
        let (text, code) = bench.run(&["geo", "import", &file, "--format", format]);
        assert_eq!(code, exit::FINDING);
        assert!(
            text.contains("WW-PLC-003") && text.contains("ONSPD.csv:3:1"),
            "{text}"
        );
        assert!(!text.contains("NPT"), "{text}");
    }
    let left: Vec<PathBuf> = fs::read_dir(&bench.settings.tables.places)
        .expect("the folder")
        .map(|found| found.expect("an entry").path())
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let (_, code) = bench.run(&["geo", "import", &file, "--date", "May"]);
    assert_eq!(code, exit::USAGE);
}

#[test]
fn an_import_into_another_folder_says_how_to_use_it() {
    let mut bench = Bench::new();
    bench.settings.tables.places = package("conformance/fixtures/places");
    let file = bench.file("ONSPD.csv", DIRECTORY);
    let (text, code) = bench.run(&["geo", "import", &file]);
    assert_eq!(code, exit::FINDING);
    assert!(
        text.contains("WW-PLC-006") && text.contains("[tables] places"),
        "{text}"
    );
    let to = bench.folder.path().join("mine").display().to_string();
    let (text, code) = bench.run(&["geo", "import", &file, "--to", &to]);
    assert_eq!(code, exit::OK, "{text}");
    assert!(text.contains("under [tables]"), "{text}");
    let (text, _) = bench.run(&["places", "status"]);
    assert!(text.contains("from a set written by hand"), "{text}");
}

#[test]
fn an_organisation_is_shown_with_its_days_and_its_successor() {
    let bench = Bench::new();
    let [practices, successions] = downloads(&bench);
    let (text, code) = bench.run(&["ods", "import", &practices, &successions]);
    assert_eq!(code, exit::OK, "{text}");
    assert!(
        text.contains("epcncorepartnerdetails was not given"),
        "{text}"
    );
    let (text, code) = bench.run(&["ods", "show", "y99008", "--on", "2026-11-20"]);
    assert_eq!(code, exit::OK);
    assert!(text.contains("closed on 2026-11-20"), "{text}");
    assert!(text.contains("lives on as   Y99001"), "{text}");
    let (text, _) = bench.run(&["ods", "show", "Y99001", "--format", "json"]);
    let answer = json(&text);
    assert_eq!(answer["carries_on"][0]["code"], "Y99008");
    assert_eq!(answer["closed"], json!(false));
    let (text, code) = bench.run(&["ods", "show", "Y12345"]);
    assert_eq!(code, exit::FINDING);
    assert!(text.contains("not among"), "{text}");
}

#[test]
fn a_changed_file_is_found_by_the_check() {
    let bench = Bench::new();
    let [practices, successions] = downloads(&bench);
    bench.run(&["ods", "import", &practices, &successions]);
    let path = bench.settings.tables.places.join("organisations.places");
    let mut bytes = fs::read(&path).expect("the file");
    bytes[40] ^= 1;
    fs::write(&path, bytes).expect("changed");
    let (text, code) = bench.run(&["places", "check"]);
    assert_eq!(code, exit::FINDING);
    assert!(text.contains("WW-PLC-007"), "{text}");
}

#[test]
fn every_line_fits_a_terminal() {
    let bench = Bench::new();
    let [practices, successions] = downloads(&bench);
    let (imported, _) = bench.run(&["ods", "import", &practices, &successions]);
    let (status, _) = bench.run(&["places", "status"]);
    let (shown, _) = bench.run(&["ods", "show", "Y99008"]);
    for line in [imported, status, shown]
        .iter()
        .flat_map(|text| text.lines())
    {
        // A path is as long as it is.
        assert!(
            line.chars().count() <= WIDTH || line.contains('/'),
            "{line}"
        );
    }
}

#[test]
fn no_verb_takes_a_postcode_on_its_command_line() {
    let command = geo::Geo::augment_subcommands(Command::new("geo"));
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    assert_eq!(names, ["import"]);
}

#[test]
fn a_folder_without_places_is_named_and_what_to_do_first() {
    let bench = Bench::new();
    let (text, code) = bench.run(&["places", "status"]);
    assert_eq!(code, exit::FINDING, "{text}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let folder = bench.settings.tables.places.display().to_string();
    for part in ["WW-PLC-016", folder.as_str(), "Import first: `geo import`"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
