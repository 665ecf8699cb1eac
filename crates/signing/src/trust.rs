//! The trust file: which key belongs to which person, what that person may do, and from when to when.
//!
//! It lives outside plan and state, so that whoever operates does not say who may approve. Here it is read and looked
//! up, and nothing more: reading says every problem with its line, and a file with a problem trusts nobody.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use jiff::Timestamp;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::key::PublicKey;

/// People and their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    people: Vec<Person>,
}

/// A person with one key. Who has several stands there several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name that reports print.
    pub name: String,
    /// An address; also helps to tell that the operator is this person.
    pub email: Option<String>,
    /// The key.
    pub key: PublicKey,
    /// What the person may do with it.
    pub roles: Vec<Role>,
    /// The first moment at which the key holds.
    pub not_before: Option<Timestamp>,
    /// The first moment at which it holds no more.
    pub not_after: Option<Timestamp>,
}

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Approve plans.
    Approver,
    /// Perform runs, or change what performs them.
    Operator,
    /// Sign off what a run came to.
    Reviewer,
}

impl Role {
    const ALL: [Self; 3] = [Self::Approver, Self::Operator, Self::Reviewer];

    /// The role's name in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approver => "approver",
            Self::Operator => "operator",
            Self::Reviewer => "reviewer",
        }
    }
}

impl Person {
    /// Whether the key holds at `moment`.
    pub fn holds_at(&self, moment: Timestamp) -> bool {
        self.not_before.is_none_or(|first| first <= moment) && self.not_after.is_none_or(|last| moment < last)
    }

    /// Whether the key holds whatever the moment.
    pub fn holds_always(&self) -> bool {
        self.not_before.is_none() && self.not_after.is_none()
    }

    /// Whether the person may do this.
    pub fn may(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether `operator`, as `name`, `login` or `login on host`, is this person: by name, address, or what stands
    /// before the `@`. Errs towards yes.
    pub fn is_called(&self, operator: &str) -> bool {
        let local_part = self.email.as_deref().and_then(|email| email.split('@').next());
        let names = [Some(self.name.as_str()), self.email.as_deref(), local_part];
        names.into_iter().flatten().any(|name| is_same_name(name, operator))
    }

    /// Whether both entries are of one person, who may have several keys.
    pub fn is_the_same_as(&self, other: &Self) -> bool {
        let address = |person: &Self| person.email.as_deref().map(|email| email.trim().to_lowercase());
        is_same_name(&self.name, &other.name) || (self.email.is_some() && address(self) == address(other))
    }
}

/// Whether `said`, as `name`, `login` or `login on host`, is this name, however it is capitalised.
pub(crate) fn is_same_name(name: &str, said: &str) -> bool {
    let plain = |text: &str| text.trim().to_lowercase();
    let login = said.split_once(" on ").map_or(said, |(login, _)| login);
    [plain(said), plain(login)].contains(&plain(name))
}

impl Trust {
    /// Reads a trust file's text.
    ///
    /// # Errors
    /// Every problem of the file with its line. A file that names nobody is one.
    pub fn parse(text: &str) -> Result<Self, TrustProblems> {
        let mut problems = Problems { text, found: Vec::new() };
        let people = match toml::from_str::<File>(text) {
            Ok(file) => people(file, &mut problems),
            Err(error) => {
                let hint = "each person is a table [[person]] with name, key and roles";
                problems.add(error.span().unwrap_or(0..0), error.message().lines().next().unwrap_or_default(), hint);
                Vec::new()
            }
        };
        if problems.found.is_empty() { Ok(Self { people }) } else { Err(TrustProblems(problems.found)) }
    }

    /// Everybody, in the order of the file.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Everybody's keys.
    pub fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.people.iter().map(|person| &person.key)
    }

    /// Whose key this is, by its id.
    pub fn owner_of(&self, key_id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.key.id() == key_id)
    }

    /// The person with the role of an operator whom `operator` names.
    pub fn operator(&self, operator: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.may(Role::Operator) && person.is_called(operator))
    }
}

/// One problem of a trust file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustProblem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// How to mend it.
    pub hint: String,
}

/// Everything that is wrong with a trust file; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustProblems(Vec<TrustProblem>);

