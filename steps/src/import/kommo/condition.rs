//! Kommo's tests, of `condition`, `conditions` and `validations`, as expressions that are true or false.

use serde_json::Value;

use super::{
    answer::NEVER_MATCHES,
    context::Context,
    mapping::Kind,
    pattern,
    placeholder::{Piece, Read, Sort, pieces, shown},
    program::{Handler, text},
    report::Code,
    words::quoted,
};
use crate::expression::fold;

/// A test that can't hold.
pub(super) const NEVER: &str = "false";

/// How many tests stand beside each other. Each sign between them is a level for whoever reads the expression, which takes 64 of them
/// (`expression::engine`); keyword lists have hundreds of words.
const ABREAST: usize = 16;

/// What is compared with: a text as it was written, or a value.
enum Other {
    Literal(String),
    Value(Read),
}

impl Context<'_> {
    /// The tests of a `condition` or `conditions` handler, joined.
    pub(super) fn tests(&mut self, handler: &Handler<'_>) -> String {
        match handler.params.get("conditions").and_then(Value::as_array) {
            Some(tests) => {
                let tests: Vec<String> = tests.iter().map(|test| self.test(test, &handler.place)).collect();
                self.joined(handler, tests)
            }
            None => self.test(handler.params, &handler.place),
        }
    }

    /// The tests of a `validations` handler, joined.
    pub(super) fn validations(&mut self, handler: &Handler<'_>) -> String {
        let tests = handler.params.get("conditions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let tests: Vec<String> = tests.iter().map(|test| self.validation(test, &handler.place).holds).collect();
        self.joined(handler, tests)
    }

    /// What a `validations` handler that holds leaves in `last_validation_result`: the data of the last test that is true.
    pub(super) fn found(&mut self, handler: &Handler<'_>) -> Option<String> {
        let tests = handler.params.get("conditions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let tests: Vec<Validation> = tests.iter().map(|test| self.validation(test, &handler.place)).collect();
        let (last, before) = tests.split_last()?;
        if !is_any(handler) || before.iter().all(|test| test.found == last.found) {
            return Some(last.found.clone());
        }
        let (first, others) = tests.split_first()?;
        let chosen =
            |otherwise: String, test: &Validation| format!("if {} {{ {} }} else {{ {otherwise} }}", test.holds, test.found);
        Some(others.iter().fold(first.found.clone(), chosen))
    }

    fn joined(&mut self, handler: &Handler<'_>, tests: Vec<String>) -> String {
        let logic = handler.params.get("logic").and_then(Value::as_str).unwrap_or("and");
        if !["and", "or", ""].contains(&logic.trim().to_lowercase().as_str()) {
            let message = format!("the logic `{}` is not known: all tests have to hold", shown(logic));
            self.remark(Code::Unsupported, &handler.place, message);
        }
        match tests.as_slice() {
            [] => {
                self.remark(Code::Malformed, &handler.place, "a condition without a test never holds here");
                NEVER.to_owned()
            }
            [one] => one.clone(),
            several => {
                let (sign, clash) = if is_any(handler) { (" || ", "&&") } else { (" && ", "||") };
                let wrapped = several.iter().map(|test| if test.contains(clash) { format!("({test})") } else { test.clone() });
                abreast(&wrapped.collect::<Vec<_>>(), sign)
            }
        }
    }

    fn test(&mut self, test: &Value, place: &str) -> String {
        let Some(term) = text(test.get("term1")).filter(|term| !term.trim().is_empty()) else {
            self.remark(Code::Malformed, place, "a condition that compares nothing (no `term1`) never holds here");
            return NEVER.to_owned();
        };
        let left = self.left(place, term.trim());
        let operation = test.get("operation").and_then(Value::as_str).unwrap_or("=").trim().to_lowercase();
        if operation == "in_range" {
            return self.in_range(place, &left, test.get("term2").unwrap_or(&Value::Null));
        }
        let right = self.right(place, &text(test.get("term2")).unwrap_or_default(), left.sort);
        let not = |holds: String| format!("!({holds})");
        match operation.as_str() {
            "=" | "==" | "equal" => equal(&left, &right),
            "!=" | "<>" | "not_equal" => match right {
                Other::Literal(ref literal) if literal.is_empty() && left.sort != Sort::Tags => filled(&left),
                ref right => not(equal(&left, right)),
            },
            "in" => any_of(&left, &right),
            "not_in" | "!in" => not(any_of(&left, &right)),
            "contains" => contains(&left, &right),
            "not_contains" | "!contains" => not(contains(&left, &right)),
            "empty" => not(filled(&left)),
            "not_empty" | "!empty" => filled(&left),
            ">" | "<" | ">=" | "<=" => self.ordered(place, &left, &operation, &right),
            other => {
                let message = format!("the operator `{}` is not known: this condition never holds here", shown(other));
                self.remark(Code::Unsupported, place, message);
                NEVER.to_owned()
            }
        }
    }

    /// The left side: a placeholder, or a bare name such as `lead.tags`.
    fn left(&mut self, place: &str, term: &str) -> Read {
        const BARE: [&str; 6] = ["lead.", "contact.", "company.", "chat.", "message_text", "origin"];
        if !term.contains("{{") && BARE.iter().any(|bare| term.starts_with(bare)) {
            return self.placeholder(place, term).unwrap_or_else(|| Read::new("()", Sort::Computed));
        }
        self.expression(place, term)
    }

    fn right(&mut self, place: &str, term: &str, left: Sort) -> Other {
        if pieces(term).iter().any(|piece| matches!(piece, Piece::Placeholder(_))) {
            return Other::Value(self.expression(place, term));
        }
        let literal = term.replace("{{", "").replace("}}", "");
        Other::Literal(match left {
            Sort::Stage if !literal.is_empty() => self.stage(literal.trim()),
            Sort::User if !literal.is_empty() => self.name_or_id(Kind::Users, literal.trim()),
            // WhatsApp has several names among Kommo's channels.
            Sort::Channel if ["waba", "whatsapp"].iter().any(|name| literal.to_lowercase().contains(name)) => {
                "whatsapp".to_owned()
            }
            _ => literal,
        })
    }

    fn in_range(&mut self, place: &str, left: &Read, range: &Value) -> String {
        let mut bounds = Vec::new();
        for (key, sign) in [("from", ">="), ("to", "<=")] {
            let Some(bound) = text(range.get(key)).filter(|bound| !bound.trim().is_empty()) else { continue };
            match self.number(place, &bound) {
                Some(bound) => bounds.push((sign, bound)),
                None => return NEVER.to_owned(),
            }
        }
        if bounds.is_empty() {
            self.remark(Code::Malformed, place, "a range without bounds never holds here");
            return NEVER.to_owned();
        }
        let number = self.number_of(left, &bounds);
        bounds.iter().map(|(sign, bound)| format!("{number} {sign} {bound}")).collect::<Vec<_>>().join(" && ")
    }

    /// A value as a number. A lead without a price costs 0, where that may hold.
    fn number_of(&mut self, read: &Read, bounds: &[(&str, String)]) -> String {
        let zero_holds = |(sign, bound): &(&str, String)| match (*sign, bound.parse::<f64>()) {
            (_, Err(_)) => true,
            (">=", Ok(bound)) => bound <= 0.0,
            ("<=", Ok(bound)) => bound >= 0.0,
            (">", Ok(bound)) => bound < 0.0,
            ("<", Ok(bound)) => bound > 0.0,
            (_, Ok(bound)) => bound == 0.0,
        };
        if read.sort != Sort::Number || !bounds.iter().all(zero_holds) {
            return number_of(read);
        }
        self.unconfirmed("whether a lead without a price counts as one of 0 in conditions: here it does");
        format!("({} ?? 0)", read.expression)
    }

    fn ordered(&mut self, place: &str, left: &Read, sign: &str, right: &Other) -> String {
        let bound = match right {
            Other::Literal(literal) => self.number(place, literal),
            Other::Value(read) => Some(number_of(read)),
        };
        let Some(bound) = bound else { return NEVER.to_owned() };
        let number = self.number_of(left, &[(sign, bound.clone())]);
        format!("{number} {sign} {bound}")
    }

    /// A number that was written, or a placeholder that gives one.
    fn number(&mut self, place: &str, kommo: &str) -> Option<String> {
        if let Some(number) = literal_number(kommo) {
            return Some(number);
        }
        if kommo.contains("{{") {
            let read = self.expression(place, kommo);
            return Some(number_of(&read));
        }
        self.remark(Code::Malformed, place, format!("{:?} is no number: this condition never holds here", shown(kommo)));
        None
    }

    /// One test of `validations`: whether it holds, and the value that it finds.
    pub(super) fn validation(&mut self, test: &Value, place: &str) -> Validation {
        let client = text(test.get("client_value")).filter(|value| !value.trim().is_empty());
        let client = client.unwrap_or_else(|| "{{message_text}}".to_owned());
        let subject = self.expression(place, &client);
        let operation = test.get("operation").and_then(Value::as_str).unwrap_or("contains");
        let kind = test.get("type").and_then(Value::as_str).unwrap_or("simple");
        let wanted = test.get("condition_value").unwrap_or(&Value::Null);
        let value = &subject.expression;
        let (holds, found) = match kind {
            "email" => (format!("email({value}) != ()"), format!("email({value})")),
            "phone" => (format!("phone({value}) != ()"), format!("phone({value})")),
            "range_numbers" => (self.in_range(place, &computed(value), wanted), format!("number({value})")),
            "regex" => match pattern::translate(&text(Some(wanted)).unwrap_or_default()) {
                Ok(pattern) => {
                    (format!("matches({value}, {})", quoted(&pattern)), format!("capture({value}, {})", quoted(&pattern)))
                }
                Err(why) => {
                    if text(Some(wanted)).as_deref() != Some(NEVER_MATCHES) {
                        self.remark(Code::Pattern, place, format!("this pattern never matches here: {why}"));
                    }
                    (NEVER.to_owned(), value.clone())
                }
            },
            "simple" => (self.simple(place, &subject, operation, wanted), value.clone()),
            other => {
                self.remark(
                    Code::Unsupported,
                    place,
                    format!("the validation `{}` is not known: it never holds here", shown(other)),
                );
                (NEVER.to_owned(), value.clone())
            }
        };
        if kind != "simple" && !["contains", "not_contains", "equal", "not_equal", ""].contains(&operation) {
            let message = format!("the operator `{}` is not known: it is read as `contains`", shown(operation));
            self.remark(Code::Unsupported, place, message);
        }
        let is_negative = operation.starts_with("not_") && kind != "simple";
        // What can't be read holds as little where it is denied: its branch stays to be seen, and is not taken.
        let is_unread = holds == NEVER && text(Some(wanted)).as_deref() != Some(NEVER_MATCHES);
        let holds = if is_negative && !is_unread { format!("!({holds})") } else { holds };
        Validation { holds, found: if is_negative { value.clone() } else { found } }
    }

    fn simple(&mut self, place: &str, subject: &Read, operation: &str, wanted: &Value) -> String {
        let wanted = text(Some(wanted)).unwrap_or_default();
        match operation {
            "length" => {
                self.unconfirmed("whether a validation's `length` is exact or the least: here it is exact");
                match self.number(place, &wanted) {
                    Some(length) => format!("text({}).len() == {length}", subject.expression),
                    None => NEVER.to_owned(),
                }
            }
            other => {
                let right = self.right(place, &wanted, subject.sort);
                match other {
                    "equal" | "=" => equal(subject, &right),
                    "not_equal" | "!=" => format!("!({})", equal(subject, &right)),
                    "contains" => contains(subject, &right),
                    "not_contains" => format!("!({})", contains(subject, &right)),
                    other => {
                        let message = format!("the operator `{}` is not known: this validation never holds here", shown(other));
                        self.remark(Code::Unsupported, place, message);
                        NEVER.to_owned()
                    }
                }
            }
        }
    }
}

/// Whether one test that holds is enough.
fn is_any(handler: &Handler<'_>) -> bool {
    handler.params.get("logic").and_then(Value::as_str).is_some_and(|logic| logic.eq_ignore_ascii_case("or"))
}

/// A test of `validations`.
pub(super) struct Validation {
    pub(super) holds: String,
    /// The value that it leaves in `last_validation_result`.
    pub(super) found: String,
}

fn computed(expression: &str) -> Read {
    Read::new(expression, Sort::Computed)
}

/// Whether an expression is a text in quotes.
fn is_quoted(expression: &str) -> bool {
    serde_json::from_str::<Value>(expression).is_ok_and(|value| value.is_string())
}

fn number_of(read: &Read) -> String {
    if read.sort == Sort::Number { read.expression.clone() } else { format!("number({})", read.expression) }
}

/// A number as an expression writes it.
pub(super) fn literal_number(text: &str) -> Option<String> {
    let text = text.trim().replace(',', ".");
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite() && number.abs() < 1e15)?;
    if number.fract() == 0.0 { Some(format!("{number:.0}")) } else { Some(number.to_string()) }
}

