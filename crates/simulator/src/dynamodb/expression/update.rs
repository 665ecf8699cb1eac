//! Updates: `SET` of attributes and members of maps, and `REMOVE`. `ADD` and `DELETE` are refused.

use crate::dynamodb::fault::Fault;
use crate::dynamodb::value::{AttributeValue, Attributes};

use super::condition::{Path, Step};
use super::parser::{Bindings, Parser};

/// What an update does to an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Update {
    sets: Vec<(Path, Term)>,
    removals: Vec<Path>,
}

/// The right side of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Value(AttributeValue),
    Path(Path),
    IfNotExists(Path, Box<Term>),
    Plus(Box<Term>, Box<Term>),
    Minus(Box<Term>, Box<Term>),
}

/// Reads an update.
pub(crate) fn update(text: &str, bindings: &Bindings) -> Result<Update, Fault> {
    let mut parser = Parser::new(text, "UpdateExpression", bindings)?;
    let mut update = Update::default();
    while !parser.at_end() {
        if parser.keyword("SET") {
            loop {
                let path = parser.path()?;
                parser.expect_symbol("=")?;
                update.sets.push((path, term(&mut parser)?));
                if !parser.symbol(",") {
                    break;
                }
            }
        } else if parser.keyword("REMOVE") {
            update.removals.push(parser.path()?);
            while parser.symbol(",") {
                update.removals.push(parser.path()?);
            }
        } else if parser.keyword("ADD") || parser.keyword("DELETE") {
            return Err(parser.refusal("the simulator serves SET and REMOVE only"));
        } else {
            return Err(parser.unexpected());
        }
    }
    let paths = update.sets.iter().map(|(path, _)| path).chain(&update.removals);
    if paths.flat_map(|path| &path.steps).any(|step| matches!(step, Step::Index(_))) {
        return Err(parser.refusal("the simulator changes no single elements of lists"));
    }
    Ok(update)
}

fn term(parser: &mut Parser<'_>) -> Result<Term, Fault> {
    let left = single_term(parser)?;
    if parser.symbol("+") {
        return Ok(Term::Plus(Box::new(left), Box::new(single_term(parser)?)));
    }
    if parser.symbol("-") {
        return Ok(Term::Minus(Box::new(left), Box::new(single_term(parser)?)));
    }
    Ok(left)
}

fn single_term(parser: &mut Parser<'_>) -> Result<Term, Fault> {
    if let Some(value) = parser.value()? {
        return Ok(Term::Value(value));
    }
    match parser.function() {
        Some(name) if name == "if_not_exists" => {
            let path = parser.path()?;
            parser.expect_symbol(",")?;
            let otherwise = single_term(parser)?;
            parser.expect_symbol(")")?;
            Ok(Term::IfNotExists(path, Box::new(otherwise)))
        }
        Some(name) => Err(parser.refusal(&format!("the simulator does not serve the function {name} in updates"))),
        None => Ok(Term::Path(parser.path()?)),
    }
}

impl Update {
    /// Changes the item; every right side sees the item as it was before.
    pub(crate) fn apply(&self, item: &mut Attributes) -> Result<(), Fault> {
        let values: Vec<_> = self.sets.iter().map(|(_, term)| term.of(item)).collect::<Result<_, _>>()?;
        for ((path, _), value) in self.sets.iter().zip(values) {
            let (name, members) = parent(path, item)?;
            members.insert(name, value);
        }
        for path in &self.removals {
            if path.find(item).is_some() {
                let (name, members) = parent(path, item)?;
                members.remove(&name);
            }
        }
        Ok(())
    }

    /// The names of the attributes that the update touches.
    pub(crate) fn touched(&self) -> impl Iterator<Item = &str> {
        let paths = self.sets.iter().map(|(path, _)| path).chain(&self.removals);
        paths.filter_map(|path| match path.steps.first() {
            Some(Step::Name(name)) => Some(name.as_str()),
            Some(Step::Index(_)) | None => None,
        })
    }
}

/// The map that a path's last step is a member of, and the member's name.
fn parent<'a>(path: &Path, item: &'a mut Attributes) -> Result<(String, &'a mut Attributes), Fault> {
    let invalid = || Fault::invalid("The document path provided in the update expression is invalid for update");
    let Some((Step::Name(last), steps)) = path.steps.split_last() else { return Err(invalid()) };
    let mut members = item;
    for step in steps {
        let Step::Name(name) = step else { return Err(invalid()) };
        let Some(AttributeValue::M(inner)) = members.get_mut(name) else { return Err(invalid()) };
        members = inner;
    }
    Ok((last.clone(), members))
}

impl Term {
    fn of(&self, item: &Attributes) -> Result<AttributeValue, Fault> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Path(path) => path.find(item).cloned().ok_or_else(|| {
                Fault::invalid("The provided expression refers to an attribute that does not exist in the item")
            }),
            Self::IfNotExists(path, otherwise) => path.find(item).cloned().map_or_else(|| otherwise.of(item), Ok),
            Self::Plus(left, right) => match (left.of(item)?, right.of(item)?) {
                (AttributeValue::N(left), AttributeValue::N(right)) => Ok(AttributeValue::N(left.plus(&right)?)),
                _ => Err(not_numbers()),
            },
            Self::Minus(left, right) => match (left.of(item)?, right.of(item)?) {
                (AttributeValue::N(left), AttributeValue::N(right)) => Ok(AttributeValue::N(left.minus(&right)?)),
                _ => Err(not_numbers()),
            },
        }
    }
}

fn not_numbers() -> Fault {
    Fault::invalid("An operand in the update expression has an incorrect data type")
}
