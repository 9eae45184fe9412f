//! The expressions of Flow JSON: `` `${form.age} >= 18 && ${data.country} == 'BR'` `` (Flow JSON, Dynamic properties: nested expressions;
//! Components: If). Comparisons, logic, arithmetic, and texts that stand side by side. They are no Rhai, for Meta's client runs them.

use serde_json::{Number, Value};

use super::binding::{Scope, is_true, plain};

/// How deep parentheses and signs may be nested.
const MAX_DEPTH: usize = 32;

/// What an expression gives; None: it is none.
pub(super) fn evaluate(source: &str, scope: &Scope<'_>) -> Option<Value> {
    let mut parser = Parser { tokens: tokens(source)?, next: 0, scope };
    let mut value = parser.level(0, 0)?;
    while parser.next < parser.tokens.len() {
        // What stands side by side is joined.
        let more = parser.level(0, 0)?;
        value = Value::String(format!("{}{}", plain(&value), plain(&more)));
    }
    Some(value)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Value(Value),
    Reference(String),
    Sign(&'static str),
}

/// The operators, those with two characters before their beginnings.
const SIGNS: [&str; 15] = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "/", "%", "(", ")"];
/// What binds, from loosely to closely.
const LEVELS: [&[&str]; 6] = [&["||"], &["&&"], &["==", "!="], &["<", "<=", ">", ">="], &["+", "-"], &["/", "%"]];

fn tokens(source: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while !rest.is_empty() {
        let (token, after) = token(rest)?;
        tokens.push(token);
        rest = after.trim_start();
    }
    (!tokens.is_empty()).then_some(tokens)
}

fn token(rest: &str) -> Option<(Token, &str)> {
    if let Some(reference) = rest.strip_prefix("${") {
        let (path, after) = reference.split_once('}')?;
        return Some((Token::Reference(path.to_owned()), after));
    }
    if let Some(text) = rest.strip_prefix('\'') {
        let (text, after) = text.split_once('\'')?;
        return Some((Token::Value(text.into()), after));
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Some((Token::Sign(sign), &rest[sign.len()..]));
    }
    let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '.').unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let value = match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => number(word.parse().ok().filter(|number: &f64| number.is_finite())?)?,
    };
    Some((Token::Value(value), after))
}

struct Parser<'p> {
    tokens: Vec<Token>,
    next: usize,
    scope: &'p Scope<'p>,
}

impl Parser<'_> {
    fn level(&mut self, level: usize, depth: usize) -> Option<Value> {
        let Some(signs) = LEVELS.get(level) else { return self.single(depth) };
        let mut left = self.level(level + 1, depth)?;
        while let Some(Token::Sign(sign)) =
            self.tokens.get(self.next).filter(|token| signs.iter().any(|sign| **token == Token::Sign(sign)))
        {
            let sign = *sign;
            self.next += 1;
            let right = self.level(level + 1, depth)?;
            left = combined(sign, &left, &right)?;
        }
        Some(left)
    }

    fn single(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let token = self.tokens.get(self.next)?.clone();
        self.next += 1;
        match token {
            Token::Value(value) => Some(value),
            Token::Reference(path) => Some(self.scope.reference(&path)),
            Token::Sign("!") => Some(Value::Bool(!is_true(&self.single(depth + 1)?))),
            Token::Sign("-") => number(-as_number(&self.single(depth + 1)?)?),
            Token::Sign("(") => {
                let value = self.level(0, depth + 1)?;
                let closed = self.tokens.get(self.next) == Some(&Token::Sign(")"));
                self.next += 1;
                closed.then_some(value)
            }
            Token::Sign(_) => None,
        }
    }
}

fn combined(sign: &str, left: &Value, right: &Value) -> Option<Value> {
    let numbers = || Some((as_number(left)?, as_number(right)?));
    Some(match sign {
        "||" => Value::Bool(is_true(left) || is_true(right)),
        "&&" => Value::Bool(is_true(left) && is_true(right)),
        "==" => Value::Bool(same(left, right)),
        "!=" => Value::Bool(!same(left, right)),
        "<" | "<=" | ">" | ">=" => {
            let (left, right) = numbers()?;
            Value::Bool(match sign {
                "<" => left < right,
                "<=" => left <= right,
                ">" => left > right,
                _ => left >= right,
            })
        }
        "+" if numbers().is_none() => Value::String(format!("{}{}", plain(left), plain(right))),
        _ => {
            let (left, right) = numbers()?;
            number(match sign {
                "+" => left + right,
                "-" => left - right,
                "/" => left / right,
                _ => left % right,
            })?
        }
    })
}

/// An answer is a text, also where it is a number.
fn same(left: &Value, right: &Value) -> bool {
    match (as_number(left), as_number(right)) {
        (Some(left), Some(right)) => (left - right).abs() < f64::EPSILON,
        _ => plain(left) == plain(right),
    }
}

fn as_number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
}

/// A number as it is read: 3, not 3.0.
fn number(number: f64) -> Option<Value> {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 is the same as an i64")]
    let whole = (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
    whole.map(Value::from).or_else(|| Number::from_f64(number).map(Value::Number))
}
