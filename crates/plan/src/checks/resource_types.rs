//! Whether resource types exist and are driven, and whether validators exist and have something to examine.

use backproof_model::{ProofLevel, ResourceType, suggest};

use super::{elements, has_unreadable, refuse_repeated};
use crate::problem::Findings;
use crate::written::{List, PlanTable, Text, ValidatorTable, Written};

/// The names that AWS Backup gives its resource types.
///
/// Source: AWS Backup API reference, `ResourceType` of `StartRestoreJob`, and the developer guide's restore pages for
/// types whose name that list lacks. An open set: a name that is not here is no problem, but a slip for one of these is.
const RESOURCE_TYPES: [&str; 20] = [
    "Aurora",
    "Aurora DSQL",
    "CloudFormation",
    "DSQL",
    "DocumentDB",
    "DynamoDB",
    "EBS",
    "EC2",
    "EFS",
    "EKS",
    "FSx",
    "Neptune",
    "RDS",
    "Redshift",
    "RedshiftServerless",
    "S3",
    "SAP HANA on Amazon EC2",
    "Storage Gateway",
    "Timestream",
    "VirtualMachine",
];

pub(super) fn check(plan: &PlanTable, known_validators: &[&str], driven_types: &[&str], findings: &mut Findings<'_>) {
    let scope_types = plan.scope.get().and_then(|scope| scope.value.protected_resource_types.as_ref());
    types(scope_types, driven_types, findings);
    for named in elements(scope_types).filter(|named| is_known(&named.value.0, driven_types)) {
        if !driven_types.contains(&named.value.0.as_str()) {
            let message = format!("`{}` is not driven yet: its points are listed and excluded", named.value.0);
            let hint = format!("driven are {}", suggest::list(driven_types.iter().copied()));
            findings.warning(&named.span, message, hint);
        }
    }
    for assignment in elements(plan.validators.as_ref()) {
        validator(&assignment.value, known_validators, driven_types, findings);
    }
    unexamined(plan, scope_types, driven_types, findings);
}

/// Names that are written twice, slips, and names that nobody knows.
fn types(list: Option<&Written<List<Text<ResourceType>>>>, driven_types: &[&str], findings: &mut Findings<'_>) {
    refuse_repeated(elements(list).map(|named| (&named.value.0, &named.span)), "resource type", findings);
    for named in elements(list).filter(|named| !is_known(&named.value.0, driven_types)) {
        if let Some(name) = meant(&named.value.0, driven_types) {
            let message = format!("`{}` is no resource type of AWS Backup", named.value.0);
            findings.problem(&named.span, message, format!("did you mean `{name}`?"));
        } else {
            let message = format!("`{}` is not a resource type that AWS Backup is known to have", named.value.0);
            findings.warning(&named.span, message, "points of this type are listed and excluded");
        }
    }
}

/// The known type for which `named` is a slip.
fn meant<'a>(named: &ResourceType, driven_types: &[&'a str]) -> Option<&'a str> {
    let known = RESOURCE_TYPES.into_iter().chain(driven_types.iter().copied());
    suggest::closest(named.as_str(), known).filter(|_| !is_known(named, driven_types))
}

fn is_known(named: &ResourceType, driven_types: &[&str]) -> bool {
    RESOURCE_TYPES.contains(&named.as_str()) || driven_types.contains(&named.as_str())
}

fn validator(
    assignment: &ValidatorTable,
    known_validators: &[&str],
    driven_types: &[&str],
    findings: &mut Findings<'_>,
) {
    if let Some(name) = assignment.r#use.get()
        && !known_validators.contains(&name.value.0.0.as_str())
    {
        let hint = match suggest::closest(&name.value.0.0, known_validators.iter().copied()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("the validators are {}", suggest::list(known_validators.iter().copied())),
        };
        findings.problem(&name.span, format!("there is no validator `{}`", name.value.0.0.escape_debug()), hint);
    }
    types(assignment.protected_resource_types.as_ref(), driven_types, findings);
    if let Some(list) = &assignment.protected_resource_types
        && !list.value.is_empty()
        && !has_unreadable(list, findings)
        && !list.value.iter().any(|named| meant(&named.value.0, driven_types).is_some())
        && !list.value.iter().any(|named| driven_types.contains(&named.value.0.as_str()))
    {
        let hint = format!("driven are {}", suggest::list(driven_types.iter().copied()));
        findings.problem(&list.span, "none of these types is driven, so this validator would never run", hint);
    }
}

/// Driven types of the scope that no validator examines: their restore tests would all be inconclusive.
fn unexamined(
    plan: &PlanTable,
    scope_types: Option<&Written<List<Text<ResourceType>>>>,
    driven_types: &[&str],
    findings: &mut Findings<'_>,
) {
    let required = plan.required_level.as_ref().map_or(ProofLevel::L3, |level| level.value.0);
    if required == ProofLevel::L0 {
        return;
    }
    let consequence = |what: &str| format!("no validator examines {what}, so its restore tests end inconclusive");
    let hint = "add [[validators]]; `backproof init` writes an example";
    for named in elements(scope_types).filter(|named| driven_types.contains(&named.value.0.as_str())) {
        if !elements(plan.validators.as_ref()).any(|assignment| examines(assignment, &named.value.0)) {
            findings.warning(&named.span, consequence(&format!("`{}`", named.value.0)), hint);
        }
    }
    if let (None, Some(scope)) = (scope_types, plan.scope.get()) {
        for name in driven_types {
            let driven = ResourceType::new(*name);
            if !elements(plan.validators.as_ref()).any(|assignment| examines(assignment, &driven)) {
                findings.warning(&scope.span, consequence(&format!("`{name}`")), hint);
            }
        }
    }
}

fn examines(assignment: &Written<ValidatorTable>, resource_type: &ResourceType) -> bool {
    let types = assignment.value.protected_resource_types.as_ref();
    elements(types).next().is_none() || elements(types).any(|named| named.value.0 == *resource_type)
}
