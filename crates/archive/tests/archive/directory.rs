//! What a directory promises, and what it does not.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use backproof_archive::{Depth, Destination, Finding, KeptIn, Receipt};

use crate::support::{Bundle, verify};

const PACKED: &str = "k3v9x2aa/run-12/bundle-12.tar.zst";

fn archived(bundle: &Bundle, root: &Path) -> Receipt {
    bundle.archive(&Destination::Directory(root.into())).unwrap()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn files_are_read_only_and_nothing_else_is_left() {
    let root = tempfile::tempdir().unwrap();
    let receipt = archived(&Bundle::new(), root.path());
    assert!(!receipt.immutable && receipt.statement.starts_with("Not immutable"), "{}", receipt.statement);
    for object in &receipt.objects {
        let KeptIn::File { path, mode: said, synced } = &object.kept else { panic!("{object:?}") };
        assert_eq!((mode(&root.path().join(path)), said.as_str(), *synced), (0o444, "0444", true));
    }
    let files: Vec<PathBuf> =
        std::fs::read_dir(root.path().join("k3v9x2aa/run-12")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.iter().any(|file| file.to_string_lossy().ends_with(".part")), "{files:?}");
}

#[test]
fn a_copy_that_was_cut_off_is_gone_on_with() {
    let (bundle, root) = (Bundle::large(), tempfile::tempdir().unwrap());
    let whole = std::fs::read(bundle.path("bundle-12.tar.zst")).unwrap();
    let folder = root.path().join("k3v9x2aa/run-12");
    std::fs::create_dir_all(&folder).unwrap();
    for left in [whole[..30_000].to_vec(), b"something else".to_vec(), [whole.clone(), b"more".to_vec()].concat()] {
        std::fs::remove_file(root.path().join(PACKED)).ok();
        std::fs::write(folder.join(".bundle-12.tar.zst.part"), left).unwrap();
        archived(&bundle, root.path());
        assert!(std::fs::read(root.path().join(PACKED)).unwrap() == whole);
    }
}

#[test]
fn what_was_changed_or_can_be_is_found() {
    let (bundle, root) = (Bundle::new(), tempfile::tempdir().unwrap());
    let receipt = archived(&bundle, root.path());
    let packed = root.path().join(PACKED);
    std::fs::set_permissions(&packed, PermissionsExt::from_mode(0o644)).unwrap();
    let destination = Destination::Directory(root.path().into());
    let found = verify(&receipt, &destination, Depth::Checksums);
    assert_eq!(found.objects[1].findings, [Finding::Writable { mode: "0644".into() }]);
    std::fs::write(&packed, "a smaller one").unwrap();
    let found = verify(&receipt, &destination, Depth::Checksums);
    assert!(matches!(found.objects[1].findings[0], Finding::OtherContent { .. }), "{found:?}");
    assert!(!found.is_sound());
}
