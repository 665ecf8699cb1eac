//! A bucket in memory that behaves as S3 with Object Lock, and can be told to behave worse.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use backproof_cloud::{
    Answered, BucketAddress, BucketFacts, CallError, NewObject, ObjectArchive, ObjectFacts, ObjectVersion, Retention,
    StoredChecksum, StoredPart, Trouble, UnfinishedUpload, Written,
};
use backproof_model::LockMode;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// How a bucket is worse than it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is as it should be.
    None,
    /// It has no Object Lock.
    NoLock,
    /// It forgets the retention that is asked for, of uploads in parts.
    ForgetsInParts,
    /// It forgets every retention, and answers that all went well.
    ForgetsAlways,
    /// It cuts the connection before it has taken this part.
    CutsAtPart(u32),
    /// It makes the version, and cuts the connection before it answers.
    CutsAfterCompletion,
    /// It keeps other bytes than it was given.
    Garbles,
}

/// The bucket.
pub(crate) struct Fake {
    address: BucketAddress,
    state: Mutex<State>,
}

/// What is in it, and what it was asked.
pub(crate) struct State {
    /// How it behaves.
    pub(crate) fault: Fault,
    /// All versions, in the order of their writing.
    pub(crate) versions: Vec<Version>,
    /// Unfinished uploads by id.
    pub(crate) uploads: BTreeMap<String, Upload>,
    /// The calls that wrote something.
    pub(crate) writes: Vec<String>,
    made: u32,
}

/// A version, or a delete marker.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) body: Vec<u8>,
    pub(crate) checksum: StoredChecksum,
    pub(crate) retention: Option<Retention>,
    pub(crate) is_delete_marker: bool,
}

/// An unfinished upload.
pub(crate) struct Upload {
    object: NewObject,
    parts: BTreeMap<u32, Vec<u8>>,
}

impl Fake {
    pub(crate) fn new(fault: Fault) -> Self {
        let address = BucketAddress {
            bucket: "log-archive".into(),
            region: "eu-central-1".parse().unwrap(),
            owner: Some("555566667777".parse().unwrap()),
            role_arn: None,
            external_id: None,
            kms_key_arn: None,
        };
        let state = State { fault, versions: Vec::new(), uploads: BTreeMap::new(), writes: Vec::new(), made: 0 };
        Self { address, state: Mutex::new(state) }
    }

    /// Looks into it, or changes it behind everybody's back.
    pub(crate) fn within<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap())
    }
}

impl State {
    fn id(&mut self) -> String {
        self.made += 1;
        format!("v{}", self.made)
    }

    pub(crate) fn add(
        &mut self,
        object: &NewObject,
        mut body: Vec<u8>,
        checksum: StoredChecksum,
        in_parts: bool,
    ) -> String {
        let forgets = match self.fault {
            Fault::ForgetsAlways => true,
            Fault::ForgetsInParts => in_parts,
            Fault::None | Fault::NoLock | Fault::CutsAtPart(_) | Fault::CutsAfterCompletion | Fault::Garbles => false,
        };
        if self.fault == Fault::Garbles {
            body.push(b'!');
        }
        let retention = object.retention.filter(|_| !forgets);
        let retention = retention.map(|(mode, until)| Retention { mode: mode.as_aws().into(), until });
        let id = self.id();
        let (key, id_of) = (object.key.clone(), id.clone());
        self.versions.push(Version { key, id: id_of, body, checksum, retention, is_delete_marker: false });
        id
    }

    /// What a reader does who deletes without naming a version.
    pub(crate) fn put_delete_marker(&mut self, key: &str) {
        let id = self.id();
        let checksum = StoredChecksum::Whole([0; 32]);
        let key = key.to_owned();
        self.versions.push(Version { key, id, body: Vec::new(), checksum, retention: None, is_delete_marker: true });
    }

    fn version(&self, key: &str, id: Option<&str>) -> Result<&Version, CallError> {
        let of_key = || self.versions.iter().rev().filter(|version| version.key == key);
        let found = match id {
            Some(id) => of_key().find(|version| version.id == id),
            None => of_key().next(),
        };
        found
            .filter(|version| !version.is_delete_marker)
            .ok_or_else(|| error("s3:GetObjectVersion", Trouble::NotFound, "NoSuchVersion"))
    }
}

fn error(call: &str, trouble: Trouble, code: &str) -> CallError {
    let (call, code) = (call.to_owned(), Some(code.to_owned()));
    CallError { call, trouble, code, message: "as the fake was told".into(), request_id: Some("refused".into()) }
}

fn digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

fn answered<T>(value: T) -> Answered<T> {
    Answered { value, request_id: Some("request".into()) }
}

#[async_trait]
impl ObjectArchive for Fake {
    fn address(&self) -> &BucketAddress {
        &self.address
    }

    fn endpoint(&self) -> Option<&str> {
        None
    }

    async fn facts(&self) -> Result<BucketFacts, CallError> {
        Ok(BucketFacts {
            versioning: Some("Enabled".into()),
            lock_enabled: self.within(|state| state.fault) != Fault::NoLock,
            default_retention: None,
            owner: self.address.owner.clone(),
            request_ids: vec!["facts".into()],
        })
    }

    async fn put(&self, object: &NewObject, body: Vec<u8>) -> Result<Answered<Written>, CallError> {
        self.within(|state| {
            state.writes.push(format!("put {}", object.key));
            if digest(&body) != object.sha256 {
                return Err(error("s3:PutObject", Trouble::Invalid, "BadDigest"));
            }
            let checksum = StoredChecksum::Whole(object.sha256);
            let version_id = Some(state.add(object, body, checksum, false));
            Ok(answered(Written { version_id, checksum: Some(checksum) }))
        })
    }

