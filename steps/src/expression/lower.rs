//! What happens between parsing and running: names are checked, constant paths become one look-up each, and a missing
//! value becomes false where a condition is wanted.
//!
//! `contact.fields.city` is parsed as a chain of properties. Run as such it would make a view of the contact, then of
//! its fields; here it becomes one variable with the name `.contact.fields.city`, which `engine` looks up at once. The body of
//! a closure can't be changed after parsing: there views do the same work, slower.

use std::collections::BTreeSet;

use rhai::{AST, ASTFlags, ASTNode, BinaryExpr, Dynamic, Expr, FnCallExpr, FnPtr, Stmt, StmtBlock};
use smallvec::SmallVec;

use super::compile::Reference;
use super::diagnose::Places;
use super::error::CompileError;
use super::functions;
use super::names::{ROOTS, is_root, nearest};

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

/// Properties that every value of some type has. A path is not looked up past them: `vars.items.len` asks the list.
const PROPERTIES: &[&str] = &[
    "len", "is_empty", "year", "month", "day", "hour", "minute", "weekday", "date", "time", "start", "end",
];

/// Methods that change a list or map in place.
const CHANGING: &[&str] = &[
    "push", "pop", "shift", "insert", "append", "clear", "remove", "reverse", "sort", "dedup", "retain", "drain", "set", "mixin",
    "fill_with", "truncate", "extract",
];

pub(crate) fn lower(source: &str, mode: Mode, parsed: &AST) -> Result<Lowered, CompileError> {
    let mut pass = Pass {
        parsed,
        places: Places::new(source),
        mode,
        reads: Vec::new(),
        writes: BTreeSet::new(),
        error: None,
    };
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
    Ok(Lowered {
        ast: AST::new(statements, parsed.shared_lib().clone()),
        reads,
        writes: pass.writes.into_iter().collect(),
    })
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
            Stmt::Noop(_) | Stmt::Share(_) => {}
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
        self.mode == Mode::Script && root == "vars"
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
        let len = if self.places.source[offset..].starts_with(&written) {
            written.len()
        } else {
            path.root.len()
        };
        self.reads.push(Reference {
            path: written,
            open: path.open,
            offset,
            len,
        });
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

    /// What a closure reads. Its parameters and declarations hide roots of the same name, except for those it captures.
    fn closure(&mut self, name: &str, captured: &[String]) {
        let body = self
            .parsed
            .clone_functions_only_filtered(|_, _, _, function, _| function == name);
        let mut hidden: Vec<String> = body
            .iter_functions()
            .flat_map(|function| function.params.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
            .filter(|name| !captured.contains(name))
            .collect();
        body.walk(&mut |nodes: &[ASTNode]| {
            match nodes.last() {
                Some(ASTNode::Stmt(Stmt::Var(declared, ..))) => hidden.push(declared.0.name.to_string()),
                Some(ASTNode::Stmt(Stmt::For(each, _))) => hidden.push(each.0.name.to_string()),
                _ => {}
            }
            true
        });
        body.walk(&mut |nodes: &[ASTNode]| {
            let parent = nodes.len().checked_sub(2).map(|index| &nodes[index]);
            match nodes.last() {
                Some(ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position)))
                | Some(ASTNode::Stmt(Stmt::FnCall(call, position))) => {
                    if !call.is_operator_call() && call.name != "curry" {
                        self.known_function(&call.name, *position);
                    }
                }
                Some(ASTNode::Expr(expression @ (Expr::Dot(..) | Expr::Index(..)))) => self.read_in_closure(expression, &hidden),
                Some(ASTNode::Expr(expression @ Expr::Variable(..))) => {
                    let inside_chain = matches!(parent, Some(ASTNode::Expr(Expr::Dot(chain, ..) | Expr::Index(chain, ..))) if std::ptr::eq(&chain.lhs, *expression));
                    let inside_curry = matches!(parent, Some(ASTNode::Expr(Expr::FnCall(call, _))) if call.name == "curry");
                    if !inside_chain && !inside_curry {
                        self.read_in_closure(expression, &hidden);
                    }
                }
                _ => {}
            }
            true
        });
    }

    fn read_in_closure(&mut self, expression: &Expr, hidden: &[String]) {
        if let Some(path) = ConstantPath::of(expression)
            && is_root(&path.root)
            && !hidden.iter().any(|name| *name == path.root)
        {
            self.record(&path);
        }
    }
}

