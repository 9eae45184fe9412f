//! Rhai's errors in a bot designer's words, with their place in the source.

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, LexError, ParseError, ParseErrorType, Position};

use super::date_value::DateValue;
use super::engine::{View, limits};
use super::error::{CompileError, EvaluationError};
use super::lower::{Mode, is_function};

/// Places in one source: the engine's line and column as bytes from its start.
pub(crate) struct Places<'a> {
    pub(crate) source: &'a str,
}

impl<'a> Places<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self { source }
    }

    /// The byte that a position points at; the end of the source for one that lies beyond.
    pub(crate) fn offset(&self, position: Position) -> usize {
        let Some(line) = position.line() else {
            return 0;
        };
        let start = match line.checked_sub(2) {
            None => 0,
            Some(breaks_before) => self.source.match_indices('\n').nth(breaks_before).map_or(self.source.len(), |(at, _)| at + 1),
        };
        let column = position.position().unwrap_or(1).saturating_sub(1);
        self.source[start..].char_indices().nth(column).map_or(self.source.len(), |(at, _)| start + at)
    }

    /// How many bytes the word, number or sign at an offset covers.
    pub(crate) fn length(&self, offset: usize) -> usize {
        let rest = &self.source[offset..];
        let word: usize = rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').map(char::len_utf8).sum();
        if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) }
    }
}

pub(crate) fn compile(source: &str, mode: Mode, error: &ParseError) -> CompileError {
    let places = Places::new(source);
    let offset = if error.position().is_none() { source.len() } else { places.offset(error.position()) };
    CompileError::new(parse_message(source, mode, error.err_type()), offset, places.length(offset))
}

fn parse_message(source: &str, mode: Mode, error: &ParseErrorType) -> String {
    use ParseErrorType as Kind;
    let thing = match mode {
        Mode::Expression => "expression",
        Mode::Script => "script",
    };
    match error {
        _ if source.trim().is_empty() => format!("The {thing} is empty."),
        Kind::UnexpectedEOF | Kind::ExprExpected(_) => {
            format!("The {thing} is not complete here: a value is missing, such as `vars.score`, `10` or `\"text\"`.")
        }
        Kind::BadInput(LexError::UnexpectedInput(what)) if what == "=" && mode == Mode::Expression => {
            "`=` would write a value, and an expression only reads. To compare, use `==`.".to_owned()
        }
        Kind::BadInput(LexError::UnexpectedInput(what)) => {
            // For some signs the engine puts a whole sentence here, which begins with the sign in quotes.
            let what = what.strip_prefix('\'').and_then(|rest| rest.split('\'').next()).unwrap_or(what);
            foreign(what)
                .unwrap_or_else(|| format!("`{what}` was not expected here. Is an operator or a comma missing before it?"))
        }
        Kind::BadInput(LexError::UnterminatedString) => "This text is not closed: its second quote `\"` is missing.".to_owned(),
        Kind::BadInput(LexError::MalformedNumber(number)) => {
            format!("`{number}` is not a number. Write it like `10` or `2.5`.")
        }
        Kind::BadInput(LexError::MalformedChar(_)) => "A text is written in double quotes, like `\"text\"`.".to_owned(),
        Kind::BadInput(LexError::MalformedEscapeSequence(escape)) => {
            format!("`{escape}` means nothing after a backslash. For the backslash itself, write it twice.")
        }
        Kind::BadInput(LexError::ImproperSymbol(symbol, _)) | Kind::UnknownOperator(symbol) => {
            foreign(symbol).unwrap_or_else(|| format!("`{symbol}` is no operator."))
        }
        Kind::BadInput(other) => format!("This can't be read: {}.", lower_first(&other.to_string())),
        Kind::MissingToken(token, _) => format!("`{token}` is missing here."),
        Kind::Reserved(word) => {
            foreign(word).unwrap_or_else(|| format!("`{word}` is a word of the language and can't be a name here."))
        }
        Kind::ForbiddenVariable(name) => format!("`{name}` can't be declared."),
        Kind::MismatchedType(..) => {
            "A condition must be true or false; compare this with something, as in `vars.score > 10`.".to_owned()
        }
        Kind::ExprTooDeep => format!(
            "There are more than {} parentheses, operators or blocks inside each other. Split it over several variables.",
            limits::EXPRESSION_DEPTH
        ),
        Kind::LiteralTooLarge(_, max) => format!("This value is too long: at most {max} are allowed."),
        Kind::PropertyExpected => "The name of a property is missing after the dot, as in `contact.name`.".to_owned(),
        Kind::VariableExpected => "A name is missing here.".to_owned(),
        Kind::MalformedIndexExpr(_) => "Between `[` and `]` stands a key: `vars[\"name\"]`, or `vars.list[0]`.".to_owned(),
        Kind::DuplicatedProperty(name) => format!("`{name}` stands in this map twice."),
        Kind::AssignmentToConstant(name) => format!("`{name}` is a constant; declare it with `let` to change it."),
        Kind::AssignmentToInvalidLHS(_) => {
            "This can't be written to. A script writes variables, such as `vars.score = 10`.".to_owned()
        }
        Kind::LoopBreak => "`break` and `continue` stand inside a loop only.".to_owned(),
        Kind::WrongFnDefinition | Kind::FnMissingName | Kind::FnMissingParams(_) | Kind::FnMissingBody(_) => {
            "A function can't be defined here. Keep a closure in a variable instead: `let double = |x| x * 2;`.".to_owned()
        }
        other => format!("This can't be read: {}.", lower_first(&other.to_string())),
    }
}

