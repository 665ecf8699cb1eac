//! The file that carries a baseline from the production side to the harness: signed, and without a row's data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use backproof_signing::{Envelope, PrivateKey, PublicKey, VerifyError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{DatabaseBaseline, FORMAT};

/// What a manifest's envelope says that it holds.
pub const PAYLOAD_TYPE: &str = "application/vnd.backproof.baseline+json";

/// A baseline, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The program that wrote it: `backproof 0.1.0`.
    pub program: String,
    /// A keyed digest of the server's name and port: equal for two manifests of the same server.
    pub server: String,
    /// As of when tables were read. One per database, and more where the capture was stopped and gone on with.
    pub snapshots: Vec<Snapshot>,
    /// What could not be seen, or not as of one moment; in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// What was there.
    pub baseline: DatabaseBaseline,
}

/// Tables of a database that were read as of one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The database.
    pub database: String,
    /// The moment, by the clock of the host that took it.
    pub taken_at: Timestamp,
    /// How many tables.
    pub tables: u64,
}

impl Manifest {
    /// The manifest of a baseline. Which snapshots there were is in its tables.
    pub(crate) fn new(program: String, server: String, remarks: Vec<String>, baseline: DatabaseBaseline) -> Self {
        let mut counts: BTreeMap<(&str, Timestamp), u64> = BTreeMap::new();
        for (name, database) in &baseline.databases {
            for table in database.tables.values() {
                *counts.entry((name, table.captured_at)).or_default() += 1;
            }
        }
        let snapshots = counts
            .into_iter()
            .map(|((database, taken_at), tables)| Snapshot { database: database.to_owned(), taken_at, tables })
            .collect();
        Self { program, server, snapshots, remarks, baseline }
    }

    /// The text of a manifest file. Without a key it is an envelope without signatures, which [`load`] believes only
    /// where it is told to.
    ///
    /// # Errors
    /// Fails where it cannot be JSON, which is a defect of this program.
    pub fn to_file(&self, key: Option<&PrivateKey>) -> Result<String, serde_json::Error> {
        let payload = serde_json::to_vec(self)?;
        let envelope = match key {
            Some(key) => backproof_signing::sign(key, PAYLOAD_TYPE, payload),
            None => Envelope { payload_type: PAYLOAD_TYPE.to_owned(), payload, signatures: Vec::new() },
        };
        Ok(envelope.to_json() + "\n")
    }
}

/// Whom to believe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Whoever holds one of these keys: SPKI PEM files.
    Signers(Vec<PathBuf>),
    /// Anybody: what the file says is taken as it is, signed or not.
    Anybody,
}

/// A manifest that was read, and why it is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The manifest.
    pub manifest: Manifest,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// The name of the key whose signature held; none where anybody is believed.
    pub signer: Option<String>,
}

/// Reads a manifest and verifies it.
///
/// # Errors
/// Says in words why it cannot be used, and how to mend it.
pub fn load(path: &Path, trust: &Trust) -> Result<Loaded, String> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|error| format!("the baseline `{name}` cannot be read: {error}"))?;
    let refused = |why: VerifyError| format!("the baseline `{name}` is not believed: {why}{}", hint(&why));
    let envelope = Envelope::read(&bytes).map_err(refused)?;
    let (payload, signer) = match trust {
        Trust::Anybody if envelope.payload_type == PAYLOAD_TYPE => (envelope.payload, None),
        Trust::Anybody => {
            let (expected, found) = (PAYLOAD_TYPE.to_owned(), envelope.payload_type);
            return Err(refused(VerifyError::OtherType { expected, found }));
        }
        Trust::Signers(paths) => {
            let keys: Result<Vec<PublicKey>, _> = paths.iter().map(|path| PublicKey::read(path)).collect();
            let keys = keys.map_err(|error| error.to_string())?;
            let verified = backproof_signing::verify(&envelope, PAYLOAD_TYPE, &keys).map_err(refused)?;
            (verified.payload, verified.signers.into_iter().next())
        }
    };
    let manifest = read(&payload).map_err(|why| format!("the baseline `{name}` cannot be used: {why}"))?;
    Ok(Loaded { manifest, sha256: hex::encode(Sha256::digest(&bytes)), signer })
}

/// Another version's manifest is named as such before its fields are misunderstood.
fn read(payload: &[u8]) -> Result<Manifest, String> {
    #[derive(Deserialize)]
    struct Formatted {
        baseline: Format,
    }
    #[derive(Deserialize)]
    struct Format {
        format: String,
    }
    let not_a_manifest = |error: serde_json::Error| format!("it is no manifest: {error}");
    let found = serde_json::from_slice::<Formatted>(payload).map_err(not_a_manifest)?.baseline.format;
    if found != FORMAT {
        return Err(format!("it is of format `{found}`, and this version reads `{FORMAT}`; capture it again"));
    }
    serde_json::from_slice(payload).map_err(not_a_manifest)
}

