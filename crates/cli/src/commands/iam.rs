//! `backproof iam`: the permissions of every role, to install. Needs no AWS and no state.

use std::path::Path;

use anyhow::Context;
use backproof_permissions::{Declared, Document, Setup, roles, template};

use crate::args::iam::Iam;
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::wiring;

pub(crate) fn perform(common: &Common, iam: &Iam) -> anyhow::Result<Exit> {
    let setup = setup(common, iam)?;
    let setup = match &iam.principal {
        Some(principal) => setup.trusting(principal.clone()),
        None => setup,
    };
    let documents = documents(iam, &setup)?;
    match (&iam.out, documents.as_slice()) {
        (Some(directory), _) => write(common, directory, &documents)?,
        (None, [document]) => print!("{}", document.text),
        (None, []) => {
            return Err(UsageError(
                "the plan has no such role: it has no route that copies, or no roles to assume".into(),
            )
            .into());
        }
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|document| document.file_name.as_str()).collect();
            let names = names.join(", ");
            return Err(UsageError(format!("these are several files ({names}): name a directory with --out")).into());
        }
    }
    Ok(Exit::Passed)
}

/// What the plan says, or placeholders.
fn setup(common: &Common, iam: &Iam) -> anyhow::Result<Setup> {
    if iam.placeholders {
        return Ok(Setup::placeholders());
    }
    if !common.plan.exists() {
        let name = common.plan.display();
        let hint =
            "hint: `backproof init` writes a commented one; or see what roles need in general, with --placeholders";
        return Err(UsageError(format!("there is no plan file `{name}`\n{hint}")).into());
    }
    Ok(Setup::of(&wiring::read_plan(common)?.plan))
}

fn documents(iam: &Iam, setup: &Setup) -> Result<Vec<Document>, UsageError> {
    let declared = declared();
    let format = iam.format.format();
    if let Some(name) = iam.template {
        let document = template(name.template(), setup, &declared, format);
        return document.map(|document| vec![document]).map_err(|error| UsageError(error.to_string()));
    }
    let wanted: Vec<_> = iam.role.iter().flat_map(|name| name.roles()).collect();
    Ok(roles(setup, &declared, &wanted, format))
}

/// What drivers and validators declare.
fn declared() -> Declared {
    let drivers = backproof_drivers::all();
    Declared {
        drivers: drivers.iter().map(|driver| (driver.resource_type(), driver.permissions())).collect(),
        validators: backproof_validators::ABOUT.iter().map(|about| (about.name, about.permissions)).collect(),
    }
}

fn write(common: &Common, directory: &Path, documents: &[Document]) -> anyhow::Result<()> {
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make `{}`", directory.display()))?;
    let mut paths = Vec::new();
    for document in documents {
        let path = directory.join(&document.file_name);
        std::fs::write(&path, &document.text).with_context(|| format!("cannot write `{}`", path.display()))?;
        paths.push(path);
    }
    match common.output {
        Format::Json => print_json(&serde_json::json!({ "files": paths }))?,
        Format::Text => {
            for path in &paths {
                println!("Wrote `{}`.", path.display());
            }
        }
    }
    Ok(())
}
