//! Secrets, which are held in memory and never written down.

use std::fmt;

/// A password or token. It cannot be serialised, and printing it prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one who hands it to a server. The name is meant to be noticed in reviews.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What a database asks of who connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseLogin {
    /// The user's name.
    pub user: String,
    /// The password, or a token that stands in its place.
    pub password: Secret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_login_does_not_tell_the_password() {
        let login = DatabaseLogin { user: "postgres".into(), password: Secret::new("hunter2") };
        let printed = format!("{login:?}");
        assert!(printed.contains("postgres") && !printed.contains("hunter2"), "{printed}");
    }
}
