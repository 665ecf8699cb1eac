//! What Typst may see: the templates, the document, its logo and attachments, the typefaces. Nothing else: there is no
//! file system, no network, no package and no clock behind it.

use std::path::PathBuf;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::fonts::typefaces;

/// The files of one document.
pub(crate) struct ReportWorld {
    library: LazyHash<Library>,
    templates: [Source; 2],
    /// Path and content of what the templates read.
    files: Vec<(String, Bytes)>,
}

impl ReportWorld {
    /// A world of the templates and the files, whose paths begin with a slash.
    pub(crate) fn of(files: Vec<(String, Bytes)>) -> Self {
        Self {
            library: LazyHash::new(Library::default()),
            templates: [
                template("/report.typ", include_str!("../templates/report.typ")),
                template("/blocks.typ", include_str!("../templates/blocks.typ")),
            ],
            files,
        }
    }
}

#[cfg(test)]
impl ReportWorld {
    /// A world of one template and no file.
    pub(crate) fn of_template(text: &str) -> Self {
        Self { templates: [template("/report.typ", text), template("/blocks.typ", "")], ..Self::of(Vec::new()) }
    }
}

fn template(path: &str, text: &str) -> Source {
    let path = VirtualPath::new(path).expect("the templates' paths are plain names");
    Source::new(FileId::new(RootedPath::new(VirtualRoot::Project, path)), text.to_owned())
}

fn not_found<T>(id: FileId) -> FileResult<T> {
    Err(FileError::NotFound(PathBuf::from(id.vpath().get_with_slash())))
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &typefaces().book
    }

    fn main(&self) -> FileId {
        self.templates[0].id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.templates.iter().find(|template| template.id() == id).cloned().map_or_else(|| not_found(id), Ok)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.vpath().get_with_slash();
        match id.root() {
            VirtualRoot::Project => {
                let file = self.files.iter().find(|(name, _)| name == path);
                file.map(|(_, content)| content.clone()).map_or_else(|| not_found(id), Ok)
            }
            VirtualRoot::Package(_) => not_found(id),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        typefaces().faces.get(index).cloned()
    }

    /// The only date is the document's own.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
