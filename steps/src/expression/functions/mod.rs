//! The functions of the expression language. They are few; each has a doc line and an example that a test runs.

mod chance;
mod dates;
mod lists;
mod numbers;
mod standard;
mod texts;

use std::sync::LazyLock;

use rhai::{Dynamic, Engine, EvalAltResult};

/// A function as the reference page and the editor's completions show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is called: `money(amount, currency)`.
    pub signature: &'static str,
    /// What it gives, in a sentence or two.
    pub doc: &'static str,
    /// An expression and the JSON that it gives, for a Brazilian bot on Monday, 2 March 2026, 10:00; or a script's statements, with `;`, and the
    /// variables after it.
    pub example: (&'static str, &'static str),
}

/// Every function, our own first, in the order of the reference page.
pub fn functions() -> &'static [Function] {
    static ALL: LazyLock<Vec<Function>> =
        LazyLock::new(|| [texts::ALL, numbers::ALL, dates::ALL, lists::ALL, chance::ALL, standard::ALL].concat());
    &ALL
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    functions().iter().map(|function| function.name)
}

/// Whether a function may be called. What Rhai has beyond the list (`sleep`, `eval`, …) can't be.
pub(crate) fn exists(name: &str) -> bool {
    /// Called by the engine for closures.
    const CLOSURES: [&str; 2] = ["call", "curry"];
    names().any(|known| known == name) || CLOSURES.contains(&name)
}

pub(crate) fn register(engine: &mut Engine) {
    texts::register(engine);
    numbers::register(engine);
    dates::register(engine);
    lists::register(engine);
    chance::register(engine);
    standard::register(engine);
}

type Result<T = Dynamic> = std::result::Result<T, Box<EvalAltResult>>;

/// A found value, or missing.
fn found<T: Into<Dynamic>>(value: Option<T>) -> Dynamic {
    value.map_or(Dynamic::UNIT, Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::tests::example_facts;
    use crate::expression::{Expression, Locals, Script};

    #[test]
    fn every_example_gives_what_it_says() {
        for function in functions() {
            let (source, result) = function.example;
            let fail = |error: &dyn std::fmt::Display| -> ! { panic!("{source}: {error}") };
            let value = if source.contains(';') {
                let script = Script::compile(source).unwrap_or_else(|error| fail(&error));
                script.run(&example_facts(), &serde_json::Map::new()).map(serde_json::Value::Object)
            } else {
                let expression = Expression::compile(source).unwrap_or_else(|error| fail(&error));
                expression.evaluate(&example_facts(), Locals::none())
            }
            .unwrap_or_else(|error| fail(&error));
            let expected: serde_json::Value = serde_json::from_str(result).unwrap_or_else(|error| panic!("{result}: {error}"));
            assert_eq!(value, expected, "{source}");
            assert!(source.contains(function.name), "the example of {} doesn't call it", function.name);
            assert!(function.signature.contains(function.name), "{}", function.signature);
        }
    }

    #[test]
    fn names_are_unique() {
        let mut all: Vec<_> = names().collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn a_function_of_a_missing_value_is_no_error() {
        for function in functions() {
            let takes_closure = function.signature.contains('|');
            let changes_in_place = function.example.0.contains(';');
            if takes_closure || changes_in_place {
                continue;
            }
            let (called, parameters) = function.signature.split_once('(').unwrap();
            let parameters = parameters.split(',').filter(|parameter| *parameter != ")").count();
            let others = if called.contains('.') { parameters } else { parameters - 1 };
            let source = format!("{}(vars.nothing{}) == ()", function.name, ", \"1\"".repeat(others));
            let expression = Expression::compile(&source).unwrap_or_else(|error| panic!("{source}: {error}"));
            if let Err(error) = expression.evaluate(&example_facts(), Locals::none()) {
                panic!("{source}: {error}");
            }
        }
    }
}
