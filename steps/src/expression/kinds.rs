//! What a compiled expression gives, as far as that can be told without running it, and what can't go well in it: a number compared with a
//! text, a condition that is neither true nor false, a call with too many arguments.
//!
//! What it can't tell it says nothing of: a field that nobody declared may hold anything.

use rhai::{Expr, FnCallExpr, Stmt};

use super::compile::Expression;
use super::diagnose::Places;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Text,
    Boolean,
    Date,
    List,
    Map,
    /// A group of properties, which is no value by itself: `contact`.
    Group,
}

impl Kind {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::Boolean => "true or false",
            Kind::Date => "a date",
            Kind::List => "a list",
            Kind::Map => "a map",
            Kind::Group => "a group of properties",
        }
    }
}

/// Something that can't go well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where, in bytes from the start of the source.
    pub(crate) offset: usize,
    pub(crate) len: usize,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Values that do not compare. `path`: what the first of them reads, where it is a path.
    Compared { path: Option<String>, left: Kind, right: Kind },
    /// What has to be true or false is something else.
    NoCondition { path: Option<String>, kind: Kind },
    /// A group of properties where a value is wanted.
    NoValue { path: String },
    /// A known function with a wrong number of arguments.
    Arguments { name: String, given: usize, least: usize, most: usize },
    /// A date has no such property.
    NoProperty { name: String },
}

/// What a function takes, the value before the dot included, and what it gives: none where that depends.
struct Signature(&'static str, usize, usize, Option<Kind>);

const FUNCTIONS: &[Signature] = &[
    Signature("abs", 1, 1, Some(Kind::Number)),
    Signature("add_workdays", 2, 2, Some(Kind::Date)),
    Signature("ceiling", 1, 1, Some(Kind::Number)),
    Signature("contains", 2, 2, Some(Kind::Boolean)),
    Signature("date", 1, 1, Some(Kind::Date)),
    Signature("days_between", 2, 2, Some(Kind::Number)),
    Signature("email", 1, 1, Some(Kind::Text)),
    Signature("ends_with", 2, 2, Some(Kind::Boolean)),
    Signature("floor", 1, 1, Some(Kind::Number)),
    Signature("fold", 1, 1, Some(Kind::Text)),
    Signature("format", 2, 2, Some(Kind::Text)),
    Signature("is_empty", 1, 1, Some(Kind::Boolean)),
    Signature("join", 1, 2, Some(Kind::Text)),
    Signature("keys", 1, 1, Some(Kind::List)),
    Signature("len", 1, 1, Some(Kind::Number)),
    Signature("matches", 2, 2, Some(Kind::Boolean)),
    Signature("money", 2, 2, Some(Kind::Text)),
    Signature("number", 1, 1, Some(Kind::Number)),
    Signature("phone", 1, 2, Some(Kind::Text)),
    Signature("pick", 1, 2, None),
    Signature("random", 2, 2, Some(Kind::Number)),
    Signature("random_text", 1, 1, Some(Kind::Text)),
    Signature("replace", 3, 3, Some(Kind::Text)),
    Signature("round", 1, 2, Some(Kind::Number)),
    Signature("split", 1, 3, None),
    Signature("sqrt", 1, 1, Some(Kind::Number)),
    Signature("starts_with", 2, 2, Some(Kind::Boolean)),
    Signature("sub_string", 2, 3, Some(Kind::Text)),
    Signature("text", 1, 1, Some(Kind::Text)),
    Signature("time", 1, 1, Some(Kind::Text)),
    Signature("to_int", 1, 1, Some(Kind::Number)),
    Signature("to_lower", 1, 1, Some(Kind::Text)),
    Signature("to_upper", 1, 1, Some(Kind::Text)),
    Signature("trim", 1, 1, Some(Kind::Text)),
    Signature("url", 1, 1, Some(Kind::Text)),
    Signature("values", 1, 1, Some(Kind::List)),
    Signature("weekday", 1, 1, Some(Kind::Text)),
];

/// The properties of a date, with what they are.
pub(crate) const OF_DATES: &[(&str, Kind)] = &[
    ("year", Kind::Number),
    ("month", Kind::Number),
    ("day", Kind::Number),
    ("hour", Kind::Number),
    ("minute", Kind::Number),
    ("weekday", Kind::Text),
    ("date", Kind::Date),
    ("time", Kind::Text),
];

impl Expression {
    /// What can't go well in it. `of_path`: what is known of the paths that it reads. `condition`: it has to be true or false; else its
    /// value is wanted.
    pub(crate) fn faults(&self, of_path: &dyn Fn(&str) -> Option<Kind>, condition: bool) -> Vec<Fault> {
        let mut walk = Walk { places: Places::new(self.source()), of_path, faults: Vec::new() };
        if let [Stmt::Expr(expression)] = self.statements() {
            if condition {
                walk.condition(expression);
            } else if walk.kind(expression) == Some(Kind::Group) {
                let path = path_of(expression).unwrap_or_else(|| self.source()).to_owned();
                walk.fault(expression, What::NoValue { path });
            }
        }
        walk.faults
    }
}

struct Walk<'a> {
    places: Places<'a>,
    of_path: &'a dyn Fn(&str) -> Option<Kind>,
    faults: Vec<Fault>,
}

