//! Names and texts that somebody chose to do harm, in every format.

use backproof_evidence::Dossier;
use backproof_evidence::testing::{Story, TestStory};
use backproof_exports::Lists;
use backproof_exports::oscal::{OscalOptions, oscal};
use backproof_model::{FaultOwner, Outcome};
use serde_json::Value;

use crate::support::{assessments, dossier};

/// Texts that formats read as something else, cannot hold, or have to cut.
const HOSTILE: [&str; 12] = [
    "=HYPERLINK(\"http://x\",\"click\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "]]></failure><error/>&amp;&#x0;",
    "two\r\nlines\u{2028}and\u{85}more",
    "\u{0}\u{1}\u{1b}[31m\u{7f}\u{fffe}\u{ffff}",
    "\u{202e}desrever\u{feff}",
    "# heading [link](javascript:alert(1)) `code` **bold** {{ insert }}",
    "_x0041_ _x000D_",
    "   ",
    "",
    "𝄞\u{301}\u{10ffff}",
];

fn hostile() -> Dossier {
    let mut tests = Vec::new();
    for (number, text) in (1..).zip(HOSTILE) {
        let mut test = TestStory::refused(number, "orders", Outcome::inconclusive(FaultOwner::Sandbox, text));
        test.drawn.point.backup_vault_name = text.into();
        test.drawn.stratum = text.into();
        test.drawn.unit = text.into();
        tests.push(test);
        let mut checks = TestStory::passed(number + 100, "orders").attempts[0].validated.clone().unwrap().checks;
        for check in &mut checks {
            check.name = text.into();
            check.validator = text.into();
            check.remark = Some(text.into());
        }
        tests.push(TestStory::examined(number + 100, "orders", checks));
    }
    let long = "long ".repeat(20_000);
    tests.push(TestStory::refused(900, "orders", Outcome::inconclusive(FaultOwner::Harness, long)));
    let mut story = Story::of(tests);
    story.opened.operator = HOSTILE[2].into();
    story.opened.plan_name = HOSTILE[4].into();
    story.opened.installation = HOSTILE[5].into();
    story.opened.version = HOSTILE[9].into();
    story.approval.as_mut().unwrap().approvers[0].person = Some(HOSTILE[7].into());
    let mut dossier = dossier(&[story]);
    let all = HOSTILE.join(" ");
    dossier.subject.entity = Some(all.clone());
    dossier.subject.system = Some(HOSTILE[10].into());
    for said in &mut dossier.runs[0].attestations {
        (said.file, said.statement) = (HOSTILE[3].into(), Some(all.clone()));
        (said.by, said.role, said.remark) = (Some(HOSTILE[9].into()), Some(HOSTILE[6].into()), all.clone());
    }
    for (exception, text) in dossier.exceptions.iter_mut().zip(HOSTILE.iter().cycle()) {
        exception.owner = Some((*text).into());
        exception.ticket = Some((*text).into());
        exception.root_cause = Some((*text).into());
        exception.management_response = Some((*text).into());
        for event in &mut exception.history {
            event.by = (*text).into();
        }
    }
    dossier
}

#[test]
fn oscal_stays_valid() {
    let dossier = hostile();
    let documents = oscal(&dossier, &assessments(&dossier), &OscalOptions::default());
    assert_eq!(crate::oscal::invalid(&documents), [""; 0]);
    let results: Value = serde_json::from_str(&documents.assessment_results).unwrap();
    let mut marked_up = Vec::new();
    collect(&results, &mut marked_up);
    assert!(marked_up.iter().any(|text| text.contains("\\<script\\>")));
    assert!(!marked_up.iter().any(|text| text.replace("\\<", "").contains('<')), "signs of HTML stand for themselves");
}

/// Every text that OSCAL reads as Markdown.
fn collect<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    const MARKUP: [&str; 5] = ["title", "description", "statement", "remarks", "prose"];
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| match member {
            Value::String(text) if MARKUP.contains(&name.as_str()) => texts.push(text),
            other => collect(other, texts),
        }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn ocsf_stays_valid() {
    assert_eq!(crate::ocsf::invalid(&hostile()), [""; 0]);
}

#[test]
fn junit_stays_well_formed_and_nothing_is_smuggled_in() {
    let dossier = hostile();
    let cases = crate::junit::cases(&dossier);
    let checks: usize = dossier.runs[0].evidence.tests.iter().map(|test| test.checks().len()).sum();
    assert_eq!(cases.len(), checks + dossier.runs[0].evidence.tests.len() + 3);
}

#[test]
fn workbooks_open_and_hold_the_texts_as_texts() {
    let book = crate::xlsx::opened(&hostile(), Lists::default());
    let cells: Vec<&Value> = book["sheets"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|sheet| sheet["rows"].as_array().unwrap())
        .flat_map(|row| row.as_array().unwrap())
        .collect();
    assert!(cells.iter().all(|cell| cell[0] != "f"));
    let texts: Vec<&str> = cells.iter().filter_map(|cell| cell[1].as_str()).collect();
    for text in [HOSTILE[0], HOSTILE[2], HOSTILE[7], HOSTILE[11]] {
        assert!(texts.contains(&text), "{text:?} is kept as it is");
    }
    assert!(texts.iter().any(|text| text.ends_with("the CSV has all of it]")));
}
