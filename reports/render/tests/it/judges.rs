//! What others say of the pages: axe-core in Chromium (light, dark, printed, narrow), and the Nu HTML checker.

use std::path::{Path, PathBuf};
use std::process::Command;

use backproof_evidence::testing::Story;

use crate::pages::page;
use crate::support::{sealed, unsealed, year};

/// Where `./test --install` puts the packages of tests/package.json.
fn node_environment() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let environment = cache.unwrap_or_default().join("backproof/node");
    assert!(environment.join("node_modules").is_dir(), "no packages of tests/package.json: run ./test --install");
    environment
}

/// How each page is looked at. All looks have the same parts, so that not every page needs every look.
const LOOKS: [&str; 3] = ["light,dark,print", "light", "dark"];

/// The pages that are judged, in a folder of their own.
fn written() -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let mut real = Story::all_passed(3);
    real.opened.simulated = false;
    let pages = [
        ("every-outcome.html", page(&sealed(&Story::of_every_outcome()))),
        ("year.html", page(&year())),
        ("unsealed.html", page(&unsealed(&real))),
    ];
    let write = |(name, text): (&str, String)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let paths = pages.into_iter().map(write).collect();
    (folder, paths)
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}: run ./test --install"));
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn axe_in_chromium_finds_nothing_wrong_in_light_dark_and_print_and_pages_reflow() {
    let (_folder, pages) = written();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/axe.mjs");
    let wanted = LOOKS.iter().zip(&pages).map(|(looks, page)| format!("{looks}:{}", page.display()));
    let said = said(Command::new("node").arg(program).arg(node_environment()).args(wanted));
    assert!(said.starts_with("{\"wrong\":[],\"rules\":"), "{said}");
    let rules: u32 = said.trim().trim_start_matches("{\"wrong\":[],\"rules\":").trim_end_matches('}').parse().unwrap();
    assert!(rules > 20, "only {rules} rules had anything to look at");
}

#[test]
fn the_nu_checker_finds_nothing_wrong() {
    let (folder, pages) = written();
    let checker = node_environment().join("node_modules/vnu-jar/build/dist/vnu.jar");
    let check =
        |paths: &[PathBuf]| said(Command::new("java").arg("-jar").arg(&checker).args(["--format", "gnu"]).args(paths));
    assert_eq!(check(&pages), "");
    let broken = folder.path().join("broken.html");
    std::fs::write(&broken, std::fs::read_to_string(&pages[0]).unwrap().replace("<caption>", "<p>")).unwrap();
    assert!(check(&[broken]).contains("error"), "it would notice an error");
}
