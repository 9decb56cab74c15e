//! What must hold at every instant.

use workwell_gateway::adapters::store::{CaseFilter, CaseRow, LegFilter, LegState};
use workwell_gateway::conformance::parties::gp::Response;
use workwell_gateway::domain::identifiers::CaseId;
use workwell_gateway::domain::queue::QueueKind;
use workwell_gateway::domain::responsibility::Responsible;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::read::outbox::Leg;
use workwell_gateway::gateway::read::queue::{Entry, Filter, Waiting};

use super::person::Person;
use super::world::{OPERATOR, World};

/// What a practice's screen shows of a case that is over.
const OVER: [&str; 3] = ["finished", "cancelled", "entered-in-error"];

/// A case and everything that is under way for it.
pub struct Standing {
    /// Where it stands.
    pub row: CaseRow,
    /// What is to be sent, and was.
    pub legs: Vec<Leg>,
    /// What waits for a person.
    pub entries: Vec<Entry>,
}

impl Standing {
    fn waits(&self, kind: QueueKind) -> bool {
        self.entries.iter().any(|entry| entry.entry.kind == kind)
    }

    fn waits_for_stop_at(&self, slug: &str) -> bool {
        let mut entries = self.entries.iter();
        entries
            .any(|entry| entry.entry.kind == QueueKind::StopUnheard && entry.entry.subject == slug)
    }

    fn is_under_way(&self) -> bool {
        let mut legs = self.legs.iter();
        legs.any(|leg| matches!(leg.state, LegState::Released | LegState::Waiting))
    }
}

/// What does not hold.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn check(&mut self, holds: bool, what: &str) {
        if !holds {
            self.0.push(what.to_owned());
        }
    }
}

impl World {
    /// Every case as it stands.
    pub async fn rows(&self) -> Vec<CaseRow> {
        let filter = CaseFilter {
            closed_too: true,
            limit: 1_000,
            ..CaseFilter::default()
        };
        let rows = self.gateway.find_cases(&Self::operator(), &filter).await;
        rows.expect("the store is read")
    }

    /// One case as it stands.
    pub async fn row(&self, case: CaseId) -> Option<CaseRow> {
        self.rows().await.into_iter().find(|row| row.id == case)
    }

    /// Everything that is or was to be sent of a case.
    pub async fn legs(&self, case: CaseId) -> Vec<Leg> {
        let filter = LegFilter {
            case_id: Some(case),
            limit: 1_000,
            ..LegFilter::default()
        };
        let legs = self.gateway.list_legs(&Self::operator(), &filter).await;
        legs.expect("the outbox is read")
    }

    /// What waits for a person about a case.
    pub async fn entries(&self, case: CaseId) -> Vec<Entry> {
        let waiting = self.waiting(case).await.into_iter();
        waiting.map(|waiting| waiting.row).collect()
    }

    /// The same, with whom to ring.
    pub async fn waiting(&self, case: CaseId) -> Vec<Waiting> {
        let filter = Filter {
            case_id: Some(case),
            limit: 100,
            ..Filter::default()
        };
        let page = self.gateway.queue_page(&Self::operator(), &filter).await;
        page.expect("the queue is read").waiting
    }

    /// What the practice has been told of the person's referral.
    pub fn told(&self, person: &Person) -> Vec<Response> {
        self.parties.gp.responses_to(person.referral.bundle_id())
    }

    /// How much the practice was told of the referral that this case came of.
    pub fn told_so_far(&self, case: CaseId) -> usize {
        let person = self.person_of(&case.to_string());
        person.map_or(0, |person| self.told(person).len())
    }

    /// Whether the practice knows that the person is theirs again.
    pub fn has_heard(&self, person: &Person, case: CaseId) -> bool {
        let told = self.told(person);
        let before = person.heard_of.get(&case).copied();
        let since = told.iter().skip(before.unwrap_or_default());
        let mut over = since.filter(|told| OVER.contains(&told.encounter_status.as_str()));
        person.asked_to_stop() || person.called.contains(&case) || over.next().is_some()
    }

