//! A catalogue of controls: criteria, and for each the claims of our evidence that bear on it.
//!
//! Titles are our own and short. The standard's text is never in a catalogue: whoever reads a report holds it.

use jiff::civil::Date;
use serde::Serialize;

use crate::claims::DossierClaim;

/// The format that every catalogue names.
pub const CATALOGUE_FORMAT: &str = "backproof-catalogue/v1";

/// A catalogue, read and found sound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Catalogue {
    /// Its name on the command line: lower-case letters, digits and hyphens.
    pub id: String,
    /// What it is called in reports.
    pub title: String,
    /// The edition of the standard that it maps.
    pub version: String,
    /// The publication.
    pub source: String,
    /// Where the publication can be had.
    pub source_url: String,
    /// What may be done with the standard's text, and that none of it is here.
    pub licence: String,
    /// When somebody last compared it with the publication.
    pub reviewed_on: Date,
    /// Who did, and in what capacity.
    pub reviewer: String,
    /// What of it nobody has checked against the publication; one sentence each.
    pub unverified: Vec<String>,
    /// The criteria, in the order of the file.
    pub criteria: Vec<Criterion>,
    /// SHA-256 of the catalogue's text, in hexadecimal.
    pub sha256: String,
}

impl Catalogue {
    /// The criterion with this id.
    pub fn criterion(&self, id: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| criterion.id == id)
    }
}

/// One criterion, control, article or requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Criterion {
    /// Its id, as the standard writes it.
    pub id: String,
    /// Its ids in earlier editions.
    pub former_ids: Vec<String>,
    /// What it is about, in our own words.
    pub title: String,
    /// How closely a restore test bears on it.
    pub relation: Relation,
    /// The claims that support it, all of which have to be shown. Empty where no claim of ours does.
    pub claims: Vec<DossierClaim>,
    /// How often it wants them; `None` where it names no frequency and custom knows none.
    pub minimum_frequency: Option<MinimumFrequency>,
    /// What it leaves open even where everything is shown; one sentence each, never empty.
    pub leaves_open: Vec<String>,
    /// Where it stands in the publication, and how far that was read.
    pub source: String,
    /// The control in OSCAL's spelling, where an official OSCAL catalogue has it: `cp-9.1`.
    pub oscal_control: Option<String>,
    /// The assessment objectives of that control, each with its own claims.
    pub objectives: Vec<Objective>,
}

impl Criterion {
    /// How often it wants its claims, where anybody says so.
    pub fn at_least(&self) -> Option<Frequency> {
        self.minimum_frequency.map(|minimum| minimum.at_least)
    }
}

/// One assessment objective of a control, as OSCAL catalogues name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Objective {
    /// Its id: `cp-9.1_obj-2`.
    pub id: String,
    /// The claims that support it: some of the criterion's.
    pub claims: Vec<DossierClaim>,
}

/// How closely a restore test bears on a criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Testing restores is what it asks for.
    Primary,
    /// It asks for more, and a restore test is a part of that.
    Partial,
    /// It asks for something else, to which a restore test adds a fact.
    Context,
}

impl Relation {
    /// All of them, the closest first.
    pub const ALL: [Self; 3] = [Self::Primary, Self::Partial, Self::Context];

    /// Its name in catalogues and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Partial => "partial",
            Self::Context => "context",
        }
    }
}

/// How often at least, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MinimumFrequency {
    /// How often.
    pub at_least: Frequency,
    /// Who says so.
    pub basis: FrequencyBasis,
}

/// How often something is performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frequency {
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every six months.
    HalfYearly,
    /// Every twelve months.
    Yearly,
}

impl Frequency {
    /// All of them, the most frequent first.
    pub const ALL: [Self; 4] = [Self::Monthly, Self::Quarterly, Self::HalfYearly, Self::Yearly];

    /// Its name in catalogues and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::HalfYearly => "half-yearly",
            Self::Yearly => "yearly",
        }
    }

    /// After how many months it is to be done again.
    pub fn months(self) -> i32 {
        match self {
            Self::Monthly => 1,
            Self::Quarterly => 3,
            Self::HalfYearly => 6,
            Self::Yearly => 12,
        }
    }
}

/// Who says how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrequencyBasis {
    /// The publication itself.
    Stated,
    /// Nobody but custom: auditors commonly expect it.
    Customary,
}

impl FrequencyBasis {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Stated, Self::Customary];

    /// Its name in catalogues and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Customary => "customary",
        }
    }
}
