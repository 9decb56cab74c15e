//! What the operator does, wisely or not.

use workwell_gateway::adapters::store::{CaseRow, LegState};
use workwell_gateway::domain::identifiers::CaseId;
use workwell_gateway::domain::queue::QueueKind;
use workwell_gateway::domain::status::{ClosureReason, Status};
use workwell_gateway::gateway::call::Call;
use workwell_gateway::gateway::correct::Correction;
use workwell_gateway::gateway::resolve::Resolution;
use workwell_gateway::problem::Problem;

use super::book::{Arrival, Kind};
use super::person::Stopping;
use super::world::World;

impl World {
    /// The operator does something about one of a person's cases.
    pub async fn operator_acts(&mut self, who: usize) {
        let cases = self.people[who].cases();
        if cases.is_empty() {
            return;
        }
        let case = *self.chance.one_of(&cases);
        let Some(row) = self.row(case).await else {
            return;
        };
        match self.chance.below(100) {
            0..=11 => self.holds(&row).await,
            12..=39 => {
                self.resolves(&row).await;
            }
            40..=54 => {
                self.returns(&row).await;
            }
            55..=76 => {
                let to = *self.chance.one_of(Status::ALL);
                self.corrects(&row, to).await;
            }
            77..=81 => {
                self.rings_referrer(&row).await;
            }
            82..=88 => {
                self.rings_with_news(&row).await;
            }
            89..=94 => {
                let slug = row.provider.as_ref().map(|provider| provider.slug.clone());
                if let Some(slug) = slug {
                    self.rings_provider(case, &slug).await;
                }
            }
            _ => self.works_the_outbox(case).await,
        }
    }

    async fn holds(&mut self, row: &CaseRow) {
        let done = self.gateway.hold(&Self::operator(), row.id, "call 1").await;
        self.tell("hold", row, &done);
    }

    /// Decides a held case, with the person's answer where it is missing.
    pub async fn resolves(&mut self, row: &CaseRow) -> bool {
        let asked = self.chance.percent(60);
        let decided = Resolution {
            evidence: "call 2".to_owned(),
            send_anyway: self.chance.percent(60),
            consent: asked.then(|| "spoken".to_owned()),
        };
        let done = self
            .gateway
            .resolve(&Self::operator(), row.id, &decided)
            .await;
        self.tell("resolve", row, &done);
        if done == Ok(Status::Routed) && row.status == Status::Held {
            self.opened_again(row.id);
            let case = row.id.to_string();
            if asked && let Some(person) = self.person_mut(&case) {
                person.consented = true;
            }
        }
        done.is_ok()
    }

    /// Gives the person back.
    pub async fn returns(&mut self, row: &CaseRow) -> bool {
        let reasons = ClosureReason::for_return();
        let reason = self.chance.one_of(reasons);
        let reason = ClosureReason::from_code(reason).expect("a reason");
        let done = self
            .gateway
            .return_case(&Self::operator(), row.id, reason)
            .await;
        self.tell("return", row, &done);
        done.is_ok()
    }

    async fn corrects(&mut self, row: &CaseRow, to: Status) {
        let correction = Correction {
            to,
            evidence: "call 3".to_owned(),
            reason: None,
        };
        let done = self
            .gateway
            .correct(&Self::operator(), row.id, &correction)
            .await;
        self.note(&format!("to {}", to.code()));
        self.tell("correct", row, &done);
        if done.is_ok() {
            self.said_by_hand(row, to);
        }
        let opens = matches!(done, Ok(status) if !status.is_terminal());
        if opens && row.status.is_terminal() {
            self.opened_again(row.id);
        }
    }

    /// Rings the practice.
    pub async fn rings_referrer(&mut self, row: &CaseRow) -> bool {
        let call = self.call();
        let done = self
            .gateway
            .record_call(&Self::operator(), row.id, &call)
            .await;
        self.tell("call", row, &done);
        if done.is_ok()
            && let Some(person) = self.person_mut(&row.id.to_string())
        {
            person.called.insert(row.id);
        }
        done.is_ok()
    }