/// A word or sign of another language, or one that bots may not use.
fn foreign(word: &str) -> Option<String> {
    let instead = match word {
        "===" | "is" => "==",
        "!==" | "<>" => "!=",
        "and" | "AND" => "&&",
        "or" | "OR" => "||",
        "not" => "!",
        "=<" => "<=",
        "null" | "nil" | "undefined" | "none" | "None" | "NULL" => {
            return Some("A missing value is written `()`, as in `contact.email == ()`.".to_owned());
        }
        "eval" | "print" | "debug" => return Some(format!("`{word}` can't be used in a bot.")),
        _ => return None,
    };
    Some(format!("`{word}` is not known here; use `{instead}`."))
}

pub(crate) fn evaluation(source: &Arc<str>, error: &EvalAltResult) -> EvaluationError {
    let position = error.position();
    EvaluationError {
        message: evaluation_message(error),
        offset: (!position.is_none()).then(|| Places::new(source).offset(position)),
        position: position.line().map(|line| (line.max(1), position.position().unwrap_or(1).max(1))),
        expression: Arc::clone(source),
    }
}

fn evaluation_message(error: &EvalAltResult) -> String {
    use EvalAltResult as Kind;
    match error {
        Kind::ErrorRuntime(value, _) => {
            super::convert::text_of(value).map_or_else(|| "The script stopped with an error.".to_owned(), |text| text.to_string())
        }
        Kind::ErrorInFunctionCall(_, _, inner, _) => evaluation_message(inner),
        Kind::ErrorTooManyOperations(_) => format!(
            "This takes more than {} operations, the limit of one evaluation. Is there a loop that never ends?",
            limits::OPERATIONS
        ),
        Kind::ErrorStackOverflow(_) => format!("Calls are more than {} deep, the limit.", limits::CALL_DEPTH),
        Kind::ErrorTooManyVariables(_) => format!("There are more than {} variables, the limit.", limits::VARIABLES),
        Kind::ErrorDataTooLarge(what, _) => {
            let what = what.to_lowercase();
            if what.contains("string") {
                format!("A text grew beyond {} bytes, the limit.", limits::TEXT_BYTES)
            } else if what.contains("array") {
                format!("A list grew beyond {} elements, the limit.", limits::LIST_ELEMENTS)
            } else {
                format!("A map grew beyond {} entries, the limit.", limits::MAP_ENTRIES)
            }
        }
        Kind::ErrorFunctionNotFound(signature, _) => function_message(signature),
        Kind::ErrorMismatchDataType(wanted, actual, _) | Kind::ErrorMismatchOutputType(wanted, actual, _) => {
            format!("{} was expected here, and this is {}.", capital(type_kind(wanted)), type_kind(actual))
        }
        Kind::ErrorDotExpr(..) | Kind::ErrorIndexingType(..) => {
            "This value has no properties: only groups, maps, lists and dates have.".to_owned()
        }
        Kind::ErrorPropertyNotFound(name, _) => format!("There is no property `{name}`."),
        Kind::ErrorStringBounds(length, index, _) => format!("The text has {length} letters, and letter {index} was asked for."),
        Kind::ErrorArrayBounds(length, index, _) => format!("The list has {length} elements, and element {index} was asked for."),
        Kind::ErrorFor(_) => "Only a list, a range or a text can be looped over. Is it missing?".to_owned(),
        Kind::ErrorArithmetic(..) => "The result is too large to count, or not a number.".to_owned(),
        Kind::ErrorNonPureMethodCallOnConstant(name, _) => format!(
            "`{name}` changes a list or map, and this one can only be read. A script changes `vars`, or a variable of its own made with `let`."
        ),
        Kind::ErrorAssignmentToConstant(name, _) => format!("`{}` can only be read.", name.trim_start_matches('.')),
        Kind::ErrorVariableNotFound(name, _) => format!("There is nothing called `{}`.", name.trim_start_matches('.')),
        Kind::ErrorDataRace(..) => {
            "A closure reads the list or map that is being worked on. Copy it to a variable of its own before, with `let`."
                .to_owned()
        }
        other => format!("This failed: {}.", lower_first(&other.to_string())),
    }
}

