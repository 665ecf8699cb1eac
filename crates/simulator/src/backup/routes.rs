//! Which operation a method and a path mean.
//!
//! Source: the AWS Backup service model 2018-11-15. A final slash never matters: botocore ends some paths with one,
//! the Rust SDK ends none.

use http::Method;

/// Method, path and operation; a part in braces is a label.
const ROUTES: &[(&str, &str, &str)] = &[
    ("GET", "backup-vaults", "ListBackupVaults"),
    ("GET", "backup-vaults/{}", "DescribeBackupVault"),
    ("PUT", "backup-vaults/{}", "CreateBackupVault"),
    ("GET", "backup-vaults/{}/recovery-points", "ListRecoveryPointsByBackupVault"),
    ("GET", "backup-vaults/{}/recovery-points/{}", "DescribeRecoveryPoint"),
    ("DELETE", "backup-vaults/{}/recovery-points/{}", "DeleteRecoveryPoint"),
    ("GET", "backup-vaults/{}/recovery-points/{}/restore-metadata", "GetRecoveryPointRestoreMetadata"),
    ("GET", "restore-testing/inferred-metadata", "GetRestoreTestingInferredMetadata"),
    ("GET", "resources", "ListProtectedResources"),
    ("GET", "resources/{}", "DescribeProtectedResource"),
    ("GET", "resources/{}/recovery-points", "ListRecoveryPointsByResource"),
    ("GET", "resources/{}/restore-jobs", "ListRestoreJobsByProtectedResource"),
    ("PUT", "restore-jobs", "StartRestoreJob"),
    ("GET", "restore-jobs", "ListRestoreJobs"),
    ("GET", "restore-jobs/{}", "DescribeRestoreJob"),
    ("GET", "restore-jobs/{}/metadata", "GetRestoreJobMetadata"),
    ("PUT", "restore-jobs/{}/validations", "PutRestoreValidationResult"),
    ("PUT", "copy-jobs", "StartCopyJob"),
    ("GET", "copy-jobs", "ListCopyJobs"),
    ("GET", "copy-jobs/{}", "DescribeCopyJob"),
    ("GET", "backup/plans", "ListBackupPlans"),
    ("GET", "backup/plans/{}", "GetBackupPlan"),
    ("GET", "backup/plans/{}/selections", "ListBackupSelections"),
    ("GET", "tags/{}", "ListTags"),
    ("POST", "tags/{}", "TagResource"),
    ("POST", "untag/{}", "UntagResource"),
    ("GET", "supported-resource-types", "GetSupportedResourceTypes"),
];

/// The operation and its labels; none if no route fits. The parts are decoded and hold no empty last one.
pub(crate) fn operation(method: &Method, parts: &[String]) -> Option<(&'static str, Vec<String>)> {
    ROUTES.iter().filter(|(verb, _, _)| *verb == method.as_str()).find_map(|(_, path, operation)| {
        let pattern: Vec<&str> = path.split('/').collect();
        if pattern.len() != parts.len() {
            return None;
        }
        let mut labels = Vec::new();
        for (expected, part) in pattern.into_iter().zip(parts) {
            match expected {
                "{}" => labels.push(part.clone()),
                _ if expected == part => {}
                _ => return None,
            }
        }
        Some((*operation, labels))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_paths_and_labels_are_told_apart() {
        let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let found = operation(&Method::GET, &parts("backup-vaults/v/recovery-points/a/restore-metadata"));
        assert_eq!(found, Some(("GetRecoveryPointRestoreMetadata", vec!["v".to_owned(), "a".to_owned()])));
        assert_eq!(operation(&Method::PUT, &parts("restore-jobs")), Some(("StartRestoreJob", Vec::new())));
        assert_eq!(operation(&Method::POST, &parts("restore-jobs")), None);
    }
}
