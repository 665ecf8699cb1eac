//! Conditions: what a filter, a key condition or the condition of a write asks of an item.

use std::cmp::Ordering;

use crate::dynamodb::fault::Fault;
use crate::dynamodb::value::{AttributeValue, Attributes};

use super::parser::Parser;

/// The way to an attribute or into one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// At least one; the first is a name.
    pub(crate) steps: Vec<Step>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A member of the item or of a map.
    Name(String),
    /// An element of a list, counted from 0.
    Index(usize),
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// What stands at the path.
    Path(Path),
    /// A given value.
    Value(AttributeValue),
    /// The size of what stands at the path.
    Size(Path),
}

/// How two operands are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// What is asked of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Two operands compare as said.
    Compare(Operand, Comparator, Operand),
    /// The first lies between the two others or equals one of them.
    Between(Operand, Operand, Operand),
    /// The first equals one of the others.
    In(Operand, Vec<Operand>),
    /// Both hold.
    And(Box<Condition>, Box<Condition>),
    /// At least one holds.
    Or(Box<Condition>, Box<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// Something stands at the path.
    Exists(Path),
    /// Nothing stands at the path.
    Missing(Path),
    /// The first begins with the second.
    BeginsWith(Operand, Operand),
    /// The first, a text, set or list, contains the second.
    Contains(Operand, Operand),
    /// The value at the path has the named type.
    HasType(Path, Operand),
}

/// Reads a condition: `OR` binds weakest, then `AND`, then `NOT`.
pub(super) fn parse(parser: &mut Parser<'_>) -> Result<Condition, Fault> {
    let mut condition = parse_and(parser)?;
    while parser.keyword("OR") {
        condition = Condition::Or(Box::new(condition), Box::new(parse_and(parser)?));
    }
    Ok(condition)
}

fn parse_and(parser: &mut Parser<'_>) -> Result<Condition, Fault> {
    let mut condition = parse_not(parser)?;
    while parser.keyword("AND") {
        condition = Condition::And(Box::new(condition), Box::new(parse_not(parser)?));
    }
    Ok(condition)
}

fn parse_not(parser: &mut Parser<'_>) -> Result<Condition, Fault> {
    if parser.keyword("NOT") {
        return Ok(Condition::Not(Box::new(parse_not(parser)?)));
    }
    if parser.symbol("(") {
        let condition = parse(parser)?;
        parser.expect_symbol(")")?;
        return Ok(condition);
    }
    match parser.function() {
        Some(name) if name == "size" => {
            let path = parser.path()?;
            parser.expect_symbol(")")?;
            parse_comparison(parser, Operand::Size(path))
        }
        Some(name) => {
            let condition = parse_function(parser, &name)?;
            parser.expect_symbol(")")?;
            Ok(condition)
        }
        None => {
            let left = operand(parser)?;
            parse_comparison(parser, left)
        }
    }
}

fn parse_function(parser: &mut Parser<'_>, name: &str) -> Result<Condition, Fault> {
    let two = |parser: &mut Parser<'_>| {
        let first = operand(parser)?;
        parser.expect_symbol(",")?;
        Ok::<_, Fault>((first, operand(parser)?))
    };
    match name {
        "attribute_exists" => Ok(Condition::Exists(parser.path()?)),
        "attribute_not_exists" => Ok(Condition::Missing(parser.path()?)),
        "begins_with" => two(parser).map(|(first, second)| Condition::BeginsWith(first, second)),
        "contains" => two(parser).map(|(first, second)| Condition::Contains(first, second)),
        "attribute_type" => {
            let path = parser.path()?;
            parser.expect_symbol(",")?;
            Ok(Condition::HasType(path, operand(parser)?))
        }
        _ => Err(parser.refusal(&format!("Invalid function name; function: {name}"))),
    }
}

fn parse_comparison(parser: &mut Parser<'_>, left: Operand) -> Result<Condition, Fault> {
    if parser.keyword("BETWEEN") {
        let low = operand(parser)?;
        if !parser.keyword("AND") {
            return Err(parser.unexpected());
        }
        return Ok(Condition::Between(left, low, operand(parser)?));
    }
    if parser.keyword("IN") {
        parser.expect_symbol("(")?;
        let mut choices = vec![operand(parser)?];
        while parser.symbol(",") {
            choices.push(operand(parser)?);
        }
        parser.expect_symbol(")")?;
        return Ok(Condition::In(left, choices));
    }
    let comparators = [
        ("=", Comparator::Equal),
        ("<>", Comparator::NotEqual),
        ("<=", Comparator::LessOrEqual),
        (">=", Comparator::GreaterOrEqual),
        ("<", Comparator::Less),
        (">", Comparator::Greater),
    ];
    let Some((_, comparator)) = comparators.into_iter().find(|(symbol, _)| parser.symbol(symbol)) else {
        return Err(parser.unexpected());
    };
    Ok(Condition::Compare(left, comparator, operand(parser)?))
}

fn operand(parser: &mut Parser<'_>) -> Result<Operand, Fault> {
    if let Some(value) = parser.value()? {
        return Ok(Operand::Value(value));
    }
    if parser.function().is_some() {
        let path = parser.path()?;
        parser.expect_symbol(")")?;
        return Ok(Operand::Size(path));
    }
    Ok(Operand::Path(parser.path()?))
}

