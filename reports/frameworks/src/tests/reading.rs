//! Catalogues of the user's own, sound and broken.

use crate::catalogue::{Catalogue, Frequency, Relation};
use crate::claims::DossierClaim;

const SOUND: &str = r#"
format = "backproof-catalogue/v1"
id = "house-rules"
title = "House rules for backups"
version = "3"
source = "Handbook, chapter 9"
source_url = "https://intranet.example.com/handbook/9"
licence = "our own"
reviewed_on = 2026-11-22
reviewer = "Ada Example, internal audit"
unverified = []

[[criterion]]
id = "9.1"
title = "Restores are tried every month"
relation = "primary"
claims = ["restored-in-sandbox", "data-matches-baseline"]
minimum_frequency = "monthly"
frequency_basis = "stated"
leaves_open = ["Everything else."]
source = "9.1"
"#;

/// What is wrong with the sound catalogue after a replacement.
fn problems(from: &str, to: &str) -> Vec<(usize, String, String)> {
    assert!(SOUND.contains(from), "{from}");
    let problems = Catalogue::read(&SOUND.replacen(from, to, 1), "mine.toml").expect_err(to);
    problems.as_slice().iter().map(|it| (it.line, it.message.clone(), it.hint.clone())).collect()
}

#[test]
fn a_sound_catalogue_is_read_with_its_digest() {
    let catalogue = Catalogue::read(SOUND, "mine.toml").unwrap();
    let criterion = catalogue.criterion("9.1").unwrap();
    assert_eq!((criterion.relation, criterion.former_ids.len()), (Relation::Primary, 0));
    assert_eq!(criterion.claims[0], DossierClaim::RestoredInSandbox);
    assert_eq!(criterion.minimum_frequency.unwrap().at_least, Frequency::Monthly);
    let other = Catalogue::read(&SOUND.replace("Everything", "All"), "mine.toml").unwrap();
    assert_ne!(catalogue.sha256, other.sha256);
}

#[test]
fn every_problem_names_its_line_and_how_to_mend_it() {
    for (from, to, line, message, hint) in [
        ("format = \"backproof-catalogue/v1\"", "", 1, "the catalogue has no `format`", "backproof-catalogue/v1"),
        ("catalogue/v1", "catalogue/v2", 2, "unknown format `backproof-catalogue/v2`", "this version reads"),
        ("\"house-rules\"", "\"House Rules\"", 3, "`House Rules` is no name of a catalogue", "lower-case"),
        ("title = \"House", "titel = \"House", 4, "unknown key `titel` in the catalogue", "did you mean `title`?"),
        ("version = \"3\"", "version = 3", 5, "`version` is no text", "which edition"),
        ("2026-11-22", "\"2026-11-22\"", 9, "`reviewed_on` is no day", "without quotes"),
        ("unverified = []", "unverified = \"\"", 11, "`unverified` is no list", "list in sentences"),
        ("\"primary\"", "\"prime\"", 16, "`relation` cannot be `prime`", "primary"),
        (
            "restored-in-sandbox",
            "restored-in-sandbx",
            17,
            "unknown claim `restored-in-sandbx`",
            "did you mean `restored-in-sandbox`?",
        ),
        (
            "data-matches-baseline",
            "restored-in-sandbox",
            17,
            "claim `restored-in-sandbox` stands here twice",
            "leave one",
        ),
        (
            "\"monthly\"",
            "\"none\"",
            18,
            "there is no frequency that somebody could have set",
            "leave `frequency_basis` out",
        ),
        ("frequency_basis = \"stated\"", "", 13, "a criterion has no `frequency_basis`", "`stated` and `customary`"),
        ("[\"Everything else.\"]", "[]", 13, "`leaves_open` is empty", "say what it does not prove"),
        ("[\"Everything else.\"]", "[\" \"]", 20, "an element of `leaves_open` is empty", "say in sentences"),
        ("source = \"9.1\"", "soruce = \"9.1\"", 21, "unknown key `soruce` in a criterion", "did you mean `source`?"),
        ("source = \"9.1\"", "source = 9.1.", 21, "not TOML: ", "mend the syntax"),
        ("[[criterion]]", "[criterion]", 13, "`criterion` is no list of tables", "[[criterion]]"),
        (
            "claims = [\"restored-in-sandbox\", \"data-matches-baseline\"]",
            "claims = []",
            13,
            "a minimum frequency without a claim",
            "none",
        ),
    ] {
        let found = problems(from, to);
        let is_named = |(at, said, mend): &(usize, String, String)| {
            *at == line && said.starts_with(message) && mend.contains(hint)
        };
        assert!(found.iter().any(is_named), "{to}: {found:?}");
    }
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_file() {
    let broken = SOUND
        .replace("version = \"3\"", "version = 3")
        .replace("primary", "prime")
        .replace("data-matches-baseline", "data-matches-basline")
        .replace("source = \"9.1\"", "");
    let problems = Catalogue::read(&broken, "mine.toml").unwrap_err();
    let lines: Vec<usize> = problems.as_slice().iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [5, 13, 16, 17]);
    let told = problems.to_string();
    assert!(told.starts_with("mine.toml:5: `version` is no text\n  = hint: "), "{told}");
}

#[test]
fn a_title_that_was_probably_copied_is_refused() {
    let copied = "Restores are tried every month by those who are responsible for it, in accordance with the policy";
    assert!(problems("Restores are tried every month", copied)[0].1.contains("longer than 80"));
}

#[test]
fn criteria_and_objectives_stand_once() {
    let second = &SOUND[SOUND.find("[[criterion]]").unwrap()..];
    let twice = format!("{SOUND}\n{second}");
    let problems = Catalogue::read(&twice, "mine.toml").unwrap_err();
    assert_eq!(problems.as_slice()[0].message, "criterion `9.1` stands here a second time");
    let objective = "[[criterion.objective]]\nid = \"o\"\nclaims = [\"lag-measured\"]\n";
    let problems = Catalogue::read(&format!("{SOUND}{objective}{objective}"), "mine.toml").unwrap_err();
    let said: Vec<&str> = problems.as_slice().iter().map(|problem| problem.message.as_str()).collect();
    assert!(said.contains(&"objective `o` names claim `lag-measured`, and its criterion does not"), "{said:?}");
    assert!(said.contains(&"objective `o` stands here twice"), "{said:?}");
}

#[test]
fn an_empty_file_is_no_catalogue() {
    let problems = Catalogue::read("", "mine.toml").unwrap_err();
    let said: Vec<&str> = problems.as_slice().iter().map(|problem| problem.message.as_str()).collect();
    assert!(
        said.contains(&"the catalogue has no criterion") && said.contains(&"the catalogue has no `id`"),
        "{said:?}"
    );
}
