//! A time-stamping authority, played by OpenSSL in a directory of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Root, authority and configuration, as `openssl ts` needs them.
const MAKING: &str = "\
set -e
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl ecparam -name prime256v1 -genkey -noout -out tsa.key
openssl req -x509 -new -key root.key -subj '/O=Test/CN=Root' -days 10 -out root.pem
openssl req -new -key tsa.key -subj '/O=Test/CN=The authority' -out tsa.csr
printf 'extendedKeyUsage=critical,timeStamping\n' > tsa.ext
openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 5 -extfile tsa.ext -out tsa.pem
printf 01 > serial
cat > ts.cnf <<'END'
[tsa]
default_tsa = t
[t]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
END
";

pub(crate) struct Authority(TempDir);

impl Authority {
    pub(crate) fn new() -> Self {
        let authority = Self(tempfile::tempdir().unwrap());
        authority.sh(MAKING);
        authority
    }

    /// Its root's certificate.
    pub(crate) fn root(&self) -> std::path::PathBuf {
        self.0.path().join("root.pem")
    }

    /// The answer to the question for a time-stamp over these bytes.
    pub(crate) fn stamps(&self, content: &[u8]) -> Vec<u8> {
        fs::write(self.0.path().join("content"), content).unwrap();
        self.sh("openssl ts -query -data content -sha256 -cert -out query.tsq &&
             openssl ts -reply -config ts.cnf -queryfile query.tsq -out reply.tsr");
        fs::read(self.0.path().join("reply.tsr")).unwrap()
    }

    /// Puts a time-stamp over a file of the bundle beside its attestations.
    pub(crate) fn stamps_file(&self, bundle: &Path, file: &str, name: &str) {
        let answer = self.stamps(&fs::read(bundle.join(file)).unwrap());
        fs::create_dir_all(bundle.join("attestations")).unwrap();
        fs::write(bundle.join("attestations").join(name), answer).unwrap();
    }

    fn sh(&self, script: &str) {
        let output = Command::new("sh").args(["-c", script]).current_dir(self.0.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