impl Path {
    /// What stands at the path.
    pub(crate) fn find<'a>(&self, item: &'a Attributes) -> Option<&'a AttributeValue> {
        let (Step::Name(first), rest) = self.steps.split_first()? else { return None };
        rest.iter().try_fold(item.get(first)?, |value, step| match (step, value) {
            (Step::Name(name), AttributeValue::M(members)) => members.get(name),
            (Step::Index(index), AttributeValue::L(values)) => values.get(*index),
            _ => None,
        })
    }

    /// The attribute's name, where the path is nothing more than that.
    pub(crate) fn top_level(&self) -> Option<&str> {
        match self.steps.as_slice() {
            [Step::Name(name)] => Some(name),
            _ => None,
        }
    }
}

impl Operand {
    fn of(&self, item: &Attributes) -> Option<AttributeValue> {
        match self {
            Self::Path(path) => path.find(item).cloned(),
            Self::Value(value) => Some(value.clone()),
            Self::Size(path) => {
                let size = match path.find(item)? {
                    AttributeValue::S(text) => text.chars().count(),
                    AttributeValue::B(bytes) => bytes.len(),
                    AttributeValue::L(values) => values.len(),
                    AttributeValue::M(members) => members.len(),
                    AttributeValue::Ss(set) => set.len(),
                    AttributeValue::Ns(set) => set.len(),
                    AttributeValue::Bs(set) => set.len(),
                    AttributeValue::N(_) | AttributeValue::Bool(_) | AttributeValue::Null => return None,
                };
                size.to_string().parse().ok().map(AttributeValue::N)
            }
        }
    }
}

impl Comparator {
    fn holds(self, left: Option<&AttributeValue>, right: Option<&AttributeValue>) -> bool {
        // A value that is not there is unequal to everything and neither less nor greater.
        let order = || compare(left?, right?);
        match self {
            Self::Equal => left.is_some() && left == right,
            Self::NotEqual => left.is_none() || left != right,
            Self::Less => order().is_some_and(Ordering::is_lt),
            Self::LessOrEqual => order().is_some_and(Ordering::is_le),
            Self::Greater => order().is_some_and(Ordering::is_gt),
            Self::GreaterOrEqual => order().is_some_and(Ordering::is_ge),
        }
    }
}

fn compare(left: &AttributeValue, right: &AttributeValue) -> Option<Ordering> {
    match (left, right) {
        (AttributeValue::S(left), AttributeValue::S(right)) => Some(left.as_bytes().cmp(right.as_bytes())),
        (AttributeValue::N(left), AttributeValue::N(right)) => Some(left.cmp(right)),
        (AttributeValue::B(left), AttributeValue::B(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

impl Condition {
    /// Whether the item meets the condition.
    pub(crate) fn holds(&self, item: &Attributes) -> bool {
        match self {
            Self::Compare(left, comparator, right) => comparator.holds(left.of(item).as_ref(), right.of(item).as_ref()),
            Self::Between(value, low, high) => {
                let value = value.of(item);
                Comparator::GreaterOrEqual.holds(value.as_ref(), low.of(item).as_ref())
                    && Comparator::LessOrEqual.holds(value.as_ref(), high.of(item).as_ref())
            }
            Self::In(value, choices) => {
                let value = value.of(item);
                choices.iter().any(|choice| Comparator::Equal.holds(value.as_ref(), choice.of(item).as_ref()))
            }
            Self::And(left, right) => left.holds(item) && right.holds(item),
            Self::Or(left, right) => left.holds(item) || right.holds(item),
            Self::Not(condition) => !condition.holds(item),
            Self::Exists(path) => path.find(item).is_some(),
            Self::Missing(path) => path.find(item).is_none(),
            Self::BeginsWith(value, beginning) => match (value.of(item), beginning.of(item)) {
                (Some(AttributeValue::S(text)), Some(AttributeValue::S(beginning))) => text.starts_with(&beginning),
                (Some(AttributeValue::B(bytes)), Some(AttributeValue::B(beginning))) => bytes.starts_with(&beginning),
                _ => false,
            },
            Self::Contains(value, part) => match (value.of(item), part.of(item)) {
                (Some(value), Some(part)) => contains(&value, &part),
                _ => false,
            },
            Self::HasType(path, kind) => match (path.find(item), kind.of(item)) {
                (Some(value), Some(AttributeValue::S(kind))) => value.tag() == kind,
                _ => false,
            },
        }
    }
}

fn contains(value: &AttributeValue, part: &AttributeValue) -> bool {
    match (value, part) {
        (AttributeValue::S(text), AttributeValue::S(part)) => text.contains(part.as_str()),
        (AttributeValue::Ss(set), AttributeValue::S(part)) => set.contains(part),
        (AttributeValue::Ns(set), AttributeValue::N(part)) => set.contains(part),
        (AttributeValue::Bs(set), AttributeValue::B(part)) => set.contains(part),
        (AttributeValue::L(values), part) => values.contains(part),
        _ => false,
    }
}
