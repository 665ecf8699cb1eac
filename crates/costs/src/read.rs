//! Reads price files: the built-in one, and the user's own that is laid over it.

use std::collections::BTreeMap;

use backproof_model::cost::Quantity;
use backproof_model::money::Money;
use backproof_model::record::OwnPrices;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::problem::{PriceFileError, PriceProblem};
use crate::table::{Component, Key, Listed, PriceTable};

const FORMAT: &str = "backproof-prices/v1";
const BUILT_IN: &str = include_str!("../prices/aws-2026.toml");
/// How a price is written that nobody knows.
const UNKNOWN: &str = "unknown";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: Spanned<String>,
    currency: Spanned<String>,
    as_of: Spanned<Datetime>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    base_region: Option<Spanned<String>>,
    #[serde(default)]
    regions: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    not_priced: BTreeMap<String, String>,
    #[serde(default)]
    prices: Vec<Prices>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Prices {
    what: Spanned<Component>,
    per: Spanned<String>,
    #[serde(default)]
    engines: Vec<String>,
    #[serde(default)]
    region: Option<String>,
    source: Spanned<String>,
    #[serde(default)]
    as_of: Option<Spanned<Datetime>>,
    of: BTreeMap<String, Spanned<String>>,
}

impl PriceTable {
    /// The table that comes with this program.
    ///
    /// # Panics
    /// Never: a test reads the same text.
    pub fn built_in() -> Self {
        Self::parse("built-in", BUILT_IN).expect("the built-in price table is read by a test")
    }

    /// Reads a table that stands for itself.
    fn parse(name: &str, text: &str) -> Result<Self, PriceFileError> {
        let mut reader = Reader { text, problems: Vec::new() };
        let file = reader.file(name)?;
        let mut table = Self {
            currency: file.currency.get_ref().clone(),
            as_of: reader.day(&file.as_of),
            note: file.note.clone().unwrap_or_default(),
            base_region: file.base_region.as_ref().map(|region| region.get_ref().clone()).unwrap_or_default(),
            factors: BTreeMap::new(),
            prices: BTreeMap::new(),
            not_priced: BTreeMap::new(),
            own: None,
        };
        reader.lay_over(&mut table, file);
        reader.end(name, table)
    }

    /// This table with the user's own prices in the place of its own: what `text`, read from the file `name`, names is
    /// replaced, the rest stays. Of a file in another currency only its own prices count: sums of two cannot be added.
    ///
    /// # Errors
    /// Says every value that cannot be used, with its line.
    pub fn with_own(&self, name: &str, text: &str) -> Result<Self, PriceFileError> {
        let mut reader = Reader { text, problems: Vec::new() };
        let file = reader.file(name)?;
        if let Some(region) = &file.base_region
            && *region.get_ref() != self.base_region
        {
            let what = format!("base_region {}", region.get_ref());
            let mend = format!("it is {}: write `region` with each price of another Region instead", self.base_region);
            reader.problem(region, what, mend);
        }
        let mut table = self.clone();
        if *file.currency.get_ref() != self.currency {
            table.currency.clone_from(file.currency.get_ref());
            table.prices.clear();
            table.note =
                "prices of the user's own alone, because they are in another currency than the built-in ones".into();
        }
        table.own = Some(OwnPrices { file: name.to_owned(), as_of: reader.day(&file.as_of) });
        reader.lay_over(&mut table, file);
        reader.end(name, table)
    }
}

/// Reads one file and collects all that is wrong with it.
struct Reader<'a> {
    text: &'a str,
    problems: Vec<PriceProblem>,
}

