//! A time-stamping authority in a directory, played by OpenSSL.

use std::path::Path;
use std::process::{Command, Output};

/// What its key is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    /// RSA with 2048 bits.
    Rsa,
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
}

/// Where the certificate between the authority and its root is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Certificate {
    /// Beside the authority's own.
    InTheAnswer,
    /// Left out.
    Left,
}

/// How it goes about it.
#[derive(Clone, Copy)]
pub(crate) struct Conduct {
    /// The root's subject.
    pub(crate) root_name: &'static str,
    /// For how many days its certificate holds.
    pub(crate) days: &'static str,
    /// The same of the root.
    pub(crate) root_days: &'static str,
    /// The extension that says what its certificate is for.
    pub(crate) usage: &'static str,
    /// The digest that it signs over.
    pub(crate) digest: &'static str,
    /// The digest that names its certificate in what it signs.
    pub(crate) certificate_digest: &'static str,
    /// The digests of requests that it accepts.
    pub(crate) accepts: &'static str,
    /// Whether there is a certificate between root and authority.
    pub(crate) between: Option<Certificate>,
}

/// As it should be.
pub(crate) const CORRECT: Conduct = Conduct {
    root_name: "/O=Test/CN=Root",
    days: "5",
    root_days: "10",
    usage: "extendedKeyUsage=critical,timeStamping",
    digest: "sha256",
    certificate_digest: "sha256",
    accepts: "sha256",
    between: None,
};

/// An authority with its files.
pub(crate) struct Authority {
    conduct: Conduct,
    directory: tempfile::TempDir,
}

impl Authority {
    /// One that is as it should be.
    pub(crate) fn new(key: Key) -> Self {
        Self::with(key, CORRECT)
    }

    /// One that goes about it in this way.
    pub(crate) fn with(key: Key, conduct: Conduct) -> Self {
        let made = Self { conduct, directory: tempfile::tempdir().unwrap() };
        made.make(key);
        made
    }

    /// Its directory.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file into its directory; gives its name.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.path().join(name), bytes).unwrap();
        name.to_owned()
    }

    /// Reads a text from its directory.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Its root's certificate in PEM.
    pub(crate) fn root(&self) -> String {
        self.read("root.pem")
    }

    /// What it answers to a request.
    pub(crate) fn answer(&self, query: &[u8]) -> Vec<u8> {
        self.write("query.tsq", query);
        let mut arguments = vec!["ts", "-reply", "-config", "ts.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr"];
        if matches!(self.conduct.between, Some(Certificate::InTheAnswer)) {
            arguments.extend(["-chain", "between.pem"]);
        }
        openssl(self.path(), &arguments);
        std::fs::read(self.path().join("reply.tsr")).unwrap()
    }

    /// The same time-stamp, signed anew by OpenSSL's CMS with further options; `-no-cades` leaves the certificate's
    /// digest out of what is signed.
    pub(crate) fn answer_by_cms(&self, query: &[u8], options: &[&str]) -> Vec<u8> {
        self.write("query.tsq", query);
        // A certificate that is as it should be lets OpenSSL make the content.
        self.issue("good.pem", "extendedKeyUsage=critical,timeStamping", "5");
        let make = ["ts", "-reply", "-config", "ts.cnf", "-queryfile", "query.tsq", "-signer", "good.pem"];
        openssl(self.path(), &[&make[..], &["-token_out", "-out", "token.der"]].concat());
        let unwrap =
            ["cms", "-verify", "-noverify", "-inform", "DER", "-in", "token.der", "-binary", "-out", "tst.der"];
        openssl(self.path(), &unwrap);
        let (type_of, oid) = ("-econtent_type", "1.2.840.113549.1.9.16.1.4");
        let mut sign = vec!["cms", "-sign", "-binary", "-nodetach", type_of, oid, "-outform", "DER", "-in", "tst.der"];
        sign.extend(["-signer", "tsa.pem", "-inkey", "tsa.key", "-md", self.conduct.digest, "-out", "signed.der"]);
        if !options.contains(&"-no-cades") {
            sign.push("-cades");
        }
        sign.extend(options.iter().filter(|option| **option != "-no-cades"));
        openssl(self.path(), &sign);
        let token = std::fs::read(self.path().join("signed.der")).unwrap();
        let granted = [&[0x30, 0x03, 0x02, 0x01, 0x00][..], &token].concat();
        [&[0x30, 0x82], &u16::try_from(granted.len()).unwrap().to_be_bytes()[..], &granted].concat()
    }

    fn make(&self, key: Key) {
        self.write("ts.cnf", self.configuration().as_bytes());
        self.write("serial", b"01");
        self.new_key("root.key", Key::P256);
        self.new_key("tsa.key", key);
        let signs = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign";
        self.request("root.csr", "root.key", self.conduct.root_name);
        self.write("root.ext", signs.as_bytes());
        let root = ["x509", "-req", "-in", "root.csr", "-signkey", "root.key", "-extfile", "root.ext"];
        openssl(self.path(), &[&root[..], &["-days", self.conduct.root_days, "-out", "root.pem"]].concat());
        if self.conduct.between.is_some() {
            self.new_key("between.key", Key::P256);
            self.request("between.csr", "between.key", "/O=Test/CN=Between");
            let issue = ["x509", "-req", "-in", "between.csr", "-CA", "root.pem", "-CAkey", "root.key"];
            let rest = ["-CAcreateserial", "-extfile", "root.ext", "-days", "5", "-out", "between.pem"];
            openssl(self.path(), &[&issue[..], &rest].concat());
        }
        self.request("tsa.csr", "tsa.key", "/O=Test/CN=The authority");
        self.issue("tsa.pem", self.conduct.usage, self.conduct.days);
    }

    fn issue(&self, name: &str, usage: &str, days: &str) {
        self.write("tsa.ext", format!("{usage}\nsubjectKeyIdentifier=hash\n").as_bytes());
        let (ca, key) = match self.conduct.between {
            Some(_) => ("between.pem", "between.key"),
            None => ("root.pem", "root.key"),
        };
        let issue = ["x509", "-req", "-in", "tsa.csr", "-CA", ca, "-CAkey", key, "-CAcreateserial"];
        openssl(self.path(), &[&issue[..], &["-extfile", "tsa.ext", "-days", days, "-out", name]].concat());
    }

    fn new_key(&self, name: &str, key: Key) {
        let kind: &[&str] = match key {
            Key::Rsa => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            Key::P256 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            Key::P384 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        };
        openssl(self.path(), &[&["genpkey", "-out", name], kind].concat());
    }

    fn request(&self, name: &str, key: &str, subject: &str) {
        openssl(self.path(), &["req", "-new", "-key", key, "-subj", subject, "-out", name]);
    }

    fn configuration(&self) -> String {
        format!(
            "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n\
             signer_digest = {}\ndefault_policy = 1.2.3.4.1\ndigests = {}\naccuracy = secs:1\n\
             clock_precision_digits = 3\nordering = yes\ntsa_name = yes\ness_cert_id_alg = {}\n",
            self.conduct.digest, self.conduct.accepts, self.conduct.certificate_digest
        )
    }
}

/// Runs OpenSSL in a directory, and gives what it prints.
pub(crate) fn openssl(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = run(directory, arguments);
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Whether OpenSSL ends well.
pub(crate) fn status_of(directory: &Path, arguments: &[&str]) -> bool {
    run(directory, arguments).status.success()
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new("openssl").args(arguments).current_dir(directory).output().expect("openssl is installed")
}
