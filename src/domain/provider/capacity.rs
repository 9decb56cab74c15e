//! How many people a provider can take.

use crate::domain::mapping::Position;

/// The most that a provider takes; `None` is no limit. A limit is reached when so many are
/// there: the next one is not routed to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// Cases of its own that are open at one time.
    pub open_cases: Option<Cap>,
    /// New cases from Monday to Sunday.
    pub per_week: Option<Cap>,
}

/// One limit and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    /// So many, and no more.
    pub most: u32,
    /// The line of `provider.toml`.
    pub position: Position,
}

/// How many cases a provider has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Open ones, those that are held for it among them.
    pub open_cases: u32,
    /// Those that came since Monday, whatever became of them.
    pub this_week: u32,
}

impl Capacity {
    /// Whether there is any limit. Without one nothing has to be counted.
    pub const fn is_limited(&self) -> bool {
        self.open_cases.is_some() || self.per_week.is_some()
    }

    /// Each limit with its name in `provider.toml` and how many there are of it.
    pub fn limits(&self, load: Load) -> impl Iterator<Item = (&'static str, &Cap, u32)> {
        let open = self.open_cases.iter();
        let open = open.map(move |cap| ("capacity.open_cases", cap, load.open_cases));
        let week = self.per_week.iter();
        open.chain(week.map(move |cap| ("capacity.per_week", cap, load.this_week)))
    }

    /// Whether nobody more fits in.
    pub fn is_full(&self, load: Load) -> bool {
        self.limits(load).any(|(_, cap, found)| found >= cap.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cap(most: u32) -> Cap {
        Cap {
            most,
            position: Position::new("provider.toml", 9),
        }
    }

    #[test]
    fn a_provider_is_full_when_either_limit_is_reached_and_not_before() {
        let capacity = Capacity {
            open_cases: Some(cap(2)),
            per_week: Some(cap(3)),
        };
        for (open_cases, this_week, full) in
            [(1, 2, false), (2, 0, true), (0, 3, true), (5, 9, true)]
        {
            let load = Load {
                open_cases,
                this_week,
            };
            assert_eq!(capacity.is_full(load), full, "{load:?}");
        }
        assert!(!Capacity::default().is_full(Load {
            open_cases: u32::MAX,
            this_week: u32::MAX,
        }));
    }
}