fn equal(left: &Read, right: &Other) -> String {
    let value = &left.expression;
    if let Some(held) = held(left) {
        return match right {
            Other::Literal(literal) => match literal.trim().to_lowercase().as_str() {
                "" | "0" | "false" | "no" => format!("!({held})"),
                "1" | "true" | "yes" => held,
                _ if *value == quoted(literal.trim()) => held,
                _ => NEVER.to_owned(),
            },
            Other::Value(other) => format!("{held} && text({}) == {value}", other.expression),
        };
    }
    if let Other::Value(other) = right
        && let Some(option) = other.option()
    {
        return equal(left, &Other::Literal(option));
    }
    match right {
        // Two texts that were written: the author wants it always, or never.
        Other::Literal(literal) if is_quoted(value) => (*value == quoted(literal)).to_string(),
        Other::Literal(literal) => match left.sort {
            Sort::Tags if literal.is_empty() => format!("{value}.is_empty()"),
            Sort::Tags => format!("{value}.contains({})", quoted(literal.trim())),
            _ if literal.is_empty() => format!("text({value}) == \"\""),
            Sort::Message => said(value, literal),
            Sort::Number => match literal_number(literal) {
                Some(number) if number == "0" => format!("({value} ?? 0) == 0"),
                Some(number) => format!("{value} == {number}"),
                None => format!("text({value}) == {}", quoted(literal)),
            },
            Sort::Flag => match literal.trim().to_lowercase().as_str() {
                "0" | "false" | "no" => format!("{value} != true"),
                _ => format!("{value} == true"),
            },
            Sort::Text | Sort::Channel | Sort::Stage | Sort::User => format!("{value} == {}", quoted(literal)),
            Sort::Option | Sort::Computed => format!("text({value}) == {}", quoted(literal)),
        },
        Other::Value(other) if left.sort == Sort::Tags => format!("{value}.contains(text({}))", other.expression),
        Other::Value(other) if left.sort == Sort::Message || other.sort == Sort::Message => {
            format!("fold(text({value})) == fold(text({}))", other.expression)
        }
        Other::Value(other) => format!("text({value}) == text({})", other.expression),
    }
}

