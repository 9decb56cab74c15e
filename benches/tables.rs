//! The tables of five hundred providers in CPU time: `cargo bench --bench tables`, with
//! `-- --format json` for one JSON object.
//!
//! Told are the loading and checking of all folders, the routing and the mapping of one
//! referral among them, and the look-up of a postcode in a file of three hundred thousand.
//! Routing and mapping each look the person's place up on disk, as the gateway of an ICB does.

#[path = "tables/copies.rs"]
mod copies;
#[path = "tables/cpu.rs"]
mod cpu;
#[path = "tables/places.rs"]
mod places;

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;
use workwell_gateway::adapters::places::Places;
use workwell_gateway::adapters::tables::{Loaded, load};
use workwell_gateway::config::Settings;
use workwell_gateway::domain::identifiers::Postcode;
use workwell_gateway::domain::mapping::{Given, render};
use workwell_gateway::domain::routing::{Outcome, decide_among};
use workwell_gateway::gateway::Tables;
use workwell_gateway::gateway::tables::{
    Sample, check, of_places, payload_of, read_sample, subject_of, with_closings,
};

/// The program's own allocator, see `src/main.rs`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PROVIDERS: usize = 500;
const POSTCODES: u32 = 300_000;
/// Calls a round, and rounds: the best round is told, since others use the machine too.
const CALLS: u32 = 200;
const ROUNDS: u32 = 15;

fn main() {
    let folder = tempfile::tempdir().expect("a folder of its own");
    let root = folder.path().join("mappings");
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let count = copies::make(&package.join("mappings"), &root, PROVIDERS);
    let samples = samples(&package.join("mappings"));
    let homes = samples.iter().map(|sample| &sample.case.referral.person);
    let homes: Vec<Postcode> = homes
        .filter_map(|person| person.address.postcode.clone())
        .collect();
    let (installed, import) = places::install(folder.path(), POSTCODES, &homes);
    let figures = measure(&root, &samples, &installed, count, import);
    if std::env::args().any(|word| word == "json") {
        println!("{}", figures.json());
    } else {
        println!("{}", figures.text());
    }
}

/// The referrals of the tests beside the tables that somebody serves.
fn samples(mappings: &Path) -> Vec<Sample> {
    let mut files = Vec::new();
    copies::files_named(mappings, "referral.json", &mut files);
    let loaded = load(mappings);
    let read = files.iter().filter_map(|file| {
        let bytes = std::fs::read(file).expect("a test's referral");
        read_sample(&bytes, &loaded.condition_groups).ok()
    });
    let samples: Vec<Sample> = read.collect();
    assert!(!samples.is_empty(), "there are tests with referrals");
    samples
}

fn measure(
    root: &Path,
    samples: &[Sample],
    installed: &Places,
    providers: usize,
    import: places::Import,
) -> Figures {
    let day = Date::constant(2026, 11, 20);
    let synthetic = Places::synthetic();
    let load_time = cpu::best(3, 1, || drop(black_box(load(root))));
    let check_time = cpu::best(3, 1, || {
        drop(black_box(check(root, &[], day)));
        let loaded = with_closings(load(root), &synthetic);
        drop(black_box(of_places(&loaded.providers, &synthetic, day)));
    });
    let loaded: Loaded = with_closings(load(root), &synthetic);
    let faults = loaded.problems.iter().filter(|problem| !problem.warning);
    assert_eq!(
        faults.count() + loaded.disabled.len(),
        0,
        "{:?}",
        loaded.disabled
    );
    let tables = Tables::new(loaded, &Settings::built_in());
    assert_eq!(tables.providers().len(), providers);
    let decided = |sample: &Sample| {
        let subject = subject_of(installed, &sample.case.referral, day, day);
        decide_among(&subject, &[], &tables.offers())
    };
    let mut route = Duration::ZERO;
    let mut map = Duration::ZERO;
    let mut served = 0_u32;
    for sample in samples {
        let Outcome::One { slug, .. } = decided(sample).outcome else {
            continue;
        };
        let provider = tables.provider(&slug).expect("it was chosen");
        let map_one = || {
            let person = &sample.case.referral.person;
            let postcode = person.address.postcode.as_ref();
            let residence = postcode.and_then(|code| installed.residence(code));
            let given = Given {
                referred_on: day,
                residence: residence.as_ref(),
                questions: None,
            };
            let rendered = render(&sample.case, provider, given);
            let payload = payload_of(&sample.case, provider, &rendered);
            (rendered.faults.is_empty(), payload)
        };
        if !map_one().0 {
            continue;
        }
        served += 1;
        route = route.max(cpu::best(ROUNDS, CALLS, || {
            drop(black_box(decided(sample)));
        }));
        map = map.max(cpu::best(ROUNDS, CALLS, || {
            drop(black_box(map_one()));
        }));
    }
    assert!(served > 0, "somebody is served");
    let mut number = 0;
    let lookup = cpu::best(ROUNDS, 2_000, || {
        number = (number + 7_919) % POSTCODES;
        let postcode = Postcode::parse(&places::postcode(number)).expect("a postcode");
        assert!(black_box(installed.residence(&postcode)).is_some());
    });
    Figures {
        providers,
        served,
        load: load_time,
        check: check_time,
        route,
        map,
        lookup,
        import,
    }
}

struct Figures {
    providers: usize,
    served: u32,
    load: Duration,
    check: Duration,
    route: Duration,
    map: Duration,
    lookup: Duration,
    import: places::Import,
}

impl Figures {
    fn text(&self) -> String {
        format!(
            "{} providers, {} referrals, the slowest of them in CPU milliseconds\n\
             load               {:9.2}\n\
             load and check     {:9.2}   (goal 1000)\n\
             route              {:9.4}   (goal 0.05)\n\
             map                {:9.4}   (goal 0.1)\n\
             postcode on disk   {:9.4}\n\
             import of {} postcodes {:.0} ms, {:.1} MiB more held at its most",
            self.providers,
            self.served,
            milliseconds(self.load),
            milliseconds(self.check),
            milliseconds(self.route),
            milliseconds(self.map),
            milliseconds(self.lookup),
            POSTCODES,
            milliseconds(self.import.time),
            self.import.mebibytes,
        )
    }

    fn json(&self) -> String {
        serde_json::json!({
            "providers": self.providers,
            "referrals": self.served,
            "load_ms": milliseconds(self.load),
            "check_ms": milliseconds(self.check),
            "route_ms": milliseconds(self.route),
            "map_ms": milliseconds(self.map),
            "postcode_ms": milliseconds(self.lookup),
            "import_ms": milliseconds(self.import.time),
            "import_mib": self.import.mebibytes,
        })
        .to_string()
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
