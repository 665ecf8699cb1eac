//! Whether the selection can select: a size that is one, lists that are not empty.

use super::{elements, refuse_empty, refuse_repeated};
use crate::EntropyKind;
use crate::problem::Findings;
use crate::written::{PlanTable, SizeTable, Written};

pub(super) fn check(plan: &PlanTable, findings: &mut Findings<'_>) {
    if let Some(scope) = plan.scope.get() {
        let include = scope.value.include_vaults.as_ref();
        refuse_empty(include, "no vault would be listed: write [\"*\"] for every vault", findings);
    }
    if let Some(concurrency) = &plan.concurrency
        && let (Some(all), Some(of_type)) = (&concurrency.value.restores, &concurrency.value.per_resource_type)
        && of_type.value.0 > all.value.0
    {
        let message = format!("never reached: there are only {} restores in all", all.value.0);
        findings.warning(&of_type.span, message, "lower it, or raise `restores`");
    }
    let Some(selection) = plan.selection.as_ref().map(|selection| &selection.value) else { return };
    refuse_empty(
        selection.recovery_point_types.as_ref(),
        "no point would be eligible: name `snapshot`, `continuous` or both",
        findings,
    );
    let kinds = elements(selection.recovery_point_types.as_ref()).map(|kind| (kind.value.0, &kind.span));
    refuse_repeated(kinds, "type", findings);
    let strata = elements(selection.strata.as_ref()).map(|dimension| (dimension.value.0, &dimension.span));
    refuse_repeated(strata, "dimension", findings);
    if let Some(table) = &selection.size {
        size(table, findings);
    }
    if let Some(relays) = &selection.beacon_relays
        && selection.entropy.as_ref().is_none_or(|entropy| entropy.value.0 != EntropyKind::DrandQuicknet)
    {
        findings.warning(
            &relays.span,
            "nobody asks a relay: the draw takes no round of the beacon",
            "write `entropy = \"drand-quicknet\"`, or remove this line",
        );
    }
}

/// A size is exactly one of three.
fn size(table: &Written<SizeTable>, findings: &mut Findings<'_>) {
    if findings.has_anything_unreadable(&table.span) {
        return;
    }
    let SizeTable { per_stratum, total, confidence, max_bad_rate } = &table.value;
    let by_confidence = confidence.is_some() || max_bad_rate.is_some();
    let ways = [per_stratum.is_some(), total.is_some(), by_confidence].into_iter().filter(|way| *way).count();
    if ways != 1 {
        findings.problem(
            &table.span,
            if ways == 0 { "this size says no number" } else { "this size says more than one thing" },
            "write either `per_stratum`, or `total`, or `confidence` with `max_bad_rate`",
        );
    } else if by_confidence && confidence.is_none() {
        findings.problem(&table.span, "`max_bad_rate` needs a `confidence`", "add `confidence = 0.95`");
    } else if by_confidence && max_bad_rate.is_none() {
        findings.problem(&table.span, "`confidence` needs a `max_bad_rate`", "add `max_bad_rate = 0.05`");
    }
}
