//! The members of a request, read with DynamoDB's own refusals.

use serde_json::{Map, Value};

use super::expression::Bindings;
use super::fault::Fault;
use super::value::{Attributes, item_from_json};

/// The body of a request.
#[derive(Debug)]
pub(crate) struct Request {
    members: Map<String, Value>,
}

impl Request {
    /// The members of a JSON object.
    pub(crate) fn new(body: Value) -> Result<Self, Fault> {
        match body {
            Value::Object(members) => Ok(Self { members }),
            Value::Null => Ok(Self { members: Map::new() }),
            _ => Err(Fault::Serialization("the body of a request is a JSON object".into())),
        }
    }

    /// The member as it stands; `null` counts as absent.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Fault> {
        self.typed(name, Value::as_str, "a string")
    }

    /// A text that must be there.
    pub(crate) fn required_text(&self, name: &str) -> Result<&str, Fault> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// A whole number that is not negative.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Fault> {
        self.typed(name, Value::as_u64, "a whole number of at least 0")
    }

    /// A truth value; `otherwise` where absent.
    pub(crate) fn flag(&self, name: &str, otherwise: bool) -> Result<bool, Fault> {
        Ok(self.typed(name, Value::as_bool, "a truth value")?.unwrap_or(otherwise))
    }

    /// A list; empty where absent.
    pub(crate) fn list(&self, name: &str) -> Result<&[Value], Fault> {
        Ok(self.typed(name, Value::as_array, "a list")?.map_or(&[], Vec::as_slice))
    }

    /// An object.
    pub(crate) fn object(&self, name: &str) -> Result<Option<&Map<String, Value>>, Fault> {
        self.typed(name, Value::as_object, "an object")
    }

    /// An item or a key.
    pub(crate) fn attributes(&self, name: &str) -> Result<Option<Attributes>, Fault> {
        self.member(name).map(item_from_json).transpose()
    }

    /// An item or a key that must be there.
    pub(crate) fn required_attributes(&self, name: &str) -> Result<Attributes, Fault> {
        self.attributes(name)?.ok_or_else(|| missing(name))
    }

    /// The placeholders of the request's expressions.
    pub(crate) fn bindings(&self) -> Result<Bindings, Fault> {
        Bindings::new(self.member("ExpressionAttributeNames"), self.member("ExpressionAttributeValues"))
    }

    /// Refuses members that the simulator does not serve, so that nobody takes an answer for one that heeds them.
    pub(crate) fn refuse_unserved(&self, names: &[&str]) -> Result<(), Fault> {
        match names.iter().find(|name| self.member(name).is_some()) {
            Some(name) => Err(Fault::invalid(format!("the simulator does not serve the parameter {name}"))),
            None => Ok(()),
        }
    }

    fn typed<'a, T>(
        &'a self,
        name: &str,
        read: impl Fn(&'a Value) -> Option<T>,
        kind: &str,
    ) -> Result<Option<T>, Fault> {
        let Some(value) = self.member(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| Fault::Serialization(format!("{name} must be {kind}")))
    }
}

fn missing(name: &str) -> Fault {
    Fault::invalid(format!(
        "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
        lower_first(name)
    ))
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase().to_string() + letters.as_str()).unwrap_or_default()
}
