//! What the providers do: they collect, confirm, report, and refer on.

use workwell_gateway::adapters::store::CaseRow;
use workwell_gateway::domain::consent::Reported;
use workwell_gateway::domain::identifiers::CaseId;
use workwell_gateway::domain::sensitive::Sensitive;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::feed_back::{Report, TimedBy};
use workwell_gateway::gateway::refer_on::Asking;

use super::book::{Arrival, Kind};
use super::world::World;

/// To whom people are referred on.
const PARTNER: &str = "stillwater";
/// Who may refer people on to it.
const HUBS: [&str; 2] = ["lantern", "borough-works"];
/// Who comes and looks, and is not sent anything.
const COLLECTING: [&str; 2] = ["borough-works", PARTNER];

impl World {
    /// A provider does something about one of a person's cases.
    pub async fn provider_acts(&mut self, who: usize) {
        let cases = self.people[who].cases();
        if cases.is_empty() {
            return;
        }
        let case = *self.chance.one_of(&cases);
        let Some(row) = self.row(case).await else {
            return;
        };
        let Some(slug) = row.provider.as_ref().map(|provider| provider.slug.clone()) else {
            self.stranger_asks(&row, "lantern").await;
            return;
        };
        match self.chance.below(100) {
            0..=4 => {
                let other = if slug == "lantern" {
                    "vale-nhs-trust"
                } else {
                    "lantern"
                };
                self.stranger_asks(&row, other).await;
            }
            5..=29 if COLLECTING.contains(&slug.as_str()) => self.collects(&row, &slug).await,
            5..=44 => {
                self.confirms(case, &slug).await;
            }
            45..=62 if HUBS.contains(&slug.as_str()) && is_begun(row.status) => {
                self.refers_on(who, &row, &slug).await;
            }
            _ => {
                let word = self.some_word(&slug);
                self.reports(&row, &slug, &word).await;
            }
        }
    }

    /// Whoever has no part in a case is told nothing of it.
    async fn stranger_asks(&mut self, row: &CaseRow, slug: &str) {
        let caller = Self::provider(slug);
        let read = self.gateway.collect(&caller, row.id).await.is_ok();
        let confirmed = self.gateway.acknowledge(&caller, row.id).await.is_ok();
        // It may have been theirs before it was decided again.
        let was_theirs = self.book.was_tried(&row.id.to_string(), slug);
        if (read || confirmed) && !was_theirs {
            self.find(&format!("{slug} gets an answer about {}", row.reference));
        }
        self.tally.count("stranger refused");
    }

    /// A provider that collects comes and reads the case.
    pub async fn collects(&mut self, row: &CaseRow, slug: &str) {
        self.note(&format!("{slug} reads {}", row.reference));
        let read = self.gateway.collect(&Self::provider(slug), row.id).await;
        let Ok(read) = read else {
            self.note(&format!(
                "  {:?}",
                read.err().map(|problem| problem.entry.code)
            ));
            return;
        };
        if read.payload.is_some() {
            self.tally.count("collected");
            if !self.book.has_reached(&row.id.to_string(), slug) {
                self.judge_disclosure(slug, row);
            }
            let arrival = Arrival {
                slug: slug.to_owned(),
                case_id: row.id.to_string(),
                kind: Kind::Case,
            };
            self.book.note(&arrival, true);
        }
    }

    /// A person at the provider confirms the case, or its end.
    pub async fn confirms(&mut self, case: CaseId, slug: &str) -> bool {
        self.note(&format!("{slug} confirms {case}"));
        let before = self.row(case).await.map(|row| row.status);
        let done = self.gateway.acknowledge(&Self::provider(slug), case).await;
        self.note(&format!(
            "  {:?}",
            done.as_ref().map_err(|problem| problem.entry.code)
        ));
        let Ok(done) = done else {
            return false;
        };
        self.tally.count("acknowledged");
        self.reached_by_report(case, slug);
        if before.is_some_and(Status::is_stopped) || done.status.is_terminal() {
            self.knows(case, slug);
        }
        true
    }

