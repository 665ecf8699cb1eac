//! Time-stamps against an authority that OpenSSL plays, which knows nothing of this crate.

mod authority;

use authority::{Authority, CORRECT, Certificate, Conduct, Key, openssl, status_of};
use backproof_signing::{ExaminedTimeStamp, Standing, TimeStampProblem, TimeStampRequest, examine_time_stamp};
use sha2::{Digest, Sha256};

const SEALED: &[u8] = b"5891b5b522d5df08  run.json\n";

fn sealed() -> [u8; 32] {
    Sha256::digest(SEALED).into()
}

fn request() -> TimeStampRequest {
    TimeStampRequest::new(sealed(), [0xff; 8])
}

/// How the answer to our request stands, judged by the authority's own root.
fn examined(authority: &Authority) -> ExaminedTimeStamp {
    let response = authority.answer(&request().der);
    examine_time_stamp(&response, &hex::encode(sealed()), Some(&authority.root()))
}

fn assert_refused(examined: &ExaminedTimeStamp, why: &str) {
    assert_eq!(examined.standing, Standing::Invalid, "{}", examined.remark);
    assert!(examined.remark.contains(why), "`{why}` expected: {}", examined.remark);
    assert_eq!((&examined.at, &examined.authority), (&None, &None));
}

#[test]
fn openssl_reads_and_answers_our_request_and_we_believe_what_it_believes() {
    let authority = Authority::new(Key::P256);
    let request = request();
    let query = authority.write("our.tsq", &request.der);
    let said = openssl(authority.path(), &["ts", "-query", "-in", &query, "-text"]);
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("Hash Algorithm: sha256") && said.contains("Certificate required: yes"), "{said}");
    assert!(said.contains("Nonce: 0x7FFFFFFFFFFFFFFF"), "{said}");

    let response = authority.answer(&request.der);
    request.is_answered_by(&response).unwrap();
    let reply = authority.write("our.tsr", &response);
    openssl(authority.path(), &["ts", "-verify", "-queryfile", &query, "-in", &reply, "-CAfile", "root.pem"]);

    let seen = examine_time_stamp(&response, &hex::encode(sealed()), Some(&authority.root()));
    assert_eq!(seen.standing, Standing::Trusted, "{}", seen.remark);
    assert_eq!(seen.authority.as_deref(), Some("CN=The authority,O=Test"));
    assert_eq!(seen.serial.as_deref(), Some("02"));
    let text = openssl(authority.path(), &["ts", "-reply", "-in", &reply, "-text"]);
    let text = String::from_utf8(text).unwrap();
    let told = text.lines().find_map(|line| line.strip_prefix("Time stamp: ")).unwrap();
    let ours = seen.at.unwrap().strftime("%b %e %H:%M:%S%.3f %Y GMT").to_string();
    assert_eq!(without_fraction(told), without_fraction(&ours));
}

/// OpenSSL leaves trailing zeros of a fraction out.
fn without_fraction(moment: &str) -> String {
    match moment.split_once('.') {
        Some((before, after)) => format!("{before} {}", after.split_once(' ').unwrap().1),
        None => moment.to_owned(),
    }
}

#[test]
fn rsa_and_both_curves_are_verified_with_each_digest_of_theirs() {
    for (key, digest) in [
        (Key::Rsa, "sha256"),
        (Key::Rsa, "sha384"),
        (Key::Rsa, "sha512"),
        (Key::P256, "sha256"),
        (Key::P384, "sha384"),
        (Key::P384, "sha256"),
    ] {
        let authority = Authority::with(key, Conduct { digest, ..CORRECT });
        let seen = examined(&authority);
        assert_eq!(seen.standing, Standing::Trusted, "{key:?} with {digest}: {}", seen.remark);
    }
}

#[test]
fn rsa_pss_and_certificates_named_by_their_key_are_verified() {
    let authority = Authority::new(Key::Rsa);
    let pss = ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest"];
    for options in [&pss[..], &["-keyid"]] {
        let response = authority.answer_by_cms(&request().der, options);
        let seen = examine_time_stamp(&response, &hex::encode(sealed()), Some(&authority.root()));
        assert_eq!(seen.standing, Standing::Trusted, "{options:?}: {}", seen.remark);
    }
}

