//! A place file of many postcodes, made by an import as the operator makes it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use workwell_gateway::adapters::places::{Order, Places, import_organisations, import_postcodes};
use workwell_gateway::domain::identifiers::Postcode;

use crate::cpu;

/// What an import costs.
pub struct Import {
    /// CPU time.
    pub time: Duration,
    /// Memory beyond what was held before, at its most.
    pub mebibytes: f64,
}

/// Installs so many postcodes under a folder, with these homes among them, and the
/// practices of the invented county.
pub fn install(folder: &Path, count: u32, homes: &[Postcode]) -> (Places, Import) {
    let directory = folder.join("ONSPD_AUG_2026_UK.csv");
    let mut out = BufWriter::new(File::create(&directory).expect("a file"));
    writeln!(out, "pcds,doterm,lad26cd,lsoa21cd,icb26cd").expect("a row");
    for n in 0..count {
        // In no order, so that the sorting is paid for.
        let n = u32::try_from(u64::from(n) * 7_919 % u64::from(count)).expect("a number");
        let (code, la) = (postcode(n), n % 300);
        writeln!(out, "{code},,E06{la:06},E01{n:06},E54000050").expect("a row");
    }
    let county = Places::synthetic();
    let mut written: Vec<&str> = Vec::new();
    for home in homes {
        let Some(found) = county.residence(home) else {
            continue;
        };
        if written.contains(&home.expose()) {
            continue;
        }
        written.push(home.expose());
        let (la, lsoa) = (found.la.unwrap_or_default(), found.lsoa.unwrap_or_default());
        writeln!(out, "{},,{la},{lsoa},E54000050", home.expose()).expect("a row");
    }
    out.flush().expect("a file");
    drop(out);
    let boards = folder.join("boards.csv");
    std::fs::write(&boards, "ICB26CD,ICB26CDH\nE54000050,QZX\n").expect("a file");
    let order = Order {
        folder: folder.join("places"),
        date: None,
        may_be_fewer: false,
        now: "2026-11-20T10:00:00Z".to_owned(),
        tell: &|_, _, _| {},
    };
    let (begin, held) = (cpu::now(), peak());
    import_postcodes(&directory, Some(&boards), &order).expect("a sound directory");
    let import = Import {
        time: cpu::now().saturating_sub(begin),
        mebibytes: (peak() - held) / 1_024.0,
    };
    organisations(folder, &order);
    (
        Places::open(&order.folder).expect("what was imported"),
        import,
    )
}

/// The practices and networks of the invented county, in the published shape.
fn organisations(folder: &Path, order: &Order<'_>) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rows = std::fs::read_to_string(package.join("conformance/fixtures/places/practices.csv"));
    let rows = rows.expect("the practices of the county");
    let (mut practices, mut partners) = (String::new(), String::new());
    for row in rows.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let [ods, network, board, ..] = cells[..] else {
            continue;
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            practices,
            "{ods},A SURGERY,Y99,{board},,,,,,ZZ1 1AA,19740401,,A,B,,,,,,,,,,,,4,"
        );
        let _ = writeln!(partners, "{ods},A,QZ9,A,{network},A,QZ9,A,20190701,,TRUE");
    }
    let boards = "QZX,A BOARD,Y99,Y99,,,,,,ZZ1 1AA,20220701,,A,B,,,,,,,,,,,,4,\n";
    let texts = [
        ("epraccur.csv", practices.as_str()),
        ("epcncorepartnerdetails.csv", partners.as_str()),
        ("eother.csv", boards),
        ("succ.csv", "QZW,QZX,1,20260401,\n"),
    ];
    let files = texts.map(|(name, text)| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        path
    });
    import_organisations(&files, order).expect("sound downloads");
}

/// A postcode of its own for each number below a million.
pub fn postcode(n: u32) -> String {
    let letter = |n: u32| char::from(b'A' + u8::try_from(n % 10).unwrap_or(0));
    format!(
        "{}{}{} {}{}{}",
        letter(n),
        letter(n / 10),
        n / 100 % 10,
        n / 1_000 % 10,
        letter(n / 10_000),
        letter(n / 100_000)
    )
}

/// The most memory that this process has held, in kibibytes; 0 where the system does not
/// tell.
fn peak() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_ascii_whitespace().nth(1));
    number.and_then(|number| number.parse().ok()).unwrap_or(0.0)
}
