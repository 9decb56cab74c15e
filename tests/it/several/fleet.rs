//! Three processes over one database, with one master key.

use workwell_gateway::conformance::parties::Parties;

use crate::load::chance::Chance;
use crate::load::program::Program;
use crate::support::postgres::Database;
use crate::support::store::TestStore;

/// The processes; all of them run, save while one is down after a kill.
pub struct Fleet {
    /// Each with ports of its own.
    pub programs: [Program; 3],
}

impl Fleet {
    /// Three processes over an empty database, started together: they find out between
    /// themselves who makes its tables.
    pub async fn start(parties: &Parties, database: Database) -> Self {
        let first = Program::over(parties, TestStore::Postgres(database));
        let others = [first.beside(parties), first.beside(parties)];
        let [second, third] = others;
        let mut fleet = Self {
            programs: [first, second, third],
        };
        for program in &mut fleet.programs {
            program.spawn();
        }
        for program in &mut fleet.programs {
            program.ready().await;
        }
        fleet
    }

    /// Where the BaRS listeners are.
    pub fn doors(&self) -> Vec<String> {
        self.programs.iter().map(Program::bars).collect()
    }

    /// Each provider's system calls one of the processes, by chance, but not this one.
    pub fn spread_providers(&self, parties: &Parties, except: Option<usize>, chance: &mut Chance) {
        let open: Vec<String> = self
            .programs
            .iter()
            .enumerate()
            .filter(|(index, _)| Some(*index) != except)
            .map(|(_, program)| program.provider_api())
            .collect();
        for (_, desk) in parties.desks() {
            let base = chance.one_of(&open);
            desk.api().connect(base);
        }
    }

    /// Kills one process after another and starts it again, so many times; all of them
    /// run in the end.
    pub async fn kill_often(&mut self, parties: &Parties, kills: u64, chance: &mut Chance) {
        for _ in 0..kills {
            tokio::time::sleep(chance.millis(0, 500)).await;
            let index = usize::try_from(chance.below(3)).unwrap_or_default();
            self.programs[index].kill();
            self.spread_providers(parties, Some(index), chance);
            // The others take over what it had begun.
            tokio::time::sleep(chance.millis(0, 300)).await;
            self.programs[index].spawn();
            if !chance.percent(10) {
                self.programs[index].ready().await;
            }
        }
        for program in &mut self.programs {
            program.ready().await;
        }
    }

    /// Ends all of them in order.
    pub async fn end(&mut self) {
        for program in &mut self.programs {
            program.end().await;
        }
    }

    /// What they logged last.
    pub fn log(&self) -> String {
        let logs = self.programs.iter().map(Program::log);
        logs.collect::<Vec<_>>().join("\n--\n")
    }
}
