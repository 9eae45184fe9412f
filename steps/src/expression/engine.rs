//! The one Rhai engine of the process: its limits, what it registers, and how a name is resolved while an expression runs.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use compact_str::CompactString;
use rhai::{AST, Dynamic, Engine, EvalAltResult, EvalContext, ImmutableString, OptimizationLevel, Scope};
use smallvec::SmallVec;

use super::convert::look_in_dynamic;
use super::date_value::DateValue;
use super::facts::{Facts, Look};
use super::names::is_root;
use super::{functions, operators};

/// What one evaluation may use. Operations and sizes are counted, never time, so that a turn gives the same on every machine.
pub mod limits {
    /// Steps of the engine: an operator, a call, a loop's round are each one or a few. About a millisecond.
    pub const OPERATIONS: u64 = 25_000;
    /// Calls inside calls.
    pub const CALL_DEPTH: usize = 32;
    /// Parentheses, operators and blocks inside each other.
    pub const EXPRESSION_DEPTH: usize = 64;
    /// Bytes of a text that an expression makes, and of all texts in a list or map that it makes. What it only reads may be longer.
    /// Together with the operations this bounds the memory of one evaluation.
    pub const TEXT_BYTES: usize = 16 * 1024;
    /// Bytes of a rendered text, and of all texts in a script's variables. A message holds 4,096 characters; a body for an API may be longer.
    pub const RENDERED_BYTES: usize = 64 * 1024;
    /// Elements of a list, with those of the lists inside it.
    pub const LIST_ELEMENTS: usize = 2_000;
    /// Entries of a map, with those of the maps inside it.
    pub const MAP_ENTRIES: usize = 1_000;
    /// Lists and maps inside each other in what an expression gives. Kept as JSON it is read again by parsers that refuse 128.
    pub const DATA_DEPTH: usize = 64;
    /// Variables that a script declares.
    pub const VARIABLES: usize = 100;
    /// Bytes of an expression's or script's source. The engine counts columns in 16 bits.
    pub const SOURCE_BYTES: usize = 32 * 1024;
}

pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(build);

fn build() -> Engine {
    let mut engine = Engine::new();
    engine
        .set_max_operations(limits::OPERATIONS)
        .set_max_call_levels(limits::CALL_DEPTH)
        .set_max_expr_depths(limits::EXPRESSION_DEPTH, limits::EXPRESSION_DEPTH)
        .set_max_string_size(limits::TEXT_BYTES)
        .set_max_array_size(limits::LIST_ELEMENTS)
        .set_max_map_size(limits::MAP_ENTRIES)
        .set_max_variables(limits::VARIABLES)
        // Constants must not be folded by the engine's own operators: ours divide and compare differently.
        .set_optimization_level(OptimizationLevel::None)
        .set_fast_operators(false);
    for symbol in ["eval", "print", "debug"] {
        engine.disable_symbol(symbol);
    }

    #[expect(deprecated, reason = "`on_var` is marked volatile, not deprecated")]
    engine.on_var(resolve);
    engine.on_invalid_array_index(|_, _, _| Ok(Dynamic::UNIT.into()));

    engine
        .register_type_with_name::<View>("group of properties")
        .register_indexer_get(|view: &mut View, key: ImmutableString| view.get(&key))
        .register_indexer_get(|view: &mut View, index: i64| view.get(&index.to_string()))
        .register_indexer_get(|_: &mut View, (): ()| ())
        .register_indexer_get(|_: &mut (), _: ImmutableString| ())
        .register_indexer_get(|_: &mut (), (): ()| ())
        .register_indexer_get(|_: &mut (), _: i64| ());
    operators::register(&mut engine);
    functions::register(&mut engine);
    engine
}

/// Runs a compiled source. `scope` holds the extra roots, and `vars` for a script.
pub(crate) fn run(ast: &AST, facts: &Arc<dyn Facts>, scope: &mut Scope) -> Result<Dynamic, Box<EvalAltResult>> {
    let _entered = Entered::new(facts);
    // A bot can't be allowed to take a worker down, should the engine have a flaw that some script finds.
    // Whatever a panic leaves half done lives in `scope`, which no caller reads after an error.
    catch_unwind(AssertUnwindSafe(|| ENGINE.eval_ast_with_scope::<Dynamic>(scope, ast)))
        .unwrap_or_else(|_| Err("The engine of expressions failed here. Please report this expression.".into()))
}

thread_local! {
    /// The facts of the evaluations under way on this thread, innermost last. The engine hands native functions no state
    /// of its host, and an evaluation never leaves its thread.
    static FACTS: RefCell<SmallVec<[Arc<dyn Facts>; 2]>> = const { RefCell::new(SmallVec::new_const()) };
}

struct Entered;

impl Entered {
    fn new(facts: &Arc<dyn Facts>) -> Self {
        FACTS.with_borrow_mut(|stack| stack.push(Arc::clone(facts)));
        Self
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        FACTS.with_borrow_mut(|stack| {
            stack.pop();
        });
    }
}

/// The facts of the evaluation under way. Native functions run nowhere else.
pub(crate) fn current_facts() -> Arc<dyn Facts> {
    FACTS.with_borrow(|stack| {
        stack.last().map(Arc::clone).expect("native functions run only inside `run`, which enters the facts")
    })
}

/// The engine asks this for every variable. Names that begin with a dot are whole paths, made by `lower`; a plain root
/// name is left only inside closures, where it may also be a parameter.
fn resolve(name: &str, index: usize, context: EvalContext) -> Result<Option<Dynamic>, Box<EvalAltResult>> {
    let path: SmallVec<[&str; 8]> = match name.strip_prefix('.') {
        Some(path) => path.split('.').collect(),
        None if index == 0 && is_root(name) && !context.scope().contains(name) => [name].into_iter().collect(),
        None => return Ok(None),
    };
    if let Some(local) = context.scope().get(path[0]) {
        return Ok(Some(match look_in_dynamic(local, &path[1..]) {
            Look::Leaf(value) => value.flatten(),
            Look::Missing | Look::Branch => Dynamic::UNIT,
        }));
    }
    Ok(Some(look(&path)))
}

fn look(path: &[&str]) -> Dynamic {
    let facts = current_facts();
    if path == ["now"] {
        return Dynamic::from(DateValue::Instant(facts.now()));
    }
    match facts.look(path) {
        Look::Missing => Dynamic::UNIT,
        Look::Leaf(value) => value,
        Look::Branch => Dynamic::from(View { path: path.iter().copied().map(CompactString::from).collect() }),
    }
}

/// A group of properties that are looked up one by one.
#[derive(Debug, Clone)]
pub(crate) struct View {
    path: SmallVec<[CompactString; 4]>,
}

impl View {
    fn get(&self, key: &str) -> Dynamic {
        let path: SmallVec<[&str; 8]> = self.path.iter().map(CompactString::as_str).chain([key]).collect();
        look(&path)
    }

    pub(crate) fn path(&self) -> String {
        self.path.join(".")
    }
}
