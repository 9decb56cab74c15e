//! An ICB's area: which providers it lists, and what happens when two serve one person.

use super::super::provider::Validity;
use super::SplitRow;
use crate::domain::mapping::Position;

/// What to do when two providers serve one person. Without a rule it is refused: the
/// gateway does not choose (DESIGN I5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TieRule {
    /// Refused, so that the referrer is told.
    #[default]
    None,
    /// The one with the lowest priority number.
    FirstListed,
    /// The one that serves by the practice; still refused when that leaves two or none.
    PreferPractice,
}

impl TieRule {
    /// The words in `area.toml`.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::None, "none"),
        (Self::FirstListed, "first-listed"),
        (Self::PreferPractice, "prefer-practice"),
    ];

    /// Reads the word in `area.toml`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == code)
            .map(|(rule, _)| *rule)
    }
}

/// One row of `routing.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The slug of the provider.
    pub provider: String,
    /// Lower comes first.
    pub priority: u32,
    /// When the row counts.
    pub validity: Validity,
    /// Where the row stands.
    pub position: Position,
}

/// One row of `partners.csv`: to whom a provider of the area may refer people on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerRoute {
    /// The slug of the provider that refers on.
    pub provider: String,
    /// The slug of the partner.
    pub partner: String,
    /// How many days old the person's consent for the partner may be at most.
    pub consent_days: u32,
    /// When the row counts.
    pub validity: Validity,
    /// Where the row stands.
    pub position: Position,
}

impl PartnerRoute {
    /// The partner as if it were the only provider there is: it is asked by its own catchment
    /// and rules whether it takes a person who is referred on.
    pub fn alone(&self) -> Area {
        Area {
            providers: vec![Listed {
                provider: self.partner.clone(),
                priority: 1,
                validity: self.validity,
                position: self.position.clone(),
            }],
            ..Area::default()
        }
    }
}

/// One area.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// The folder's name.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// ODS code of the ICB.
    pub icb: Option<String>,
    /// What happens when two providers serve one person.
    pub tie: TieRule,
    /// Its providers by priority.
    pub providers: Vec<Listed>,
    /// Who may refer people on to whom. It chooses nobody: a provider names the partner.
    pub partners: Vec<PartnerRoute>,
    /// How a hub's people are split over its partners. Here the tables choose.
    pub splits: Vec<SplitRow>,
    /// Who takes those for whom another has no room.
    pub overflow: Vec<Overflow>,
}

impl Area {
    /// Every provider to which a row of the area may lead a person; some come twice.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        let listed = self.providers.iter().map(|row| &row.provider);
        let partners = self.partners.iter().map(|row| &row.partner);
        let split = self.splits.iter().map(|row| &row.partner);
        let flowing = self.overflow.iter().map(|row| &row.to);
        let every = listed.chain(partners).chain(split).chain(flowing);
        every.map(String::as_str)
    }

    /// Who is asked when this provider is full.
    pub fn overflow_of(&self, provider: &str) -> Option<&Overflow> {
        self.overflow.iter().find(|row| row.provider == provider)
    }
}

/// An area whose own files have faults, and of which there is no earlier version: its people
/// are told that nobody takes them just now, not that nobody serves them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedArea {
    /// The folder's name.
    pub slug: String,
    /// ODS code of the ICB; none where it names none or cannot be read.
    pub icb: Option<String>,
}

/// One line of `[overflow]` in `area.toml`: who takes those for whom another has no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overflow {
    /// The slug of the provider that is full.
    pub provider: String,
    /// The slug of the one that is asked instead, by its own catchment and rules.
    pub to: String,
    /// Where the line stands.
    pub position: Position,
}
