//! What catalogues say of controls, as findings, and of other standards' criteria, as properties.
//!
//! A criterion that restore tests do not address makes no finding: absence is no success, and no failure either.

use std::collections::BTreeSet;

use backproof_frameworks::assess::{AspectReading, CriterionReading, CriterionStanding};
use backproof_frameworks::{Aspect, Assessment, DossierClaim};
use serde_json::{Value, json};

use super::NAMESPACE;
use super::common::{Context, prop};
use crate::safe::{markup, one_line, token};

/// Open exceptions that one finding names; the others stand among the risks.
const MOST_RISKS: usize = 100;

impl Context<'_> {
    /// How the three things stand that are judged apart, as observations that findings refer to. They are the same in
    /// every assessment of a dossier but for the claims that they are read from.
    pub(super) fn aspects(&self) -> Vec<Value> {
        self.with_controls().flat_map(|assessment| aspects(assessment).map(|it| self.aspect(assessment, it))).collect()
    }

    fn aspect(&self, assessment: &Assessment, reading: &AspectReading) -> Value {
        json!({
            "uuid": self.aspect_id(assessment, reading.aspect),
            "title": format!("Judged by {}: {}", markup(&assessment.catalogue.title), reading.aspect.in_words()),
            "description": markup(&reading.sentence),
            "props": [prop("standing", reading.standing.word())],
            "methods": ["EXAMINE"],
            "types": ["control-objective"],
            "origins": self.origins(),
            "collected": self.modified().to_string(),
        })
    }

    fn aspect_id(&self, assessment: &Assessment, aspect: Aspect) -> String {
        self.id("aspect", format_args!("{}/{}/{aspect:?}", self.about(), assessment.catalogue.id))
    }

    /// A finding for each assessment objective, or control, that restore tests address.
    pub(super) fn findings(&self) -> Vec<Value> {
        let criteria = self
            .with_controls()
            .flat_map(|assessment| assessment.criteria.iter().map(move |criterion| (assessment, criterion)));
        criteria.flat_map(|(assessment, criterion)| self.of_criterion(assessment, criterion)).collect()
    }

    fn of_criterion(&self, assessment: &Assessment, criterion: &CriterionReading) -> Vec<Value> {
        let Some(control) = criterion.oscal_control.as_ref().filter(|_| is_addressed(criterion)) else {
            return Vec::new();
        };
        let claims: Vec<DossierClaim> = criterion.reasons.iter().map(|reason| reason.claim).collect();
        if criterion.objectives.is_empty() {
            let target = json!({ "type": "statement-id", "target-id": token(&format!("{control}_smt")) });
            return self.finding(assessment, criterion, target, criterion.standing, &claims).into_iter().collect();
        }
        let objectives = criterion.objectives.iter().filter_map(|objective| {
            let target = json!({ "type": "objective-id", "target-id": token(&objective.id) });
            self.finding(assessment, criterion, target, objective.standing, &objective.claims)
        });
        objectives.collect()
    }

    fn finding(
        &self,
        assessment: &Assessment,
        criterion: &CriterionReading,
        mut target: Value,
        standing: CriterionStanding,
        claims: &[DossierClaim],
    ) -> Option<Value> {
        let (state, reason) = match standing {
            CriterionStanding::Supported => ("satisfied", "pass"),
            CriterionStanding::Contradicted => ("not-satisfied", "fail"),
            CriterionStanding::Insufficient => ("not-satisfied", "other"),
            CriterionStanding::NotAddressed => return None,
        };
        let id = target["target-id"].as_str().unwrap_or_default().to_owned();
        target["status"] = json!({ "state": state, "reason": reason, "remarks": markup(&criterion.sentence) });
        let aspects: BTreeSet<Aspect> = claims.iter().map(|claim| claim.aspect()).collect();
        let observations: Vec<Value> = aspects
            .into_iter()
            .map(|aspect| json!({ "observation-uuid": self.aspect_id(assessment, aspect) }))
            .collect();
        let risks = match standing {
            CriterionStanding::Contradicted => self.open_risks(MOST_RISKS),
            CriterionStanding::Supported | CriterionStanding::Insufficient | CriterionStanding::NotAddressed => {
                Vec::new()
            }
        };
        Some(json!({
            "uuid": self.id("finding", format_args!("{}/{}/{}/{id}", self.about(), assessment.catalogue.id, criterion.id)),
            "title": markup(&format!("{} {}: {}", criterion.id, criterion.title, standing.word())),
            "description": markup(&format!(
                "{} {} Left open: {}", criterion.sentence, assessment.disclaimer, criterion.leaves_open.join(" ")
            )),
            "props": [prop("standing", standing.word()), prop("catalogue", &assessment.catalogue.id)],
            "target": target,
            "related-observations": observations,
            "related-risks": risks,
        }))
    }

    /// The criteria of catalogues that have no controls in OSCAL, each with how it stands.
    pub(super) fn criteria_elsewhere(&self) -> Vec<Value> {
        let others = self.assessments.iter().filter(|assessment| !has_controls(assessment));
        let criteria = others.flat_map(|it| it.criteria.iter().map(move |criterion| (&it.catalogue.id, criterion)));
        let properties = criteria.map(|(catalogue, criterion)| {
            json!({
                "name": token(&format!("{catalogue}.{}", criterion.id)),
                "ns": NAMESPACE,
                "value": one_line(criterion.standing.word()),
                "class": "criterion",
                "remarks": markup(&format!("{}: {}", criterion.title, criterion.sentence)),
            })
        });
        properties.collect()
    }

    fn with_controls(&self) -> impl Iterator<Item = &Assessment> {
        self.assessments.iter().filter(|assessment| has_controls(assessment))
    }
}

/// Whether restore tests say anything of a criterion, be it that a simulation would have.
pub(crate) fn is_addressed(criterion: &CriterionReading) -> bool {
    criterion.would_be.unwrap_or(criterion.standing) != CriterionStanding::NotAddressed
}

fn has_controls(assessment: &Assessment) -> bool {
    assessment.criteria.iter().any(|criterion| criterion.oscal_control.is_some())
}

fn aspects(assessment: &Assessment) -> impl Iterator<Item = &AspectReading> {
    [&assessment.control_operation, &assessment.restore_outcomes, &assessment.harness_integrity].into_iter()
}
