//! Whether the store is the one that this gateway left.
//!
//! A store that was put back has lost what was acknowledged since its backup. To send on
//! from there would deliver what was cancelled meanwhile, and deliver twice what was
//! delivered. So every store has an *epoch*, and each gateway keeps a small file outside
//! the store: the epoch, and the newest audit row it saw, with its hash. A store that has
//! another epoch, or does not hold that row any more, was put back; it gets a higher epoch
//! that nobody has confirmed, and every gateway over it sends nothing until a person does.

pub mod file;

use std::path::{Path, PathBuf};

pub use super::sql::marks::Marks;
pub use file::Seen;

use super::Store;
use super::sql::marks::{self, CONFIRMED, EPOCH, Leaf, VOUCHED};
use crate::problem::Problem;

/// How long a gateway that knows its store vouches for it to one that has no file yet. A
/// server is not put back and started again in less.
const VOUCHED_FOR_MICROS: i64 = 15_000_000;

/// Why a store is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was put back, and said so; or another gateway found that.
    Unconfirmed,
    /// It does not hold what this gateway has seen in it, or has an earlier epoch.
    Older,
    /// This gateway has no file, and the store is not new.
    NoFile,
}

impl Why {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unconfirmed => "the store was put back",
            Self::Older => "the store lacks what this gateway has seen in it",
            Self::NoFile => "the store is not new and there is no epoch file to know it by",
        }
    }
}

/// How a gateway stands to the store it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has begun it.
    New,
    /// It is the one that was left.
    Known,
    /// It is, by another's word: a person confirmed it, or a running gateway vouches.
    Adopted,
    /// Nothing may be sent.
    Held(Why),
}

/// Judges a store by what it says and what was seen. `met` is the epoch at which a gateway
/// without a file first met it.
fn judge(marks: &Marks, seen: Option<&Seen>, met: Option<u64>) -> Standing {
    let Some(epoch) = marks.epoch else {
        return match seen {
            Some(_) => Standing::Held(Why::Older),
            None => Standing::New,
        };
    };
    if marks.confirmed != Some(epoch) {
        return Standing::Held(Why::Unconfirmed);
    }
    let Some(seen) = seen else {
        let confirmed_since = met.is_some_and(|met| epoch > met);
        return if confirmed_since || is_vouched(marks) {
            Standing::Adopted
        } else {
            Standing::Held(Why::NoFile)
        };
    };
    if epoch > seen.epoch {
        return Standing::Adopted;
    }
    let holds_it = seen.audit == 0 || marks.seen == Some(seen.leaf);
    if epoch == seen.epoch && holds_it {
        Standing::Known
    } else {
        Standing::Held(Why::Older)
    }
}

pub(super) fn is_vouched(marks: &Marks) -> bool {
    let vouched = marks.vouched.and_then(|at| i64::try_from(at).ok());
    vouched.is_some_and(|at| (0..VOUCHED_FOR_MICROS).contains(&marks.now.saturating_sub(at)))
}

fn seen_now(epoch: u64, newest: Option<&Leaf>) -> Seen {
    newest.map_or(
        Seen {
            epoch,
            audit: 0,
            leaf: [0; 32],
            at: jiff::Timestamp::UNIX_EPOCH,
        },
        |leaf| Seen {
            epoch,
            audit: leaf.seq,
            leaf: leaf.hash,
            at: leaf.at,
        },
    )
}

/// Keeps the file, and watches the store.
pub struct Keeper {
    store: Store,
    file: PathBuf,
    seen: Option<Seen>,
    met: Option<u64>,
}

impl Keeper {
    /// Over this file. Errors: WW-STO-015.
    pub fn new(store: Store, file: &Path) -> Result<Self, Problem> {
        Ok(Self {
            store,
            seen: file::read(file)?,
            file: file.to_owned(),
            met: None,
        })
    }

    /// What was last seen of the store.
    pub const fn seen(&self) -> Option<&Seen> {
        self.seen.as_ref()
    }

    /// How the store stands, and its epoch; nothing is written.
    pub async fn judge(&mut self) -> Result<(Standing, Marks), Problem> {
        let seen = self.seen.as_ref().map_or(0, |seen| seen.audit);
        let marks = self.store.marks(seen).await?;
        let standing = judge(&marks, self.seen.as_ref(), self.met);
        if self.seen.is_none() && self.met.is_none() {
            self.met = marks.epoch;
        }
        Ok((standing, marks))
    }

