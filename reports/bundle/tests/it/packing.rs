//! Bundles in one file.

use std::fs;
use std::process::Command;

use backproof_bundle::{OpenError, VerifyOptions, open, pack, verify};
use backproof_model::canonical::sha256_hex;

use crate::support::{Installation, key, opened, operator_signs, verified, wrong};

#[test]
fn a_packed_bundle_is_read_as_its_directory_is() {
    let (installation, sealed) = Installation::of_every_outcome();
    operator_signs(&sealed.directory, &key("operator"));
    let bundle = opened(&sealed.directory);
    let packed = pack(&bundle, &installation.path("bundle-1.tar.zst")).unwrap();
    let unpacked = open(&packed.path).unwrap();
    let files = |bundle: &backproof_bundle::BundleFiles| {
        bundle.files().map(|(path, _)| (path.to_owned(), bundle.bytes(path).unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(files(&unpacked), files(&bundle));
    assert_eq!(verify(&unpacked, &VerifyOptions::default()), verified(&sealed.directory));
    assert_eq!(fs::metadata(&packed.path).unwrap().len(), packed.bytes);
}

#[test]
fn the_same_bundle_is_packed_into_the_same_bytes() {
    let (installation, sealed) = Installation::of_every_outcome();
    let bundle = opened(&sealed.directory);
    let first = pack(&bundle, &installation.path("first.tar.zst")).unwrap();
    let second = pack(&bundle, &installation.path("second.tar.zst")).unwrap();
    assert_eq!(first.sha256, second.sha256);
    assert_eq!(fs::read(&first.path).unwrap(), fs::read(&second.path).unwrap());
}

#[test]
fn several_that_pack_the_same_bundle_at_once_leave_it_whole() {
    let (installation, sealed) = Installation::of_every_outcome();
    let bundle = opened(&sealed.directory);
    let destination = installation.path("packed/bundle-1.tar.zst");
    let packed = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| pack(&bundle, &destination).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(packed.iter().all(|it| *it == packed[0]));
    assert_eq!(sha256_hex(fs::read(&destination).unwrap()), packed[0].sha256);
    assert_eq!(fs::read_dir(installation.path("packed")).unwrap().count(), 1, "nothing unfinished stays");
}

#[test]
fn tar_unpacks_what_is_packed_here() {
    let (installation, sealed) = Installation::of_every_outcome();
    let packed = pack(&opened(&sealed.directory), &installation.path("bundle-1.tar.zst")).unwrap();
    // tar asks `zstd`, which not every machine has: what ours decodes is given to it uncompressed.
    let mut tar = Vec::new();
    let file = fs::File::open(&packed.path).unwrap();
    std::io::copy(&mut ruzstd::decoding::StreamingDecoder::new(file).unwrap(), &mut tar).unwrap();
    fs::write(installation.path("bundle.tar"), tar).unwrap();
    let folder = installation.path("unpacked");
    fs::create_dir(&folder).unwrap();
    let status = Command::new("tar").arg("-xf").arg(installation.path("bundle.tar")).current_dir(&folder).status();
    assert!(status.unwrap().success());
    assert_eq!(wrong(&verified(&folder.join("bundle-1"))), "");
}

#[test]
fn an_archive_that_plays_tricks_is_named_and_writes_nothing_elsewhere() {
    let (installation, sealed) = Installation::of_every_outcome();
    let mut builder = tar::Builder::new(Vec::new());
    for (path, _) in opened(&sealed.directory).files() {
        builder.append_path_with_name(sealed.directory.join(path), format!("bundle-1/{path}")).unwrap();
    }
    let mut add = |name: &str, kind: tar::EntryType| {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(u64::from(kind == tar::EntryType::Regular));
        if kind == tar::EntryType::Symlink {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        builder.append(&header, if kind == tar::EntryType::Regular { &b"x"[..] } else { &b""[..] }).unwrap();
    };
    add("bundle-1/../../escaped", tar::EntryType::Regular);
    add("bundle-1/run.json", tar::EntryType::Regular);
    add("bundle-1/link", tar::EntryType::Symlink);
    add("other/run.json", tar::EntryType::Regular);
    add("/absolute", tar::EntryType::Regular);
    let tar = builder.into_inner().unwrap();
    let path = installation.path("tricky.tar.zst");
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    fs::write(&path, ruzstd::encoding::compress_to_vec(&tar[..], level)).unwrap();
    let verification = verify(&open(&path).unwrap(), &VerifyOptions::default());
    let wrong = wrong(&verification);
    for told in [
        "`bundle-1/../../escaped`: it leads elsewhere than it says",
        "`run.json` stands in the archive twice",
        "`bundle-1/link` is no plain file",
        "`other/run.json` stands outside the bundle's folder `bundle-1`",
        "`/absolute` stands outside the bundle's folder",
    ] {
        assert!(wrong.contains(told), "{told} is not among:\n{wrong}");
    }
}

#[test]
fn what_is_no_bundle_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.pdf");
    fs::write(&path, "%PDF-1.7").unwrap();
    assert!(matches!(open(&path), Err(OpenError::NoBundle { .. })));
    let cut = folder.path().join("cut.tar.zst");
    let (installation, sealed) = Installation::of_every_outcome();
    let packed = pack(&opened(&sealed.directory), &installation.path("b.tar.zst")).unwrap();
    let bytes = fs::read(packed.path).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(open(&cut), Err(OpenError::NoBundle { .. })));
    assert!(matches!(open(&folder.path().join("nothing")), Err(OpenError::Unreadable { .. })));
}
