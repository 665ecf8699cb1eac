//! What the three documents share: identifiers, metadata, properties, the tool, the reviewed controls, the evidence.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::RunRecord;
use backproof_frameworks::Assessment;
use backproof_model::exception::Exception;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NAMESPACE, OscalOptions};
use crate::csv::as_of;
use crate::safe::{markup, one_line};

/// The controls that restore tests are about, where no catalogue was assessed: testing backups, and by a sample.
const CONTROLS: [&str; 2] = ["cp-9.1", "cp-9.2"];
/// Files of a bundle that the documents name as evidence.
const EVIDENCE: [&str; 7] =
    ["SHA256SUMS", "run.json", "plan.json", "journal.jsonl", "population.tsv", "draw.json", "results.json"];

/// All that the documents are made of.
pub(super) struct Context<'a> {
    pub(super) dossier: &'a Dossier,
    pub(super) assessments: &'a [Assessment],
    pub(super) options: &'a OscalOptions,
    installation: String,
}

impl<'a> Context<'a> {
    pub(super) fn new(dossier: &'a Dossier, assessments: &'a [Assessment], options: &'a OscalOptions) -> Self {
        let evidence = &dossier.latest().evidence;
        let installation = match &evidence.opened {
            Some(opened) => opened.installation.clone(),
            None => evidence.journal_sha256.clone(),
        };
        Self { dossier, assessments, options, installation }
    }

    /// The UUID of something of this installation, by its kind and name.
    pub(super) fn id(&self, kind: &str, name: impl std::fmt::Display) -> String {
        let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, NAMESPACE.as_bytes());
        Uuid::new_v5(&space, format!("{}\n{kind}\n{name}", self.installation).as_bytes()).to_string()
    }

    pub(super) fn observation(&self, run: u64, test: u32) -> String {
        self.id("observation", format_args!("{run}/{test}"))
    }

    pub(super) fn risk(&self, exception: &Exception) -> String {
        self.id("risk", exception.id)
    }

    /// What the documents are about, in a word: a run or a period.
    pub(super) fn about(&self) -> String {
        match self.dossier.period {
            Some(period) => format!("{} to {}", period.from, period.to),
            None => format!("run {}", self.dossier.latest().evidence.run),
        }
    }

    /// The moment at which everything is told: the newest line or attestation.
    pub(super) fn modified(&self) -> Timestamp {
        let latest = self.dossier.latest();
        let said = latest.attestations.iter().filter_map(|attestation| attestation.at).max();
        said.into_iter().chain([as_of(&latest.evidence)]).max().unwrap_or_default()
    }

    /// The document's metadata, under this title.
    pub(super) fn metadata(&self, title: &str) -> Value {
        let simulated = self.dossier.is_simulated();
        let entity = self.dossier.subject.entity.as_ref().map(|entity| format!(", {entity}")).unwrap_or_default();
        let banner = if simulated { "SIMULATION, not real AWS: " } else { "" };
        let remarks = simulated.then_some("Made on a simulator. It proves nothing of any backup.");
        json!({
            "title": markup(&format!("{banner}{title}, {}{entity}", self.about())),
            "last-modified": self.modified().to_string(),
            "version": one_line(&self.about()),
            "oscal-version": self.options.version.to_string(),
            "props": [prop("simulated", simulated)],
            "roles": self.roles(),
            "parties": self.parties(),
            "remarks": remarks,
        })
    }

    /// What names the system security plan, and the resource that stands for it where nobody named one.
    pub(super) fn system_security_plan(&self) -> (Value, Option<Value>) {
        if let Some(href) = &self.options.system_security_plan {
            return (json!({ "href": one_line(href) }), None);
        }
        let uuid = self.id("resource", "system-security-plan");
        let title = "System security plan, to be named by whoever imports this";
        (json!({ "href": format!("#{uuid}") }), Some(json!({ "uuid": uuid, "title": title })))
    }

    /// The controls that were looked at.
    pub(super) fn reviewed_controls(&self) -> Value {
        let criteria = self.assessments.iter().flat_map(|assessment| &assessment.criteria);
        let mut controls: Vec<&str> = criteria.filter_map(|criterion| criterion.oscal_control.as_deref()).collect();
        controls.sort_unstable();
        controls.dedup();
        if controls.is_empty() {
            controls.extend(CONTROLS);
        }
        let controls: Vec<Value> = controls.iter().map(|control| json!({ "control-id": control })).collect();
        json!({ "control-selections": [{ "include-controls": controls }] })
    }

    /// The program, as a component, and the platform that it is.
    pub(super) fn assets(&self) -> Value {
        let opened = self.dossier.latest().evidence.opened.as_ref();
        let version = opened.map_or("unknown", |opened| opened.version.as_str());
        json!({
            "components": [{
                "uuid": self.tool(),
                "type": "software",
                "title": "backproof",
                "description": "Restores recovery points of AWS Backup into a sandbox, examines them and deletes them.",
                "props": [{ "name": "version", "value": one_line(version) }],
                "status": { "state": "operational" },
            }],
            "assessment-platforms": [{
                "uuid": self.id("platform", "sandbox"),
                "title": "The sandbox account",
                "uses-components": [{ "component-uuid": self.tool() }],
            }],
        })
    }

    /// That the program is where something comes from.
    pub(super) fn origins(&self) -> Value {
        json!([{ "actors": [{ "type": "tool", "actor-uuid": self.tool() }] }])
    }

    fn tool(&self) -> String {
        self.id("component", "backproof")
    }

    /// Where a file of a run's bundle is named as evidence, if its digest is known.
    pub(super) fn evidence(&self, run: &RunRecord, file: &str) -> Option<String> {
        digest(run, file).map(|_| format!("#{}", self.resource(run.evidence.run, file)))
    }

    fn resource(&self, run: u64, file: &str) -> String {
        self.id("resource", format_args!("{run}/{file}"))
    }

    /// The sealed files that are evidence, and `more`.
    pub(super) fn back_matter(&self, more: Option<Value>) -> Value {
        let files = self.dossier.runs.iter().flat_map(|run| self.files(run));
        let resources: Vec<Value> = files.chain(more).collect();
        json!({ "resources": resources })
    }

    fn files(&self, run: &RunRecord) -> Vec<Value> {
        let number = run.evidence.run;
        let folder = match self.dossier.runs.len() {
            1 => self.options.bundle.clone(),
            _ => format!("bundle-{number}/"),
        };
        let of_file = |name: &&str| {
            let digest = digest(run, name)?;
            Some(json!({
                "uuid": self.resource(number, name),
                "title": format!("{name} of run {number}"),
                "rlinks": [{
                    "href": format!("{folder}{name}"),
                    "hashes": [{ "algorithm": "SHA-256", "value": digest }],
                }],
            }))
        };
        EVIDENCE.iter().filter_map(of_file).collect()
    }
}