fn variable_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Variable(variable, ..) => Some(&variable.1),
        _ => None,
    }
}

/// The constant beginning of a chain: `vars.items[0]` of `vars.items[0].name.to_upper()` is `vars`, `items`, `0`, `name`.
struct ConstantPath {
    root: String,
    segments: SmallVec<[String; 4]>,
    /// How many segments come before the first list index: the part that names a declared thing.
    named: usize,
    /// Whether the chain goes on with a key that is not constant.
    open: bool,
    /// The method called on the path, if one is.
    method: Option<String>,
    /// Whether the root is a variable that the source itself declares.
    declared: bool,
    position: rhai::Position,
    /// What is left of the chain after the constant part, with how it is attached.
    rest: Option<(bool, ASTFlags, rhai::Position, Expr)>,
}

impl ConstantPath {
    fn of(expression: &Expr) -> Option<Self> {
        let mut path = Self {
            root: String::new(),
            segments: SmallVec::new(),
            named: 0,
            open: false,
            method: None,
            declared: false,
            position: expression.start_position(),
            rest: None,
        };
        let (base, mut next) = match expression {
            Expr::Variable(..) => (expression, None),
            Expr::Dot(chain, flags, position) => (&chain.lhs, Some((false, *flags, *position, &chain.rhs))),
            Expr::Index(chain, flags, position) => (&chain.lhs, Some((true, *flags, *position, &chain.rhs))),
            _ => return None,
        };
        let Expr::Variable(variable, short_index, position) = base else {
            return None;
        };
        path.root = variable.1.to_string();
        path.declared = variable.0.is_some() || short_index.is_some();
        path.position = *position;
        let mut list_index_seen = false;
        while let Some((index, flags, position, link)) = next {
            let (head, following) = match link {
                Expr::Dot(chain, flags_of_link, at) if !flags.contains(ASTFlags::BREAK) => {
                    (&chain.lhs, Some((false, *flags_of_link, *at, &chain.rhs)))
                }
                Expr::Index(chain, flags_of_link, at) if !flags.contains(ASTFlags::BREAK) => {
                    (&chain.lhs, Some((true, *flags_of_link, *at, &chain.rhs)))
                }
                _ => (link, None),
            };
            let segment = match head {
                Expr::Property(property, _) if !index && path.root != "now" && !PROPERTIES.contains(&property.2.as_str()) => {
                    Some((property.2.to_string(), false))
                }
                Expr::StringConstant(key, _) if index && !key.is_empty() && !key.contains('.') => Some((key.to_string(), false)),
                Expr::IntegerConstant(number, _) if index && *number >= 0 => Some((number.to_string(), true)),
                _ => None,
            };
            let Some((segment, is_index)) = segment else {
                path.open = index;
                if let Expr::MethodCall(call, _) = head {
                    path.method = Some(call.name.to_string());
                }
                path.rest = Some((index, flags, position, link.clone()));
                break;
            };
            list_index_seen |= is_index;
            path.segments.push(segment);
            if !list_index_seen {
                path.named = path.segments.len();
            }
            next = following;
        }
        Some(path)
    }

    /// The path by dots, as far as it names declared things.
    fn written(&self) -> String {
        let mut written = self.root.clone();
        for segment in &self.segments[..self.named] {
            written.push('.');
            written.push_str(segment);
        }
        written
    }

    /// Puts one look-up in the place of the constant part.
    fn replace(self, expression: &mut Expr) {
        let mut name = format!(".{}", self.root);
        for segment in &self.segments {
            name.push('.');
            name.push_str(segment);
        }
        let look_up = Expr::Variable(Box::new((None, name.into())), None, self.position);
        *expression = match self.rest {
            None => look_up,
            Some((index, flags, position, rhs)) => {
                let chain = Box::new(BinaryExpr { lhs: look_up, rhs });
                if index {
                    Expr::Index(chain, flags, position)
                } else {
                    Expr::Dot(chain, flags, position)
                }
            }
        };
    }
}

/// Whether an engine's value is a closure, for messages.
pub(crate) fn is_function(value: &Dynamic) -> bool {
    value.is_fnptr()
}
