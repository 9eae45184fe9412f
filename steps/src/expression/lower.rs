//! What happens between parsing and running: names are checked, constant paths become one look-up each, and a missing
//! value becomes false where a condition is wanted.
//!
//! `contact.fields.city` is parsed as a chain of properties. Run as such it would make a view of the contact, then of
//! its fields; here it becomes one variable with the name `.contact.fields.city`, which `engine` looks up at once. The body of
//! a closure can't be changed after parsing: there views do the same work, slower.

mod closure;
mod path;

use std::collections::BTreeSet;

use rhai::{AST, ASTFlags, Dynamic, Expr, FnCallExpr, FnPtr, Stmt, StmtBlock};

use super::compile::Reference;
use super::diagnose::Places;
use super::error::CompileError;
use super::functions;
use super::names::{ROOTS, is_root, nearest};
use path::ConstantPath;

/// What is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// One expression; everything it names is read only.
    Expression,
    /// Statements that may write `vars`.
    Script,
}

pub(crate) struct Lowered {
    pub(crate) ast: AST,
    pub(crate) reads: Vec<Reference>,
    /// The variables that a script writes, by name, sorted; `*` when a name is known only at run time.
    pub(crate) writes: Vec<String>,
}

/// Methods that change a list or map in place.
const CHANGING: &[&str] = &[
    "push",
    "pop",
    "shift",
    "insert",
    "append",
    "clear",
    "remove",
    "reverse",
    "sort",
    "dedup",
    "retain",
    "drain",
    "set",
    "mixin",
    "fill_with",
    "truncate",
    "extract",
];

/// The root that a script writes.
const VARS: &str = "vars";

pub(crate) fn lower(source: &str, mode: Mode, parsed: &AST) -> Result<Lowered, CompileError> {
    let mut pass = Pass { parsed, places: Places::new(source), mode, reads: Vec::new(), writes: BTreeSet::new(), error: None };
    if let Some(function) = parsed.iter_functions().find(|function| !is_closure(function.name)) {
        let name = function.name;
        pass.fail(
            format!("A script can't define a function. Keep a closure in a variable instead: `let {name} = |…| …;`, and call it with `{name}.call(…)`."),
            source.find(name).unwrap_or(0),
            name.len(),
        );
    }
    let mut statements: Vec<Stmt> = parsed.statements().to_vec();
    for statement in &mut statements {
        pass.statement(statement);
    }
    if let Some(error) = pass.error {
        return Err(error);
    }
    let mut reads = pass.reads;
    reads.sort_by(|a, b| (a.offset, &a.path).cmp(&(b.offset, &b.path)));
    reads.dedup();
    Ok(Lowered { ast: AST::new(statements, parsed.shared_lib().clone()), reads, writes: pass.writes.into_iter().collect() })
}

fn is_closure(name: &str) -> bool {
    name.starts_with("anon$")
}

struct Pass<'a> {
    parsed: &'a AST,
    places: Places<'a>,
    mode: Mode,
    reads: Vec<Reference>,
    writes: BTreeSet<String>,
    /// The first error by place in the source.
    error: Option<CompileError>,
}