#[test]
fn the_first_version_of_the_signing_certificate_counts_too() {
    let seen = examined(&Authority::with(Key::P256, Conduct { certificate_digest: "sha1", ..CORRECT }));
    assert_eq!(seen.standing, Standing::Trusted, "{}", seen.remark);
}

#[test]
fn signed_data_that_names_no_certificate_is_refused() {
    let authority = Authority::new(Key::P256);
    let response = authority.answer_by_cms(&request().der, &["-no-cades"]);
    let seen = examine_time_stamp(&response, &hex::encode(sealed()), Some(&authority.root()));
    assert_refused(&seen, "the signer's certificate is not among them");
}

#[test]
fn without_an_authority_to_check_it_by_the_signer_is_unknown() {
    let authority = Authority::new(Key::P256);
    let response = authority.answer(&request().der);
    let seen = examine_time_stamp(&response, &hex::encode(sealed()), None);
    assert_eq!(seen.standing, Standing::SignerUnknown);
    assert!(seen.at.is_some() && seen.remark.contains("CN=The authority,O=Test"), "{}", seen.remark);
}

#[test]
fn a_time_stamp_of_other_bytes_is_refused() {
    let authority = Authority::new(Key::P256);
    let response = authority.answer(&request().der);
    let other = hex::encode(Sha256::digest(b"5891b5b522d5df09  run.json\n"));
    let seen = examine_time_stamp(&response, &other, Some(&authority.root()));
    assert_refused(&seen, &format!("it is of other bytes: it names SHA-256 {}", hex::encode(sealed())));
}

#[test]
fn an_answer_to_another_request_is_refused() {
    let authority = Authority::new(Key::P256);
    let response = authority.answer(&TimeStampRequest::new(sealed(), [1; 8]).der);
    let refused = request().is_answered_by(&response).unwrap_err();
    let (expected, found) = ("7fffffffffffffff".to_owned(), "4101010101010101".to_owned());
    assert_eq!(refused, TimeStampProblem::OtherNonce { expected, found });
}

#[test]
fn an_authority_that_refuses_is_quoted() {
    let authority = Authority::with(Key::P256, Conduct { accepts: "sha512", ..CORRECT });
    let seen = examined(&authority);
    assert_refused(&seen, "the authority did not grant it (status 2): Message digest algorithm is not supported.");
}

#[test]
fn another_authority_is_refused_even_by_the_same_name() {
    let authority = Authority::new(Key::P256);
    let impostor = Authority::new(Key::P256);
    let response = impostor.answer(&request().der);
    let seen = examine_time_stamp(&response, &hex::encode(sealed()), Some(&authority.root()));
    assert_refused(&seen, "no given authority stands behind CN=The authority,O=Test");
    let elsewhere = Authority::with(Key::P256, Conduct { root_name: "/O=Elsewhere/CN=Root", ..CORRECT });
    let seen = examine_time_stamp(&elsewhere.answer(&request().der), &hex::encode(sealed()), Some(&authority.root()));
    assert_refused(&seen, "none of them issued its certificate");
}

#[test]
fn a_certificate_that_had_expired_is_refused() {
    let seen = examined(&Authority::with(Key::P256, Conduct { days: "-1", ..CORRECT }));
    assert_refused(&seen, "the certificate of CN=The authority,O=Test was not valid at");
    assert_refused(&seen, "it had expired");
    let seen = examined(&Authority::with(Key::P256, Conduct { root_days: "-1", ..CORRECT }));
    assert_refused(&seen, "the certificate of CN=Root,O=Test was not valid at");
}