    /// Looks at the store, and writes down what follows: a new store is begun, one that
    /// was put back is marked so for every gateway, and of one that is known the file
    /// keeps how far it has come. Gives why it is held, if it is.
    pub async fn look(&mut self) -> Result<Option<Why>, Problem> {
        let (standing, marks) = self.judge().await?;
        let known = self.seen.as_ref().map_or(0, |seen| seen.epoch);
        match standing {
            Standing::New => {
                self.begin(&marks).await?;
                Ok(None)
            }
            Standing::Known | Standing::Adopted => {
                self.vouch(&marks).await?;
                self.write(marks.epoch.unwrap_or(known), marks.newest.as_ref())
                    .await?;
                Ok(None)
            }
            Standing::Held(why) => {
                if why == Why::Older {
                    let next = marks.epoch.unwrap_or(0).max(known) + 1;
                    self.store.raise(EPOCH, next).await?;
                }
                Ok(Some(why))
            }
        }
    }

    /// The epoch is put last: whoever sees it sees the rest.
    async fn begin(&mut self, marks: &Marks) -> Result<(), Problem> {
        self.vouch(marks).await?;
        self.store.put_first(CONFIRMED, 1).await?;
        self.store.put_first(EPOCH, 1).await?;
        self.write(1, marks.newest.as_ref()).await
    }

    /// Only where there is another gateway to vouch to.
    async fn vouch(&self, marks: &Marks) -> Result<(), Problem> {
        if !self.store.inner.engine.is_shared() {
            return Ok(());
        }
        self.store.raise(VOUCHED, marks.now.unsigned_abs()).await
    }

    /// Ends the hold: the next epoch is begun, in the store and in the file.
    pub async fn confirm(&mut self) -> Result<u64, Problem> {
        let (_, marks) = self.judge().await?;
        let known = self.seen.as_ref().map_or(0, |seen| seen.epoch);
        let next = marks.epoch.unwrap_or(0).max(known) + 1;
        self.store.raise(EPOCH, next).await?;
        self.store.raise(CONFIRMED, next).await?;
        self.write(next, marks.newest.as_ref()).await?;
        Ok(next)
    }

    async fn write(&mut self, epoch: u64, newest: Option<&Leaf>) -> Result<(), Problem> {
        let seen = seen_now(epoch, newest);
        if self.seen.as_ref() == Some(&seen) && self.file.exists() {
            return Ok(());
        }
        let (file, written) = (self.file.clone(), seen.clone());
        let write = tokio::task::spawn_blocking(move || file::write(&file, &written));
        write.await.unwrap_or_else(|_| {
            Err(Problem::new(&crate::problem::area::store::EPOCH_FILE)
                .at(self.file.display().to_string()))
        })?;
        self.seen = Some(seen);
        Ok(())
    }
}

impl Store {
    /// What the store says of its life.
    pub async fn life(&self) -> Result<Marks, Problem> {
        self.marks(0).await
    }

    pub(super) async fn marks(&self, seen: i64) -> Result<Marks, Problem> {
        let engine = &self.inner.engine;
        let found = engine.one(marks::marks(engine.dialect(), seen)).await?;
        found.ok_or_else(|| Problem::new(&crate::problem::area::store::DAMAGED))
    }

    /// Begins an epoch that nobody has confirmed, above its own and the one that is known.
    pub(super) async fn begin_unconfirmed(&self, known: u64) -> Result<u64, Problem> {
        let next = self.marks(0).await?.epoch.unwrap_or(0).max(known) + 1;
        self.raise(EPOCH, next).await?;
        Ok(next)
    }

    async fn raise(&self, name: &'static str, number: u64) -> Result<(), Problem> {
        let query = marks::raise(name, number);
        self.inner.engine.write(query).await.map(drop)
    }

