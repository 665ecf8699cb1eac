//! Whether a directory is one that is gone when the computer or container is.
//!
//! State that is lost leaves resources behind that nothing proves to be ours, and a register with a hole that nobody
//! sees. The decision is a function of facts; [`place_facts`] reads them.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What is known of where a directory is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceFacts {
    /// The file system's magic number, as `statfs` gives it.
    pub file_system: Option<u64>,
    /// Marks of a container that were found: files such as `/.dockerenv`, or names of variables that runtimes set.
    pub container_marks: Vec<String>,
    /// Whether the directory lies on the same file system as `/`.
    pub on_root: bool,
}

/// Files that container runtimes put into every container.
const CONTAINER_FILES: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// File systems that do not outlive the computer or the container; source: magic numbers of `statfs(2)`.
const PASSING: [(u64, &str); 3] = [
    (0x0102_1994, "it lies in memory (tmpfs), and is gone when the computer restarts"),
    (0x8584_58f6, "it lies in memory (ramfs), and is gone when the computer restarts"),
    (0x794c_7630, "it lies in a container's own layer (overlay), and is gone with the container"),
];

/// Why what is in a directory may be gone tomorrow; `None` where nothing says so.
pub fn is_ephemeral(facts: &PlaceFacts) -> Option<String> {
    let passing = PASSING.iter().find(|(magic, _)| facts.file_system == Some(*magic));
    if let Some((_, why)) = passing {
        return Some((*why).to_owned());
    }
    match facts.container_marks.first() {
        Some(mark) if facts.on_root => Some(format!(
            "this is a container ({mark}) and no volume is mounted there, so it is gone with the container"
        )),
        Some(_) | None => None,
    }
}

/// Reads the facts of a directory, which need not exist yet. `variables` are names of environment variables by which a
/// container is known and that are set here.
pub fn place_facts(directory: &Path, variables: &[&str]) -> PlaceFacts {
    let existing = nearest(directory);
    // Magic numbers fit 32 bits, and some come with the sign of the thirty-second.
    let file_system = rustix::fs::statfs(&existing).ok().map(|found| found.f_type.cast_unsigned() & 0xffff_ffff);
    let files = CONTAINER_FILES.iter().filter(|file| Path::new(file).exists());
    let container_marks = files.chain(variables).map(|mark| (*mark).to_owned()).collect();
    let device = |path: &Path| std::fs::metadata(path).ok().map(|metadata| metadata.dev());
    let on_root = device(&existing).is_some() && device(&existing) == device(Path::new("/"));
    PlaceFacts { file_system, container_marks, on_root }
}

/// The directory itself, or the nearest one above it that exists.
fn nearest(directory: &Path) -> PathBuf {
    let absolute = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    absolute.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(file_system: u64, marks: &[&str], on_root: bool) -> PlaceFacts {
        let container_marks = marks.iter().map(|mark| (*mark).to_owned()).collect();
        PlaceFacts { file_system: Some(file_system), container_marks, on_root }
    }

    const EXT4: u64 = 0xef53;

    #[test]
    fn memory_and_layers_of_containers_are_ephemeral() {
        for magic in [0x0102_1994, 0x8584_58f6, 0x794c_7630] {
            assert!(is_ephemeral(&facts(magic, &[], false)).is_some());
        }
    }

    #[test]
    fn a_disk_is_not_unless_a_container_has_no_volume_there() {
        assert_eq!(is_ephemeral(&facts(EXT4, &[], true)), None);
        assert_eq!(is_ephemeral(&facts(EXT4, &["/.dockerenv"], false)), None);
        let why = is_ephemeral(&facts(EXT4, &["KUBERNETES_SERVICE_HOST"], true)).unwrap();
        assert!(why.contains("KUBERNETES_SERVICE_HOST"), "{why}");
    }

    #[test]
    fn a_directory_that_does_not_exist_yet_is_judged_by_the_one_above_it() {
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("not").join("yet");
        assert_eq!(place_facts(&below, &[]), place_facts(directory.path(), &[]));
        assert!(place_facts(&below, &["X"]).container_marks.contains(&"X".to_owned()));
    }
}
