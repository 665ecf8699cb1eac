//! Keys and signatures against OpenSSL, which made the keys and knows nothing of this crate.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use backproof_signing::{
    Algorithm, Envelope, KeyError, PrivateKey, PublicKey, Signature, Unsigned, VerifyError,
    pre_authentication_encoding, sign, verify,
};

const TYPE: &str = "application/vnd.example+json";

/// A directory with `NAME.pem` and `NAME.pub` of each name.
fn keys(names: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for name in names {
        let private = directory.path().join(format!("{name}.pem"));
        openssl(&["genpkey", "-algorithm", "ed25519", "-out", text(&private)]);
        std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o600)).unwrap();
        let public = directory.path().join(format!("{name}.pub"));
        openssl(&["pkey", "-in", text(&private), "-pubout", "-out", text(&public)]);
    }
    directory
}

fn openssl(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(arguments).output().expect("openssl is installed");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn written(directory: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn private(directory: &tempfile::TempDir, name: &str) -> PrivateKey {
    PrivateKey::read(&directory.path().join(format!("{name}.pem"))).unwrap()
}

fn public(directory: &tempfile::TempDir, name: &str) -> PublicKey {
    PublicKey::read(&directory.path().join(format!("{name}.pub"))).unwrap()
}

#[test]
fn openssl_verifies_what_we_sign() {
    let directory = keys(&["a"]);
    let envelope = sign(&private(&directory, "a"), TYPE, b"{\"rows\":1}".to_vec());
    let signature = written(&directory, "sig", &envelope.signatures[0].sig);
    let message = written(&directory, "pae", &pre_authentication_encoding(TYPE, &envelope.payload));
    let public = directory.path().join("a.pub");
    let (public, signature, message) = (text(&public), text(&signature), text(&message));
    let said =
        openssl(&["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", public, "-sigfile", signature, "-in", message]);
    assert!(String::from_utf8_lossy(&said).contains("Signature Verified Successfully"), "{said:?}");
}

#[test]
fn we_verify_what_openssl_signs() {
    let directory = keys(&["a"]);
    let message = written(&directory, "pae", &pre_authentication_encoding(TYPE, b"payload"));
    let private = directory.path().join("a.pem");
    let sig = openssl(&["pkeyutl", "-sign", "-rawin", "-inkey", text(&private), "-in", text(&message)]);
    let envelope = Envelope {
        payload_type: TYPE.into(),
        payload: b"payload".to_vec(),
        signatures: vec![Signature { keyid: String::new(), sig }],
    };
    let trusted = public(&directory, "a");
    let verified = verify(&envelope, TYPE, std::slice::from_ref(&trusted)).unwrap();
    assert_eq!((verified.payload.as_slice(), verified.signers), (b"payload".as_slice(), vec![trusted.id().to_owned()]));
}

#[test]
fn a_key_is_named_by_what_sha256sum_says_of_its_der() {
    let directory = keys(&["a"]);
    let path = directory.path().join("a.pub");
    let der = written(&directory, "der", &openssl(&["pkey", "-pubin", "-in", text(&path), "-outform", "DER"]));
    let said = Command::new("sha256sum").arg(der).output().unwrap();
    let id = public(&directory, "a").id().to_owned();
    assert_eq!(id, String::from_utf8(said.stdout).unwrap()[..64]);
    assert_eq!(id, private(&directory, "a").public().id());
}

#[test]
fn every_changed_byte_of_payload_or_type_is_noticed() {
    let directory = keys(&["a"]);
    let trusted = [public(&directory, "a")];
    let envelope = sign(&private(&directory, "a"), TYPE, b"{\"rows\":1}".to_vec());
    assert!(verify(&envelope, TYPE, &trusted).is_ok());
    let changed = VerifyError::Changed { keyid: trusted[0].id().to_owned() };
    for at in 0..envelope.payload.len() {
        let mut other = envelope.clone();
        other.payload[at] ^= 1;
        assert_eq!(verify(&other, TYPE, &trusted), Err(changed.clone()), "byte {at}");
    }
    for at in 0..64 {
        let mut other = envelope.clone();
        other.signatures[0].sig[at] ^= 1;
        assert_eq!(verify(&other, TYPE, &trusted), Err(changed.clone()), "byte {at} of the signature");
    }
    let renamed = Envelope { payload_type: "application/other".into(), ..envelope.clone() };
    assert_eq!(verify(&renamed, "application/other", &trusted), Err(changed));
    let found = TYPE.to_owned();
    let other = VerifyError::OtherType { expected: "application/other".into(), found };
    assert_eq!(verify(&envelope, "application/other", &trusted), Err(other));
}

#[test]
fn a_stranger_is_named_and_refused_whatever_name_it_borrows() {
    let directory = keys(&["a", "stranger"]);
    let trusted = [public(&directory, "a")];
    let mut envelope = sign(&private(&directory, "stranger"), TYPE, b"x".to_vec());
    let stranger = public(&directory, "stranger").id().to_owned();
    let unknown =
        VerifyError::UnknownSigner { found: vec![stranger.clone()], trusted: vec![trusted[0].id().to_owned()] };
    assert!(unknown.to_string().contains(&stranger));
    assert_eq!(verify(&envelope, TYPE, &trusted), Err(unknown));
    envelope.signatures[0].keyid = trusted[0].id().to_owned();
    assert_eq!(verify(&envelope, TYPE, &trusted), Err(VerifyError::Changed { keyid: trusted[0].id().to_owned() }));
    envelope.signatures.clear();
    assert_eq!(verify(&envelope, TYPE, &trusted), Err(VerifyError::Unsigned));
}

#[test]
fn two_signers_are_both_named() {
    let directory = keys(&["a", "b"]);
    let mut envelope = sign(&private(&directory, "a"), TYPE, b"x".to_vec());
    let second = sign(&private(&directory, "b"), TYPE, b"x".to_vec());
    envelope.signatures.extend(second.signatures);
    let read = Envelope::read(envelope.to_json().as_bytes()).unwrap();
    let trusted = [public(&directory, "b"), public(&directory, "a")];
    let names = trusted.clone().map(|key| key.id().to_owned());
    assert_eq!(verify(&read, TYPE, &trusted).unwrap().signers, names);
}

#[test]
fn a_private_key_that_others_can_read_is_refused_with_how_to_mend_it() {
    let directory = keys(&["a"]);
    let path = directory.path().join("a.pem");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let refused = PrivateKey::read(&path).unwrap_err();
    assert_eq!(refused, KeyError::Exposed { path, mode: 0o640 });
    assert!(refused.to_string().contains("chmod 600"), "{refused}");
}

#[test]
fn a_file_that_is_another_key_is_named_for_what_it_is() {
    let directory = keys(&["a"]);
    let at = |name: &str| directory.path().join(name);
    let refused = |path: PathBuf| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        PrivateKey::read(&path).unwrap_err().to_string()
    };
    assert!(PublicKey::read(&at("a.pem")).unwrap_err().to_string().contains("it is a private key"));
    assert!(refused(at("a.pub")).contains("it is a public key"));
    let rsa = at("rsa.pem");
    openssl(&["genpkey", "-algorithm", "rsa", "-out", text(&rsa)]);
    assert!(refused(rsa).contains("openssl genpkey -algorithm ed25519"));
    let locked = at("locked.pem");
    let options = ["-aes256", "-pass", "pass:x", "-out", text(&locked)];
    openssl(&[["genpkey", "-algorithm", "ed25519"].as_slice(), options.as_slice()].concat());
    assert!(refused(locked).contains("passphrase"));
    assert!(matches!(PublicKey::read(&at("nothing")), Err(KeyError::Unreadable { .. })));
}

#[test]
fn printing_a_private_key_prints_its_public_name_only() {
    let directory = keys(&["a"]);
    let key = private(&directory, "a");
    assert_eq!(format!("{key:?}"), format!("PrivateKey(of {})", key.public().id()));
}

/// A directory with a P-256 key as KMS would keep it, and its public part.
fn p256_key() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let (private, public) = (directory.path().join("kms.pem"), directory.path().join("kms.pub"));
    openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", text(&private)]);
    openssl(&["pkey", "-in", text(&private), "-pubout", "-out", text(&public)]);
    directory
}

