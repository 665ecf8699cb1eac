//! `CreateTable`, `UpdateTable`, `DeleteTable`: in the sandbox only.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
};
use backproof_cloud::{CallError, NewTable, Sandbox};

use super::tags::sdk_tags;
use crate::convert::unreadable;
use crate::session::Session;

const CREATE: &str = "dynamodb:CreateTable";
const UPDATE: &str = "dynamodb:UpdateTable";
const DELETE: &str = "dynamodb:DeleteTable";

/// Creates a scratch table, billed on demand.
pub(super) async fn create(session: &Session, sandbox: &Sandbox, table: &NewTable) -> Result<(), CallError> {
    session.must_be(sandbox, CREATE)?;
    let unusable = |error: BuildError| unreadable(CREATE, error.to_string());
    let mut request = session
        .dynamodb
        .create_table()
        .table_name(&table.name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(text_attribute(&table.partition_key).map_err(unusable)?)
        .key_schema(hash_key(&table.partition_key).map_err(unusable)?)
        .deletion_protection_enabled(false)
        .set_tags(Some(sdk_tags(CREATE, &table.tags)?));
    if let Some((name, attribute)) = &table.index {
        let everything = Projection::builder().projection_type(ProjectionType::All).build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(name)
            .key_schema(hash_key(attribute).map_err(unusable)?)
            .projection(everything)
            .build()
            .map_err(unusable)?;
        request =
            request.attribute_definitions(text_attribute(attribute).map_err(unusable)?).global_secondary_indexes(index);
    }
    session.call(CREATE, request.send()).await.map(|_| ())
}

fn text_attribute(name: &str) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()
}

fn hash_key(name: &str) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(KeyType::Hash).build()
}

/// Drops a global index.
pub(super) async fn drop_index(session: &Session, sandbox: &Sandbox, name: &str, index: &str) -> Result<(), CallError> {
    session.must_be(sandbox, UPDATE)?;
    let drop = DeleteGlobalSecondaryIndexAction::builder().index_name(index).build();
    let drop = drop.map_err(|error| unreadable(UPDATE, error.to_string()))?;
    let update = GlobalSecondaryIndexUpdate::builder().delete(drop).build();
    let request = session.dynamodb.update_table().table_name(name).global_secondary_index_updates(update);
    session.call(UPDATE, request.send()).await.map(|_| ())
}

/// Takes deletion protection off.
pub(super) async fn unprotect(session: &Session, sandbox: &Sandbox, name: &str) -> Result<(), CallError> {
    session.must_be(sandbox, UPDATE)?;
    let request = session.dynamodb.update_table().table_name(name).deletion_protection_enabled(false);
    session.call(UPDATE, request.send()).await.map(|_| ())
}

/// Asks DynamoDB to delete a table. That it is gone is seen by describing it again.
pub(super) async fn delete(session: &Session, sandbox: &Sandbox, name: &str) -> Result<(), CallError> {
    session.must_be(sandbox, DELETE)?;
    session.call(DELETE, session.dynamodb.delete_table().table_name(name).send()).await.map(|_| ())
}
