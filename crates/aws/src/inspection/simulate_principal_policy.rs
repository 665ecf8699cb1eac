//! `SimulatePrincipalPolicy`.

use async_trait::async_trait;
use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PermissionsBoundaryDecisionDetail,
    PolicyEvaluationDecisionType, Statement,
};
use backproof_cloud::{CallError, Circumstance, CircumstanceKind, Decision, Permissions, Question, Ruling};

use super::Inspector;
use crate::paging::Pages;

const CALL: &str = "iam:SimulatePrincipalPolicy";
/// How many actions one request asks for; IAM takes more, but its answer then needs many pages.
const ACTIONS_AT_ONCE: usize = 50;

#[async_trait]
impl Permissions for Inspector {
    async fn rulings(&self, principal_arn: &str, question: &Question) -> Result<Vec<Decision>, CallError> {
        let mut decisions = Vec::new();
        for actions in question.actions.chunks(ACTIONS_AT_ONCE) {
            let mut pages = Pages::of(CALL);
            let mut from = None;
            loop {
                let request = self
                    .0
                    .iam
                    .simulate_principal_policy()
                    .policy_source_arn(principal_arn)
                    .set_action_names(Some(actions.to_vec()))
                    .set_resource_arns((!question.resources.is_empty()).then(|| question.resources.clone()))
                    .set_context_entries(Some(question.circumstances.iter().map(entry).collect()))
                    .set_marker(from);
                let answer = self.0.call(CALL, request.send()).await?;
                decisions.extend(answer.evaluation_results.unwrap_or_default().into_iter().flat_map(decided));
                from = pages.next(answer.marker.filter(|_| answer.is_truncated))?;
                if from.is_none() {
                    break;
                }
            }
        }
        Ok(decisions)
    }
}

fn entry(circumstance: &Circumstance) -> ContextEntry {
    let kind = match circumstance.kind {
        CircumstanceKind::Text => ContextKeyTypeEnum::String,
        CircumstanceKind::Texts => ContextKeyTypeEnum::StringList,
        CircumstanceKind::Truth => ContextKeyTypeEnum::Boolean,
    };
    let entry = ContextEntry::builder().context_key_name(&circumstance.key).context_key_values(&circumstance.value);
    entry.context_key_type(kind).build()
}

/// One decision per resource; IAM lists resources apart where several were asked for.
fn decided(result: EvaluationResult) -> Vec<Decision> {
    let action = result.eval_action_name;
    let organization = result.organizations_decision_detail.filter(|detail| !detail.allowed_by_organizations);
    let beyond: Vec<String> = organization.map(|_| "the organization's policies".to_owned()).into_iter().collect();
    let resources = result.resource_specific_results.unwrap_or_default();
    if resources.is_empty() {
        let mut by = why(
            result.matched_statements,
            result.missing_context_values,
            result.permissions_boundary_decision_detail.as_ref(),
        );
        by.extend(beyond);
        let resource = result.eval_resource_name.unwrap_or_else(|| "*".into());
        return vec![Decision { action, resource, ruling: ruling(&result.eval_decision), by }];
    }
    let decided = resources.into_iter().map(|resource| {
        let mut by = why(
            resource.matched_statements,
            resource.missing_context_values,
            resource.permissions_boundary_decision_detail.as_ref(),
        );
        by.extend(beyond.iter().cloned());
        let ruling = ruling(&resource.eval_resource_decision);
        Decision { action: action.clone(), resource: resource.eval_resource_name, ruling, by }
    });
    decided.collect()
}

fn ruling(decision: &PolicyEvaluationDecisionType) -> Ruling {
    match decision {
        PolicyEvaluationDecisionType::Allowed => Ruling::Allowed,
        PolicyEvaluationDecisionType::ImplicitDeny => Ruling::DeniedByOmission,
        PolicyEvaluationDecisionType::ExplicitDeny => Ruling::DeniedExplicitly,
        // The SDK's enum is open.
        other => Ruling::Unrecognised(other.as_str().to_owned()),
    }
}

fn why(
    matched: Option<Vec<Statement>>,
    missing: Option<Vec<String>>,
    boundary: Option<&PermissionsBoundaryDecisionDetail>,
) -> Vec<String> {
    let policies = matched.unwrap_or_default().into_iter().filter_map(|statement| statement.source_policy_id);
    let conditions = missing.unwrap_or_default().into_iter().map(|key| format!("a condition on {key}"));
    let boundary = boundary.filter(|detail| !detail.allowed_by_permissions_boundary);
    policies.chain(conditions).chain(boundary.map(|_| "the permissions boundary".to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_iam::types::{OrganizationsDecisionDetail, ResourceSpecificResult};

    #[test]
    fn decisions_are_told_per_resource_with_what_decided() {
        let of_resource = ResourceSpecificResult::builder()
            .eval_resource_name("arn:aws:dynamodb:eu-central-1:999988887777:table/bp-1")
            .eval_resource_decision(PolicyEvaluationDecisionType::ImplicitDeny)
            .missing_context_values("aws:ResourceTag/backproof:run")
            .build()
            .unwrap();
        let result = EvaluationResult::builder()
            .eval_action_name("dynamodb:DeleteTable")
            .eval_decision(PolicyEvaluationDecisionType::ImplicitDeny)
            .organizations_decision_detail(
                OrganizationsDecisionDetail::builder().allowed_by_organizations(false).build(),
            )
            .resource_specific_results(of_resource)
            .build()
            .unwrap();
        let decisions = decided(result);
        assert_eq!(decisions.len(), 1);
        assert_eq!(decisions[0].ruling, Ruling::DeniedByOmission);
        assert!(decisions[0].resource.ends_with("table/bp-1"));
        assert_eq!(decisions[0].by, ["a condition on aws:ResourceTag/backproof:run", "the organization's policies"]);
    }

    #[test]
    fn a_word_that_nobody_knows_is_not_allowed() {
        let result = EvaluationResult::builder()
            .eval_action_name("a:B")
            .eval_decision(PolicyEvaluationDecisionType::from("perhaps"))
            .build()
            .unwrap();
        assert_eq!(decided(result)[0].ruling, Ruling::Unrecognised("perhaps".into()));
    }
}