#[test]
fn a_digest_signed_elsewhere_makes_an_envelope_that_both_verify() {
    let directory = p256_key();
    let key = public(&directory, "kms");
    assert_eq!(key.algorithm(), Algorithm::EcdsaP256Sha256);
    let unsigned = Unsigned::new(TYPE, b"{\"rows\":1}".to_vec());
    // What KMS does with a message of the type DIGEST.
    let digest = written(&directory, "digest", &unsigned.digest());
    let private = directory.path().join("kms.pem");
    let signature = openssl(&["pkeyutl", "-sign", "-inkey", text(&private), "-in", text(&digest)]);

    let to_sign = written(&directory, "pae", &unsigned.to_sign());
    let file = written(&directory, "sig", &signature);
    let public = directory.path().join("kms.pub");
    let said = openssl(&["dgst", "-sha256", "-verify", text(&public), "-signature", text(&file), text(&to_sign)]);
    assert_eq!(String::from_utf8_lossy(&said).trim(), "Verified OK");

    let envelope = unsigned.signed(&key, signature).unwrap();
    let verified = verify(&envelope, TYPE, std::slice::from_ref(&key)).unwrap();
    assert_eq!(verified.signers, [key.id().to_owned()]);
    let mut changed = envelope;
    changed.payload.push(b' ');
    assert!(matches!(verify(&changed, TYPE, &[key]), Err(VerifyError::Changed { .. })));
}

