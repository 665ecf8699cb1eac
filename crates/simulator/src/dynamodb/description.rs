//! `TableDescription`, as `DescribeTable` and the calls that change tables answer it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::operations::epoch;
use super::schema::{IndexDefinition, KeyAttribute, Keys, Projection};
use super::table::{Stage, Table};

/// The description of a table that has been settled to `now`.
pub(crate) fn describe(table: &Table, now: Timestamp) -> Value {
    let definition = &table.definition;
    let settings = &definition.settings;
    let statistics = table.statistics.get("").copied().unwrap_or_default();
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    tell("AttributeDefinitions", definition.key_attributes().into_iter().map(attribute_definition).collect());
    tell("TableName", json!(table.name));
    tell("KeySchema", key_schema(definition.keys()));
    tell("TableStatus", json!(table.stage.status()));
    tell("CreationDateTime", epoch(table.created));
    tell("ProvisionedThroughput", throughput(settings.provisioned));
    tell("TableSizeBytes", json!(statistics.bytes));
    tell("ItemCount", json!(statistics.count));
    tell("TableArn", json!(table.arn));
    tell("TableId", json!(table.id));
    if settings.provisioned.is_none() {
        let since = epoch(table.created);
        tell(
            "BillingModeSummary",
            json!({ "BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": since }),
        );
    }
    if !definition.local_indexes.is_empty() {
        let indexes = definition.local_indexes.iter();
        tell("LocalSecondaryIndexes", indexes.map(|index| Value::Object(index_description(table, index))).collect());
    }
    if !definition.global_indexes.is_empty() {
        let indexes = definition.global_indexes.iter();
        tell("GlobalSecondaryIndexes", indexes.map(|index| global_index_description(table, index)).collect());
    }
    if let Some(view) = &settings.stream {
        let label = table.stream_since.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string();
        tell("StreamSpecification", json!({ "StreamEnabled": true, "StreamViewType": view }));
        tell("LatestStreamArn", json!(format!("{}/stream/{label}", table.arn)));
        tell("LatestStreamLabel", json!(label));
    }
    if let Some((started, ready)) = table.restored {
        tell("RestoreSummary", json!({ "RestoreDateTime": epoch(started), "RestoreInProgress": now < ready }));
    }
    if let Some(key) = &settings.kms_key_arn {
        tell("SSEDescription", json!({ "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key }));
    }
    if let Some(class) = &settings.table_class {
        tell("TableClassSummary", json!({ "TableClass": class }));
    }
    tell("DeletionProtectionEnabled", json!(settings.deletion_protection));
    Value::Object(told)
}

fn attribute_definition(attribute: &KeyAttribute) -> Value {
    json!({ "AttributeName": attribute.name, "AttributeType": attribute.attribute_type.letter() })
}

fn key_schema(keys: Keys<'_>) -> Value {
    let element =
        |(attribute, role): (&KeyAttribute, &str)| json!({ "AttributeName": attribute.name, "KeyType": role });
    keys.attributes().zip(["HASH", "RANGE"]).map(element).collect()
}

/// On-demand tables are described with no reserved units.
fn throughput(provisioned: Option<[u64; 2]>) -> Value {
    let [read, write] = provisioned.unwrap_or_default();
    json!({ "NumberOfDecreasesToday": 0, "ReadCapacityUnits": read, "WriteCapacityUnits": write })
}

fn index_description(table: &Table, index: &IndexDefinition) -> Map<String, Value> {
    let statistics = table.statistics.get(&index.name).copied().unwrap_or_default();
    let projection = match &index.projection {
        Projection::All => json!({ "ProjectionType": "ALL" }),
        Projection::KeysOnly => json!({ "ProjectionType": "KEYS_ONLY" }),
        Projection::Include(names) => json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": names }),
    };
    [
        ("IndexName", json!(index.name)),
        ("KeySchema", key_schema(index.keys())),
        ("Projection", projection),
        ("IndexSizeBytes", json!(statistics.bytes)),
        ("ItemCount", json!(statistics.count)),
        ("IndexArn", json!(format!("{}/index/{}", table.arn, index.name))),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn global_index_description(table: &Table, index: &IndexDefinition) -> Value {
    let mut told = index_description(table, index);
    let stage = match (table.stage, table.index_stages.get(&index.name)) {
        (Stage::Creating(until), _) => Stage::Creating(until),
        (_, Some(stage)) => *stage,
        (_, None) => Stage::Active,
    };
    told.insert("IndexStatus".to_owned(), json!(stage.status()));
    if matches!((table.stage, stage), (Stage::Updating(_), Stage::Creating(_))) {
        told.insert("Backfilling".to_owned(), json!(true));
    }
    told.insert("ProvisionedThroughput".to_owned(), throughput(table.definition.settings.provisioned));
    Value::Object(told)
}
