//! What something used, and what that comes to. The same for what is expected and for what was measured.

use backproof_model::ResourceType;
use backproof_model::cost::{Certainty, Cost, CostFacts, CostPart, Quantity};

use crate::table::{Component, Found, PriceTable};

const GIB: u128 = 1 << 30;
const HOUR: u64 = 3_600;
/// The hours of AWS's month. Source: the pricing pages' examples.
const MONTH: u64 = 730 * HOUR;
/// An instance is billed by the second, but for no less. Source: Amazon RDS pricing, "DB instance hours".
const LEAST_INSTANCE_SECONDS: u64 = 600;
/// What one request unit reads with strong consistency. Source: Amazon DynamoDB pricing, "read request unit".
const READ_UNIT_BYTES: u128 = 4_096;

/// The size of what was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Size {
    /// AWS Backup says so.
    Known(u64),
    /// Nobody says so; this is the most that it can be, and why.
    AtMost(u64, String),
    /// Nobody knows.
    Unknown,
}

impl Size {
    fn bytes(&self) -> Option<u64> {
        match self {
            Self::Known(bytes) | Self::AtMost(bytes, _) => Some(*bytes),
            Self::Unknown => None,
        }
    }

    fn assumed(&self) -> Option<String> {
        match self {
            Self::AtMost(_, why) => Some(why.clone()),
            Self::Known(_) | Self::Unknown => None,
        }
    }
}

/// A copy of the recovery point that was made for the restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How long it was kept, in seconds.
    pub seconds: u64,
    /// Whether it crossed into another Region.
    pub other_region: bool,
}

/// What one attempt at a restore test used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The type of the protected resource.
    pub resource_type: ResourceType,
    /// The Region that it was restored in.
    pub region: String,
    /// The size of the backup.
    pub size: Size,
    /// Whether it lay in cold storage.
    pub cold: bool,
    /// The copy, where one was made.
    pub copied: Option<Copied>,
    /// Whether AWS Backup was asked to restore.
    pub restored: bool,
    /// How long what was created existed, in seconds.
    pub seconds: u64,
    /// How often all of the data was read.
    pub readings: u32,
    /// What else decides the price.
    pub facts: CostFacts,
    /// What is still there and goes on costing.
    pub still_there: Vec<String>,
}

/// What a use comes to, by the prices of `table`.
pub fn price(usage: &Usage, table: &PriceTable) -> Cost {
    let mut bill = Bill { table, region: &usage.region, cost: Cost::default() };
    let of = Some(usage.resource_type.as_str());
    let data = Some(&usage.size);
    if let Some(copied) = usage.copied {
        let kept = months(usage.size.bytes(), copied.seconds.div_ceil(HOUR).saturating_mul(HOUR));
        bill.charge(
            &Charge {
                what: "the copy of the recovery point",
                size: data,
                ..Charge::of(Component::BackupCopyStorage, of)
            },
            kept,
        );
        if copied.other_region {
            let moved = usage.size.bytes().map(gigabytes);
            bill.charge(
                &Charge {
                    what: "copying into another Region",
                    size: data,
                    ..Charge::of(Component::TransferOtherRegion, None)
                },
                moved,
            );
        }
    }
    if usage.restored {
        let component = if usage.cold { Component::BackupRestoreCold } else { Component::BackupRestore };
        let what = if usage.cold { "restoring from cold storage" } else { "restoring" };
        bill.charge(&Charge { what, size: data, ..Charge::of(component, of) }, usage.size.bytes().map(gigabytes));
        match usage.resource_type.as_str() {
            ResourceType::DYNAMODB => bill.table(usage),
            ResourceType::RDS => bill.instance(usage),
            other => bill.unknown(format!("what a restored {other} costs while it exists is not in the price table")),
        }
    }
    for left in &usage.still_there {
        bill.unknown(format!("{left} is still there, and goes on costing"));
    }
    bill.cost
}

fn gigabytes(bytes: u64) -> Quantity {
    Quantity::ratio(u128::from(bytes), GIB)
}

fn months(bytes: Option<u64>, seconds: u64) -> Option<Quantity> {
    let bytes = u128::from(bytes?);
    Some(Quantity::ratio(bytes.saturating_mul(u128::from(seconds)), GIB * u128::from(MONTH)))
}