#[test]
fn a_signature_by_another_key_or_not_in_der_is_not_enclosed() {
    let (directory, other) = (p256_key(), p256_key());
    let unsigned = Unsigned::new(TYPE, b"payload".to_vec());
    let digest = written(&directory, "digest", &unsigned.digest());
    let sign = |keys: &tempfile::TempDir| {
        openssl(&["pkeyutl", "-sign", "-inkey", text(&keys.path().join("kms.pem")), "-in", text(&digest)])
    };
    let key = public(&directory, "kms");
    for signature in [sign(&other), vec![0; 64], Vec::new(), [&sign(&directory)[..], &[0]].concat()] {
        let refused = unsigned.clone().signed(&key, signature).unwrap_err();
        assert_eq!(refused, VerifyError::Changed { keyid: key.id().to_owned() });
    }
}

#[test]
fn a_p256_key_is_named_and_written_as_openssl_does() {
    let directory = p256_key();
    let (key, file) = (public(&directory, "kms"), directory.path().join("kms.pub"));
    assert_eq!(key.to_pem(), std::fs::read_to_string(&file).unwrap());
    assert_eq!(PublicKey::parse(&key.to_base64()).unwrap(), key);
    let der = openssl(&["pkey", "-pubin", "-in", text(&file), "-outform", "DER"]);
    assert_eq!(PublicKey::from_der(&der).unwrap(), key);
    let der = written(&directory, "der", &der);
    let said = Command::new("sha256sum").arg(&der).output().unwrap();
    assert!(String::from_utf8_lossy(&said.stdout).starts_with(key.id()));
}

#[test]
fn keys_of_other_kinds_are_named_by_their_algorithm() {
    let directory = tempfile::tempdir().unwrap();
    let (private, public) = (directory.path().join("k.pem"), directory.path().join("k.pub"));
    for (options, why) in [
        (&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"][..], "1.2.840.113549.1.1.1"),
        (&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "OID"),
    ] {
        openssl(&[&["genpkey", "-out", text(&private)], options].concat());
        openssl(&["pkey", "-in", text(&private), "-pubout", "-out", text(&public)]);
        let refused = PublicKey::read(&public).unwrap_err().to_string();
        assert!(refused.contains("not a public key of Ed25519 or ECDSA P-256") && refused.contains(why), "{refused}");
    }
}
