//! What a closure reads. Its body stays as it was parsed, so here it is only looked at.

use rhai::{AST, ASTNode, Expr, FnCallExpr, FnPtr, Module, Stmt};

use super::path::ConstantPath;
use super::{CHANGING, Pass, variable_name};
use crate::expression::names::is_root;

impl Pass<'_> {
    /// What a closure reads. Its parameters and declarations hide roots of the same name, except for those it captures.
    pub(super) fn closure(&mut self, name: &str, captured: &[String]) {
        let Some(definition) = self.parsed.iter_fn_def().find(|definition| definition.name == name) else {
            return;
        };
        let mut hidden: Vec<String> =
            definition.params.iter().map(ToString::to_string).filter(|name| !captured.contains(name)).collect();
        // The body's type has no name outside of Rhai; a tree of this function alone can be walked.
        let mut alone = Module::new();
        alone.set_script_fn(definition.clone());
        let body = AST::new([], alone);
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
                Some(ASTNode::Expr(expression)) => self.expression_in_closure(expression, parent, &hidden),
                Some(ASTNode::Stmt(Stmt::FnCall(call, position))) => self.call_in_closure(call, *position, &hidden),
                Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => self.write_in_closure(&assignment.1.lhs, &hidden),
                _ => {}
            }
            true
        });
    }

    fn expression_in_closure(&mut self, expression: &Expr, parent: Option<&ASTNode>, hidden: &[String]) {
        let parent_call = match parent {
            Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))) => Some(call),
            _ => None,
        };
        let in_curry = parent_call.is_some_and(|call| call.name == "curry");
        match expression {
            Expr::FnCall(call, position) | Expr::MethodCall(call, position) => self.call_in_closure(call, *position, hidden),
            Expr::Dot(..) | Expr::Index(..) => {
                if ConstantPath::of(expression)
                    .is_some_and(|path| path.method.is_some_and(|method| CHANGING.contains(&method.as_str())))
                {
                    self.write_in_closure(expression, hidden);
                }
                self.read_in_closure(expression, hidden);
            }
            Expr::Variable(..) => {
                let begins_chain = matches!(parent, Some(ASTNode::Expr(Expr::Dot(chain, ..) | Expr::Index(chain, ..))) if std::ptr::eq(&chain.lhs, expression));
                if !begins_chain && !in_curry {
                    self.read_in_closure(expression, hidden);
                }
            }
            Expr::DynamicConstant(value, _) if !in_curry => {
                if let Some(inner) = value.read_lock::<FnPtr>() {
                    self.closure(inner.fn_name(), &[]);
                }
            }
            _ => {}
        }
    }

    fn call_in_closure(&mut self, call: &FnCallExpr, position: rhai::Position, hidden: &[String]) {
        if call.name == "curry" {
            let captured: Vec<String> = call
                .args
                .iter()
                .filter_map(variable_name)
                .filter(|name| !hidden.iter().any(|other| other == name))
                .map(str::to_owned)
                .collect();
            if let Some(Expr::DynamicConstant(value, _)) = call.args.first()
                && let Some(inner) = value.read_lock::<FnPtr>()
            {
                self.closure(inner.fn_name(), &captured);
            }
        } else if !call.is_operator_call() {
            self.known_function(&call.name, position);
        }
    }

    /// A closure works on a copy of what it captures, so that a write would be lost.
    fn write_in_closure(&mut self, target: &Expr, hidden: &[String]) {
        if let Some(path) = ConstantPath::of(target)
            && is_root(&path.root)
            && !hidden.contains(&path.root)
        {
            let offset = self.places.offset(path.position);
            let message = format!(
                "A closure can't write `{}`: it only reads. Use a loop, as in `for x in vars.list {{ … }}`.",
                path.written()
            );
            self.fail(message, offset, path.root.len());
        }
    }

    fn read_in_closure(&mut self, expression: &Expr, hidden: &[String]) {
        if let Some(path) = ConstantPath::of(expression)
            && is_root(&path.root)
            && !hidden.contains(&path.root)
        {
            self.record(&path);
        }
    }
}
