//! `ModifyDBInstance`: a new master password, deletion protection, and who holds the password.

use jiff::Timestamp;

use super::Site;
use super::instance::NewPassword;
use super::instances;
use super::serving::Landlord;
use crate::describe::NetworkDescription;
use crate::wire::{ApiError, Params, Xml};

/// The parameters that are served. Others are refused by name, so that nobody takes them for done.
const SERVED: [&str; 8] = [
    "Action",
    "ApplyImmediately",
    "DBInstanceIdentifier",
    "DeletionProtection",
    "ManageMasterUserPassword",
    "MasterUserPassword",
    "PubliclyAccessible",
    "Version",
];

impl Site {
    pub(super) fn modify(
        &mut self,
        params: &Params,
        now: Timestamp,
        network: &NetworkDescription,
        landlord: &mut Landlord,
    ) -> Result<Xml, ApiError> {
        let instance = self.named(params)?;
        if let Some(other) = params.names().find(|name| !SERVED.contains(name)) {
            let message = format!("the simulator does not modify {other}");
            return Err(ApiError::client("InvalidParameterValue", message));
        }
        let status = instance.status(now).into_owned();
        if !matches!(status.as_str(), "available" | "backing-up" | "storage-full") {
            let message = format!("Database instance is not in available state. (status: {status})");
            return Err(ApiError::client("InvalidDBInstanceState", message));
        }
        let held =
            params.get("ManageMasterUserPassword").map_or(instance.managed_secret.is_some(), |text| text == "true");
        if let Some(password) = params.get("MasterUserPassword") {
            check_password(password, &instance.engine)?;
            if held {
                let message =
                    "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled.";
                return Err(ApiError::client("InvalidParameterCombination", message));
            }
            landlord.open(instance, now)?;
            instance.new_password = Some(NewPassword { password: password.to_owned(), asked_at: now });
        }
        if !held {
            instance.managed_secret = None;
        }
        if let Some(text) = params.get("DeletionProtection") {
            instance.settings.deletion_protection = text == "true";
        }
        if let Some(text) = params.get("PubliclyAccessible") {
            instance.settings.publicly_accessible = text == "true";
        }
        let answer = Xml::new().with_inner("DBInstance", &instances::instance(network, instance, now));
        self.secrets.retain(|secret| secret.is_held(&self.instances));
        Ok(answer)
    }
}

/// Length and characters that RDS takes.
fn check_password(password: &str, engine: &str) -> Result<(), ApiError> {
    let longest = match engine {
        "mariadb" | "mysql" => 41,
        "oracle-ee" => 30,
        _ => 128,
    };
    let printable = password.chars().all(|one| one.is_ascii_graphic() && !matches!(one, '/' | '"' | '@'));
    if (8..=longest).contains(&password.len()) && printable {
        return Ok(());
    }
    let message = "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides \
                   '/', '@', '\"', ' ' may be used, and its length must fit the engine.";
    Err(ApiError::client("InvalidParameterValue", message))
}
