//! The variables that a program gets.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Where programs are, where our own environment does not say.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// `PATH`, and the same language and time zone wherever a program runs, a home of its own, and what the plan names.
pub(crate) fn environment(home: &Path, inherited: &[String]) -> Vec<(OsString, OsString)> {
    let own = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let fixed: [(&str, OsString); 5] = [
        ("PATH", own("PATH").unwrap_or_else(|| USUAL_PATH.into())),
        ("LANG", "C.UTF-8".into()),
        ("TZ", "UTC".into()),
        ("HOME", home.into()),
        ("TMPDIR", home.into()),
    ];
    let inherited = inherited.iter().filter_map(|name| Some((OsStr::new(name).to_owned(), own(name)?)));
    let is_fixed = |name: &OsStr| fixed.iter().any(|(fixed, _)| name == *fixed);
    let inherited: Vec<_> = inherited.filter(|(name, _)| !is_fixed(name)).collect();
    fixed.iter().map(|(name, value)| (OsString::from(name), value.clone())).chain(inherited).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_named_is_inherited_and_the_home_is_its_own() {
        // Cargo sets these for every test.
        let names = ["CARGO_PKG_NAME".to_owned(), "HOME".to_owned(), "NOWHERE_SET".to_owned()];
        let made = environment(Path::new("/a/home"), &names);
        let given: Vec<&OsStr> = made.iter().map(|(name, _)| name.as_os_str()).collect();
        assert_eq!(given, ["PATH", "LANG", "TZ", "HOME", "TMPDIR", "CARGO_PKG_NAME"]);
        assert_eq!(made[3].1, "/a/home");
        assert_eq!(made[5].1, env!("CARGO_PKG_NAME"));
    }
}
