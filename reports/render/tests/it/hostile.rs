//! Hostile words in every field that people or other systems fill stay words.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::{AttestationKind, Decision};
use backproof_evidence::testing::{Story, TestStory, check};
use backproof_model::{Claim, FaultOwner, Outcome, Verdict};
use backproof_render::{document, markdown};

use crate::pages::page;
use crate::support::{sealed, year};

const HOSTILE: &str = "</style></title><script>alert(1)</script><img src=x onerror=alert(1)>\"'`|[x](javascript:alert(1)) {{ 7*7 }}\n# Forged\n| a | b |\n";

fn hostile() -> Dossier {
    let mut story = Story::of_every_outcome();
    story.opened.plan_name = HOSTILE.into();
    story.opened.operator = HOSTILE.into();
    story.opened.installation = HOSTILE.into();
    story.opened.version = HOSTILE.into();
    story.opened.same_account = Some(HOSTILE.into());
    story.entropy.value = HOSTILE.into();
    story.entropy.grade_reason = HOSTILE.into();
    story.population.vaults[0].name = HOSTILE.into();
    story.population.accounts[1].problem = Some(HOSTILE.into());
    story.population.uncovered[0].why = HOSTILE.into();
    story.tests[1].drawn.point.resource_name = Some(HOSTILE.into());
    story.tests[2].outcome = Some(Outcome::inconclusive(FaultOwner::Sandbox, HOSTILE));
    let mut hostile_check = check(HOSTILE, Claim::DataPresent, Verdict::Failed);
    hostile_check.remark = Some(HOSTILE.into());
    hostile_check.validator = HOSTILE.into();
    story.tests[1] = TestStory::examined(2, "customers", vec![hostile_check]);
    story.controls.validators[0].controls[0].planted = HOSTILE.into();
    if let Some(approval) = &mut story.approval {
        approval.approvers[0].person = Some(HOSTILE.into());
        approval.approvers[0].ticket = Some(HOSTILE.into());
    }
    if let Some(authorisation) = &mut story.opened.authorisation {
        authorisation.authorised_by = HOSTILE.into();
        authorisation.data_classes = vec![HOSTILE.into()];
    }
    let mut dossier = sealed(&story);
    dossier.subject.entity = Some(HOSTILE.into());
    dossier.subject.system = Some(HOSTILE.into());
    dossier.subject.classification = Some(HOSTILE.into());
    dossier.register.problems = vec![HOSTILE.into()];
    dossier.register.occurrences[0].why = Some(HOSTILE.into());
    dossier.register.runs[0].plan_name = HOSTILE.into();
    dossier.coverage[0].resource_arn = HOSTILE.into();
    dossier.coverage[0].last_outcome = Some(HOSTILE.into());
    for exception in &mut dossier.exceptions {
        exception.owner = Some(HOSTILE.into());
        exception.root_cause = Some(HOSTILE.into());
        exception.management_response = Some(HOSTILE.into());
    }
    for attestation in &mut dossier.runs[0].attestations {
        attestation.file = HOSTILE.into();
        attestation.by = Some(HOSTILE.into());
        attestation.role = Some(HOSTILE.into());
        attestation.remark = HOSTILE.into();
        if attestation.kind == AttestationKind::SignOff {
            attestation.statement = Some(HOSTILE.into());
            attestation.decisions = vec![Decision { exception: 1, decision: HOSTILE.into() }];
        }
    }
    if let Some(seal) = &mut dossier.runs[0].seal {
        seal.files[0].name = HOSTILE.into();
    }
    if let Some(shape) = &mut dossier.runs[0].population {
        shape.buckets[0].resource_type = HOSTILE.into();
    }
    dossier
}

#[test]
fn hostile_words_stay_words_in_html() {
    let report = page(&hostile());
    let harmless = page(&year());
    assert!(!report.contains("<script") && !report.contains("<img src=x"));
    for element in ["</style>", "</title><meta", "<title>"] {
        assert_eq!(report.matches(element).count(), harmless.matches(element).count(), "{element}");
    }
    assert!(report.matches("&lt;img src=x").count() > 40, "the words are still to be read");
    assert!(!report.contains("49") || !report.contains("{{ 49 }}"));
    assert!(report.contains("{{ 7*7 }}"), "a value is no template");
}

#[test]
fn hostile_words_stay_words_in_markdown() {
    let report = markdown::render(&document(&hostile(), &[]));
    let (mut fence, mut fenced) = (String::new(), 0);
    for line in report.lines() {
        // Within a fence nothing is read but its end.
        if fence.is_empty() && line.starts_with("```") {
            fence = line.to_owned();
            fenced += 1;
        } else if !fence.is_empty() {
            if line == fence {
                fence.clear();
            }
            continue;
        }
        assert!(!line.starts_with("# Forged") && !line.starts_with("| a | b |"), "{line}");
        let bare: String = without_code(line);
        for (at, _) in bare.match_indices(['<', '[']) {
            let escaped = bare[..at].ends_with('\\') || bare[at..].starts_with("<https://");
            let link = bare[at..].starts_with('[') && bare[at..].contains("](<https://");
            assert!(escaped || link, "{line}");
        }
    }
    assert!(fence.is_empty() && fenced > 5);
}

/// A line without its code spans.
fn without_code(line: &str) -> String {
    let mut rest = line;
    let mut bare = String::new();
    while let Some(at) = rest.find('`') {
        if rest[..at].ends_with('\\') {
            bare.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            continue;
        }
        bare.push_str(&rest[..at]);
        let fence: String = rest[at..].chars().take_while(|character| *character == '`').collect();
        let inside = &rest[at + fence.len()..];
        let Some(end) = end_of_code(inside, &fence) else { break };
        rest = &inside[end + fence.len()..];
    }
    bare + rest
}

fn end_of_code(text: &str, fence: &str) -> Option<usize> {
    text.match_indices(fence)
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with('`') && !text[at + fence.len()..].starts_with('`'))
}