fn hint(why: &VerifyError) -> &'static str {
    match why {
        VerifyError::Unsigned => {
            "; sign it where it is taken (`baseline capture --sign-with`), or accept that nobody vouches for it: \
             `baseline_unsigned = \"accepted\"`"
        }
        VerifyError::UnknownSigner { .. } => "; `baseline_signer` names the public key of whoever takes baselines",
        VerifyError::NotAnEnvelope(_) => "; `backproof baseline capture` writes one",
        VerifyError::OtherType { .. } | VerifyError::Changed { .. } => "",
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::baseline::tests::{manifest, table};
    use crate::settings::Class;

    // The key pair of RFC 8410, section 10, which everybody has.
    const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    // Of RFC 8032, section 7.1, test 2.
    const STRANGER: &str = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n-----END PUBLIC KEY-----\n";

    struct Desk {
        directory: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            let desk = Self { directory: tempfile::tempdir().unwrap() };
            let private = desk.write("key.pem", PRIVATE);
            std::fs::set_permissions(private, std::fs::Permissions::from_mode(0o600)).unwrap();
            desk
        }

        fn write(&self, name: &str, text: &str) -> PathBuf {
            let path = self.directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        }

        fn key(&self) -> PrivateKey {
            PrivateKey::read(&self.directory.path().join("key.pem")).unwrap()
        }

        fn trust(&self, public: &str) -> Trust {
            Trust::Signers(vec![self.write("key.pub", public)])
        }
    }

    fn some_manifest() -> Manifest {
        manifest("2026-03-01T00:00:00Z", [("public.orders", table(Class::Append, 3, "aa"))])
    }

    #[test]
    fn a_signed_manifest_reads_back_with_its_digest_and_signer() {
        let desk = Desk::new();
        let path = desk.write("m.json", &some_manifest().to_file(Some(&desk.key())).unwrap());
        let loaded = load(&path, &desk.trust(PUBLIC)).unwrap();
        assert_eq!(loaded.manifest, some_manifest());
        assert_eq!(loaded.sha256, hex::encode(Sha256::digest(std::fs::read(&path).unwrap())));
        assert_eq!(loaded.signer.as_deref(), Some(desk.key().public().id()));
        assert_eq!(load(&path, &Trust::Anybody).unwrap().signer, None);
    }

    #[test]
    fn a_manifest_that_was_changed_is_refused() {
        let desk = Desk::new();
        let mut envelope = Envelope::read(some_manifest().to_file(Some(&desk.key())).unwrap().as_bytes()).unwrap();
        let text = String::from_utf8(envelope.payload).unwrap();
        assert!(text.contains("\"rows\":3"));
        envelope.payload = text.replace("\"rows\":3", "\"rows\":2").into_bytes();
        let path = desk.write("m.json", &envelope.to_json());
        let refused = load(&path, &desk.trust(PUBLIC)).unwrap_err();
        assert!(refused.contains("m.json") && refused.contains("changed after it was signed"), "{refused}");
    }

    #[test]
    fn an_unknown_signer_is_refused_and_both_keys_are_named() {
        let desk = Desk::new();
        let path = desk.write("m.json", &some_manifest().to_file(Some(&desk.key())).unwrap());
        let refused = load(&path, &desk.trust(STRANGER)).unwrap_err();
        assert!(refused.contains(desk.key().public().id()) && refused.contains("baseline_signer"), "{refused}");
    }

    #[test]
    fn an_unsigned_manifest_is_taken_from_anybody_only() {
        let desk = Desk::new();
        let path = desk.write("m.json", &some_manifest().to_file(None).unwrap());
        let refused = load(&path, &desk.trust(PUBLIC)).unwrap_err();
        assert!(refused.contains("no signature") && refused.contains("baseline_unsigned"), "{refused}");
        assert_eq!(load(&path, &Trust::Anybody).unwrap().manifest, some_manifest());
    }

    #[test]
    fn what_is_no_manifest_is_named_for_what_it_is() {
        let desk = Desk::new();
        let refused = |text: &str| load(&desk.write("m.json", text), &Trust::Anybody).unwrap_err();
        assert!(refused("{}").contains("no DSSE envelope"));
        let mut newer = some_manifest();
        newer.baseline.format = "backproof-baseline-rows/v9".into();
        assert!(refused(&newer.to_file(None).unwrap()).contains("`backproof-baseline-rows/v9`"));
        let other = backproof_signing::sign(&desk.key(), "text/plain", Vec::new());
        assert!(refused(&other.to_json()).contains("`text/plain`"));
        assert!(load(Path::new("/nowhere"), &Trust::Anybody).unwrap_err().contains("cannot be read"));
    }

    #[test]
    fn snapshots_are_counted_by_database_and_moment() {
        let mut later = table(Class::Mutable, 1, "bb");
        later.captured_at = "2026-03-02T00:00:00Z".parse().unwrap();
        let tables = [("a", table(Class::Mutable, 1, "aa")), ("b", table(Class::Mutable, 1, "aa")), ("c", later)];
        let Manifest { baseline, .. } = manifest("2026-03-01T00:00:00Z", tables);
        let Manifest { snapshots, .. } = Manifest::new("p".into(), "s".into(), Vec::new(), baseline);
        let counted: Vec<_> =
            snapshots.iter().map(|snapshot| (snapshot.taken_at.to_string(), snapshot.tables)).collect();
        assert_eq!(counted, [("2026-03-01T00:00:00Z".to_owned(), 2), ("2026-03-02T00:00:00Z".to_owned(), 1)]);
    }
}