/// One thing to be charged.
struct Charge<'a> {
    component: Component,
    what: &'a str,
    engine: Option<&'a str>,
    of: Option<&'a str>,
    size: Option<&'a Size>,
}

impl<'a> Charge<'a> {
    fn of(component: Component, of: Option<&'a str>) -> Self {
        Self { component, what: "", engine: None, of, size: None }
    }
}

/// A cost in the making.
struct Bill<'a> {
    table: &'a PriceTable,
    region: &'a str,
    cost: Cost,
}

impl Bill<'_> {
    fn table(&mut self, usage: &Usage) {
        let size = Some(&usage.size);
        // Metered by the hour.
        let hours = usage.seconds.div_ceil(HOUR).saturating_mul(HOUR);
        let kept = months(usage.size.bytes(), hours);
        self.charge(&Charge { what: "the restored table", size, ..Charge::of(Component::DynamodbStorage, None) }, kept);
        if usage.readings > 0 {
            let units = usage.size.bytes().map(|bytes| {
                let units = u128::from(bytes).div_ceil(READ_UNIT_BYTES).saturating_mul(u128::from(usage.readings));
                Quantity::ratio(units, 1_000_000)
            });
            let what = "reading all items, once for each validator";
            self.charge(&Charge { what, size, ..Charge::of(Component::DynamodbRead, None) }, units);
        }
    }

    fn instance(&mut self, usage: &Usage) {
        let seconds = usage.seconds.max(LEAST_INSTANCE_SECONDS);
        let CostFacts { engine, instance_class, storage_type, storage_gib, iops } = &usage.facts;
        let class = instance_class.as_deref();
        let what = format!(
            "DB instance {} ({})",
            class.unwrap_or("of unknown class"),
            engine.as_deref().unwrap_or("engine not known")
        );
        let hours = Quantity::ratio(u128::from(seconds), u128::from(HOUR));
        let instance = Charge::of(Component::RdsInstance, class);
        self.charge(&Charge { what: &what, engine: engine.as_deref(), ..instance }, Some(hours));
        let allocated = storage_gib.map(|gib| Size::Known(gib.saturating_mul(1 << 30)));
        let size = allocated.as_ref().unwrap_or(&usage.size);
        let kind = storage_type.as_deref();
        let storage = Charge::of(Component::RdsStorage, kind);
        self.charge(&Charge { what: "its storage", size: Some(size), ..storage }, months(size.bytes(), seconds));
        if let Some(iops) = iops {
            let amount = Quantity::ratio(u128::from(*iops) * u128::from(seconds), u128::from(MONTH));
            let provisioned = Charge::of(Component::RdsIops, kind);
            self.charge(&Charge { what: "its provisioned operations", ..provisioned }, Some(amount));
        }
    }

    /// Adds what this much of something costs. Without a quantity its size is not known.
    fn charge(&mut self, charge: &Charge<'_>, quantity: Option<Quantity>) {
        let Charge { component, what, engine, of, size } = *charge;
        let (price, source, mut assumed) = match self.table.find(component, engine, of, self.region) {
            Found::Price { price, source, assumed } => (price, source, assumed),
            Found::Unknown => {
                let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
                self.unknown(format!("{what}: the price{of} is not known; `budget.prices` can name one"));
                return;
            }
        };
        let Some(quantity) = quantity else {
            // What costs nothing costs nothing at any size.
            if price.micros > 0 {
                self.unknown(format!("{what}: the size is not known, and it is priced per {}", component.unit()));
            }
            return;
        };
        assumed.extend(size.filter(|_| price.micros > 0).and_then(Size::assumed));
        let amount = quantity.at(price);
        self.cost.total = self.cost.total + amount;
        let certainty = if assumed.is_empty() { Certainty::Listed } else { Certainty::Assumed };
        self.cost.certainty = self.cost.certainty.max(certainty);
        self.cost.parts.push(CostPart {
            what: what.to_owned(),
            quantity,
            unit: component.unit().to_owned(),
            price,
            amount,
            source,
            assumed,
        });
    }

    fn unknown(&mut self, what: String) {
        self.cost.unknowns.push(what);
        self.cost.certainty = Certainty::AtLeast;
    }
}
