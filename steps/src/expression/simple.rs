//! Conditions of the simple form: the ones that the editor shows as rows.

use rhai::{Expr, FnCallExpr, Stmt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::engine::ENGINE;
use super::names::is_root;

/// A condition as rows: each compares a path with a literal, and all or any of them must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SimpleForm {
    /// Whether all rows must hold or one is enough.
    pub join: Join,
    /// The rows, at least one.
    pub rows: Vec<Row>,
}

/// How rows are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// `&&`
    All,
    /// `||`
    Any,
}

/// `path operator literal`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// `vars.score`
    pub path: String,
    /// How they compare.
    pub operator: Operator,
    /// A text, a number, true or false; `null` for `()`, the missing value.
    pub literal: Value,
}

/// The comparisons there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Operator {
    /// Equal.
    #[serde(rename = "==")]
    Equal,
    /// Not equal.
    #[serde(rename = "!=")]
    NotEqual,
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// Less or equal.
    #[serde(rename = "<=")]
    LessOrEqual,
    /// Greater.
    #[serde(rename = ">")]
    Greater,
    /// Greater or equal.
    #[serde(rename = ">=")]
    GreaterOrEqual,
}

impl Operator {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }
}

/// The rows of a condition; none when it is of another form, or doesn't compile.
pub(crate) fn rows(source: &str) -> Option<SimpleForm> {
    let ast = ENGINE.compile_expression(source).ok()?;
    let [Stmt::Expr(expression)] = ast.statements() else {
        let [Stmt::FnCall(call, _)] = ast.statements() else {
            return None;
        };
        return Some(SimpleForm { join: Join::All, rows: vec![row(call)?] });
    };
    let (join, parts): (Join, &[Expr]) = match &**expression {
        Expr::And(parts, _) => (Join::All, parts),
        Expr::Or(parts, _) => (Join::Any, parts),
        one => (Join::All, std::slice::from_ref(one)),
    };
    let rows = parts
        .iter()
        .map(|part| match part {
            Expr::FnCall(call, _) => row(call),
            _ => None,
        })
        .collect::<Option<Vec<_>>>()?;
    Some(SimpleForm { join, rows })
}

fn row(call: &FnCallExpr) -> Option<Row> {
    let [path, literal] = call.args.as_slice() else {
        return None;
    };
    Some(Row { path: path_of(path)?, operator: Operator::of(&call.name)?, literal: literal_of(literal)? })
}

fn path_of(expression: &Expr) -> Option<String> {
    let (base, mut rest) = match expression {
        Expr::Variable(..) => (expression, None),
        Expr::Dot(chain, ..) => (&chain.lhs, Some(&chain.rhs)),
        _ => return None,
    };
    let Expr::Variable(variable, ..) = base else {
        return None;
    };
    let mut path = variable.1.to_string();
    if !is_root(&path) {
        return None;
    }
    while let Some(link) = rest {
        let (head, following) = match link {
            Expr::Dot(chain, ..) => (&chain.lhs, Some(&chain.rhs)),
            _ => (link, None),
        };
        let Expr::Property(property, _) = head else {
            return None;
        };
        path.push('.');
        path.push_str(&property.2);
        rest = following;
    }
    Some(path)
}

fn literal_of(expression: &Expr) -> Option<Value> {
    Some(match expression {
        Expr::StringConstant(text, _) => Value::String(text.to_string()),
        Expr::IntegerConstant(number, _) => (*number).into(),
        Expr::FloatConstant(number, _) => serde_json::Number::from_f64(**number)?.into(),
        Expr::BoolConstant(value, _) => Value::Bool(*value),
        Expr::Unit(_) => Value::Null,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(source: &str) -> Value {
        serde_json::to_value(rows(source)).unwrap()
    }

    #[test]
    fn comparisons_become_rows() {
        assert_eq!(
            form(r#"vars.score >= 50 && contact.fields.city != "São Paulo" && contact.email == ()"#),
            json!({"join": "all", "rows": [
                {"path": "vars.score", "operator": ">=", "literal": 50},
                {"path": "contact.fields.city", "operator": "!=", "literal": "São Paulo"},
                {"path": "contact.email", "operator": "==", "literal": null},
            ]})
        );
        assert_eq!(
            form("vars.a < -1.5 || contact.opted_in == true"),
            json!({"join": "any", "rows": [
                {"path": "vars.a", "operator": "<", "literal": -1.5},
                {"path": "contact.opted_in", "operator": "==", "literal": true},
            ]})
        );
        assert_eq!(form("answer == 1")["rows"][0]["path"], "answer");
    }

    #[test]
    fn anything_else_is_code() {
        for source in [
            "vars.a",
            "vars.a == vars.b",
            "vars.a == 1 && (vars.b == 2 || vars.c == 3)",
            "vars.list[0] == 1",
            "1 == 1",
            "!vars.a",
            "vars.a.len() > 1",
            "",
        ] {
            assert_eq!(rows(source), None, "{source}");
        }
    }
}
