//! Counts protected resources, and finds those that no draw can reach.

use std::collections::BTreeMap;
use std::collections::HashMap;

use backproof_cloud::ProtectedResource;
use backproof_model::population::Exclusion;
use backproof_model::record::UncoveredResource;
use backproof_model::{RecoveryPoint, ResourceArn, ResourceType};

/// One entry per protected resource.
#[derive(Default)]
pub(super) struct Tally {
    resources: HashMap<ResourceArn, Seen>,
}

struct Seen {
    resource_type: ResourceType,
    eligible: bool,
    in_scope: bool,
    /// How many of its points were left out for which reason.
    excluded: BTreeMap<&'static str, u32>,
}

impl Tally {
    /// A resource of AWS's own list, which may have no recovery point that a vault in scope holds.
    pub(super) fn protected(&mut self, resource: ProtectedResource, in_scope: bool) {
        let ProtectedResource { resource_arn, resource_type, .. } = resource;
        self.resources.entry(resource_arn).or_insert(Seen {
            resource_type,
            eligible: false,
            in_scope,
            excluded: BTreeMap::new(),
        });
    }

    pub(super) fn eligible(&mut self, point: &RecoveryPoint) {
        self.seen(point).eligible = true;
    }

    pub(super) fn excluded(&mut self, point: &RecoveryPoint, why: &Exclusion) {
        let seen = self.seen(point);
        *seen.excluded.entry(why.code()).or_default() += 1;
        if matches!(why, Exclusion::FilteredOut(_)) {
            seen.in_scope = false;
        }
    }

    fn seen(&mut self, point: &RecoveryPoint) -> &mut Seen {
        if !self.resources.contains_key(&point.resource_arn) {
            let seen = Seen {
                resource_type: point.resource_type.clone(),
                eligible: false,
                in_scope: true,
                excluded: BTreeMap::new(),
            };
            self.resources.insert(point.resource_arn.clone(), seen);
        }
        self.resources.get_mut(&point.resource_arn).expect("it was inserted just now")
    }

    pub(super) fn resources(&self) -> u64 {
        self.resources.len() as u64
    }

    pub(super) fn resources_with_eligible_points(&self) -> u64 {
        self.resources.values().filter(|seen| seen.eligible).count() as u64
    }

    /// Resources without an eligible point, those that the plan wants first, then by ARN.
    pub(super) fn uncovered(&self) -> Vec<UncoveredResource> {
        let mut uncovered: Vec<_> = self
            .resources
            .iter()
            .filter(|(_, seen)| !seen.eligible)
            .map(|(arn, seen)| UncoveredResource {
                resource_arn: arn.clone(),
                resource_type: seen.resource_type.clone(),
                in_scope: seen.in_scope,
                why: seen.why(),
            })
            .collect();
        uncovered.sort_by(|a, b| b.in_scope.cmp(&a.in_scope).then_with(|| a.resource_arn.cmp(&b.resource_arn)));
        uncovered
    }
}

impl Seen {
    fn why(&self) -> String {
        if self.excluded.is_empty() {
            return "no recovery point in a vault of the scope".into();
        }
        let reasons: Vec<_> = self.excluded.iter().map(|(code, count)| format!("{count} x {code}")).collect();
        reasons.join(", ")
    }
}