    /// Rings whoever referred with what their system was not told, or could not be.
    pub async fn rings_with_news(&mut self, row: &CaseRow) -> bool {
        let call = self.call();
        let done = self
            .gateway
            .record_news_call(&Self::operator(), row.id, &call)
            .await;
        self.tell("news call", row, &done);
        if done.is_err() {
            return false;
        }
        if row.status.is_terminal()
            && let Some(person) = self.person_mut(&row.id.to_string())
        {
            person.called.insert(row.id);
        }
        self.judge_call(row).await;
        true
    }

    /// What was told on the telephone is settled: nobody need ring or send it again.
    async fn judge_call(&mut self, row: &CaseRow) {
        for waiting in self.waiting(row.id).await {
            let entry = &waiting.row.entry;
            let unsent = entry.kind == QueueKind::Parked && entry.subject.starts_with("respond");
            if unsent || waiting.ring.is_some_and(|ring| ring.since.is_some()) {
                let line = format!("{} was rung about and still is: {entry:?}", row.reference);
                self.find(&line);
            }
        }
    }

    /// Rings a provider about a stop.
    pub async fn rings_provider(&mut self, case: CaseId, slug: &str) -> bool {
        let call = self.call();
        let operator = Self::operator();
        let done = self
            .gateway
            .record_stop_call(&operator, case, slug, &call)
            .await;
        self.note(&format!(
            "the operator rings {slug} about {case}: {}",
            code(&done)
        ));
        if done.is_ok() {
            self.tally.count("operator rings provider");
            self.knows(case, slug);
        }
        done.is_ok()
    }

    async fn works_the_outbox(&mut self, case: CaseId) {
        let legs = self.legs(case).await;
        if legs.is_empty() {
            return;
        }
        let leg = self.chance.one_of(&legs).clone();
        let operator = Self::operator();
        let done = if leg.state == LegState::Parked || self.chance.percent(50) {
            self.gateway
                .retry(&operator, leg.id)
                .await
                .map(|_| "retried")
        } else {
            self.gateway.park(&operator, leg.id).await.map(|_| "parked")
        };
        self.note(&format!("{} by hand: {}", leg.effect_key, code(&done)));
        if let Ok(done) = done {
            self.tally.count(format!("operator {done}"));
        }
    }

    fn call(&self) -> Call {
        Call {
            told: "reception".to_owned(),
            at: self.clock.now(),
        }
    }

    fn opened_again(&mut self, case: CaseId) {
        let told = self.told_so_far(case);
        if let Some(person) = self.person_mut(&case.to_string()) {
            person.forget(case, told);
            if person.case == Some(case) {
                // What the practice asked for was undone by a person, who answers for it.
                person.stop = Stopping::No;
            }
        }
    }

    /// What the operator says with evidence is so: a provider has the case, or has heard.
    fn said_by_hand(&mut self, row: &CaseRow, to: Status) {
        let case_id = row.id.to_string();
        if row.status == Status::CancelRequested && to == Status::Cancelled {
            for slug in self.book.reached(&case_id) {
                self.knows(row.id, &slug);
            }
        }
        let slug = row.provider.as_ref().map(|provider| provider.slug.clone());
        let at_provider = to == Status::Delivered || to.is_providers_to_report();
        if let Some(slug) = slug.filter(|_| at_provider && !to.is_stopped()) {
            let arrival = Arrival {
                slug,
                case_id,
                kind: Kind::Case,
            };
            self.book.note(&arrival, true);
        }
    }

    fn tell(&mut self, verb: &str, row: &CaseRow, done: &Result<Status, Problem>) {
        let (reference, status) = (&row.reference, row.status.code());
        self.note(&format!(
            "operator: {verb} {reference} at {status}: {}",
            code(done)
        ));
        let how = if done.is_ok() { "" } else { " refused" };
        self.tally.count(format!("operator {verb}{how}"));
    }

    fn person_mut(&mut self, case_id: &str) -> Option<&mut super::person::Person> {
        self.people.iter_mut().find(|person| {
            let mut cases = person.cases().into_iter();
            cases.any(|case| case.to_string() == case_id)
        })
    }
}

fn code<T: std::fmt::Debug>(done: &Result<T, Problem>) -> String {
    match done {
        Ok(done) => format!("{done:?}"),
        Err(problem) => {
            let detail = problem.detail.as_deref().unwrap_or_default();
            format!("{} {detail}", problem.entry.code)
        }
    }
}