/// Whether the customer said this: without case, accents and punctuation, as answers are compared.
pub(super) fn said(value: &str, literal: &str) -> String {
    match fold(literal) {
        folded if folded.is_empty() => format!("text({value}).trim() == {}", quoted(literal.trim())),
        folded => format!("fold({value}) == {}", quoted(&folded)),
    }
}

fn any_of(left: &Read, right: &Other) -> String {
    let Other::Literal(literal) = right else { return equal(left, right) };
    let items: Vec<&str> = literal.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    if items.is_empty() {
        return NEVER.to_owned();
    }
    let tests: Vec<String> = items.iter().map(|item| equal(left, &Other::Literal((*item).to_owned()))).collect();
    abreast(&tests, " || ")
}

/// Tests joined by a sign; many of them in groups, and groups of groups.
pub(super) fn abreast(tests: &[String], sign: &str) -> String {
    if tests.len() <= ABREAST {
        return tests.join(sign);
    }
    let groups = tests.chunks(tests.len().div_ceil(ABREAST)).map(|group| match group {
        [one] => one.clone(),
        several => format!("({})", abreast(several, sign)),
    });
    groups.collect::<Vec<_>>().join(sign)
}

fn contains(left: &Read, right: &Other) -> String {
    let value = &left.expression;
    match (left.sort, right) {
        (Sort::Tags | Sort::Option, right) => equal(left, right),
        (_, Other::Literal(literal)) if literal.is_empty() => "true".to_owned(),
        (_, Other::Literal(literal)) => match fold(literal) {
            folded if folded.is_empty() => format!("text({value}).contains({})", quoted(literal)),
            folded => format!("fold(text({value})).contains({})", quoted(&folded)),
        },
        (_, Other::Value(other)) => format!("fold(text({value})).contains(fold(text({})))", other.expression),
    }
}

