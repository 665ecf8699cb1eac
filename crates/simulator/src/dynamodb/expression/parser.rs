//! Words of an expression, and the placeholders that stand for names and values.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::dynamodb::fault::Fault;
use crate::dynamodb::value::AttributeValue;

use super::condition::{Path, Step};

/// `ExpressionAttributeNames` and `ExpressionAttributeValues` of one request, and which of them were used.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    names: BTreeMap<String, String>,
    values: BTreeMap<String, AttributeValue>,
    used: RefCell<BTreeSet<String>>,
}

impl Bindings {
    /// Reads the two members as they stand in the request.
    pub(crate) fn new(names: Option<&Value>, values: Option<&Value>) -> Result<Self, Fault> {
        let mut bindings = Self::default();
        for (placeholder, name) in names.and_then(Value::as_object).into_iter().flatten() {
            let Value::String(name) = name else {
                return Err(Fault::Serialization("ExpressionAttributeNames maps placeholders to names".into()));
            };
            bindings.names.insert(placeholder.clone(), name.clone());
        }
        for (placeholder, value) in values.and_then(Value::as_object).into_iter().flatten() {
            bindings.values.insert(placeholder.clone(), AttributeValue::from_json(value, 0)?);
        }
        Ok(bindings)
    }

    /// Refuses placeholders that no expression of the request used, as the service does.
    pub(crate) fn refuse_unused(&self) -> Result<(), Fault> {
        let used = self.used.borrow();
        refuse_unused("ExpressionAttributeNames", self.names.keys().filter(|key| !used.contains(*key)).collect())?;
        refuse_unused("ExpressionAttributeValues", self.values.keys().filter(|key| !used.contains(*key)).collect())
    }
}

fn refuse_unused(member: &str, unused: Vec<&String>) -> Result<(), Fault> {
    if unused.is_empty() {
        return Ok(());
    }
    let unused: Vec<_> = unused.into_iter().map(String::as_str).collect();
    let unused = unused.join(", ");
    Err(Fault::invalid(format!("Value provided in {member} unused in expressions: keys: {{{unused}}}")))
}

/// One word of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, a keyword, or a placeholder with its `#` or `:`.
    Word(String),
    /// An operator or a bracket.
    Symbol(&'static str),
}

/// Walks through the words of one expression.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    tokens: Vec<Token>,
    next: usize,
    member: &'static str,
    bindings: &'a Bindings,
}

const SYMBOLS: [&str; 15] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", "[", "]", "+", "-", "/"];

impl<'a> Parser<'a> {
    /// Splits the text into words.
    pub(super) fn new(text: &str, member: &'static str, bindings: &'a Bindings) -> Result<Self, Fault> {
        let mut parser = Self { tokens: Vec::new(), next: 0, member, bindings };
        let mut rest = text.trim_start();
        if rest.is_empty() {
            return Err(Fault::invalid(format!("Invalid {member}: The expression can not be empty;")));
        }
        while !rest.is_empty() {
            let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '#' | ':');
            let word: String = rest.chars().take_while(|c| in_word(*c)).collect();
            if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
                parser.tokens.push(Token::Symbol(symbol));
                rest = &rest[symbol.len()..];
            } else if word.is_empty() {
                return Err(
                    parser.refusal(&format!("Syntax error; token: \"{}\"", rest.chars().take(1).collect::<String>()))
                );
            } else {
                rest = &rest[word.len()..];
                parser.tokens.push(Token::Word(word));
            }
            rest = rest.trim_start();
        }
        Ok(parser)
    }

    /// The refusal of this expression for the given reason.
    pub(super) fn refusal(&self, reason: &str) -> Fault {
        Fault::invalid(format!("Invalid {}: {reason}", self.member))
    }

    /// The refusal of the next word.
    pub(super) fn unexpected(&self) -> Fault {
        let found = match self.tokens.get(self.next) {
            Some(Token::Word(word)) => word.as_str(),
            Some(Token::Symbol(symbol)) => symbol,
            None => "<EOF>",
        };
        self.refusal(&format!("Syntax error; token: \"{found}\""))
    }

    /// Refuses anything that is left.
    pub(super) fn expect_end(&self) -> Result<(), Fault> {
        if self.next == self.tokens.len() { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Whether all words have been read.
    pub(super) fn at_end(&self) -> bool {
        self.next == self.tokens.len()
    }

    /// Takes the symbol if it comes next.
    pub(super) fn symbol(&mut self, symbol: &'static str) -> bool {
        let found = self.tokens.get(self.next) == Some(&Token::Symbol(symbol));
        self.next += usize::from(found);
        found
    }

    /// Takes the symbol or refuses.
    pub(super) fn expect_symbol(&mut self, symbol: &'static str) -> Result<(), Fault> {
        if self.symbol(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Takes the keyword, in any case, if it comes next.
    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.tokens.get(self.next), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.next += usize::from(found);
        found
    }

    /// Takes the name of a function, if one is called next.
    pub(super) fn function(&mut self) -> Option<String> {
        match self.tokens.get(self.next..self.next + 2) {
            Some([Token::Word(name), Token::Symbol("(")]) => {
                let name = name.clone();
                self.next += 2;
                Some(name)
            }
            _ => None,
        }
    }

    /// Takes a value's placeholder, if one comes next.
    pub(super) fn value(&mut self) -> Result<Option<AttributeValue>, Fault> {
        let Some(Token::Word(word)) = self.tokens.get(self.next) else { return Ok(None) };
        if !word.starts_with(':') {
            return Ok(None);
        }
        let Some(value) = self.bindings.values.get(word) else {
            return Err(self.refusal(&format!(
                "An expression attribute value used in expression is not defined; attribute value: {word}"
            )));
        };
        self.bindings.used.borrow_mut().insert(word.clone());
        self.next += 1;
        Ok(Some(value.clone()))
    }

    /// Takes a document path.
    pub(super) fn path(&mut self) -> Result<Path, Fault> {
        let mut steps = vec![Step::Name(self.name()?)];
        loop {
            if self.symbol(".") {
                steps.push(Step::Name(self.name()?));
            } else if self.symbol("[") {
                let Some(Token::Word(word)) = self.tokens.get(self.next) else { return Err(self.unexpected()) };
                steps.push(Step::Index(word.parse().map_err(|_| self.unexpected())?));
                self.next += 1;
                self.expect_symbol("]")?;
            } else {
                return Ok(Path { steps });
            }
        }
    }

    fn name(&mut self) -> Result<String, Fault> {
        let Some(Token::Word(word)) = self.tokens.get(self.next) else { return Err(self.unexpected()) };
        let name = if word.starts_with('#') {
            let Some(name) = self.bindings.names.get(word) else {
                return Err(self.refusal(&format!(
                    "An expression attribute name used in the document path is not defined; attribute name: {word}"
                )));
            };
            self.bindings.used.borrow_mut().insert(word.clone());
            name.clone()
        } else if word.starts_with(|c: char| c.is_alphabetic()) {
            word.clone()
        } else {
            return Err(self.unexpected());
        };
        self.next += 1;
        Ok(name)
    }
}