    /// A provider reports a word.
    pub async fn reports(&mut self, row: &CaseRow, slug: &str, word: &str) -> bool {
        let number = self.reports_so_far(row.id);
        let report = Report {
            word: word.to_owned(),
            occurred_at: self.clock.now(),
            timed_by: TimedBy::Provider,
            sequence: None,
            client_key: format!("{slug}-{number}"),
            body_hash: [u8::try_from(number % 251).unwrap_or_default(); 32],
        };
        self.note(&format!("{slug} reports \"{word}\" on {}", row.reference));
        let caller = Self::provider(slug);
        let done = self.gateway.feed_back(&caller, row.id, report).await;
        self.note(&format!(
            "  {:?}",
            done.as_ref().map_err(|problem| problem.entry.code)
        ));
        let Ok(done) = done else {
            self.tally.count("report refused");
            return false;
        };
        self.tally.count(format!("report {}", done.outcome));
        self.reached_by_report(row.id, slug);
        if done.status.is_terminal() {
            self.knows(row.id, slug);
        }
        true
    }

    /// One of the provider's own words, or now and then one that nobody knows.
    fn some_word(&mut self, slug: &str) -> String {
        if self.chance.percent(6) {
            return "gone fishing".to_owned();
        }
        let tables = self.gateway.tables();
        let provider = tables.provider(slug).expect("a provider of the tables");
        // Most of what is said is progress, so that there is some.
        let ends = self.chance.percent(35);
        let rows = provider.status_words.rows().iter();
        let rows: Vec<_> = rows
            .filter(|row| row.status.is_terminal() == ends)
            .collect();
        self.chance.one_of(&rows).word.clone()
    }

    /// A provider refers the person on, with their consent.
    async fn refers_on(&mut self, who: usize, row: &CaseRow, slug: &str) {
        if self.people[who].child.is_some() {
            return;
        }
        let now = self.clock.now();
        let asking = Asking {
            partner: Some(PARTNER.to_owned()),
            consent: Reported {
                recipient: Some(PARTNER.to_owned()),
                given_at: Some(now),
                recorded_by: Some(Sensitive::new("Work and health coach".to_owned())),
                how: Some("spoken".to_owned()),
            },
            client_key: format!("on-{}", self.reports_so_far(row.id)),
            body_hash: [7; 32],
        };
        self.note(&format!("{slug} refers the person of {} on", row.reference));
        let caller = Self::provider(slug);
        match self.gateway.refer_on(&caller, row.id, &asking).await {
            Ok(on) => {
                self.tally.count("referred on");
                self.note(&format!("  as {}", on.reference));
                if !self.book.has_reached(&row.id.to_string(), slug) {
                    self.find(&format!("{slug} referred on what it never had"));
                }
                self.people[who].child = Some(on.id);
            }
            Err(problems) => {
                let codes: Vec<_> = problems.iter().map(|found| found.entry.code).collect();
                self.tally
                    .count(format!("referred on refused {}", codes.join(" ")));
                self.note(&format!("  {codes:?}"));
            }
        }
    }

    /// A provider that speaks of a case has it, whatever its channel says.
    fn reached_by_report(&mut self, case: CaseId, slug: &str) {
        let case_id = case.to_string();
        let collects = COLLECTING.contains(&slug);
        if self.book.has_reached(&case_id, slug) {
            return;
        }
        if !collects {
            // Its system had not taken it, and may have seen it all the same.
            let tried = self.book.was_tried(&case_id, slug);
            if !tried {
                self.find(&format!(
                    "{slug} speaks of {case_id}, which never came to its door"
                ));
            }
        }
        let arrival = Arrival {
            slug: slug.to_owned(),
            case_id,
            kind: Kind::Case,
        };
        self.book.note(&arrival, true);
    }

    /// A provider has shown that it knows of the end of a case.
    pub fn knows(&mut self, case: CaseId, slug: &str) {
        let person = self.people.iter_mut();
        let person = person
            .into_iter()
            .find(|person| person.cases().contains(&case));
        if let Some(person) = person {
            person.knows.insert((case, slug.to_owned()));
        }
    }

    fn reports_so_far(&mut self, case: CaseId) -> u64 {
        let mut people = self.people.iter_mut();
        let person = people.find(|person| person.cases().contains(&case));
        person.map_or(0, |person| {
            person.reports += 1;
            person.reports
        })
    }
}

/// Whether a provider has the case and goes on with it; the odd one is asked too soon.
fn is_begun(status: Status) -> bool {
    status > Status::Received && !status.lets_nothing_leave()
}