impl TrustProblems {
    /// The problems, in the order of the file.
    pub fn as_slice(&self) -> &[TrustProblem] {
        &self.0
    }

    /// All of them as people read them, a line and a hint each.
    pub fn render(&self, file_name: &str) -> String {
        let told = |TrustProblem { line, message, hint }: &TrustProblem| {
            format!("{file_name}:{line}: {message}\n  = hint: {hint}")
        };
        self.0.iter().map(told).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for TrustProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render("trust file"))
    }
}

impl std::error::Error for TrustProblems {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    person: Vec<Spanned<Written>>,
}

/// A person as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Spanned<String>,
    email: Option<String>,
    key: Spanned<String>,
    roles: Spanned<Vec<Spanned<String>>>,
    not_before: Option<Spanned<Datetime>>,
    not_after: Option<Spanned<Datetime>>,
}

struct Problems<'a> {
    text: &'a str,
    found: Vec<TrustProblem>,
}

impl Problems<'_> {
    fn add(&mut self, span: Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let message = message.into().replace(char::is_control, "\u{fffd}");
        self.found.push(TrustProblem { line: before.matches('\n').count() + 1, message, hint: hint.into() });
    }
}

fn people(file: File, problems: &mut Problems<'_>) -> Vec<Person> {
    if file.person.is_empty() {
        problems.add(0..0, "nobody is named", "add a table [[person]] with name, key and roles for each approver");
    }
    let mut owners = BTreeMap::<String, String>::new();
    let mut people = Vec::new();
    for written in file.person {
        let key = written.as_ref().key.span();
        let Some(person) = person(written.into_inner(), problems) else { continue };
        if let Some(other) = owners.insert(person.key.id().to_owned(), person.name.clone()) {
            let message = format!("the key of `{}` is that of `{other}` too", person.name);
            problems.add(key, message, "a key belongs to one person: make another with `backproof keygen`");
        }
        people.push(person);
    }
    people
}

fn person(written: Written, problems: &mut Problems<'_>) -> Option<Person> {
    let Written { name, email, key, roles, not_before, not_after } = written;
    if name.as_ref().trim().is_empty() {
        problems.add(name.span(), "a person without a name", "write the name that reports shall print");
    }
    let key_span = key.span();
    let key = PublicKey::parse(key.as_ref()).map_err(|error| {
        let hint = "put in what `backproof keygen` or `openssl pkey -in KEY.pem -pubout` prints";
        problems.add(key_span, format!("`key` cannot be used: {error}"), hint);
    });
    let roles = read_roles(&roles, problems);
    let end = not_after.as_ref().map(Spanned::span);
    let not_before = not_before.and_then(|written| moment("not_before", &written, problems));
    let not_after = not_after.and_then(|written| moment("not_after", &written, problems));
    if let (Some(first), Some(last), Some(span)) = (not_before, not_after, end)
        && last <= first
    {
        problems.add(span, "the key would never hold", "let `not_after` be later than `not_before`");
    }
    Some(Person { name: name.into_inner().trim().to_owned(), email, key: key.ok()?, roles, not_before, not_after })
}

fn read_roles(written: &Spanned<Vec<Spanned<String>>>, problems: &mut Problems<'_>) -> Vec<Role> {
    let known = Role::ALL.map(Role::as_str).join("`, `");
    if written.as_ref().is_empty() {
        problems.add(written.span(), "a person without a role", format!("roles are `{known}`"));
    }
    let mut roles = Vec::new();
    for role in written.as_ref() {
        let Some(role) = Role::ALL.into_iter().find(|known| known.as_str() == role.as_ref()) else {
            let message = format!("unknown role `{}`", role.as_ref());
            problems.add(role.span(), message, format!("roles are `{known}`"));
            continue;
        };
        roles.push(role);
    }
    roles
}

fn moment(key: &str, written: &Spanned<Datetime>, problems: &mut Problems<'_>) -> Option<Timestamp> {
    let moment = written.as_ref().to_string().parse().ok();
    if moment.is_none() {
        let hint = "write date, time and zone, such as 2027-12-31T00:00:00Z, without quotes";
        problems.add(written.span(), format!("`{key}` is no moment"), hint);
    }
    moment
}
