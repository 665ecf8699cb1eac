//! The people who are named: operators, who approved plans, who signed off. Names are as the evidence has them.

use std::collections::BTreeSet;

use backproof_evidence::dossier::{Attestation, AttestationKind, AttestationStanding};
use serde_json::{Value, json};

use super::NAMESPACE;
use super::common::{Context, prop, prop_if};
use crate::safe::{markup, one_line};

/// The roles, by their ids.
const ROLES: [(&str, &str); 3] = [
    ("operator", "Operator: whoever may deploy, change the plan or use the signing key"),
    ("plan-approver", "Approved the plan before it was run"),
    ("reviewer", "Signed off the sealed evidence"),
];

impl Context<'_> {
    /// Every role that somebody has.
    pub(super) fn roles(&self) -> Value {
        let people = self.people();
        let held: BTreeSet<&str> = people.iter().map(|(role, _)| *role).collect();
        let roles = ROLES.iter().filter(|(id, _)| held.contains(id));
        Value::Array(roles.map(|(id, title)| json!({ "id": id, "title": title })).collect())
    }

    /// Everybody who is named, each once.
    pub(super) fn parties(&self) -> Value {
        let names: BTreeSet<String> = self.people().into_iter().map(|(_, name)| name).collect();
        let party = |name: String| json!({ "uuid": self.party(&name), "type": "person", "name": name });
        Value::Array(names.into_iter().map(party).collect())
    }

    /// Who is responsible in a role.
    pub(super) fn responsible(&self, role: &str) -> Value {
        let people = self.people();
        let named = people.iter().filter(|(held, _)| *held == role);
        let parties: BTreeSet<String> = named.map(|(_, name)| self.party(name)).collect();
        if parties.is_empty() { Value::Null } else { json!([{ "role-id": role, "party-uuids": parties }]) }
    }

    /// What people attested to the sealed evidence. What does not hold is not among them: see [`Context::not_believed`].
    pub(super) fn attestations(&self) -> Value {
        let attestations = self.said().filter(|said| said.standing != AttestationStanding::Invalid);
        Value::Array(attestations.filter_map(|said| self.attestation(said)).collect())
    }

    /// Attestations that do not hold.
    pub(super) fn not_believed(&self) -> impl Iterator<Item = &Attestation> {
        self.said().filter(|said| said.standing == AttestationStanding::Invalid)
    }

    fn attestation(&self, said: &Attestation) -> Option<Value> {
        let role = role(said.kind)?;
        let responsible =
            said.by.as_ref().map(|by| json!([{ "role-id": role, "party-uuids": [self.party(&one_line(by))] }]));
        let standing = match said.standing {
            AttestationStanding::Trusted => "trusted",
            AttestationStanding::SignerUnknown => "signature valid, signer unknown",
            AttestationStanding::Invalid => "does not hold",
        };
        let decisions = said.decisions.iter().map(|it| format!("Exception {}: {}", it.exception, it.decision));
        let words: Vec<String> = said.statement.iter().cloned().chain(decisions).collect();
        let prose = if words.is_empty() { said.remark.clone() } else { words.join(" ") };
        Some(json!({
            "responsible-parties": responsible,
            "parts": [{
                "name": role_part(said.kind),
                "ns": NAMESPACE,
                "prose": markup(&prose),
                "props": [
                    prop("standing", standing),
                    prop("file", &said.file),
                    prop_if("key-id", said.key_id.as_ref()),
                    prop_if("role", said.role.as_ref()),
                    prop_if("signed-at", said.at),
                ],
            }],
        }))
    }

    fn said(&self) -> impl Iterator<Item = &Attestation> {
        self.dossier.runs.iter().flat_map(|run| &run.attestations)
    }

    fn people(&self) -> Vec<(&'static str, String)> {
        let mut people = Vec::new();
        for run in &self.dossier.runs {
            let operator = run.evidence.opened.as_ref().map(|opened| &opened.operator);
            people.extend(operator.map(|name| ("operator", one_line(name))));
            let approvers = run.evidence.approval.iter().flat_map(|approval| &approval.approvers);
            people.extend(approvers.filter_map(|it| Some(("plan-approver", one_line(it.person.as_ref()?)))));
        }
        let held = self.said().filter(|said| said.standing != AttestationStanding::Invalid);
        people.extend(held.filter_map(|said| Some((role(said.kind)?, one_line(said.by.as_ref()?)))));
        people
    }

    fn party(&self, name: &str) -> String {
        self.id("party", name)
    }
}

/// The role in which somebody attests; authorities and archives have none.
fn role(kind: AttestationKind) -> Option<&'static str> {
    match kind {
        AttestationKind::Operator | AttestationKind::TestResult => Some("operator"),
        AttestationKind::SignOff => Some("reviewer"),
        AttestationKind::TimeStamp | AttestationKind::ArchiveReceipt => None,
    }
}

fn role_part(kind: AttestationKind) -> &'static str {
    match kind {
        AttestationKind::Operator => "operator-signature",
        AttestationKind::TestResult => "operator-test-result",
        AttestationKind::SignOff => "sign-off",
        AttestationKind::TimeStamp => "time-stamp",
        AttestationKind::ArchiveReceipt => "archive-receipt",
    }
}