/// SHA-256 of a file of a run's bundle, as far as it is known.
fn digest<'a>(run: &'a RunRecord, file: &str) -> Option<&'a str> {
    match (file, &run.seal) {
        ("SHA256SUMS", Some(seal)) => Some(&seal.sha256),
        ("journal.jsonl", None) => Some(&run.evidence.journal_sha256),
        (_, Some(seal)) => seal.files.iter().find(|sealed| sealed.name == file).map(|sealed| sealed.sha256.as_str()),
        (_, None) => None,
    }
}

/// A property of our namespace.
pub(super) fn prop(name: &str, value: impl std::fmt::Display) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "value": one_line(&value.to_string()) })
}

/// A property of our namespace, where there is a value.
pub(super) fn prop_if(name: &str, value: Option<impl std::fmt::Display>) -> Option<Value> {
    value.map(|value| prop(name, value))
}

/// `value` without members that are null or empty: OSCAL has no empty array and no null. `include-all` is empty by rule.
pub(super) fn pruned(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter_map(|(name, member)| {
                let member = pruned(member);
                let is_empty = match &member {
                    Value::Null => true,
                    Value::Array(items) => items.is_empty(),
                    Value::Object(members) => members.is_empty() && name != "include-all",
                    Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
                };
                (!is_empty).then_some((name, member))
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(pruned).filter(|item| !item.is_null()).collect()),
        other => other,
    }
}
