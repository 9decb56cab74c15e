//! What holds while the store is not known to be the one that this gateway left.
//!
//! Nothing is sent, and no new referral is taken: whether it was accepted before, or the
//! person has a case that was lost, cannot be told, and a person must not wait in a queue
//! that does not move; so the person stays with the referrer, whose system sends again
//! (DESIGN I9). What is known is answered, and a cancellation or a report on a case that
//! is there is taken: a stop overtakes everything, and what it stops must not be sent when
//! sending begins (I10). What is not there may have been lost: it is `503`, never "there
//! is no such referral". A case is not given to a provider that collects.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::Gateway;
use super::receive::Message;
use crate::adapters::journal::{Journal, Kind, Line};
use crate::adapters::store::epoch::{Keeper, Why};
use crate::domain::identifiers::{CaseId, CaseReference};
use crate::problem::Problem;
use crate::problem::area::store::UNCONFIRMED;

/// How long a look at the store counts. A database that was away is looked at before
/// anything is sent again, since it may have been put back meanwhile.
const LOOK_LASTS: Duration = Duration::from_secs(10);

/// After so many looks the old files of the journal are removed: some once an hour.
const LOOKS_BETWEEN_CLEANING: u32 = 1_800;

/// The state of a gateway that may be held.
#[derive(Default)]
pub(super) struct Hold {
    state: Mutex<State>,
    keeper: tokio::sync::Mutex<Option<Keeping>>,
    journal: OnceLock<Arc<Journal>>,
}

struct Keeping {
    keeper: Keeper,
    looks: u32,
}

#[derive(Clone, Copy, Default)]
enum State {
    /// Not a gateway that serves: a verb of the command line.
    #[default]
    Unwatched,
    /// The store was known at this instant.
    Known(Instant),
    /// It is not.
    Held(Why),
    /// It could not be looked at.
    Unseen,
}

impl Gateway {
    /// Opens the journal and looks at the store for the first time; for a gateway that
    /// serves, before anything listens. Errors: WW-STO-001, -015 and -016.
    pub async fn begin_keeping(&self) -> Result<(), Problem> {
        let store = &self.settings.store;
        let now = self.clock.now();
        let journal = Journal::open(&store.journal_folder, now)?;
        let keeper = Keeper::new(self.store.clone(), &store.epoch_file)?;
        // One journal: a gateway begins once.
        let _ = self.hold.journal.set(Arc::new(journal));
        *self.hold.keeper.lock().await = Some(Keeping { keeper, looks: 0 });
        self.look().await
    }

    /// Looks at the store again, and brings the journal to the disk. Gives how long to
    /// wait before the next look.
    pub async fn keep(&self) -> Duration {
        if let Err(problem) = self.look().await {
            tracing::warn!(
                error.code = problem.entry.code,
                "the store could not be looked at: {}",
                problem.detail.as_deref().unwrap_or_default()
            );
        }
        if self.may_send() {
            Duration::from_secs(2)
        } else {
            Duration::from_millis(500)
        }
    }

    async fn look(&self) -> Result<(), Problem> {
        let mut keeping = self.hold.keeper.lock().await;
        let Some(keeping) = keeping.as_mut() else {
            return Ok(());
        };
        let found = keeping.keeper.look().await;
        self.stand(match found {
            Ok(None) => State::Known(Instant::now()),
            Ok(Some(why)) => State::Held(why),
            Err(_) => State::Unseen,
        });
        let clean = keeping.looks.is_multiple_of(LOOKS_BETWEEN_CLEANING);
        keeping.looks = keeping.looks.wrapping_add(1);
        if let Some(journal) = self.hold.journal.get().cloned() {
            let (days, now) = (self.settings.store.journal_days, self.clock.now());
            let kept = tokio::task::spawn_blocking(move || {
                journal.sync();
                if clean {
                    journal.forget(days, now);
                }
            });
            // What went wrong is in the log.
            let _ = kept.await;
        }
        found.map(drop)
    }

    fn stand(&self, state: State) {
        let before = {
            let mut now = self
                .hold
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *now, state)
        };
        match (before, state) {
            (State::Held(_), State::Known(_)) => {
                tracing::info!("the store is confirmed: sending goes on");
                self.outbox_changed.notify_one();
            }
            (State::Unseen, State::Known(_)) => self.outbox_changed.notify_one(),
            (State::Held(_), State::Held(_)) => {}
            (_, State::Held(why)) => tracing::error!(
                error.code = UNCONFIRMED.code,
                "nothing is sent and no new referral is taken: {}; see `store lost`, then \
                 `store confirm`",
                why.words()
            ),
            _ => {}
        }
    }

    fn state(&self) -> State {
        *self
            .hold
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anything may be sent.
    pub fn may_send(&self) -> bool {
        match self.state() {
            State::Unwatched => true,
            State::Known(at) => at.elapsed() < LOOK_LASTS,
            State::Held(_) | State::Unseen => false,
        }
    }

    /// Why the store is held, where it is.
    pub fn held(&self) -> Option<Problem> {
        match self.state() {
            State::Held(why) => Some(Problem::new(&UNCONFIRMED).with(why.words())),
            _ => None,
        }
    }

    /// Whether what is acknowledged is being journalled.
    pub fn journal_is_well(&self) -> bool {
        self.hold
            .journal
            .get()
            .is_none_or(|journal| journal.is_well())
    }

    /// What was not found: while the store is held it may have been lost.
    pub(super) fn or_held(&self, not_found: Problem) -> Problem {
        self.held().unwrap_or(not_found)
    }

    /// Writes down, outside the store, what is about to be acknowledged.
    pub(super) fn journal(
        &self,
        message: &Message<'_>,
        kind: Kind,
        case_id: CaseId,
        reference: &CaseReference,
    ) {
        let Some(journal) = self.hold.journal.get() else {
            return;
        };
        journal.note(&Line {
            at: message.at,
            kind,
            reference: reference.clone(),
            case_id,
            referrer: message.key.organisation.clone(),
            request_id: message.headers.request_id,
        });
    }
}
