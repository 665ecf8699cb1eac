//! Bundles that were made to be read otherwise than they are, or not to be read to their end.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use backproof_bundle::{BundleFiles, OpenError, open, pack};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::support::{Installation, opened, verified, wrong};

fn packed(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// An archive with one file, and nothing behind its end.
fn archive(file: &str, content: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_cksum();
    builder.append_data(&mut header, file, content).unwrap();
    builder.into_inner().unwrap()
}

/// Opens a file of these bytes.
fn opening(bytes: &[u8]) -> Result<BundleFiles, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.tar.zst");
    fs::write(&path, bytes).unwrap();
    open(&path).map_err(|error| {
        assert!(matches!(error, OpenError::NoBundle { .. }), "{error}");
        error.to_string()
    })
}

#[test]
fn what_follows_the_archive_makes_it_no_bundle() {
    let (installation, sealed) = Installation::of_every_outcome();
    let file = pack(&opened(&sealed.directory), &installation.path("b.tar.zst")).unwrap();
    let honest = fs::read(file.path).unwrap();
    assert!(opening(&honest).is_ok());
    let second_frame = packed(&archive("bundle-1/run.json", b"{}"));
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    for behind in [&second_frame[..], &skippable, b"garbage", &[0]] {
        let told = opening(&[&honest, behind].concat()).unwrap_err();
        assert!(told.contains("something follows the archive: its one frame of zstd must end the file"), "{told}");
    }
}

#[test]
fn what_stands_behind_the_archives_end_makes_it_no_bundle() {
    let first = archive("bundle-1/run.json", b"{}");
    let padded = [&first[..], &[0; 10_240]].concat();
    assert!(opening(&packed(&padded)).is_ok(), "archives are padded with zeros");
    let second = archive("bundle-1/run.json", b"{\"better\":true}");
    for behind in [&second[..], b"x", &[&[0; 4_096][..], &second].concat()] {
        let told = opening(&packed(&[&first, behind].concat())).unwrap_err();
        assert!(told.contains("something follows the archive's end, where only zeros may"), "{told}");
    }
}

#[test]
fn an_archive_that_unpacks_to_more_than_an_honest_one_is_not_unpacked() {
    let bomb = packed(&archive("bundle-1/journal.jsonl", &vec![0; 64 << 20]));
    let most = (16 << 20) + 1_000 * bomb.len();
    let told = opening(&bomb).unwrap_err();
    assert!(told.contains(&format!("its {} bytes unpack to more than {most}", bomb.len())), "{told}");
}

/// What each file is read for, where something else has its name.
const READ: [(&str, &str); 5] = [
    ("population.tsv", "population: population.tsv cannot be read: "),
    ("excluded.tsv", "population: excluded.tsv cannot be read: "),
    ("points.tsv", "population: points.tsv cannot be read: "),
    ("ranking.tsv", "draw: ranking.tsv cannot be read: "),
    ("journal.jsonl", "journal: journal.jsonl cannot be read: "),
];

fn each_replaced(by: impl Fn(&Path)) {
    let (_installation, sealed) = Installation::of_every_outcome();
    for (file, expected) in READ {
        let path = sealed.directory.join(file);
        let original = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        by(&path);
        let told = wrong(&verified(&sealed.directory));
        assert!(told.contains(&format!("{expected}the bundle has no plain file of this name")), "{file}:\n{told}");
        assert!(told.contains(&format!("files: `{file}` is ")), "{file}:\n{told}");
        assert!(!told.contains("a secret of somebody else's"), "{file}:\n{told}");
        fs::remove_file(&path).unwrap();
        fs::write(&path, original).unwrap();
    }
}

#[test]
fn a_link_is_named_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let secret: PathBuf = folder.path().join("secret");
    fs::write(&secret, "a secret of somebody else's\n").unwrap();
    each_replaced(|path| symlink(&secret, path).unwrap());
    each_replaced(|path| symlink("/dev/zero", path).unwrap());
}

#[test]
fn a_pipe_is_named_and_not_waited_for() {
    each_replaced(|path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()));
}

#[test]
fn a_report_that_is_a_link_is_not_followed() {
    let (_installation, sealed) = Installation::of_every_outcome();
    let reports = sealed.directory.join("reports");
    fs::create_dir(&reports).unwrap();
    symlink("/dev/zero", reports.join("report.html")).unwrap();
    let list = format!("{}  ../SHA256SUMS\n{}  report.html\n", sealed.sha256, "0".repeat(64));
    fs::write(reports.join("SHA256SUMS"), list).unwrap();
    let told = wrong(&verified(&sealed.directory));
    assert!(told.contains("reports: `reports/report.html` cannot be read"), "{told}");
}

#[test]
fn no_file_is_read_into_memory_that_is_longer_than_any_honest_one() {
    let (_installation, sealed) = Installation::of_every_outcome();
    // Nothing of these lengths is written: the files are holes.
    let lengthened = |file: &str, length: u64| {
        fs::create_dir_all(sealed.directory.join("attestations")).unwrap();
        let file = fs::OpenOptions::new().create(true).append(true).open(sealed.directory.join(file)).unwrap();
        file.set_len(length).unwrap();
    };
    lengthened("attestations/operator.dsse.json", (1 << 20) + 1);
    let told = wrong(&verified(&sealed.directory));
    assert!(
        told.contains("signature operator.dsse.json: attestations/operator.dsse.json: it cannot be read: 1048577"),
        "{told}"
    );
    lengthened("runs.csv", (2 << 30) + 1);
    let bundle = opened(&sealed.directory);
    let told = |file: &str| bundle.bytes(file).unwrap_err().to_string();
    assert_eq!(
        told("attestations/operator.dsse.json"),
        "1048577 bytes are more than the 1048576 that any honest one has"
    );
    assert_eq!(told("runs.csv"), "2147483649 bytes are more than the 2147483648 that any honest one has");
    assert!(bundle.text("runs.csv").is_err() && bundle.text("results.csv").is_ok());
}