    /// Looks at the cases of these people.
    pub async fn judge(&mut self, whose: &[usize]) {
        if let Some(fault) = self.parties.gp.faults().first().cloned() {
            self.find(&format!("the practice refused what it was told: {fault}"));
        }
        let rows = self.rows().await;
        for row in &rows {
            if !self
                .people
                .iter()
                .any(|person| person.cases().contains(&row.id))
            {
                self.adopt(row);
            }
        }
        let ids = whose.iter().flat_map(|who| self.people[*who].cases());
        let ids: Vec<CaseId> = ids.collect();
        for row in rows.into_iter().filter(|row| ids.contains(&row.id)) {
            let standing = Standing {
                legs: self.legs(row.id).await,
                entries: self.entries(row.id).await,
                row,
            };
            let faults = self.faults_of(&standing);
            for fault in faults.0 {
                let row = &standing.row;
                let (reference, status) = (&row.reference, row.status.code());
                let waits: Vec<_> = standing.entries.iter().map(|entry| &entry.entry).collect();
                self.find(&format!(
                    "{reference} at {status} with {:?}: {fault}; it waits for {waits:?}",
                    row.responsible
                ));
            }
        }
    }

    /// A case whose acknowledgement was lost on the way: its person is known all the same.
    fn adopt(&mut self, row: &CaseRow) {
        let bundle = row.bundle_id.to_string();
        if row.referred_on_by.is_some() {
            let parent = row.part_of;
            let mut people = self.people.iter_mut();
            if let Some(person) =
                people.find(|person| person.case.is_some() && person.case == parent)
            {
                person.child = Some(row.id);
            }
            return;
        }
        let mut people = self.people.iter_mut();
        match people.find(|person| person.referral.bundle_id() == bundle) {
            Some(person) => person.case = Some(row.id),
            None => self.find(&format!("{} is nobody's", row.reference)),
        }
    }

    /// No clock has run out in silence.
    pub async fn judge_clocks(&mut self) {
        let now = self.clock.now();
        for row in self.rows().await {
            let late = row.milestone.as_ref().is_some_and(|due| due.at <= now);
            if late {
                self.find(&format!(
                    "the clock of {} ran out in silence",
                    row.reference
                ));
            }
        }
    }

    fn faults_of(&self, standing: &Standing) -> Faults {
        let row = &standing.row;
        let id = row.id.to_string();
        let Some(person) = self.person_of(&id) else {
            return Faults(vec!["nobody's".to_owned()]);
        };
        let mut faults = Faults::default();
        let status = row.status;
        let over = status.is_terminal();
        faults.check(
            over || row.milestone.is_some(),
            "open, and nothing is awaited",
        );
        faults.check(
            !over || row.milestone.is_none(),
            "over, and something is awaited",
        );
        faults.check(
            (status != Status::Held && row.hold.is_none()) || standing.waits(QueueKind::Held),
            "held, and nobody is to decide",
        );
        for leg in &standing.legs {
            let subject = format!("{}:{}", leg.kind.code(), leg.id);
            let waits = standing
                .entries
                .iter()
                .any(|entry| entry.entry.subject == subject);
            faults.check(
                leg.state != LegState::Parked || waits,
                &format!("{subject} is parked, and nobody knows"),
            );
        }
        // Who holds a person whom a partner had for a while, the case tells that they came
        // from.
        if !(over && row.referred_on_by.is_some()) {
            faults.0.extend(self.faults_of_holder(standing, person).0);
        }
        if status.is_stopped() || status == Status::Returned {
            for slug in self.book.reached(&id) {
                let knows = person.knows.contains(&(row.id, slug.clone()));
                faults.check(
                    knows || standing.waits_for_stop_at(&slug),
                    &format!("stopped, and {slug} need not confirm"),
                );
            }
        }
        faults
    }

    /// Whoever is said to hold the person can, and knows.
    fn faults_of_holder(&self, standing: &Standing, person: &Person) -> Faults {
        let row = &standing.row;
        let (status, over) = (row.status, row.status.is_terminal());
        let mut faults = Faults::default();
        match &row.responsible {
            Responsible::GatewayOperator(name) => {
                faults.check(name == OPERATOR, "an operator whom nobody knows");
                faults.check(
                    !over
                        || standing.waits(QueueKind::ReturnUnheard)
                        || standing.waits(QueueKind::StopUnheard),
                    "over, the operator's, and nobody has to be told",
                );
                faults.check(
                    over || standing.is_under_way() || !standing.entries.is_empty(),
                    "the operator's, and nothing happens",
                );
            }
            Responsible::Referrer => {
                faults.check(over, "the referrer's, and not over");
                faults.check(
                    self.has_heard(person, row.id),
                    "the referrer's, who has not heard",
                );
            }
            Responsible::Provider(slug) => {
                let is_hub = row.referred_on_by.as_ref() == Some(slug);
                faults.check(
                    is_hub || self.book.has_reached(&row.id.to_string(), slug),
                    "with a provider that never had it",
                );
                faults.check(
                    !(over && status.returns_person())
                        || standing.waits_for_stop_at(slug)
                        || is_hub,
                    "over, and with a provider that nobody waits for",
                );
            }
        }
        faults
    }
}
