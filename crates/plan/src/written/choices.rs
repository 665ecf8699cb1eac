//! Values that are one of a few names.

use std::borrow::Cow;

use backproof_model::{LockMode, PointKind, ProofLevel, suggest};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::json;
use toml::Spanned;
use toml::de::DeValue;

use super::FromToml;
use crate::problem::Findings;
use crate::{
    AlarmLevel, CatchUp, EntropyKind, LoginKind, ReachKind, StratumDimension, UnitKind, UnknownCost, WebhookFormat,
};

/// One of a few names, read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice<T>(pub(crate) T);

/// A few names, and what each means.
pub(crate) trait Choices: Copy + 'static {
    /// All of them.
    const ALL: &'static [(&'static str, Self)];
}

impl<T: Choices> FromToml for Choice<T> {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        let names = || T::ALL.iter().map(|(name, _)| *name);
        let all = format!("it can be {}", suggest::list(names()));
        let DeValue::String(text) = value.get_ref() else {
            findings.wrong_type(value, "a text", all);
            return None;
        };
        let chosen = T::ALL.iter().find(|(name, _)| name == text).map(|(_, meaning)| Self(*meaning));
        if chosen.is_none() {
            let hint = suggest::closest(text, names()).map_or(all, |name| format!("did you mean `{name}`?"));
            findings.problem(&value.span(), format!("`{}` is not known here", text.escape_debug()), hint);
        }
        chosen
    }

    fn example() -> Option<String> {
        T::ALL.first().map(|(name, _)| format!("\"{name}\""))
    }
}

impl<T: Choices> JsonSchema for Choice<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        std::any::type_name::<T>().into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = T::ALL.iter().map(|(name, _)| *name).collect();
        json_schema!({ "type": "string", "enum": json!(names) })
    }
}

/// The kind of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RouteKind {
    /// Copy into a vault of the sandbox.
    Copy,
    /// A vault that is shared with the sandbox.
    SharedVault,
}

/// The one thing that can be said of a sandbox in a source account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameAccount {
    /// It is accepted.
    Accepted,
}

/// The one thing that can be said of a bucket without Object Lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoLock {
    /// It is accepted.
    Accepted,
}

impl Choices for NoLock {
    const ALL: &'static [(&'static str, Self)] = &[("none-accepted", Self::Accepted)];
}

impl Choices for LockMode {
    const ALL: &'static [(&'static str, Self)] = &[("compliance", Self::Compliance), ("governance", Self::Governance)];
}

impl Choices for RouteKind {
    const ALL: &'static [(&'static str, Self)] = &[("copy", Self::Copy), ("shared-vault", Self::SharedVault)];
}

impl Choices for SameAccount {
    const ALL: &'static [(&'static str, Self)] = &[("accepted", Self::Accepted)];
}

impl Choices for ReachKind {
    const ALL: &'static [(&'static str, Self)] =
        &[("inside", Self::Inside), ("tunnel", Self::Tunnel), ("data-api", Self::DataApi)];
}

impl Choices for LoginKind {
    const ALL: &'static [(&'static str, Self)] = &[("reset-password", Self::ResetPassword), ("iam", Self::Iam)];
}

impl Choices for PointKind {
    const ALL: &'static [(&'static str, Self)] = &[("snapshot", Self::Snapshot), ("continuous", Self::Continuous)];
}

impl Choices for StratumDimension {
    const ALL: &'static [(&'static str, Self)] = &[
        ("type", Self::ResourceType),
        ("age", Self::AgeBand),
        ("copy", Self::Copy),
        ("tier", Self::Tier),
        ("account", Self::Account),
        ("region", Self::Region),
    ];
}

impl Choices for UnitKind {
    const ALL: &'static [(&'static str, Self)] =
        &[("protected-resource", Self::ProtectedResource), ("recovery-point", Self::RecoveryPoint)];
}

impl Choices for EntropyKind {
    const ALL: &'static [(&'static str, Self)] = &[
        ("os", Self::Os),
        ("previous", Self::Previous),
        ("auditor", Self::Auditor),
        ("drand-quicknet", Self::DrandQuicknet),
    ];
}

impl Choices for UnknownCost {
    const ALL: &'static [(&'static str, Self)] = &[("refuse", Self::Refuse), ("allow", Self::Allow)];
}

impl Choices for CatchUp {
    const ALL: &'static [(&'static str, Self)] = &[("once", Self::Once), ("never", Self::Never)];
}

impl Choices for WebhookFormat {
    const ALL: &'static [(&'static str, Self)] = &[("json", Self::Json), ("slack", Self::Slack)];
}

impl Choices for AlarmLevel {
    const ALL: &'static [(&'static str, Self)] =
        &[("notice", Self::Notice), ("ticket", Self::Ticket), ("page", Self::Page)];
}

impl Choices for ProofLevel {
    const ALL: &'static [(&'static str, Self)] =
        &[("L0", Self::L0), ("L1", Self::L1), ("L2", Self::L2), ("L3", Self::L3), ("L4", Self::L4)];
}
