//! One thing that a role must be allowed.

/// An action that a role must be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The action: `backup:ListTags`.
    pub action: String,
    /// On what.
    pub resources: Resources,
    /// Under what conditions; all of them hold for what backproof asks.
    pub conditions: Vec<Condition>,
    /// Who asks AWS for it.
    pub asked_by: AskedBy,
    /// For the sake of what: a resource type, a validator; empty where every restore test needs it.
    pub subject: String,
    /// What for, as the end of a sentence: `see its tags`.
    pub why: String,
}

/// What an action is allowed on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resources {
    /// Everything: the action knows no resources, or is asked before anybody knows a name.
    All,
    /// ARNs, in which `*` stands for anything.
    Arns(Vec<String>),
}

/// A condition of a policy: operator, key and values, any of which will do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The operator: `StringEquals`.
    pub operator: String,
    /// The condition key: `iam:PassedToService`.
    pub key: String,
    /// The values.
    pub values: Vec<String>,
}

/// Who asks AWS for something that a role must be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AskedBy {
    /// This program, by a call of that name.
    Backproof,
    /// No call bears its name: AWS checks it on the way of another call, or a program of AWS's asks for it.
    Aws,
    /// A person who looks into what happened.
    Person,
}

impl Need {
    /// For the sake of what, and what for: `RDS: delete it`.
    pub fn reason(&self) -> String {
        if self.subject.is_empty() { self.why.clone() } else { format!("{}: {}", self.subject, self.why) }
    }

    /// What this program calls, on everything.
    pub(crate) fn to_call(action: &str, why: &str) -> Self {
        let (action, why) = (action.to_owned(), why.to_owned());
        let (conditions, subject) = (Vec::new(), String::new());
        Self { action, resources: Resources::All, conditions, asked_by: AskedBy::Backproof, subject, why }
    }

    /// The same, on these ARNs alone.
    pub(crate) fn on(mut self, arns: impl IntoIterator<Item = String>) -> Self {
        self.resources = Resources::Arns(arns.into_iter().collect());
        self
    }

    /// The same, under a condition.
    pub(crate) fn when(mut self, operator: &str, key: &str, values: impl IntoIterator<Item = String>) -> Self {
        let (operator, key) = (operator.to_owned(), key.to_owned());
        self.conditions.push(Condition { operator, key, values: values.into_iter().collect() });
        self
    }

    /// The same, for the sake of something.
    pub(crate) fn for_the_sake_of(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.subject);
        self
    }

    /// The same, asked by somebody else.
    pub(crate) fn asked_by(mut self, asked_by: AskedBy) -> Self {
        self.asked_by = asked_by;
        self
    }
}

impl Resources {
    /// The ARNs, or `*`.
    pub fn as_texts(&self) -> Vec<&str> {
        match self {
            Self::All => vec!["*"],
            Self::Arns(arns) => arns.iter().map(String::as_str).collect(),
        }
    }
}
