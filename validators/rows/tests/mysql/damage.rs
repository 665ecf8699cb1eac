//! Bytes that are wrong on disk, and servers that do not survive them.

use backproof_simulator::servers::{Authority, Behaviour, Damage, Start, Store};

use super::support::{Restored, all_frozen, assert_failed, check, fixture, told};

#[test]
fn a_damaged_page_of_a_table_is_caught_with_and_without_the_checker() {
    let fixture = fixture("");
    let sound = Restored::shop("");
    let mut settings = sound.baseline(all_frozen());
    let damage = Damage::InnodbPage { database: "shop".into(), table: "orders".into() };
    let restored = Restored::damaged(&fixture, &[damage]);
    let examined = restored.examine(&settings);
    assert_failed(&examined, "physical-integrity", &["orders", "corrupt"]);
    assert_failed(&examined, "row-counts", &["table orders"]);
    let other = check(&examined, "freshness");
    assert_ne!(other.verdict.to_string(), "failed", "{}", told(&examined));
    settings["integrity"] = "pages".into();
    assert_failed(&restored.examine(&settings), "physical-integrity", &["table orders"]);
}

#[test]
fn a_table_whose_file_is_gone_is_caught() {
    let sound = Restored::shop("");
    let settings = sound.baseline(all_frozen());
    let authority = Authority::new().unwrap();
    let data = Store::open().unwrap().copy(&fixture("")).unwrap();
    std::fs::remove_file(data.path().join("shop").join("products.ibd")).unwrap();
    let restored = Restored::of(&fixture(""), data.start(&Start::sound(&authority)).unwrap(), &authority);
    let examined = restored.examine(&settings);
    assert_failed(&examined, "physical-integrity", &["products"]);
    assert_failed(&examined, "row-counts", &["table products"]);
}

#[test]
fn a_server_that_dies_while_it_is_read_is_never_passed() {
    let sound = Restored::shop("");
    let settings = sound.baseline(all_frozen());
    for bytes in [0, 8000, 60_000] {
        let authority = Authority::new().unwrap();
        let data = Store::open().unwrap().copy(&fixture("")).unwrap();
        let start = Start::with(&authority, Behaviour::DiesAfterStart { bytes });
        let restored = Restored::of(&fixture(""), data.start(&start).unwrap(), &authority);
        let examined = restored.examine(&settings);
        let passed = examined.checks.iter().filter(|check| check.is_of_data() && check.verdict.to_string() == "passed");
        assert_eq!(passed.count(), 0, "{bytes}: {}", told(&examined));
        assert!(examined.checks.iter().any(|check| check.verdict.to_string() != "passed"), "{bytes}");
    }
}
