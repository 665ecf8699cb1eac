//! The forms of ARNs, which differ from type to type.
//!
//! Source: AWS Backup developer guide, "Access control" (recovery point ARNs).

use uuid::Uuid;

use crate::world::{BackupForm, VaultType};

/// Where and what a recovery point is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PointPlace<'a> {
    /// The account that owns the vault.
    pub account: &'a str,
    /// The Region of the vault.
    pub region: &'a str,
    /// The vault's kind: in a logically air-gapped one every type has AWS Backup's own form.
    pub vault_type: VaultType,
}

/// The ARN of a recovery point.
pub(crate) fn recovery_point(
    place: PointPlace<'_>,
    resource_type: &str,
    resource_name: &str,
    form: BackupForm,
    job: &str,
    id: Uuid,
) -> String {
    let PointPlace { account, region, vault_type } = place;
    let own = format!("arn:aws:backup:{region}:{account}:recovery-point:{}", id.to_string().to_uppercase());
    match vault_type {
        VaultType::LogicallyAirGapped => return own,
        VaultType::BackupVault => {}
    }
    // Seventeen digits that end like the UUID, so that a point in bulk can be found by its ARN.
    let simple = id.simple().to_string();
    let short = format!("0{}", &simple[16..]);
    match (resource_type, form) {
        ("EBS" | "Storage Gateway", _) => format!("arn:aws:ec2:{region}::snapshot/snap-{short}"),
        ("EC2", _) => format!("arn:aws:ec2:{region}::image/ami-{short}"),
        ("RDS", _) => format!("arn:aws:rds:{region}:{account}:snapshot:awsbackup:{job}-{id}"),
        ("Aurora" | "DocumentDB" | "Neptune", _) => {
            format!("arn:aws:rds:{region}:{account}:cluster-snapshot:awsbackup:{job}-{id}")
        }
        ("FSx", _) => format!("arn:aws:fsx:{region}:{account}:backup/backup-{short}"),
        ("Redshift", _) => {
            format!("arn:aws:redshift:{region}:{account}:snapshot:{resource_name}/awsbackup:{job}-{id}")
        }
        ("DynamoDB", BackupForm::Basic) => {
            let number = u32::from_str_radix(&simple[24..], 16).unwrap_or(0);
            let tail = &simple[24..];
            format!("arn:aws:dynamodb:{region}:{account}:table/{resource_name}/backup/0170000{number:010}-{tail}")
        }
        _ => own,
    }
}

/// The ARN of a protected resource.
pub(crate) fn resource(account: &str, region: &str, resource_type: &str, name: &str) -> String {
    match resource_type {
        "DynamoDB" => format!("arn:aws:dynamodb:{region}:{account}:table/{name}"),
        "RDS" => format!("arn:aws:rds:{region}:{account}:db:{name}"),
        "Aurora" | "DocumentDB" | "Neptune" => format!("arn:aws:rds:{region}:{account}:cluster:{name}"),
        "EBS" => format!("arn:aws:ec2:{region}:{account}:volume/{name}"),
        "EC2" => format!("arn:aws:ec2:{region}:{account}:instance/{name}"),
        "EFS" => format!("arn:aws:elasticfilesystem:{region}:{account}:file-system/{name}"),
        "S3" => format!("arn:aws:s3:::{name}"),
        "FSx" => format!("arn:aws:fsx:{region}:{account}:file-system/{name}"),
        "Redshift" => format!("arn:aws:redshift:{region}:{account}:cluster:{name}"),
        other => {
            let service: String = other.chars().filter(char::is_ascii_alphanumeric).collect();
            format!("arn:aws:{}:{region}:{account}:{name}", service.to_lowercase())
        }
    }
}

/// The ARN of a vault.
pub(crate) fn vault(account: &str, region: &str, name: &str) -> String {
    format!("arn:aws:backup:{region}:{account}:backup-vault:{name}")
}

/// Account, Region and name in a vault's ARN.
pub(crate) fn vault_parts(arn: &str) -> Option<(&str, &str, &str)> {
    let (region, rest) = arn.strip_prefix("arn:aws:backup:")?.split_once(':')?;
    let (account, resource) = rest.split_once(':')?;
    Some((account, region, resource.strip_prefix("backup-vault:")?))
}