    async fn begin_upload(&self, object: &NewObject) -> Result<Answered<String>, CallError> {
        self.within(|state| {
            state.writes.push(format!("begin {}", object.key));
            let id = state.id();
            state.uploads.insert(id.clone(), Upload { object: object.clone(), parts: BTreeMap::new() });
            Ok(answered(id))
        })
    }

    async fn unfinished_uploads(&self, key: &str) -> Result<Vec<UnfinishedUpload>, CallError> {
        self.within(|state| {
            let of_key = state.uploads.iter().filter(|(_, upload)| upload.object.key == key);
            Ok(of_key.map(|(id, _)| UnfinishedUpload { upload_id: id.clone(), begun: None }).collect())
        })
    }

    async fn parts(&self, _: &str, upload_id: &str) -> Result<Vec<StoredPart>, CallError> {
        self.within(|state| {
            let none = || error("s3:ListMultipartUploadParts", Trouble::NotFound, "NoSuchUpload");
            let parts = state.uploads.get(upload_id).ok_or_else(none)?.parts.iter();
            let stored = |(number, body): (&u32, &Vec<u8>)| StoredPart {
                number: *number,
                e_tag: format!("e{number}"),
                bytes: body.len() as u64,
                sha256: Some(digest(body)),
            };
            Ok(parts.map(stored).collect())
        })
    }

    async fn put_part(
        &self,
        _: &str,
        upload_id: &str,
        number: u32,
        sha256: [u8; 32],
        body: Vec<u8>,
    ) -> Result<Answered<StoredPart>, CallError> {
        self.within(|state| {
            if state.fault == Fault::CutsAtPart(number) {
                return Err(error("s3:PutObject", Trouble::NoAnswer, "cut"));
            }
            state.writes.push(format!("part {number}"));
            let bytes = body.len() as u64;
            assert_eq!(digest(&body), sha256);
            state.uploads.get_mut(upload_id).unwrap().parts.insert(number, body);
            Ok(answered(StoredPart { number, e_tag: format!("e{number}"), bytes, sha256: Some(sha256) }))
        })
    }

    async fn complete_upload(
        &self,
        _: &str,
        upload_id: &str,
        parts: &[StoredPart],
    ) -> Result<Answered<Written>, CallError> {
        self.within(|state| {
            state.writes.push("complete".into());
            let upload = state.uploads.remove(upload_id).unwrap();
            let of = |part: &StoredPart| upload.parts[&part.number].clone();
            let bodies: Vec<Vec<u8>> = parts.iter().map(of).collect();
            let digests: Vec<[u8; 32]> = bodies.iter().map(|body| digest(body)).collect();
            let count = u32::try_from(parts.len()).unwrap();
            let checksum = StoredChecksum::OfParts { digest: digest(digests.as_flattened()), parts: count };
            let version_id = Some(state.add(&upload.object, bodies.concat(), checksum, true));
            if state.fault == Fault::CutsAfterCompletion {
                return Err(error("s3:PutObject", Trouble::NoAnswer, "cut"));
            }
            Ok(answered(Written { version_id, checksum: Some(checksum) }))
        })
    }

    async fn head(&self, key: &str, version_id: Option<&str>) -> Result<Answered<ObjectFacts>, CallError> {
        self.within(|state| {
            let version = state.version(key, version_id)?;
            Ok(answered(ObjectFacts {
                version_id: Some(version.id.clone()),
                bytes: version.body.len() as u64,
                checksum: Some(version.checksum),
                last_modified: None,
                kms_key: None,
            }))
        })
    }

    async fn retention(&self, key: &str, version_id: &str) -> Result<Answered<Option<Retention>>, CallError> {
        self.within(|state| Ok(answered(state.version(key, Some(version_id))?.retention.clone())))
    }

    async fn extend_retention(
        &self,
        key: &str,
        version_id: &str,
        mode: LockMode,
        until: Timestamp,
    ) -> Result<Answered<()>, CallError> {
        self.within(|state| {
            state.writes.push(format!("extend {key}"));
            if state.fault == Fault::ForgetsAlways {
                return Ok(answered(()));
            }
            let is_it = |version: &&mut Version| version.key == key && version.id == version_id;
            let version = state.versions.iter_mut().find(is_it).unwrap();
            if version.retention.as_ref().is_some_and(|retention| retention.until > until) {
                return Err(error("s3:PutObjectRetention", Trouble::Denied, "AccessDenied"));
            }
            version.retention = Some(Retention { mode: mode.as_aws().into(), until });
            Ok(answered(()))
        })
    }

    async fn versions(&self, prefix: &str) -> Result<Vec<ObjectVersion>, CallError> {
        self.within(|state| {
            let below = state.versions.iter().enumerate().rev().filter(|(_, version)| version.key.starts_with(prefix));
            let listed = below.map(|(place, version)| ObjectVersion {
                key: version.key.clone(),
                version_id: version.id.clone(),
                is_latest: !state.versions[place + 1..].iter().any(|newer| newer.key == version.key),
                is_delete_marker: version.is_delete_marker,
                bytes: (!version.is_delete_marker).then_some(version.body.len() as u64),
            });
            Ok(listed.collect())
        })
    }

    async fn get(
        &self,
        key: &str,
        version_id: Option<&str>,
        offset: u64,
        length: u64,
    ) -> Result<Answered<Vec<u8>>, CallError> {
        self.within(|state| {
            let body = &state.version(key, version_id)?.body;
            let from = usize::try_from(offset).unwrap();
            let to = (from + usize::try_from(length).unwrap()).min(body.len());
            Ok(answered(body[from..to].to_vec()))
        })
    }
}
