//! What whoever archives needs: to add versions to one bucket, and to read back that they are kept. Never to delete.
//!
//! Source: service authorization reference, "Actions, resources, and condition keys for Amazon S3".

use crate::setup::ArchiveSetup;
use crate::{AskedBy, Need, Setup};

pub(super) fn archive(setup: &Setup, archive: &ArchiveSetup) -> Vec<Need> {
    let (bucket, objects) = (archive.bucket_arn(setup), archive.objects_arn(setup));
    let of_bucket = [
        ("s3:GetBucketObjectLockConfiguration", "see that Object Lock is enabled"),
        ("s3:GetBucketVersioning", "see that versioning is enabled"),
        ("s3:ListBucketMultipartUploads", "find an upload that was cut off"),
        ("s3:ListBucketVersions", "see what is there already"),
    ];
    let of_objects = [
        ("s3:GetObject", "read back what is kept, in a bucket without versioning"),
        ("s3:GetObjectRetention", "read back until when a version is kept"),
        ("s3:GetObjectVersion", "read back what is kept"),
        ("s3:ListMultipartUploadParts", "go on with an upload that was cut off"),
        ("s3:PutObject", "add sealed bundles and the register's head"),
        ("s3:PutObjectRetention", "keep them until their time; it can only be made longer"),
    ];
    let mut needs: Vec<Need> = of_bucket.map(|(action, why)| Need::to_call(action, why).on([bucket.clone()])).into();
    needs.push(
        Need::to_call("s3:ListBucket", "be told that something is absent, and not that it is denied")
            .on([bucket])
            .asked_by(AskedBy::Aws),
    );
    needs.extend(of_objects.map(|(action, why)| Need::to_call(action, why).on([objects.clone()])));
    if let Some(key) = &archive.key {
        let why = "encrypt and decrypt with the archive's key";
        needs.extend(
            ["kms:Decrypt", "kms:GenerateDataKey"]
                .map(|action| Need::to_call(action, why).on([key.clone()]).asked_by(AskedBy::Aws)),
        );
    }
    needs
}
