//! Pages that are written from the code, and the check that they are up to date.

use crate::finding::Finding;
use crate::packages::Package;
use crate::tree::Tree;
use crate::{permissions, validators_page};

/// A page as it should be.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its file, from the root.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
}

/// All generated pages, and what keeps one from being written.
pub(crate) fn pages(tree: &Tree, packages: &[Package]) -> (Vec<Page>, Vec<Finding>) {
    let (validators, findings) = validators_page::page(tree, packages);
    // Serialising a JSON value whose keys are texts cannot fail.
    let schema = format!("{:#}\n", backproof_plan::json_schema());
    let results = format!("{:#}\n", backproof_evidence::results_schema());
    let page = |path: &str, text| Page { path: path.to_owned(), text };
    let pages = vec![
        page("docs/permissions.md", permissions::page()),
        page("docs/plan.schema.json", schema),
        page("docs/results.schema.json", results),
        page("docs/validators.md", validators),
    ];
    (pages, findings)
}

/// Pages that are not what the code says.
pub(crate) fn check(tree: &Tree, packages: &[Package]) -> Vec<Finding> {
    let (pages, mut findings) = pages(tree, packages);
    let stale = pages.into_iter().filter(|page| tree.text(&page.path).ok() != Some(page.text.as_str()));
    findings.extend(stale.map(|page| {
        Finding::new(page.path, 0, "the page is not what the code says", "run `cargo xtask generate` and commit it")
    }));
    findings
}
