//! Whether the URLs and passwords that alarms need can be had. They are looked at and neither kept nor shown.

use std::os::unix::fs::PermissionsExt;

use backproof_engine::doctor::{Examined, Subject};
use backproof_plan::{AlarmsPlan, SecretSource};

/// Everybody but the owner.
const OTHERS: u32 = 0o077;

/// One statement for each secret that the plan names.
pub(super) fn examine(alarms: &AlarmsPlan) -> Vec<Examined> {
    let webhooks =
        alarms.webhooks.iter().zip(1..).map(|(hook, number)| (format!("URL of webhook {number}"), &hook.url));
    let passwords =
        alarms.mails.iter().filter_map(|mail| Some((format!("password at {}", mail.server), mail.password.as_ref()?)));
    let heartbeat = alarms.heartbeat.iter().map(|heartbeat| ("URL of the heartbeat".to_owned(), &heartbeat.url));
    webhooks.chain(passwords).chain(heartbeat).map(|(what, source)| one(&format!("alarms: {what}"), source)).collect()
}

fn one(what: &str, source: &SecretSource) -> Examined {
    let subject = Subject::Surroundings;
    match source {
        SecretSource::Variable(name) => match std::env::var(name) {
            Ok(value) if !value.trim().is_empty() => subject.good(what, "the environment", format!("{name} is set")),
            Ok(_) | Err(_) => {
                let mend = format!("set {name} where backproof runs; without it these alarms reach nobody");
                subject.bad(what, "the environment", format!("{name} is not set"), mend)
            }
        },
        SecretSource::File(path) => match std::fs::read(path) {
            Err(error) => {
                let mend = format!("put it into `{path}`, readable by backproof's user alone");
                subject.bad(what, "the file", format!("`{path}` cannot be read: {error}"), mend)
            }
            Ok(content) if content.trim_ascii().is_empty() => {
                subject.bad(what, "the file", format!("`{path}` is empty"), format!("put it into `{path}`"))
            }
            Ok(_) if others_may_read(path) => {
                subject.bad(what, "the file", format!("others may read `{path}`"), format!("chmod 600 {path}"))
            }
            Ok(_) => subject.good(what, "the file", format!("`{path}` can be read")),
        },
    }
}

fn others_may_read(path: &str) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & OTHERS != 0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use backproof_engine::doctor::State;

    use super::*;

    #[test]
    fn a_secret_that_is_missing_empty_or_open_to_others_is_bad() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let source = SecretSource::File(file.path().display().to_string());
        assert_eq!(one("x", &source).state, State::Bad);
        file.write_all(b"https://example.org/hook\n").unwrap();
        assert_eq!(one("x", &source).state, State::Good);
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(one("x", &source).mend.unwrap().starts_with("chmod 600"));
        assert_eq!(one("x", &SecretSource::File("no-such-file".into())).state, State::Bad);
        assert_eq!(one("x", &SecretSource::Variable("BACKPROOF_NO_SUCH_VARIABLE".into())).state, State::Bad);
    }
}