impl Reader<'_> {
    fn file(&mut self, name: &str) -> Result<File, PriceFileError> {
        let file: File = toml::from_str(self.text).map_err(|error| PriceFileError::Form {
            file: name.to_owned(),
            problem: error.to_string().trim_end().to_owned(),
        })?;
        if file.format.get_ref() != FORMAT {
            let what = format!("format `{}`", file.format.get_ref());
            self.problem(&file.format, what, format!("this version reads `{FORMAT}`"));
        }
        Ok(file)
    }

    fn end(self, name: &str, table: PriceTable) -> Result<PriceTable, PriceFileError> {
        if self.problems.is_empty() {
            return Ok(table);
        }
        Err(PriceFileError::Values { file: name.to_owned(), problems: self.problems })
    }

    fn lay_over(&mut self, table: &mut PriceTable, file: File) {
        for (region, factor) in file.regions {
            match factor.get_ref().parse::<Quantity>() {
                Ok(parsed) if parsed.micros > 0 => {
                    table.factors.insert(region, parsed);
                }
                Ok(_) | Err(_) => {
                    let what = format!("factor `{}` of {region}", factor.get_ref());
                    self.problem(&factor, what, "write a decimal above 0 as text, such as \"1.25\"".into());
                }
            }
        }
        table.not_priced.extend(file.not_priced);
        for prices in file.prices {
            self.prices(table, &prices);
        }
    }

    fn prices(&mut self, table: &mut PriceTable, prices: &Prices) {
        let what = *prices.what.get_ref();
        if prices.per.get_ref() != what.unit() {
            let problem = format!("per = `{}`", prices.per.get_ref());
            self.problem(&prices.per, problem, format!("these prices are given per `{}`", what.unit()));
        }
        if prices.source.get_ref().trim().is_empty() {
            let mend = "say where the prices are from: a page, a contract, an invoice".into();
            self.problem(&prices.source, "an empty source".into(), mend);
        }
        match (what, prices.engines.is_empty()) {
            (Component::RdsInstance, true) => {
                let mend = "name the engines as RDS spells them, such as engines = [\"postgres\"]".into();
                self.problem(&prices.what, "instances without engines".into(), mend);
            }
            (Component::RdsInstance, false) | (_, true) => {}
            (_, false) => {
                let mend = "leave `engines` out: only rds-instance has them".into();
                self.problem(&prices.what, "engines of something that has none".into(), mend);
            }
        }
        let day = prices.as_of.as_ref().map(|day| self.day(day));
        let source = prices.source.get_ref();
        let source = day.map_or_else(|| source.clone(), |day| format!("{source} ({day})"));
        let engines: Vec<Option<String>> =
            if prices.engines.is_empty() { vec![None] } else { prices.engines.iter().cloned().map(Some).collect() };
        for (of, written) in &prices.of {
            let Some(price) = self.price(of, written) else { continue };
            for engine in &engines {
                let key = Key { what, engine: engine.clone(), of: of.clone(), region: prices.region.clone() };
                table.prices.insert(key, Listed { price, source: source.clone() });
            }
        }
    }

    /// A price, `Some(None)` for one that is written as not known; `None` where a problem was reported.
    #[expect(clippy::option_option, reason = "a price that nobody knows is not a price that cannot be read")]
    fn price(&mut self, of: &str, written: &Spanned<String>) -> Option<Option<Money>> {
        let text = written.get_ref();
        if text == UNKNOWN {
            return Some(None);
        }
        match text.parse::<Money>() {
            Ok(price) if price >= Money::ZERO => Some(Some(price)),
            Ok(_) | Err(_) => {
                let mend = format!("write a decimal as text, such as \"0.25\", or \"{UNKNOWN}\"");
                self.problem(written, format!("price `{text}` of {of}"), mend);
                None
            }
        }
    }

    fn day(&mut self, written: &Spanned<Datetime>) -> String {
        let moment = written.get_ref();
        if moment.date.is_none() || moment.time.is_some() {
            self.problem(written, format!("as_of `{moment}`"), "write a day, such as 2026-01-31".into());
        }
        moment.to_string()
    }

    fn problem<T>(&mut self, at: &Spanned<T>, what: String, mend: String) {
        let before = self.text.get(..at.span().start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        self.problems.push(PriceProblem { line, what, mend });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Found;

    const OWN: &str = r#"
format = "backproof-prices/v1"
currency = "USD"
as_of = 2026-09-30

[regions]
eu-central-1 = "1.1"

[[prices]]
what = "rds-instance"
per = "hour"
engines = ["postgres"]
region = "eu-central-1"
source = "contract 17"
of = { "db.m6g.large" = "0.1" }

[[prices]]
what = "dynamodb-storage"
per = "GB-month"
source = "contract 17"
as_of = 2026-10-01
of = { any = "unknown" }
"#;

    fn price(table: &PriceTable, what: Component, engine: Option<&str>, of: &str, region: &str) -> String {
        match table.find(what, engine, Some(of), region) {
            Found::Price { price, source, assumed } => format!("{price} from {source}, {assumed:?}"),
            Found::Unknown => "unknown".into(),
        }
    }

    #[test]
    fn the_built_in_table_says_where_and_when_every_price_is_from() {
        let table = PriceTable::built_in();
        assert_eq!((table.currency(), table.as_of().len()), ("USD", 10));
        assert!(table.prices.len() > 100);
        for (key, listed) in &table.prices {
            assert!(!listed.source.is_empty(), "{key:?}");
        }
        let used = table.used();
        assert!(used.note.contains("not compared with AWS's price list"));
        assert!(used.not_priced.values().any(|why| why.contains("unknown")));
        assert_eq!((used.sha256.len(), used.own), (64, None));
    }

    #[test]
    fn own_prices_replace_what_they_name_and_nothing_else() {
        let built_in = PriceTable::built_in();
        let table = built_in.with_own("prices.toml", OWN).unwrap();
        let instance = |table: &PriceTable, region: &str| {
            price(table, Component::RdsInstance, Some("postgres"), "db.m6g.large", region)
        };
        assert_eq!(instance(&table, "eu-central-1"), "0.10 from contract 17, []");
        assert_eq!(instance(&table, "us-east-1"), instance(&built_in, "us-east-1"));
        let read = |table: &PriceTable| price(table, Component::DynamodbRead, None, "x", "eu-central-1");
        assert!(read(&table).starts_with("0.1375 from "), "{}", read(&table));
        assert!(read(&built_in).starts_with("0.15625 from "), "{}", read(&built_in));
        assert_eq!(price(&table, Component::DynamodbStorage, None, "x", "us-east-1"), "unknown");
        let own = OwnPrices { file: "prices.toml".into(), as_of: "2026-09-30".into() };
        assert_eq!(table.used().own, Some(own));
        assert_ne!(table.sha256(), built_in.sha256());
    }

    #[test]
    fn prices_in_another_currency_stand_for_themselves() {
        let table = PriceTable::built_in().with_own("prices.toml", &OWN.replace("USD", "EUR")).unwrap();
        assert_eq!((table.currency(), table.prices.len()), ("EUR", 2));
        let instance = |region| price(&table, Component::RdsInstance, Some("postgres"), "db.m6g.large", region);
        assert_eq!(instance("eu-central-1"), "0.10 from contract 17, []");
        assert_eq!(instance("us-east-1"), "unknown");
    }

    #[test]
    fn a_region_without_prices_of_its_own_is_assumed_and_says_so() {
        let table = PriceTable::built_in();
        let storage = |region| price(&table, Component::RdsStorage, None, "gp3", region);
        assert!(storage("us-west-2").ends_with(", []"));
        assert!(storage("eu-central-1").contains("eu-central-1 is priced as 1.25 times us-east-1"));
        assert!(storage("mx-central-1").contains("mx-central-1 is priced as 2 times us-east-1"));
    }

    #[test]
    fn an_unlisted_class_is_priced_as_the_dearest_and_an_engine_nobody_priced_is_unknown() {
        let table = PriceTable::built_in();
        let of = |engine, class| price(&table, Component::RdsInstance, engine, class, "us-east-1");
        let new = of(Some("postgres"), "db.z99.huge");
        assert!(new.starts_with("16.00 from ") && new.contains("db.z99.huge has no listed price"), "{new}");
        assert!(of(None, "db.m6g.large").starts_with("16.00 from "));
        assert_eq!(of(Some("oracle-ee"), "db.m5.large"), "unknown");
        assert_eq!(of(Some("unheard-of"), "db.m5.large"), "unknown");
        assert_eq!(price(&table, Component::BackupRestore, None, "Neptune", "us-east-1"), "unknown");
    }

    #[test]
    fn every_wrong_value_is_named_with_its_line_and_how_to_mend_it() {
        let text = OWN
            .replace("\"USD\"", "\"USD\"\nbase_region = \"eu-west-1\"")
            .replace("\"1.1\"", "\"a tenth\"")
            .replace("\"hour\"", "\"day\"")
            .replace("\"0.1\"", "\"-1\"")
            .replace("engines = [\"postgres\"]", "engines = []");
        let error = PriceTable::built_in().with_own("prices.toml", &text).unwrap_err();
        let PriceFileError::Values { problems, .. } = &error else { panic!("{error}") };
        let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [4, 8, 12, 11, 16]);
        let told = error.to_string();
        for part in ["`prices.toml`", "line 16: price `-1` of db.m6g.large: write a decimal", "given per `hour`"] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }

    #[test]
    fn what_is_no_price_file_is_refused_with_the_place() {
        let built_in = PriceTable::built_in();
        for (text, told) in [
            ("currency = \"USD\"", "format"),
            ("nonsense", "line 1"),
            (&*OWN.replace("what = \"rds-instance\"", "what = \"rds-instances\""), "rds-instances"),
            (&*OWN.replace("per = \"hour\"", "each = \"hour\""), "each"),
            (&*OWN.replace("v1", "v2"), "this version reads"),
            (&*OWN.replace("2026-09-30", "2026-09-30T01:00:00Z"), "write a day"),
        ] {
            let error = built_in.with_own("p.toml", text).unwrap_err().to_string();
            assert!(error.contains(told) && error.contains("`p.toml`"), "{told} in {error}");
        }
    }
}
