//! The expression that hashes a row.
//!
//! A row becomes one text, which is hashed with SHA-256; its first 64 bits are the row's number. The text begins with
//! the seed, says of each column that may be empty whether it is, and of each text how many bytes it has, so that no
//! two rows read the same. Values go in as their bytes or digits, whatever the character set of the connection, the
//! time zone or the formats of the server are: text as UTF-8, floats with all their digits, moments in UTC. Long values
//! go in as their own SHA-256, so that no row comes near the server's `max_allowed_packet`; one that does all the same
//! is not left out silently, it makes the sum unreadable (see [`TOO_LONG`]).
//!
//! Why SHA-256: on 2,000,000 rows of eight columns building the text takes 2.8 s of CPU, and hashing it, with the sum,
//! takes 1.2 s more with SHA-256 or SHA-1 and 2.8 s more with MD5. CRC32 saves little and collides.

use crate::dialect::ColumnShape;
use crate::sql::{Quotes, quoted};

/// The name of this way to hash.
pub(super) const ALGORITHM: &str = "my-sha256";

/// What a row counts whose text could not be made: more than all rows that a table can hold add up to.
pub(super) const TOO_LONG: i128 = 1_000_000_000_000_000_000_000_000_000_000_000_000;

/// How a column goes into the text, by its type as `DATA_TYPE` has it.
pub(super) fn way_of(data_type: &str, charset: Option<&str>) -> &'static str {
    let is_utf8 = matches!(charset, None | Some("utf8mb4" | "utf8mb3" | "utf8" | "ascii"));
    match data_type {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "time" | "year" => "number",
        "date" => "date",
        "datetime" | "timestamp" => "moment",
        "float" | "double" => "float",
        "bit" => "bits",
        "char" | "varchar" | "tinytext" | "enum" | "set" if is_utf8 => "text",
        "char" | "varchar" | "tinytext" | "enum" | "set" => "foreign-text",
        "binary" | "varbinary" | "tinyblob" => "text",
        "text" | "mediumtext" | "longtext" if is_utf8 => "long-text",
        "text" | "mediumtext" | "longtext" => "long-foreign-text",
        "blob" | "mediumblob" | "longblob" => "long-text",
        "json" => "json",
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring" | "multipolygon"
        | "geometrycollection" | "geomcollection" | "vector" => "geometry",
        // UUIDs, addresses, and what later versions bring.
        _ => "as-text",
    }
}

/// The expression over these columns of a row.
pub(super) fn expression(columns: &[&ColumnShape], seed: [u8; 16]) -> String {
    let mut parts = vec![format!("CAST('{}' AS BINARY)", hex::encode(seed))];
    parts.extend(
        columns
            .iter()
            .filter(|column| column.nullable)
            .map(|column| format!("ISNULL({})", quoted(Quotes::Backticks, &column.name))),
    );
    let values: Vec<Value> = columns.iter().map(|column| value(column)).collect();
    let too_long: Vec<String> = columns.iter().filter_map(|column| too_long(column)).collect();
    parts.extend(values.iter().filter(|value| value.may_hold_anything).map(|value| format!("LENGTH({})", value.text)));
    parts.extend(values.into_iter().map(|value| value.text));
    let text = parts.join(", ");
    let row = format!("CAST(CONV(LEFT(SHA2(CONCAT_WS(',', {text}), 256), 16), 16, 10) AS DECIMAL(20))");
    if too_long.is_empty() {
        return format!("IFNULL({row}, {TOO_LONG})");
    }
    format!("IF({}, {TOO_LONG}, IFNULL({row}, {TOO_LONG}))", too_long.join(" OR "))
}

/// Whether a value is so long that making a text of it may give none: the server's functions give no more than
/// `max_allowed_packet`. Values that are hashed as they are have no such limit.
fn too_long(column: &ColumnShape) -> Option<String> {
    let name = quoted(Quotes::Backticks, &column.name);
    match column.hashed_as.as_str() {
        "long-foreign-text" | "geometry" => Some(format!("IFNULL(LENGTH({name}) * 4 > @@max_allowed_packet, 0)")),
        "json" => Some(format!("IFNULL(JSON_STORAGE_SIZE({name}) * 8 > @@max_allowed_packet, 0)")),
        _ => None,
    }
}

struct Value {
    text: String,
    /// Whether commas and anything else may be in it, so that its length must be said.
    may_hold_anything: bool,
}

fn value(column: &ColumnShape) -> Value {
    let name = quoted(Quotes::Backticks, &column.name);
    let (text, may_hold_anything) = match column.hashed_as.as_str() {
        "number" | "date" | "moment" => (name, false),
        // As a double, with as many digits as tell it from its neighbours; a FLOAT by itself is written with six.
        "float" => (format!("({name} + 0e0)"), false),
        "bits" => (format!("CAST({name} AS UNSIGNED)"), false),
        "text" => (name, true),
        "foreign-text" => (format!("CONVERT({name} USING utf8mb4)"), true),
        "long-text" => (format!("SHA2({name}, 256)"), false),
        "long-foreign-text" => (format!("SHA2(CONVERT({name} USING utf8mb4), 256)"), false),
        "json" => (format!("SHA2(CAST({name} AS CHAR CHARACTER SET utf8mb4), 256)"), false),
        "geometry" => (format!("SHA2(HEX({name}), 256)"), false),
        _ => (format!("CAST({name} AS CHAR CHARACTER SET utf8mb4)"), true),
    };
    Value { text, may_hold_anything }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, data_type: &str, nullable: bool) -> ColumnShape {
        ColumnShape {
            name: name.into(),
            type_name: data_type.into(),
            hashed_as: way_of(data_type, Some("latin1")).into(),
            nullable,
            tells_time: false,
        }
    }

    #[test]
    fn no_name_of_a_column_gets_out_of_its_quotes() {
        let column = column("a`), SLEEP(9) -- ", "varchar", true);
        let text = expression(&[&column], [0; 16]);
        assert!(text.contains("ISNULL(`a``), SLEEP(9) -- `)"), "{text}");
        assert!(text.contains("CONVERT(`a``), SLEEP(9) -- ` USING utf8mb4)"), "{text}");
    }

    #[test]
    fn only_what_may_be_empty_says_whether_it_is_and_only_text_says_how_long_it_is() {
        let (id, name) = (column("id", "int", false), column("name", "varchar", true));
        let text = expression(&[&id, &name], [1; 16]);
        assert!(!text.contains("ISNULL(`id`)") && !text.contains("LENGTH(`id`)"), "{text}");
        assert!(text.contains("ISNULL(`name`), LENGTH(CONVERT(`name` USING utf8mb4)), `id`"), "{text}");
        assert!(text.contains("'01010101010101010101010101010101'"), "{text}");
    }
}