impl Pass<'_> {
    fn fail(&mut self, message: String, offset: usize, len: usize) {
        if self.error.as_ref().is_none_or(|error| offset < error.offset) {
            self.error = Some(CompileError::new(message, offset, len));
        }
    }

    fn block(&mut self, block: &mut StmtBlock) {
        for statement in block.statements_mut() {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &mut Stmt) {
        match statement {
            Stmt::Noop(_) => {}
            Stmt::Share(captured) => {
                // A shared `vars` could not be read by a closure that runs on a part of it; so a closure gets a copy.
                captured.retain(|(variable, index)| index.is_some() || !(self.mode == Mode::Script && variable.name == VARS));
                if captured.is_empty() {
                    *statement = Stmt::Noop(rhai::Position::NONE);
                }
            }
            Stmt::If(flow, _) | Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.condition(&mut flow.expr);
                self.block(&mut flow.body);
                self.block(&mut flow.branch);
            }
            Stmt::For(each, _) => {
                self.expression(&mut each.2.expr);
                self.block(&mut each.2.body);
            }
            Stmt::TryCatch(flow, _) => {
                self.block(&mut flow.body);
                self.block(&mut flow.branch);
            }
            Stmt::Switch(switch, _) => {
                self.expression(&mut switch.0);
                for case in &mut switch.1.expressions {
                    self.condition(&mut case.lhs);
                    self.expression(&mut case.rhs);
                }
            }
            Stmt::Var(declared, ..) => self.expression(&mut declared.1),
            Stmt::Assignment(assignment) => {
                let changes = assignment.0.is_op_assignment();
                self.target(&assignment.1.lhs, changes);
                self.inner_keys(&mut assignment.1.lhs);
                self.expression(&mut assignment.1.rhs);
            }
            Stmt::FnCall(call, position) => self.call(call, *position),
            Stmt::Block(block) => self.block(block),
            Stmt::Expr(expression) => self.expression(expression),
            Stmt::BreakLoop(value, ..) | Stmt::Return(value, ..) => {
                if let Some(value) = value {
                    self.expression(value);
                }
            }
            // Modules don't exist in this build, and statements that a later Rhai adds are run as they are.
            _ => {}
        }
    }

    /// An expression whose value must be true or false: a missing one counts as false.
    fn condition(&mut self, expression: &mut Expr) {
        self.expression(expression);
        let may_be_missing = match expression {
            Expr::BoolConstant(..) | Expr::Unit(_) | Expr::And(..) | Expr::Or(..) => false,
            Expr::FnCall(call, _) => !matches!(call.name.as_str(), "==" | "!=" | "<" | "<=" | ">" | ">=" | "!"),
            _ => true,
        };
        if may_be_missing {
            let position = expression.start_position();
            let value = std::mem::take(expression);
            let alternatives = [value, Expr::BoolConstant(false, position)].into_iter().collect();
            *expression = Expr::Coalesce(Box::new(alternatives), position);
        }
    }

    fn expression(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Variable(..) | Expr::Dot(..) | Expr::Index(..) => self.path(expression),
            Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
                parts.iter_mut().for_each(|part| self.expression(part));
            }
            Expr::Map(map, _) => map.0.iter_mut().for_each(|(_, value)| self.expression(value)),
            Expr::Stmt(block) => self.block(block),
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::And(all, _) | Expr::Or(all, _) => all.iter_mut().for_each(|one| self.condition(one)),
            Expr::Coalesce(all, _) => all.iter_mut().for_each(|one| self.expression(one)),
            Expr::DynamicConstant(value, _) => {
                if let Some(closure) = value.read_lock::<FnPtr>() {
                    self.closure(closure.fn_name(), &[]);
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &mut FnCallExpr, position: rhai::Position) {
        if call.name == "curry" {
            // A closure and what it captures: `|x| x > vars.limit` captures `vars`.
            let captured: Vec<String> = call.args.iter().filter_map(variable_name).map(str::to_owned).collect();
            if let Some(Expr::DynamicConstant(value, _)) = call.args.first()
                && let Some(closure) = value.read_lock::<FnPtr>()
            {
                self.closure(closure.fn_name(), &captured);
            }
            for argument in call.args.iter_mut().skip(1) {
                self.captured(argument);
            }
            return;
        }
        if !call.is_operator_call() {
            self.known_function(&call.name, position);
        }
        let condition = call.name == "!";
        for argument in &mut call.args {
            if condition {
                self.condition(argument);
            } else {
                self.expression(argument);
            }
        }
    }

    fn known_function(&mut self, name: &str, position: rhai::Position) {
        if functions::exists(name) {
            return;
        }
        let hint = match nearest(name, functions::names()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => "The reference lists the functions there are.".to_owned(),
        };
        let offset = self.places.offset(position);
        self.fail(format!("There is no function `{name}`. {hint}"), offset, name.len());
    }

    /// A variable that a closure captures. What it reads of a root is recorded where the closure's body is walked.
    fn captured(&mut self, argument: &mut Expr) {
        let Expr::Variable(variable, _, position) = argument else {
            return;
        };
        if variable.0.is_some() {
            return;
        }
        if !is_root(&variable.1) {
            let name = variable.1.clone();
            self.unknown_name(&name, *position);
        } else if !self.writable(&variable.1) {
            variable.1 = format!(".{}", variable.1).into();
        }
    }

    fn unknown_name(&mut self, name: &str, position: rhai::Position) {
        let hint = match nearest(name, ROOTS.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None if self.mode == Mode::Expression => {
                format!("Variables are read as `vars.{name}`, and a text is written in quotes: `\"{name}\"`.")
            }
            None => format!("Declare it with `let {name} = …;`, or read a variable of the bot as `vars.{name}`."),
        };
        let offset = self.places.offset(position);
        self.fail(format!("There is nothing called `{name}`. {hint}"), offset, name.len());
    }

    /// Whether a root is the script's own, held in its scope.
    fn writable(&self, root: &str) -> bool {
        self.mode == Mode::Script && root == VARS
    }

    /// A variable, or a chain of properties, indexes and calls.
    fn path(&mut self, expression: &mut Expr) {
        let Some(path) = ConstantPath::of(expression) else {
            self.chain(expression);
            return;
        };
        if path.declared {
            self.chain(expression);
            return;
        }
        if !is_root(&path.root) {
            self.unknown_name(&path.root.clone(), path.position);
            return;
        }
        if self.mode == Mode::Script
            && let Some(method) = &path.method
            && CHANGING.contains(&method.as_str())
        {
            self.target(expression, true);
        } else {
            self.record(&path);
        }
        if self.writable(&path.root) {
            self.chain(expression);
            return;
        }
        path.replace(expression);
        self.chain(expression);
    }

    fn record(&mut self, path: &ConstantPath) {
        let offset = self.places.offset(path.position);
        let written = path.written();
        // The path as it stands in the source may hold spaces or quoted keys; only its usual form has a known length.
        let len = if self.places.source[offset..].starts_with(&written) { written.len() } else { path.root.len() };
        self.reads.push(Reference { path: written, open: path.open, offset, len });
    }

    /// The arguments and keys inside a chain, and its base when that is an expression of its own.
    fn chain(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Dot(chain, ..) => {
                if !matches!(chain.lhs, Expr::Variable(..)) {
                    self.expression(&mut chain.lhs);
                }
                self.links(&mut chain.rhs, false);
            }
            Expr::Index(chain, flags, _) => {
                if !matches!(chain.lhs, Expr::Variable(..)) {
                    self.expression(&mut chain.lhs);
                }
                let ends = flags.contains(ASTFlags::BREAK);
                if ends {
                    self.expression(&mut chain.rhs);
                } else {
                    self.links(&mut chain.rhs, true);
                }
            }
            _ => {}
        }
    }

    /// What follows in a chain; `index` says whether the next link stands in brackets.
    fn links(&mut self, link: &mut Expr, index: bool) {
        match link {
            Expr::Property(..) if !index => {}
            Expr::MethodCall(call, position) if !index => self.call(call, *position),
            Expr::Dot(chain, ..) => {
                self.links(&mut chain.lhs, index);
                self.links(&mut chain.rhs, false);
            }
            Expr::Index(chain, flags, _) => {
                self.links(&mut chain.lhs, index);
                let ends = flags.contains(ASTFlags::BREAK);
                if ends {
                    self.expression(&mut chain.rhs);
                } else {
                    self.links(&mut chain.rhs, true);
                }
            }
            key => self.expression(key),
        }
    }

    /// The keys inside the left side of an assignment; the path itself stays as it is, for the engine writes through it.
    fn inner_keys(&mut self, target: &mut Expr) {
        self.chain(target);
    }

    /// The left side of an assignment, or the list that a method changes.
    fn target(&mut self, target: &Expr, also_reads: bool) {
        let Some(path) = ConstantPath::of(target) else {
            return;
        };
        if path.declared {
            return;
        }
        let offset = self.places.offset(path.position);
        if !is_root(&path.root) {
            self.unknown_name(&path.root.clone(), path.position);
        } else if !self.writable(&path.root) {
            let message = format!(
                "A script writes `vars` only, and this writes `{}`. Keep the value in `vars`, and let a `set` step write it.",
                path.written()
            );
            self.fail(message, offset, path.root.len());
        } else {
            let name = match path.segments.first() {
                Some(name) => name.to_string(),
                None => "*".to_owned(),
            };
            if also_reads && name != "*" {
                self.record(&path);
            }
            self.writes.insert(name);
        }
    }
}

fn variable_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Variable(variable, ..) => Some(&variable.1),
        _ => None,
    }
}

/// Whether an engine's value is a closure, for messages.
pub(crate) fn is_function(value: &Dynamic) -> bool {
    value.is_fnptr()
}
