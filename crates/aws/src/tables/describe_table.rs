//! `DescribeTable`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{self, AttributeDefinition, BillingMode, KeySchemaElement, KeyType, Projection};
use backproof_cloud::{CallError, TableDescription, TableIndex, TableStatus};

use crate::convert::{count, moment, need, parse, unreadable};
use crate::session::Session;

const CALL: &str = "dynamodb:DescribeTable";

/// One table.
pub(super) async fn describe(session: &Session, name: &str) -> Result<TableDescription, CallError> {
    let table = table(session, name).await?;
    description(table).map_err(|problem| unreadable(CALL, problem))
}

/// One table, in the SDK's words.
pub(super) async fn table(session: &Session, name: &str) -> Result<types::TableDescription, CallError> {
    let answer = session.call(CALL, session.dynamodb.describe_table().table_name(name).send()).await?;
    answer.table.ok_or_else(|| unreadable(CALL, "Table is missing"))
}

fn description(table: types::TableDescription) -> Result<TableDescription, String> {
    let definitions = table.attribute_definitions.unwrap_or_default();
    let key_schema = key_schema(table.key_schema.unwrap_or_default(), &definitions)?;
    if key_schema.is_empty() {
        return Err("KeySchema is missing".into());
    }
    let mut indexes = BTreeMap::new();
    for index in table.global_secondary_indexes.unwrap_or_default() {
        let description = TableIndex {
            kind: "GLOBAL".into(),
            key_schema: index_keys(index.key_schema.unwrap_or_default()),
            projection: projection(index.projection),
            status: index.index_status.map(|status| status.as_str().to_owned()),
        };
        indexes.insert(need(index.index_name, "IndexName")?, description);
    }
    for index in table.local_secondary_indexes.unwrap_or_default() {
        let description = TableIndex {
            kind: "LOCAL".into(),
            key_schema: index_keys(index.key_schema.unwrap_or_default()),
            projection: projection(index.projection),
            status: None,
        };
        indexes.insert(need(index.index_name, "IndexName")?, description);
    }
    let billing_mode = table.billing_mode_summary.and_then(|summary| summary.billing_mode);
    Ok(TableDescription {
        arn: parse(table.table_arn, "TableArn")?,
        name: need(table.table_name, "TableName")?,
        status: status(need(table.table_status, "TableStatus")?.as_str()),
        key_schema,
        indexes,
        deletion_protection: table.deletion_protection_enabled.unwrap_or(false),
        created: table.creation_date_time.and_then(moment),
        // DynamoDB leaves the summary out for tables that were never on demand.
        billing_mode: billing_mode.unwrap_or(BillingMode::Provisioned).as_str().to_owned(),
        item_count_estimate: count(table.item_count),
    })
}

fn status(text: &str) -> TableStatus {
    match text {
        "ACTIVE" => TableStatus::Active,
        "CREATING" | "UPDATING" => TableStatus::Changing(text.to_owned()),
        "DELETING" => TableStatus::Deleting,
        _ => TableStatus::Other(text.to_owned()),
    }
}

fn key_schema(
    mut elements: Vec<KeySchemaElement>,
    definitions: &[AttributeDefinition],
) -> Result<Vec<(String, String, String)>, String> {
    hash_first(&mut elements);
    let key = |element: KeySchemaElement| {
        let name = element.attribute_name;
        let definition = definitions.iter().find(|definition| definition.attribute_name == name);
        let kind = definition.ok_or_else(|| format!("the type of key attribute {name} is missing"))?;
        Ok((name, element.key_type.as_str().to_owned(), kind.attribute_type.as_str().to_owned()))
    };
    elements.into_iter().map(key).collect()
}

fn index_keys(mut elements: Vec<KeySchemaElement>) -> Vec<(String, String)> {
    hash_first(&mut elements);
    elements.into_iter().map(|element| (element.attribute_name, element.key_type.as_str().to_owned())).collect()
}

fn hash_first(elements: &mut [KeySchemaElement]) {
    elements.sort_by_key(|element| element.key_type != KeyType::Hash);
}

fn projection(of: Option<Projection>) -> String {
    let Some(projection) = of else { return "not given".into() };
    let kind = projection.projection_type.map_or_else(|| "not given".to_owned(), |kind| kind.as_str().to_owned());
    let mut attributes = projection.non_key_attributes.unwrap_or_default();
    if attributes.is_empty() {
        return kind;
    }
    attributes.sort();
    format!("{kind} {}", attributes.join(","))
}