/// Whether the field holds the option that a value is.
fn held(read: &Read) -> Option<String> {
    read.of.as_ref().map(|field| format!("{field} == {}", read.expression))
}

fn filled(left: &Read) -> String {
    if let Some(held) = held(left) {
        return held;
    }
    match left.sort {
        Sort::Tags => format!("!{}.is_empty()", left.expression),
        _ => format!("text({}) != \"\"", left.expression),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::import::kommo::{mapping::Mapping, report::Report};

    fn test(value: Value) -> String {
        let (mut mapping, mut report) = (Mapping::default(), Report::default());
        let mut context = Context::new("bot", &mut mapping, &mut report);
        let expression = context.test(&value, "0");
        crate::expression::Expression::compile(&expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
        expression
    }

    fn validation(kind: &str, operation: &str, wanted: Value) -> String {
        let (mut mapping, mut report) = (Mapping::default(), Report::default());
        let mut context = Context::new("bot", &mut mapping, &mut report);
        let value = json!({"client_value": "{{message_text}}", "type": kind, "operation": operation, "condition_value": wanted});
        let found = context.validation(&value, "0");
        for expression in [&found.holds, &found.found] {
            crate::expression::Expression::compile(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
        }
        found.holds
    }

    #[test]
    fn tests_become_expressions() {
        for (term1, operation, term2, ours) in [
            ("{{message_text}}", "=", json!("Price!"), r#"fold(message.text) == "price""#),
            ("{{message_text}}", "=", json!("?"), r#"fold(message.text) == "?""#),
            ("{{message_text}}", "contains", json!("Preço"), r#"fold(text(message.text)).contains("preco")"#),
            ("{{lead.cf.9}}", "=", json!("offer_a"), r#"lead.fields.cf_9 == "offer_a""#),
            ("{{lead.cf.9}}", "=", json!("{{lead.cf.9.31}}"), r#"lead.fields.cf_9 == "31""#),
            ("contact.cf.7", "!=", json!(""), r#"text(contact.fields.cf_7) != """#),
            ("{{contact.cf.7.is_checked}}", "=", json!("1"), "contact.fields.cf_7 == true"),
            ("{{lead.price}}", "=", json!(""), r#"text(lead.price) == """#),
            ("{{lead.price}}", ">", json!("99.5"), "lead.price > 99.5"),
            ("{{lead.price}}", "in_range", json!({"from": 100, "to": "500"}), "lead.price >= 100 && lead.price <= 500"),
            ("lead.tags", "=", json!("vip"), r#"lead.tags.contains("vip")"#),
            ("lead.tags", "in", json!("vip, gold"), r#"lead.tags.contains("vip") || lead.tags.contains("gold")"#),
            ("lead.tags", "!=", json!("vip"), r#"!(lead.tags.contains("vip"))"#),
            ("{{origin}}", "=", json!("waba"), r#"conversation.channel == "whatsapp""#),
            ("chat.origin", "=", json!("telegram"), r#"conversation.channel == "telegram""#),
            ("{{lead.status_id}}", "=", json!(142), r#"lead.stage == "won""#),
            ("{{lead.cf.1}}", "=", json!("{{lead.cf.2}}"), "text(lead.fields.cf_1) == text(lead.fields.cf_2)"),
            ("{{lead.cf.1}}", "resembles", json!("x"), NEVER),
            ("", "=", json!("x"), NEVER),
        ] {
            let value = json!({"term1": term1, "operation": operation, "term2": term2});
            assert_eq!(test(value), ours, "{term1} {operation}");
        }
    }

    #[test]
    fn validations_become_expressions() {
        for (kind, operation, wanted, ours) in [
            ("email", "contains", json!(""), "email(message.text) != ()"),
            ("phone", "not_contains", json!(""), "!(phone(message.text) != ())"),
            ("regex", "contains", json!("/^\\d+$/"), r#"matches(message.text, "(?-i)^\\d+$")"#),
            ("regex", "contains", json!("/(?=a)/"), NEVER),
            ("range_numbers", "contains", json!({"from": 1, "to": 5}), "number(message.text) >= 1 && number(message.text) <= 5"),
            ("simple", "equal", json!("Sim"), r#"fold(message.text) == "sim""#),
            ("simple", "length", json!(11), "text(message.text).len() == 11"),
            ("letters", "contains", json!(""), NEVER),
        ] {
            assert_eq!(validation(kind, operation, wanted), ours, "{kind} {operation}");
        }
    }
}
