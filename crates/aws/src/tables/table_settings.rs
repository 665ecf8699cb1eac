//! Settings of a table beside its schema: `DescribeTimeToLive`, `DescribeContinuousBackups`, `DescribeTable`.

use aws_sdk_dynamodb::types::{self, PointInTimeRecoveryStatus, SseDescription, SseStatus, SseType, TimeToLiveStatus};
use backproof_cloud::{CallError, TableSettings};

use super::describe_table;
use crate::session::Session;

const TIME_TO_LIVE: &str = "dynamodb:DescribeTimeToLive";
const CONTINUOUS_BACKUPS: &str = "dynamodb:DescribeContinuousBackups";

/// All settings that a restore brings back, resets, or that the sandbox forces.
pub(super) async fn read(session: &Session, name: &str) -> Result<TableSettings, CallError> {
    let table = describe_table::table(session, name).await?;
    let stream = table.stream_specification.filter(|stream| stream.stream_enabled);
    let table_class = table.table_class_summary.and_then(|summary| summary.table_class);
    Ok(TableSettings {
        time_to_live_attribute: time_to_live(session, name).await?,
        point_in_time_recovery: point_in_time_recovery(session, name).await?,
        stream_view_type: stream.and_then(|stream| stream.stream_view_type).map(|kind| kind.as_str().to_owned()),
        encryption: Some(encryption(table.sse_description)),
        // DynamoDB leaves the summary out for tables that never changed their class.
        table_class: Some(table_class.unwrap_or(types::TableClass::Standard).as_str().to_owned()),
    })
}

async fn time_to_live(session: &Session, name: &str) -> Result<Option<String>, CallError> {
    let request = session.dynamodb.describe_time_to_live().table_name(name);
    let answer = session.call(TIME_TO_LIVE, request.send()).await?;
    let is_on = |status: &TimeToLiveStatus| matches!(status, TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling);
    let description = answer.time_to_live_description;
    let on = description.filter(|description| description.time_to_live_status.as_ref().is_some_and(is_on));
    Ok(on.and_then(|description| description.attribute_name))
}

async fn point_in_time_recovery(session: &Session, name: &str) -> Result<Option<bool>, CallError> {
    let request = session.dynamodb.describe_continuous_backups().table_name(name);
    let answer = session.call(CONTINUOUS_BACKUPS, request.send()).await?;
    let description = answer.continuous_backups_description.and_then(|of| of.point_in_time_recovery_description);
    let status = description.and_then(|of| of.point_in_time_recovery_status);
    Ok(status.map(|status| status == PointInTimeRecoveryStatus::Enabled))
}

fn encryption(of: Option<SseDescription>) -> String {
    let on =
        of.filter(|sse| matches!(sse.status, Some(SseStatus::Enabled | SseStatus::Enabling | SseStatus::Updating)));
    match on {
        Some(SseDescription { sse_type: Some(SseType::Kms), kms_master_key_arn: Some(key), .. }) => {
            format!("KMS {key}")
        }
        Some(SseDescription { sse_type: Some(kind), .. }) => kind.as_str().to_owned(),
        Some(_) => "KMS".into(),
        None => "DEFAULT".into(),
    }
}
