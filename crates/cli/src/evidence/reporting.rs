//! Makes reports and exports of bundles: which catalogues, which templates, which format.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Context;
use backproof_bundle::BundleFiles;
use backproof_evidence::Dossier;
use backproof_evidence::dossier::Subject;
use backproof_exports::Lists;
use backproof_exports::oscal::{OscalOptions, OscalVersion};
use backproof_frameworks::{Assessment, Catalogue, assess};
use backproof_plan::EvidencePlan;
use backproof_render::templates::TemplateSet;
use base64::Engine;

use crate::args::evidence::ReportFormat;
use crate::exit::UsageError;

/// The catalogue whose controls OSCAL knows.
const NIST: &str = "nist-800-53";

/// What a report is to be.
pub(crate) struct Wanted {
    pub(crate) format: ReportFormat,
    pub(crate) catalogues: Vec<Catalogue>,
    pub(crate) templates: TemplateSet,
    pub(crate) oscal_version: OscalVersion,
}

/// What was made.
pub(crate) enum Made {
    /// One file, with the name that it usually has.
    File(&'static str, Vec<u8>),
    /// Several, by their names below a folder of this name.
    Folder(&'static str, Vec<(String, Vec<u8>)>),
}

/// Makes a report of a dossier. The lists of the newest run are read from its bundle, where there is one.
pub(crate) fn make(dossier: &Dossier, newest: Option<&BundleFiles>, wanted: &Wanted) -> anyhow::Result<Made> {
    let assessments: Vec<Assessment> = wanted.catalogues.iter().map(|catalogue| assess(catalogue, dossier)).collect();
    let document = || backproof_render::document(dossier, &assessments);
    let latest = dossier.latest();
    Ok(match wanted.format {
        ReportFormat::Html => {
            let html = backproof_render::html::render(&document(), &wanted.templates, dossier)
                .map_err(|error| UsageError(error.to_string()))?;
            Made::File("report.html", html.into_bytes())
        }
        ReportFormat::Md => Made::File("report.md", backproof_render::markdown::render(&document()).into_bytes()),
        ReportFormat::Pdf => Made::File("report.pdf", pdf(&document(), newest)?),
        ReportFormat::Json => {
            let results = backproof_evidence::results(&latest.evidence, &latest.conclusion);
            Made::File("results.json", results.to_json()?.into_bytes())
        }
        ReportFormat::Csv => Made::Folder("tables", tables(dossier, newest)?),
        ReportFormat::Xlsx => {
            let mut book = Vec::new();
            backproof_exports::xlsx::write_workbook(dossier, lists(newest)?, std::io::Cursor::new(&mut book))?;
            Made::File("report.xlsx", book)
        }
        ReportFormat::Oscal => {
            Made::Folder("oscal", oscal(dossier, &with_nist(dossier, assessments)?, wanted.oscal_version))
        }
        ReportFormat::Ocsf => {
            Made::File("findings.ocsf.jsonl", backproof_exports::ocsf::ocsf(dossier, &assessments).into_bytes())
        }
        ReportFormat::Junit => Made::File("junit.xml", backproof_exports::junit::junit(dossier).into_bytes()),
    })
}

#[cfg(feature = "pdf")]
fn pdf(document: &backproof_render::document::Document, newest: Option<&BundleFiles>) -> anyhow::Result<Vec<u8>> {
    let attached = [
        ("SHA256SUMS", "text/plain", "The digest of every sealed file; its own digest is the seal"),
        ("run.json", "application/json", "What was run, and what it came to"),
        ("plan.json", "application/json", "The effective plan"),
        ("draw.json", "application/json", "Everything that the draw was made of"),
        ("results.json", "application/json", "Every restore test with its checks"),
        ("results.csv", "text/csv", "Every restore test in a row"),
        ("checks.csv", "text/csv", "Every check in a row"),
        ("VERIFY.md", "text/markdown", "How to check the bundle with coreutils and openssl"),
    ];
    let mut attachments = Vec::new();
    if let Some(bundle) = newest {
        for (name, media_type, description) in attached.into_iter().filter(|(name, ..)| bundle.has(name)) {
            attachments.push(backproof_pdf::Attachment {
                name: name.to_owned(),
                media_type: media_type.to_owned(),
                description: description.to_owned(),
                bytes: bundle.bytes(name)?,
            });
        }
    }
    Ok(backproof_pdf::render(document, &attachments)?)
}

#[cfg(not(feature = "pdf"))]
fn pdf(_: &backproof_render::document::Document, _: Option<&BundleFiles>) -> anyhow::Result<Vec<u8>> {
    let problem = "this program was built without PDF, whose typesetter takes as long to compile as much of the rest: \
                   build it with `cargo install --path crates/cli --features pdf`, or print the HTML report";
    Err(UsageError(problem.into()).into())
}

fn tables(dossier: &Dossier, newest: Option<&BundleFiles>) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let tables = backproof_exports::csv::tables(dossier).into_iter();
    let mut files: Vec<_> = tables.map(|table| (format!("{}.csv", table.name), table.to_csv().into_bytes())).collect();
    let written = std::cell::RefCell::new(BTreeMap::<&'static str, SharedBytes>::new());
    backproof_exports::csv::write_lists(lists(newest)?, |name| {
        Ok(written.borrow_mut().entry(name).or_default().clone())
    })?;
    for (name, bytes) in written.into_inner() {
        files.push((format!("{name}.csv"), bytes.take()));
    }
    Ok(files)
}

/// Bytes that are written through one handle and taken by another.
#[derive(Clone, Default)]
struct SharedBytes(std::rc::Rc<std::cell::RefCell<Vec<u8>>>);

impl SharedBytes {
    fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl std::io::Write for SharedBytes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The frozen lists of a bundle, as far as it has them.
fn lists(bundle: Option<&BundleFiles>) -> anyhow::Result<Lists<'static>> {
    let mut lists = Lists::default();
    let Some(bundle) = bundle else { return Ok(lists) };
    for (name, place) in [
        ("population.tsv", &mut lists.population),
        ("points.tsv", &mut lists.points),
        ("excluded.tsv", &mut lists.excluded),
    ] {
        if bundle.has(name) {
            let file =
                bundle.file(name).with_context(|| format!("cannot read `{}`", bundle.path_of(name).display()))?;
            *place = Some(Box::new(BufReader::new(file)));
        }
    }
    Ok(lists)
}

/// OSCAL's findings are of the controls of NIST SP 800-53: those are assessed, whatever else was asked for.
fn with_nist(dossier: &Dossier, mut assessments: Vec<Assessment>) -> anyhow::Result<Vec<Assessment>> {
    let nist = catalogue(NIST)?;
    if assessments.iter().all(|assessment| assessment.catalogue.id != nist.id) {
        assessments.push(assess(&nist, dossier));
    }
    Ok(assessments)
}

fn oscal(dossier: &Dossier, assessments: &[Assessment], version: OscalVersion) -> Vec<(String, Vec<u8>)> {
    let options = OscalOptions { version, ..OscalOptions::default() };
    let documents = backproof_exports::oscal::oscal(dossier, assessments, &options);
    let mut files = vec![
        ("assessment-plan.json".to_owned(), documents.assessment_plan.into_bytes()),
        ("assessment-results.json".to_owned(), documents.assessment_results.into_bytes()),
    ];
    files.extend(documents.plan_of_action.map(|text| ("poam.json".to_owned(), text.into_bytes())));
    files
}

/// The catalogues that are named: built-in ones by their id, others by a file that ends in `.toml`.
pub(crate) fn catalogues(names: &[String]) -> anyhow::Result<Vec<Catalogue>> {
    names.iter().map(|name| catalogue(name)).collect()
}

fn catalogue(name: &str) -> anyhow::Result<Catalogue> {
    let unusable = |problem: String| UsageError(format!("the catalogue cannot be used\n{problem}"));
    if Path::new(name).extension().is_some_and(|extension| extension == "toml") {
        let text = std::fs::read_to_string(name)
            .map_err(|error| UsageError(format!("cannot read the catalogue `{name}`: {error}")))?;
        return Ok(Catalogue::read(&text, name).map_err(|problems| unusable(problems.to_string()))?);
    }
    let shipped = backproof_frameworks::find(name).map_err(|unknown| UsageError(unknown.to_string()))?;
    Ok(shipped.read().map_err(|problems| unusable(problems.to_string()))?)
}

/// The templates in a directory, or the built-in ones.
pub(crate) fn templates(directory: Option<&Path>) -> anyhow::Result<TemplateSet> {
    let Some(directory) = directory else { return Ok(TemplateSet::builtin()) };
    let mut files = BTreeMap::new();
    read_below(directory, "", &mut files)
        .map_err(|error| UsageError(format!("cannot read the templates in `{}`: {error}", directory.display())))?;
    Ok(TemplateSet::from_dir(files).map_err(|problem| UsageError(format!("`{}`: {problem}", directory.display())))?)
}

fn read_below(folder: &Path, below: &str, files: &mut BTreeMap<String, String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_below(&entry.path(), &format!("{name}/"), files)?;
        } else if !name.starts_with('.') {
            let text = std::fs::read(entry.path())?;
            let text = String::from_utf8(text)
                .map_err(|_| std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{name} is no text")))?;
            files.insert(name, text);
        }
    }
    Ok(())
}

/// Writes the built-in templates into a directory, where none of their names is taken.
pub(crate) fn write_templates(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make `{}`", directory.display()))?;
    for (name, text) in TemplateSet::files() {
        let path = directory.join(name);
        if path.exists() {
            let problem = format!("`{}` is there already, and is not overwritten", path.display());
            return Err(UsageError(problem).into());
        }
        std::fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        written.push(path);
    }
    Ok(written)
}

/// Whose report it is, as the plan says.
pub(crate) fn subject(plan: &EvidencePlan) -> anyhow::Result<Subject> {
    Ok(Subject {
        entity: plan.entity.clone(),
        system: plan.system.clone(),
        classification: plan.classification.clone(),
        logo: plan.logo.as_ref().map(|path| picture(Path::new(path))).transpose()?,
    })
}

/// A picture as a `data:` URI, by what its first bytes say that it is.
pub(crate) fn picture(path: &Path) -> anyhow::Result<String> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|error| UsageError(format!("cannot read the logo `{name}`: {error}")))?;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
    let media_type = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        "image/jpeg"
    } else if text.contains("<svg") {
        "image/svg+xml"
    } else {
        return Err(UsageError(format!("the logo `{name}` is no picture that is taken: SVG, PNG or JPEG")).into());
    };
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    Ok(format!("data:{media_type};base64,{encoded}"))
}
