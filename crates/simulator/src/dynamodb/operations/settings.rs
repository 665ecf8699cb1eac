//! Time to live and continuous backups.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::dynamodb::fault::Fault;
use crate::dynamodb::request::Request;
use crate::dynamodb::table::{Stage, Table};

use super::{Here, epoch};

/// How far back point-in-time recovery reaches, in days.
const RECOVERY_DAYS: i64 = 35;
/// How far the newest restorable moment lies behind the present.
const RECOVERY_LAG: SignedDuration = SignedDuration::from_mins(5);

/// Tells which attribute expires items.
pub(super) fn describe_time_to_live(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let name = here.table_name(request)?;
    let table = here.table(name)?;
    let description = match &table.definition.settings.time_to_live {
        Some(attribute) => json!({ "TimeToLiveStatus": "ENABLED", "AttributeName": attribute }),
        None => json!({ "TimeToLiveStatus": "DISABLED" }),
    };
    Ok(json!({ "TimeToLiveDescription": description }))
}

/// Switches the expiry of items on or off. No item ever expires here: a restored table has none switched on.
pub(super) fn update_time_to_live(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let name = here.table_name(request)?;
    let table = here.changeable(name)?;
    let Some(specification) = request.member("TimeToLiveSpecification") else {
        return Err(Fault::invalid("TimeToLiveSpecification must not be null"));
    };
    let inner = Request::new(specification.clone())?;
    let attribute = inner.required_text("AttributeName")?.to_owned();
    let setting = &mut table.definition.settings.time_to_live;
    match (inner.flag("Enabled", false)?, setting.as_deref()) {
        (true, Some(_)) => return Err(Fault::invalid("TimeToLive is already enabled")),
        (false, None) => return Err(Fault::invalid("TimeToLive is already disabled")),
        (false, Some(known)) if known != attribute => {
            return Err(Fault::invalid(format!(
                "TimeToLive is active on a different AttributeName: current AttributeName is {known}"
            )));
        }
        (true, None) => *setting = Some(attribute),
        (false, Some(_)) => *setting = None,
    }
    Ok(json!({ "TimeToLiveSpecification": specification }))
}

/// Tells whether point-in-time recovery is on, and for which moments.
pub(super) fn describe_continuous_backups(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let name = here.table_name(request)?;
    let now = here.now;
    let table = here.table(name).map_err(|_| Fault::TableNotFound(name.to_owned()))?;
    Ok(json!({ "ContinuousBackupsDescription": continuous_backups(table, now) }))
}

/// Switches point-in-time recovery on or off.
pub(super) fn update_continuous_backups(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let name = here.table_name(request)?;
    let now = here.now;
    let table = here.table(name).map_err(|_| Fault::TableNotFound(name.to_owned()))?;
    if table.stage != Stage::Active {
        return Err(Fault::ResourceInUse(format!("Table is not ACTIVE: {name}")));
    }
    let Some(specification) = request.member("PointInTimeRecoverySpecification") else {
        return Err(Fault::invalid("PointInTimeRecoverySpecification must not be null"));
    };
    let enabled = Request::new(specification.clone())?.flag("PointInTimeRecoveryEnabled", false)?;
    if enabled && !table.definition.settings.point_in_time_recovery {
        table.recovery_since = now;
    }
    table.definition.settings.point_in_time_recovery = enabled;
    Ok(json!({ "ContinuousBackupsDescription": continuous_backups(table, now) }))
}

fn continuous_backups(table: &Table, now: Timestamp) -> Value {
    if !table.definition.settings.point_in_time_recovery {
        return json!({
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": "DISABLED" },
        });
    }
    let reach = SignedDuration::from_hours(24 * RECOVERY_DAYS);
    let earliest = now.saturating_sub(reach).unwrap_or(Timestamp::MIN).max(table.recovery_since);
    let latest = now.saturating_sub(RECOVERY_LAG).unwrap_or(Timestamp::MIN).max(earliest);
    json!({
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": RECOVERY_DAYS,
            "EarliestRestorableDateTime": epoch(earliest),
            "LatestRestorableDateTime": epoch(latest),
        },
    })
}
