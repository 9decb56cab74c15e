//! Employment and sickness absence.
//!
//! A GP often does not know these: law and systems do not require it, so every one
//! is optional at intake and asked by the provider (reference/workwell.md 1.4).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::domain::sensitive::Sensitive;

/// What is known of the person's work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Employment status.
    pub employment: Answer<EmploymentStatus>,
    /// Sickness absence indicator.
    pub absence: Answer<SicknessAbsence>,
    /// First day of the present absence, or of being out of work.
    pub absence_start: Option<Date>,
    /// Whole weeks out of work at the time of referral.
    pub weeks_out_of_work: Option<u32>,
    /// The fit note, where one is mentioned.
    pub fit_note: Option<FitNote>,
    /// Occupation in the person's words.
    pub occupation: Option<Sensitive<String>>,
    /// The employer's name; passed on only with the person's consent.
    pub employer: Option<Sensitive<String>>,
}

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $nhs:literal, $word:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$item_doc])* $item,)* }

        impl $name {
            /// Every value: NHS Data Dictionary code, canonical word.
            pub const ALL: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$item, $nhs, $word),)*];

            /// Reads the NHS Data Dictionary code or the canonical word.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().find(|(_, nhs, word)| *nhs == code || *word == code).map(|row| row.0)
            }

            /// The canonical word.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$item => $word,)* }
            }

            /// The NHS Data Dictionary code.
            pub const fn nhs_code(self) -> &'static str {
                match self { $(Self::$item => $nhs,)* }
            }
        }
    };
}

coded! {
    /// EMPLOYMENT STATUS of the NHS Data Dictionary (declined is [`Answer::Declined`]).
    EmploymentStatus {
        /// Employed.
        Employed = "01", "employed";
        /// Unemployed and seeking work.
        UnemployedSeeking = "02", "unemployed-seeking";
        /// Student, not working or seeking work.
        Student = "03", "student";
        /// Long-term sick or disabled.
        LongTermSick = "04", "long-term-sick";
        /// Homemaker or carer.
        Homemaker = "05", "homemaker";
        /// Not seeking work and not on benefit.
        NotSeeking = "06", "not-seeking";
        /// Unpaid voluntary work.
        Volunteer = "07", "volunteer";
        /// Retired.
        Retired = "08", "retired";
    }
}

coded! {
    /// SICKNESS ABSENCE INDICATOR of the NHS Data Dictionary.
    SicknessAbsence {
        /// Off sick.
        OffSick = "Y", "off-sick";
        /// Not off sick.
        NotOffSick = "N", "not-off-sick";
        /// Not applicable: not in work.
        NotApplicable = "8", "not-applicable";
    }
}

/// A fit note as far as it is needed: never its diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FitNote {
    /// True for "may be fit for work", false for "not fit".
    pub may_be_fit: bool,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}
