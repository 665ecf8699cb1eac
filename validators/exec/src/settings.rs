//! The settings of this validator, as plans write them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use backproof_model::ProofLevel;
use backproof_validators_api::{InvalidSettings, LengthOfTime, read_settings};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::program::Program;

/// The validator's name.
pub(crate) const NAME: &str = "exec";

/// A program that writes more than this is not read at all: answers are short.
const MOST_OUTPUT: u64 = 64 << 20;

/// Less than this and no shell starts.
const LEAST_MEMORY_MIB: u64 = 16;

/// Variables that lead to credentials or to other code, which have a way of their own or none.
const NOT_INHERITED: [&str; 3] = ["AWS_", "BACKPROOF_", "LD_"];

/// `[validators.settings]` of a plan.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecSettings {
    /// The program and its arguments. The program is a path, absolute or relative to the working directory.
    pub program: Vec<String>,
    /// Put in front of the names of checks and facts.
    pub name: Option<String>,
    /// The highest level that the program's checks may have.
    #[serde(default)]
    pub max_level: Ceiling,
    /// Handed to the program as they are.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// Files that the program reads, by names of the plan's own.
    #[serde(default)]
    pub files: BTreeMap<String, PathBuf>,
    /// The SHA-256 that the program must have, in hexadecimal.
    pub sha256: Option<String>,
    /// The longest it may take.
    pub timeout: Option<LengthOfTime>,
    /// The address space of each of its processes, in MiB.
    #[serde(default = "one_gib")]
    pub memory_mib: u64,
    /// How much it may write to its standard output.
    #[serde(default = "one_mib")]
    pub max_output_bytes: u64,
    /// Names of variables that it inherits.
    #[serde(default)]
    pub environment: Vec<String>,
    /// Whether it is lent the credentials of the sandbox session.
    #[serde(default)]
    pub aws_credentials: bool,
}

/// The highest level that a program's checks may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Ceiling {
    /// Content compared.
    #[default]
    L3,
    /// The application answers.
    L4,
}

impl From<Ceiling> for ProofLevel {
    fn from(ceiling: Ceiling) -> Self {
        match ceiling {
            Ceiling::L3 => Self::L3,
            Ceiling::L4 => Self::L4,
        }
    }
}

fn one_gib() -> u64 {
    1024
}

fn one_mib() -> u64 {
    1 << 20
}

impl ExecSettings {
    /// Reads settings, and sees whether there is such a program.
    ///
    /// # Errors
    /// Says which setting is wrong and how to mend it.
    pub fn read(settings: &Value) -> Result<Self, InvalidSettings> {
        let settings: Self = read_settings(NAME, settings)?;
        match settings.problem() {
            None => Ok(settings),
            Some(problem) => Err(InvalidSettings { validator: NAME, problem }),
        }
    }

    /// The name of a check or fact with the assignment's own in front.
    pub(crate) fn qualified(&self, name: &str) -> String {
        match &self.name {
            Some(own) => format!("{own}/{name}"),
            None => name.to_owned(),
        }
    }

    fn problem(&self) -> Option<String> {
        if let Some(name) = self.name.iter().chain(self.files.keys()).find(|name| !is_name(name)) {
            return Some(format!("`{name}` is no name here: {NAME_RULE}"));
        }
        if let Some(digest) = self.sha256.as_ref().filter(|digest| !is_digest(digest)) {
            return Some(format!(
                "`sha256`: `{digest}` is no SHA-256; write 64 hexadecimal digits, as `sha256sum` does"
            ));
        }
        if self.timeout.is_some_and(|timeout| timeout.as_seconds() == 0) {
            return Some("`timeout` must be at least `1s`".into());
        }
        if self.memory_mib < LEAST_MEMORY_MIB || self.memory_mib > 1 << 20 {
            return Some(format!("`memory_mib` must be between {LEAST_MEMORY_MIB} and {}", 1 << 20));
        }
        if self.max_output_bytes == 0 || self.max_output_bytes > MOST_OUTPUT {
            return Some(format!("`max_output_bytes` must be between 1 and {MOST_OUTPUT}"));
        }
        if let Some(name) = self.environment.iter().find(|name| !is_variable(name)) {
            return Some(format!(
                "`environment`: `{name}` is no name of a variable; write names alone, like `HTTPS_PROXY`"
            ));
        }
        if let Some(name) = self.environment.iter().find(|name| NOT_INHERITED.iter().any(|word| name.starts_with(word)))
        {
            return Some(format!(
                "`environment`: `{name}` is not inherited; AWS credentials are lent with `aws_credentials = true`"
            ));
        }
        Program::find(self).err().map(|error| error.to_string())
    }
}

/// What [`is_name`] asks for, in words.
pub(crate) const NAME_RULE: &str = "use lower-case letters, digits and hyphens, 64 at most, a letter or digit first";

/// Whether a name of a check, a fact or an assignment is short and plain.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.len() <= 64 && name.starts_with(plain) && name.chars().all(|c| plain(c) || c == '-')
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit())
}

fn is_variable(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(settings: &Value) -> String {
        ExecSettings::read(settings).unwrap_err().to_string()
    }

    #[test]
    fn a_program_alone_is_enough() {
        let settings = ExecSettings::read(&json!({ "program": ["/bin/sh"] })).unwrap();
        assert_eq!(ProofLevel::from(settings.max_level), ProofLevel::L3);
        assert_eq!((settings.memory_mib, settings.max_output_bytes), (1024, 1_048_576));
        assert!(!settings.aws_credentials && settings.environment.is_empty());
        assert_eq!(settings.qualified("rows"), "rows");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place() {
        for (setting, value, words) in [
            ("name", json!("Orders"), "`Orders` is no name here"),
            ("files", json!({ "Check File": "/bin/sh" }), "`Check File` is no name here"),
            ("files", json!({ "checks": "/nowhere/orders.yml" }), "`files.checks`: there is no `/nowhere/orders.yml`"),
            ("max_level", json!("L5"), "`max_level`"),
            ("sha256", json!("abc"), "64 hexadecimal digits"),
            ("timeout", json!("0s"), "at least `1s`"),
            ("memory_mib", json!(1), "between 16 and"),
            ("max_output_bytes", json!(0), "between 1 and"),
            ("environment", json!(["A=b"]), "names alone"),
            ("environment", json!(["AWS_PROFILE"]), "aws_credentials"),
            ("environment", json!(["LD_PRELOAD"]), "not inherited"),
            ("memory", json!(1), "unknown field `memory`"),
        ] {
            let said = refusal(&json!({ "program": ["/bin/sh"], setting: value }));
            assert!(said.starts_with("settings of validator `exec`: ") && said.contains(words), "{setting}: {said}");
        }
    }

    #[test]
    fn a_program_that_cannot_be_started_is_refused() {
        let text = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        for (program, words) in [
            (json!([]), "`program` is empty"),
            (json!(["/nowhere/check"]), "there is no `/nowhere/check`"),
            (json!([env!("CARGO_MANIFEST_DIR")]), "is no file"),
            (json!([text]), "chmod +x"),
            (json!(["sh"]), "write `./sh`"),
            (json!(["/bin/sh", "a\u{0}b"]), "NUL"),
        ] {
            let said = refusal(&json!({ "program": program }));
            assert!(said.contains(words), "{program}: {said}");
        }
    }
}