#[test]
fn a_certificate_that_is_for_something_else_is_refused() {
    for (usage, why) in [
        ("extendedKeyUsage=timeStamping", "its extended key usage is not critical"),
        ("extendedKeyUsage=critical,timeStamping,codeSigning", "its extended key usage is another, or further ones"),
        ("extendedKeyUsage=critical,serverAuth", "its extended key usage is another, or further ones"),
        ("keyUsage=critical,digitalSignature", "it has no extended key usage"),
    ] {
        // OpenSSL's authority refuses such certificates itself, so the signature is made by its CMS.
        let authority = Authority::with(Key::P256, Conduct { usage, ..CORRECT });
        let response = authority.answer_by_cms(&request().der, &[]);
        let seen = examine_time_stamp(&response, &hex::encode(sealed()), Some(&authority.root()));
        assert_refused(&seen, why);
        let unknown = examine_time_stamp(&response, &hex::encode(sealed()), None);
        assert_refused(&unknown, why);
    }
}

#[test]
fn a_certificate_between_authority_and_root_is_found_in_the_answer_or_beside_the_root() {
    let sealed = hex::encode(sealed());
    let with_chain = Authority::with(Key::P256, Conduct { between: Some(Certificate::InTheAnswer), ..CORRECT });
    let seen = examined(&with_chain);
    assert_eq!(seen.standing, Standing::Trusted, "{}", seen.remark);

    let without = Authority::with(Key::P256, Conduct { between: Some(Certificate::Left), ..CORRECT });
    let response = without.answer(&request().der);
    let seen = examine_time_stamp(&response, &sealed, Some(&without.root()));
    assert_refused(&seen, "none of them issued its certificate");
    let both = without.root() + &without.read("between.pem");
    let seen = examine_time_stamp(&response, &sealed, Some(&both));
    assert_eq!(seen.standing, Standing::Trusted, "{}", seen.remark);
}

#[test]
fn no_changed_byte_changes_what_is_believed() {
    let authority = Authority::new(Key::P256);
    let (response, sealed, root) = (authority.answer(&request().der), hex::encode(sealed()), authority.root());
    let honest = examine_time_stamp(&response, &sealed, Some(&root));
    let mut refused = 0;
    for at in 0..response.len() {
        let mut changed = response.clone();
        changed[at] ^= 0x01;
        let seen = examine_time_stamp(&changed, &sealed, Some(&root));
        match seen.standing {
            Standing::Invalid => refused += 1,
            // Versions, status texts and the like are signed by nobody, and nothing is read from them.
            Standing::Trusted => assert_eq!(seen, honest, "byte {at}"),
            Standing::SignerUnknown => panic!("byte {at} makes the signer unknown"),
        }
    }
    assert!(refused * 10 > response.len() * 9, "{refused} of {} bytes matter", response.len());
}

#[test]
fn a_part_of_an_answer_is_none() {
    let authority = Authority::new(Key::P256);
    let response = authority.answer(&request().der);
    for end in 0..response.len() {
        let seen = examine_time_stamp(&response[..end], &hex::encode(sealed()), Some(&authority.root()));
        assert_refused(&seen, "it cannot be read as a time-stamp");
    }
    let longer = [&response[..], &[0]].concat();
    assert_refused(&examine_time_stamp(&longer, &hex::encode(sealed()), None), "it cannot be read");
}

#[test]
fn a_file_that_holds_no_authority_is_named() {
    let authority = Authority::new(Key::P256);
    let response = authority.answer(&request().der);
    let seen = examine_time_stamp(&response, &hex::encode(sealed()), Some("no certificate here"));
    assert_refused(&seen, "the file of authorities cannot be used: it holds no certificate in PEM");
}

#[test]
fn openssl_refuses_what_we_refuse() {
    let authority = Authority::new(Key::P256);
    let data = authority.write("sealed", SEALED);
    let changed = authority.write("changed", b"5891b5b522d5df09  run.json\n");
    let reply = authority.write("our.tsr", &authority.answer(&request().der));
    let verify = |file: &str| {
        status_of(authority.path(), &["ts", "-verify", "-data", file, "-in", &reply, "-CAfile", "root.pem"])
    };
    assert_eq!((verify(&data), verify(&changed)), (true, false));
}