/// `round (string)` becomes what a designer can act on.
fn function_message(signature: &str) -> String {
    let (name, arguments) = signature.split_once('(').unwrap_or((signature, ""));
    let name = name.trim();
    let kinds: Vec<&str> = arguments
        .strip_suffix(')')
        .unwrap_or(arguments)
        .split(',')
        .map(str::trim)
        .filter(|argument| !argument.is_empty())
        .map(type_kind)
        .collect();
    let operator = !name.starts_with(|letter: char| letter.is_alphabetic());
    let missing = kinds.contains(&"missing");
    let fallback = if missing { " Give a fallback with `??`, as in `(vars.score ?? 0)`." } else { "" };
    match kinds.as_slice() {
        [a, b] if operator => format!("`{name}` doesn't work between {a} and {b}.{fallback}"),
        [] => format!("`{name}` needs a value to work on."),
        kinds => format!("`{name}` doesn't work with {}.{fallback}", kinds.join(" and ")),
    }
}

fn type_kind(name: &str) -> &'static str {
    match name.trim_start_matches("&mut ").trim_start_matches('&') {
        "()" => "missing",
        "i64" | "f64" | "INT" | "FLOAT" | "int" | "float" | "integer" | "number" => "a number",
        "bool" => "true or false",
        "char" | "string" | "str" => "a text",
        "array" | "Array" => "a list",
        "map" | "Map" => "a map",
        "Fn" | "FnPtr" => "a function",
        "date" => "a date",
        "range" | "range=" => "a range",
        "group of properties" => "a group of properties",
        // Rhai shows all its kinds of text at once.
        name if name.contains("String") || name.contains("str ") => "a text",
        _ => "a value of another kind",
    }
}

/// What a value is, with its article.
pub(crate) fn kind(value: &Dynamic) -> &'static str {
    if value.is_unit() {
        "missing"
    } else if value.is_string() || value.is_char() {
        "a text"
    } else if value.is_int() || value.is_float() {
        "a number"
    } else if value.is_bool() {
        "true or false"
    } else if value.is_array() {
        "a list"
    } else if value.is_map() {
        "a map"
    } else if value.is::<DateValue>() {
        "a date"
    } else if value.is::<View>() {
        "a group of properties"
    } else if is_function(value) {
        "a function"
    } else {
        "a value of another kind"
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
