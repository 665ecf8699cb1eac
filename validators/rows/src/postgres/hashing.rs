//! The expression that hashes a row.
//!
//! A chain: each column is hashed with the hash of the columns before it as its seed, by the server's own stable 64-bit
//! hash functions (those of hash partitioning). That is about half as costly as `hash_record_extended(ROW(...))`, and
//! does not stop at types that have no such function: these are hashed as text. Values are equal that the type calls
//! equal (`1.0` and `1.00`); text is compared byte by byte whatever its collation says.
//!
//! The functions give nothing for no value, so no value is hashed as a constant that real data do not hold. Integers
//! are widened for it, and their own bits are mixed in, because `hashint8extended` folds 64 bits to 32.

use crate::dialect::ColumnShape;
use crate::sql::{Quotes, quoted};

/// The name of this way to hash.
pub(super) const ALGORITHM: &str = "pg-chain";

/// So many calls are nested; more would need a deep stack on the server.
const NESTED: usize = 150;

/// How a column is hashed: by its base type's name, without its schema, or `as-text` for one that is not known here.
pub(super) fn way_of(schema: &str, type_name: &str) -> &'static str {
    if schema != "pg_catalog" {
        return "as-text";
    }
    match type_name {
        "int2" | "int4" | "int8" => "integer",
        "bool" => "bool",
        "float4" | "float8" => "float",
        "numeric" => "numeric",
        "bpchar" => "bpchar",
        "uuid" => "uuid",
        "date" => "date",
        "timestamp" => "timestamp",
        "timestamptz" => "timestamptz",
        "bytea" => "bytea",
        "jsonb" => "jsonb",
        // Text itself; dates and times of other kinds, networks, geometry, ranges, arrays, enumerations, composites, XML.
        _ => "as-text",
    }
}

/// The expression over these columns of a row.
pub(super) fn expression(columns: &[&ColumnShape], seed: i64) -> String {
    let start = |seed: i64| format!("({seed})::int8");
    // Each with a seed of its own, or equal ones would cancel each other out.
    let seeds = std::iter::successors(Some(seed), |seed| Some(seed.wrapping_add(1)));
    let chunks: Vec<String> = columns
        .chunks(NESTED)
        .zip(seeds)
        .map(|(chunk, seed)| chunk.iter().fold(start(seed), |before, column| link(column, &before)))
        .collect();
    if chunks.is_empty() { start(seed) } else { chunks.join(" # ") }
}

/// One column's hash, with `before` as its seed.
fn link(column: &ColumnShape, before: &str) -> String {
    let name = quoted(Quotes::Standard, &column.name);
    let or = |value: String, none: &str| {
        if column.nullable { format!("coalesce({value}, {none})") } else { value }
    };
    match column.hashed_as.as_str() {
        // Beyond 32 bits for the small ones, and an unlikely number for the large.
        "integer" => {
            let value = or(format!("{name}::int8"), "-7046029254386353131");
            format!("(hashint8extended({value}, {before}) # {value})")
        }
        "bool" => format!("hashint4extended({}, {before})", or(format!("{name}::int4"), "2")),
        "float" => format!("hashfloat8extended({}, {before})", or(format!("{name}::float8"), "-7.046029254386353e297")),
        "numeric" => {
            let none = "-70460292543863531317046029254386353131.70460292543863531";
            format!("hash_numeric_extended({}, {before})", or(format!("{name}::numeric"), none))
        }
        "bpchar" => {
            let value = or(format!("{name}::bpchar"), &format!("{NO_TEXT}::bpchar"));
            format!("hashbpcharextended(({value}) COLLATE \"C\", {before})")
        }
        "uuid" => format!("uuid_hash_extended({}, {before})", or(format!("{name}::uuid"), NO_UUID)),
        "date" => array(&or(format!("{name}::date"), "'4713047-09-30'::date"), before),
        "timestamp" => {
            let value = or(format!("{name}::timestamp"), "'270460-09-30 19:20:21.704603'::timestamp");
            format!("timestamp_hash_extended({value}, {before})")
        }
        "timestamptz" => {
            array(&or(format!("{name}::timestamptz"), "'270460-09-30 19:20:21.704603+00'::timestamptz"), before)
        }
        "bytea" => array(&or(format!("{name}::bytea"), "'\\x9e3779b97f4a7c15f39cc0605cedc834'::bytea"), before),
        "jsonb" => {
            let value = or(format!("{name}::jsonb"), "'\"9e3779b97f4a7c15f39cc0605cedc834\"'::jsonb");
            format!("jsonb_hash_extended({value}, {before})")
        }
        _ => by_text(&or(format!("{name}::text"), NO_TEXT), before),
    }
}

const NO_TEXT: &str = "'9e3779b97f4a7c15f39cc0605cedc834'";
const NO_UUID: &str = "'9e3779b9-7f4a-7c15-f39c-c0605cedc834'::uuid";

fn by_text(value: &str, before: &str) -> String {
    format!("hashtextextended(({value}) COLLATE \"C\", {before})")
}

/// For types whose hash function cannot be called by its name.
fn array(value: &str, before: &str) -> String {
    format!("hash_array_extended(ARRAY[{value}], {before})")
}
