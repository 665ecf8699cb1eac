//! One criterion of a catalogue's file.

use std::ops::Range;

use backproof_model::suggest;
use toml::de::{DeTable, DeValue};

use super::table::{Placed, Table};
use crate::catalogue::{Criterion, Frequency, FrequencyBasis, MinimumFrequency, Objective, Relation};
use crate::claims::DossierClaim;
use crate::problem::Findings;

const KEYS: [&str; 11] = [
    "id",
    "former_ids",
    "title",
    "relation",
    "claims",
    "minimum_frequency",
    "frequency_basis",
    "leaves_open",
    "source",
    "oscal_control",
    "objective",
];
const OBJECTIVE_KEYS: [&str; 2] = ["id", "claims"];
/// A title of our own is short; what is longer was probably copied.
const LONGEST_TITLE: usize = 80;

pub(super) fn read(table: &DeTable<'_>, place: &Range<usize>, findings: &mut Findings) -> Option<Criterion> {
    let mut read = Table::open(table, place, "a criterion", &KEYS, findings);
    let id = read.text("id", "write the criterion's id as the standard writes it");
    let former_ids = if read.optional("former_ids").is_some() {
        read.texts("former_ids", "list the ids of earlier editions")
    } else {
        Some(Vec::new())
    };
    let title = title(&mut read);
    let relation = read.choice("relation", &Relation::ALL.map(|relation| (relation.as_str(), relation)));
    let claims = claims(&mut read);
    let minimum_frequency = frequency(&mut read);
    let leaves_open = read.texts("leaves_open", "say in sentences what restore tests do not prove of this criterion");
    if leaves_open.as_ref().is_some_and(Vec::is_empty) {
        let hint = "no restore test proves all of a criterion: say what it does not prove";
        read.findings.add(place, "`leaves_open` is empty", hint);
    }
    let source = read.text("source", "write where the criterion stands in the publication, and how far that was read");
    let oscal_control = read
        .optional("oscal_control")
        .is_some()
        .then(|| read.text("oscal_control", "write the control's id as an OSCAL catalogue has it, such as `cp-9.1`"));
    if let (Some([]), Some(Demanded::AtLeast(_))) = (claims.as_deref(), &minimum_frequency) {
        let hint = "write `minimum_frequency = \"none\"`: where nothing is claimed, nothing is counted";
        read.findings.add(place, "a minimum frequency without a claim", hint);
    }
    let objectives = objectives(&mut read, table, claims.as_deref().unwrap_or_default());
    Some(Criterion {
        id: id?.0,
        former_ids: plain(former_ids?),
        title: title?,
        relation: relation?.0,
        claims: claims?,
        minimum_frequency: match minimum_frequency? {
            Demanded::Nothing => None,
            Demanded::AtLeast(minimum) => Some(minimum),
        },
        leaves_open: plain(leaves_open?),
        source: source?.0,
        oscal_control: oscal_control.flatten().map(|(control, _)| control),
        objectives,
    })
}

fn plain(texts: Vec<Placed>) -> Vec<String> {
    texts.into_iter().map(|(text, _)| text).collect()
}

fn title(read: &mut Table<'_, '_, '_>) -> Option<String> {
    let (title, place) = read.text("title", "write in your own words what the criterion is about")?;
    if title.chars().count() > LONGEST_TITLE {
        let hint = "write a short title of your own: a standard's text is not yours to print";
        read.findings.add(&place, format!("the title is longer than {LONGEST_TITLE} characters"), hint);
    }
    Some(title)
}

fn claims(read: &mut Table<'_, '_, '_>) -> Option<Vec<DossierClaim>> {
    let hint = "list claims of the vocabulary, or write `[]` where restore tests say nothing of it";
    let written = read.texts("claims", hint)?;
    let mut claims = Vec::new();
    for (name, place) in written {
        match DossierClaim::named(&name) {
            Some(claim) if claims.contains(&claim) => {
                read.findings.add(&place, format!("claim `{name}` stands here twice"), "leave one of them out");
            }
            Some(claim) => claims.push(claim),
            None => {
                let names = || DossierClaim::ALL.map(DossierClaim::as_str);
                let hint = match suggest::closest(&name, names()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("the claims are {}", suggest::list(names())),
                };
                read.findings.add(&place, format!("unknown claim `{name}`"), hint);
            }
        }
    }
    Some(claims)
}

/// What was written of the frequency.
enum Demanded {
    Nothing,
    AtLeast(MinimumFrequency),
}

/// The minimum frequency; `None` after reporting why there is none to read.
fn frequency(read: &mut Table<'_, '_, '_>) -> Option<Demanded> {
    let mut choices = vec![("none", None)];
    choices.extend(Frequency::ALL.map(|frequency| (frequency.as_str(), Some(frequency))));
    let (at_least, place) = read.choice("minimum_frequency", &choices)?;
    let basis = FrequencyBasis::ALL.map(|basis| (basis.as_str(), basis));
    match (at_least, read.optional("frequency_basis")) {
        (None, None) => Some(Demanded::Nothing),
        (None, Some(_)) => {
            let hint = "leave `frequency_basis` out, or set a frequency";
            read.findings.add(&place, "there is no frequency that somebody could have set", hint);
            None
        }
        (Some(at_least), _) => {
            let (basis, _) = read.choice("frequency_basis", &basis)?;
            Some(Demanded::AtLeast(MinimumFrequency { at_least, basis }))
        }
    }
}

fn objectives<'i>(read: &mut Table<'_, 'i, '_>, table: &DeTable<'i>, of_criterion: &[DossierClaim]) -> Vec<Objective> {
    let Some(value) = table.get("objective") else { return Vec::new() };
    let hint = "each objective is a table [[criterion.objective]] with id and claims";
    let DeValue::Array(tables) = value.get_ref() else {
        read.findings.add(&value.span(), "`objective` is no list of tables", hint);
        return Vec::new();
    };
    let mut objectives: Vec<Objective> = Vec::new();
    for value in tables {
        let DeValue::Table(table) = value.get_ref() else {
            read.findings.add(&value.span(), "an objective is no table", hint);
            continue;
        };
        let mut read = Table::open(table, &value.span(), "an objective", &OBJECTIVE_KEYS, read.findings);
        let id = read.text("id", "write the objective's id as the OSCAL catalogue has it");
        let (Some((id, place)), Some(claims)) = (id, claims(&mut read)) else { continue };
        for claim in claims.iter().filter(|claim| !of_criterion.contains(claim)) {
            let message = format!("objective `{id}` names claim `{claim}`, and its criterion does not");
            read.findings.add(&place, message, "add the claim to the criterion too");
        }
        if objectives.iter().any(|objective| objective.id == id) {
            read.findings.add(&place, format!("objective `{id}` stands here twice"), "leave one of them out");
        }
        objectives.push(Objective { id, claims });
    }
    objectives
}
