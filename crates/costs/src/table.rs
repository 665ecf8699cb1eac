//! The price table: what one unit of something costs in a Region, and where that is from.

use std::collections::BTreeMap;

use backproof_model::canonical::{canonical_json, sha256_hex};
use backproof_model::cost::Quantity;
use backproof_model::money::Money;
use backproof_model::record::{OwnPrices, PricesUsed};
use serde::{Deserialize, Serialize};

/// Something that AWS charges for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// Restoring from warm storage, per GB, by resource type.
    BackupRestore,
    /// Restoring from cold storage, retrieval included, per GB, by resource type.
    BackupRestoreCold,
    /// Keeping a copy of a recovery point, per GB-month, by resource type.
    BackupCopyStorage,
    /// Copying into another Region, per GB.
    TransferOtherRegion,
    /// Keeping a table, per GB-month.
    DynamodbStorage,
    /// Reading a table on demand, per million request units.
    DynamodbRead,
    /// A DB instance in one Availability Zone, per hour, by engine and class.
    RdsInstance,
    /// Its storage, per GB-month, by storage type.
    RdsStorage,
    /// Its provisioned operations per second, per IOPS-month, by storage type.
    RdsIops,
}

impl Component {
    /// The unit that its prices are given for.
    pub fn unit(self) -> &'static str {
        match self {
            Self::BackupRestore | Self::BackupRestoreCold | Self::TransferOtherRegion => "GB",
            Self::BackupCopyStorage | Self::DynamodbStorage | Self::RdsStorage => "GB-month",
            Self::DynamodbRead => "million request units",
            Self::RdsInstance => "hour",
            Self::RdsIops => "IOPS-month",
        }
    }

    /// Whether another price of the component may stand for one that is not listed: the dearest, for what differs in
    /// size and speed only.
    fn dearest_stands_for_unlisted(self) -> bool {
        match self {
            Self::RdsInstance | Self::RdsStorage | Self::RdsIops => true,
            Self::BackupRestore
            | Self::BackupRestoreCold
            | Self::BackupCopyStorage
            | Self::TransferOtherRegion
            | Self::DynamodbStorage
            | Self::DynamodbRead => false,
        }
    }
}

/// What a price is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Key {
    pub(crate) what: Component,
    /// The database engine, for instances.
    pub(crate) engine: Option<String>,
    /// Resource type, class or storage type; `any` for what has no other price.
    pub(crate) of: String,
    /// The Region; none for the base Region, and by its factor for every other one.
    pub(crate) region: Option<String>,
}

/// What stands for everything that has no price of its own.
pub(crate) const ANY: &str = "any";
/// What stands for every Region that has no factor of its own.
pub(crate) const EVERY_OTHER: &str = "every-other";

/// A price, or that nobody knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Listed {
    /// Of one unit; none where it is not known.
    pub(crate) price: Option<Money>,
    /// Where it is from, with the day where that is not the table's.
    pub(crate) source: String,
}

/// The prices that sums are computed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceTable {
    pub(crate) currency: String,
    pub(crate) as_of: String,
    pub(crate) note: String,
    pub(crate) base_region: String,
    pub(crate) factors: BTreeMap<String, Quantity>,
    pub(crate) prices: BTreeMap<Key, Listed>,
    pub(crate) not_priced: BTreeMap<String, String>,
    pub(crate) own: Option<OwnPrices>,
}

/// What the table says of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Its price.
    Price { price: Money, source: String, assumed: Vec<String> },
    /// Nothing: it is not listed, or listed as not known.
    Unknown,
}

impl PriceTable {
    /// The currency of every price.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The day on which the prices were noted.
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// SHA-256 of the table in canonical JSON: every price, factor and source.
    pub fn sha256(&self) -> String {
        #[derive(Serialize)]
        struct Row<'a> {
            of: &'a Key,
            listed: &'a Listed,
        }
        #[derive(Serialize)]
        struct Whole<'a> {
            currency: &'a str,
            as_of: &'a str,
            base_region: &'a str,
            factors: &'a BTreeMap<String, Quantity>,
            prices: Vec<Row<'a>>,
        }
        let whole = Whole {
            currency: &self.currency,
            as_of: &self.as_of,
            base_region: &self.base_region,
            factors: &self.factors,
            prices: self.prices.iter().map(|(of, listed)| Row { of, listed }).collect(),
        };
        sha256_hex(canonical_json(&whole).expect("a price table holds texts only"))
    }

    /// What a report says of the table.
    pub fn used(&self) -> PricesUsed {
        PricesUsed {
            currency: self.currency.clone(),
            as_of: self.as_of.clone(),
            sha256: self.sha256(),
            note: self.note.clone(),
            own: self.own.clone(),
            not_priced: self.not_priced.clone(),
        }
    }

    /// The price of one unit in a Region. `engine` is that of a DB instance.
    pub(crate) fn find(&self, what: Component, engine: Option<&str>, of: Option<&str>, region: &str) -> Found {
        let exactly = of.into_iter().chain([ANY]).find_map(|of| self.listed(what, engine, of, region));
        if let Some(found) = exactly {
            return found;
        }
        if !what.dearest_stands_for_unlisted() {
            return Found::Unknown;
        }
        self.dearest(what, engine, of, region)
    }

    fn listed(&self, what: Component, engine: Option<&str>, of: &str, region: &str) -> Option<Found> {
        let key = |region: Option<&str>| Key {
            what,
            engine: engine.map(str::to_owned),
            of: of.to_owned(),
            region: region.map(str::to_owned),
        };
        let own_region = self.prices.get(&key(Some(region)));
        let (listed, elsewhere) = match own_region {
            Some(listed) => (listed, false),
            None => (self.prices.get(&key(None))?, true),
        };
        Some(listed.price.map_or(Found::Unknown, |price| {
            let (price, assumed) = if elsewhere { self.in_region(price, region) } else { (price, Vec::new()) };
            Found::Price { price, source: listed.source.clone(), assumed }
        }))
    }

    /// The base Region's price by the factor of another.
    fn in_region(&self, price: Money, region: &str) -> (Money, Vec<String>) {
        if region == self.base_region {
            return (price, Vec::new());
        }
        let one = Quantity::whole(1);
        let factor = self.factors.get(region).or_else(|| self.factors.get(EVERY_OTHER)).copied().unwrap_or(one);
        if factor == one {
            return (price, Vec::new());
        }
        let assumed = format!("{region} is priced as {factor} times {}", self.base_region);
        (factor.at(price), vec![assumed])
    }

    /// The dearest price of the component: of the engine, where that is known.
    fn dearest(&self, what: Component, engine: Option<&str>, of: Option<&str>, region: &str) -> Found {
        let here = self.prices.keys().filter(|key| {
            key.what == what
                && (engine.is_none() || key.engine.as_deref() == engine)
                && key.region.as_deref().is_none_or(|of_key| of_key == region)
        });
        let prices = here.filter_map(|key| match self.listed(what, key.engine.as_deref(), &key.of, region) {
            Some(Found::Price { price, source, assumed }) => Some((price, key.of.clone(), source, assumed)),
            Some(Found::Unknown) | None => None,
        });
        let Some((price, dearest, source, mut assumed)) = prices.max_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1))) else {
            return Found::Unknown;
        };
        let why = of.map_or_else(|| "which one is not known".to_owned(), |of| format!("{of} has no listed price"));
        assumed.insert(0, format!("{why}, so the dearest that is listed ({dearest}) stands for it"));
        Found::Price { price, source, assumed }
    }
}