impl Walk<'_> {
    fn fault(&mut self, at: &Expr, what: What) {
        let offset = self.places.offset(at.start_position());
        let path = path_of(at).filter(|path| self.places.source[offset..].starts_with(path));
        let len = path.map_or_else(|| self.places.length(offset), str::len);
        self.faults.push(Fault { offset, len, what });
    }

    /// What an expression gives; None: that can't be told.
    fn kind(&mut self, expression: &Expr) -> Option<Kind> {
        match expression {
            Expr::IntegerConstant(..) | Expr::FloatConstant(..) => Some(Kind::Number),
            Expr::StringConstant(..) | Expr::CharConstant(..) => Some(Kind::Text),
            Expr::BoolConstant(..) => Some(Kind::Boolean),
            Expr::InterpolatedString(parts, _) => {
                self.all(parts);
                Some(Kind::Text)
            }
            Expr::Array(parts, _) => {
                self.all(parts);
                Some(Kind::List)
            }
            Expr::Map(map, _) => {
                for (_, value) in &map.0 {
                    self.kind(value);
                }
                Some(Kind::Map)
            }
            Expr::Variable(..) => match path_of(expression)? {
                "now" => Some(Kind::Date),
                path => (self.of_path)(path),
            },
            Expr::And(all, _) | Expr::Or(all, _) => {
                for one in all.iter() {
                    self.condition(one);
                }
                Some(Kind::Boolean)
            }
            Expr::Coalesce(all, _) => {
                let kinds: Vec<Option<Kind>> =
                    all.iter().filter(|one| !matches!(one, Expr::Unit(_))).map(|one| self.kind(one)).collect();
                let first = kinds.first().copied().flatten();
                first.filter(|_| kinds.iter().all(|kind| *kind == first))
            }
            Expr::FnCall(call, _) => self.call(expression, call),
            Expr::Dot(chain, ..) => {
                let before = self.kind(&chain.lhs);
                self.link(before, &chain.rhs)
            }
            Expr::Index(chain, ..) => {
                self.kind(&chain.lhs);
                self.kind(&chain.rhs);
                None
            }
            Expr::Stmt(block) => {
                block.iter().for_each(|statement| self.statement(statement));
                None
            }
            _ => None,
        }
    }

    fn all(&mut self, expressions: &[Expr]) {
        for expression in expressions {
            self.kind(expression);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Expr(expression) => {
                self.kind(expression);
            }
            Stmt::If(flow, _) => {
                self.condition(&flow.expr);
                flow.body.iter().chain(flow.branch.iter()).for_each(|statement| self.statement(statement));
            }
            _ => {}
        }
    }

    /// What follows a dot.
    fn link(&mut self, before: Option<Kind>, link: &Expr) -> Option<Kind> {
        match link {
            Expr::Property(property, _) => {
                let name = property.2.as_str();
                match before {
                    Some(Kind::Date) => {
                        let known = OF_DATES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
                        if known.is_none() {
                            self.fault(link, What::NoProperty { name: name.to_owned() });
                        }
                        known
                    }
                    _ => match name {
                        "len" => Some(Kind::Number),
                        "is_empty" => Some(Kind::Boolean),
                        _ => None,
                    },
                }
            }
            Expr::MethodCall(call, _) => {
                self.all(&call.args);
                self.called(link, call, call.args.len() + 1)
            }
            Expr::Dot(chain, ..) => {
                let kind = self.link(before, &chain.lhs);
                self.link(kind, &chain.rhs)
            }
            Expr::Index(chain, ..) => {
                self.link(before, &chain.lhs);
                self.kind(&chain.rhs);
                None
            }
            _ => None,
        }
    }

    fn called(&mut self, at: &Expr, call: &FnCallExpr, given: usize) -> Option<Kind> {
        let Signature(_, least, most, gives) = FUNCTIONS.iter().find(|known| known.0 == call.name.as_str())?;
        if !(*least..=*most).contains(&given) {
            let what = What::Arguments { name: call.name.to_string(), given, least: *least, most: *most };
            self.fault(at, what);
        }
        *gives
    }

    fn call(&mut self, expression: &Expr, call: &FnCallExpr) -> Option<Kind> {
        match (call.name.as_str(), &call.args[..]) {
            ("curry", _) => None,
            ("!", [of]) => {
                self.condition(of);
                Some(Kind::Boolean)
            }
            (operator @ ("==" | "!=" | "<" | "<=" | ">" | ">="), [left, right]) => {
                self.compared(expression, matches!(operator, "==" | "!="), left, right);
                Some(Kind::Boolean)
            }
            ("+", [left, right]) => match (self.kind(left), self.kind(right)) {
                (Some(Kind::Number), Some(Kind::Number)) => Some(Kind::Number),
                (Some(Kind::Text), Some(Kind::Text | Kind::Number)) | (Some(Kind::Number), Some(Kind::Text)) => Some(Kind::Text),
                (Some(Kind::Date), Some(Kind::Text)) => Some(Kind::Date),
                _ => None,
            },
            ("-", [left, right]) => match (self.kind(left), self.kind(right)) {
                (Some(Kind::Number), Some(Kind::Number)) => Some(Kind::Number),
                (Some(Kind::Date), Some(Kind::Text)) => Some(Kind::Date),
                _ => None,
            },
            ("*" | "/" | "%", [left, right]) => {
                let numbers = (self.kind(left), self.kind(right)) == (Some(Kind::Number), Some(Kind::Number));
                numbers.then_some(Kind::Number)
            }
            ("-", [of]) => self.kind(of).filter(|kind| *kind == Kind::Number),
            (_, arguments) => {
                self.all(arguments);
                self.called(expression, call, arguments.len())
            }
        }
    }

    fn compared(&mut self, at: &Expr, by_equality: bool, left: &Expr, right: &Expr) {
        let (Some(first), Some(second)) = (self.kind(left), self.kind(right)) else { return };
        let plain = |kind| matches!(kind, Kind::Number | Kind::Text | Kind::Boolean);
        if !plain(first) || !plain(second) || (first == second && (by_equality || first != Kind::Boolean)) {
            return;
        }
        // It is said of the path, on whichever side it stands.
        let (path, left, right) = match (path_of(left), path_of(right)) {
            (None, Some(path)) => (Some(path), second, first),
            (path, _) => (path, first, second),
        };
        self.fault(at, What::Compared { path: path.map(str::to_owned), left, right });
    }

    /// What has to be true or false; a missing one is false.
    fn condition(&mut self, expression: &Expr) {
        // So does `lower` make a missing condition false.
        let expression = match expression {
            Expr::Coalesce(all, _) => match &all[..] {
                [value, Expr::BoolConstant(false, _)] => value,
                _ => expression,
            },
            _ => expression,
        };
        if let Some(kind) = self.kind(expression).filter(|kind| *kind != Kind::Boolean) {
            let path = path_of(expression).map(str::to_owned);
            self.fault(expression, What::NoCondition { path, kind });
        }
    }
}

/// The path that `lower` put in the place of a chain of properties.
fn path_of(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Variable(variable, ..) => variable.1.strip_prefix('.'),
        _ => None,
    }
}