    async fn put_first(&self, name: &'static str, number: u64) -> Result<(), Problem> {
        let query = marks::put_first(name, number);
        self.inner.engine.write(query).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(number: u8) -> Leaf {
        Leaf {
            seq: number.into(),
            at: jiff::Timestamp::UNIX_EPOCH,
            hash: [number; 32],
        }
    }

    fn marks(epoch: u64, confirmed: u64, seen: Option<u8>) -> Marks {
        Marks {
            epoch: Some(epoch),
            confirmed: Some(confirmed),
            vouched: None,
            now: 100_000_000,
            newest: Some(leaf(9)),
            seen: seen.map(|number| [number; 32]),
        }
    }

    fn seen(epoch: u64) -> Seen {
        seen_now(epoch, Some(&leaf(7)))
    }

    #[test]
    fn the_store_that_was_left_is_known_and_every_other_is_held() {
        let left = seen(3);
        let cases = [
            (marks(3, 3, Some(7)), Standing::Known),
            // The row that was seen is gone, or another stands in its place.
            (marks(3, 3, None), Standing::Held(Why::Older)),
            (marks(3, 3, Some(8)), Standing::Held(Why::Older)),
            // A store of an earlier life, whatever it holds.
            (marks(2, 2, Some(7)), Standing::Held(Why::Older)),
            // Put back, and said so.
            (marks(4, 3, Some(7)), Standing::Held(Why::Unconfirmed)),
            // Put back, and confirmed on another machine.
            (marks(4, 4, None), Standing::Adopted),
        ];
        for (found, expected) in cases {
            assert_eq!(judge(&found, Some(&left), None), expected, "{found:?}");
        }
    }

    #[test]
    fn an_empty_store_in_the_place_of_one_that_was_known_is_held() {
        let empty = Marks {
            epoch: None,
            confirmed: None,
            newest: None,
            ..marks(1, 1, None)
        };
        assert_eq!(judge(&empty, None, None), Standing::New);
        assert_eq!(
            judge(&empty, Some(&seen(1)), None),
            Standing::Held(Why::Older)
        );
    }

    #[test]
    fn without_a_file_a_store_is_held_until_somebody_vouches_or_confirms() {
        let found = marks(3, 3, None);
        assert_eq!(judge(&found, None, None), Standing::Held(Why::NoFile));
        assert_eq!(judge(&found, None, Some(3)), Standing::Held(Why::NoFile));
        assert_eq!(judge(&found, None, Some(2)), Standing::Adopted);
        let vouched = |at: u64| Marks {
            vouched: Some(at),
            ..marks(3, 3, None)
        };
        assert_eq!(judge(&vouched(99_000_000), None, None), Standing::Adopted);
        for at in [80_000_000, 101_000_000] {
            let standing = judge(&vouched(at), None, None);
            assert_eq!(standing, Standing::Held(Why::NoFile), "{at}");
        }
        let unconfirmed = Marks {
            vouched: Some(99_000_000),
            ..marks(4, 3, None)
        };
        assert_eq!(
            judge(&unconfirmed, None, None),
            Standing::Held(Why::Unconfirmed)
        );
    }

    fn keeper(store: &Store, folder: &Path) -> Keeper {
        Keeper::new(store.clone(), &folder.join("w.epoch")).expect("a keeper")
    }

    #[tokio::test]
    async fn a_store_is_begun_known_again_held_after_its_file_is_lost_and_confirmed() {
        let (store, folder) = Store::in_temp_dir().await.expect("a store");
        let folder = folder.path();
        assert_eq!(keeper(&store, folder).look().await, Ok(None));
        assert_eq!(keeper(&store, folder).look().await, Ok(None));
        std::fs::remove_file(folder.join("w.epoch")).expect("removed");
        let mut without = keeper(&store, folder);
        assert_eq!(without.look().await, Ok(Some(Why::NoFile)));
        assert_eq!(without.look().await, Ok(Some(Why::NoFile)));
        let confirmed = keeper(&store, folder).confirm().await;
        assert_eq!(confirmed, Ok(2));
        // The one that runs notices by itself.
        assert_eq!(without.look().await, Ok(None));
        assert_eq!(without.seen().map(|seen| seen.epoch), Some(2));
    }

    #[tokio::test]
    async fn what_one_gateway_finds_holds_every_other() {
        let (store, folder) = Store::in_temp_dir().await.expect("a store");
        let mut first = keeper(&store, folder.path());
        assert_eq!(first.look().await, Ok(None));
        let other = folder.path().join("other.epoch");
        let ahead = Seen {
            audit: 99,
            ..seen(1)
        };
        file::write(&other, &ahead).expect("written");
        let mut second = Keeper::new(store.clone(), &other).expect("a keeper");
        assert_eq!(second.look().await, Ok(Some(Why::Older)));
        assert_eq!(first.look().await, Ok(Some(Why::Unconfirmed)));
        assert_eq!(second.confirm().await, Ok(3));
        assert_eq!(first.look().await, Ok(None));
        assert_eq!(second.look().await, Ok(None));
    }
}
