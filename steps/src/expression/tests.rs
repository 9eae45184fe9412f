//! Expressions as a bot designer writes them, and what they give.

use std::sync::Arc;

use jiff::Zoned;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// A conversation made of JSON: each root is a branch, so that every read is a look-up.
pub(crate) struct JsonFacts(pub(crate) Value);

impl Facts for JsonFacts {
    fn look(&self, path: &[&str]) -> Look {
        match (path, look_in_json(&self.0, path)) {
            (["contact", ..], Look::Leaf(value)) if value.as_immutable_string_ref().is_ok_and(|text| text.is_empty()) => {
                Look::Missing
            }
            ([_], Look::Leaf(value)) if value.is_map() => Look::Branch,
            (_, look) => look,
        }
    }

    fn now(&self) -> Zoned {
        "2026-03-02T10:00:00-03:00[America/Sao_Paulo]".parse().unwrap()
    }

    fn language(&self) -> &str {
        "pt-BR"
    }

    fn country(&self) -> Option<&str> {
        Some("BR")
    }

    fn seed(&self) -> u64 {
        7
    }
}

pub(crate) fn example_facts() -> Arc<dyn Facts> {
    Arc::new(JsonFacts(json!({
        "message": {"text": "Oi", "type": "text"},
        "contact": {"first_name": "Ana", "email": "", "tags": ["vip", "lead"], "opted_in": true, "fields": {"city": "Recife", "age": "42"}},
        "lead": {"price": 1500, "stage": "new"},
        "vars": {"score": 60, "ratio": 2.5, "flag": true, "items": [{"name": "a", "price": 10}, {"name": "b", "price": 20}], "limit": 15, "year": 1999, "key": "score"},
        "window": {"open": true},
    })))
}

fn evaluate(source: &str) -> Value {
    Expression::compile(source)
        .unwrap_or_else(|error| panic!("{source}: {error}"))
        .evaluate(&example_facts(), Locals::none())
        .unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn holds(source: &str) -> bool {
    Expression::compile(source)
        .unwrap_or_else(|error| panic!("{source}: {error}"))
        .is_true(&example_facts(), Locals::none())
        .unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn fails(source: &str) -> EvaluationError {
    Expression::compile(source)
        .unwrap_or_else(|error| panic!("{source}: {error}"))
        .evaluate(&example_facts(), Locals::none())
        .expect_err(source)
}

#[test]
fn paths_are_looked_up() {
    assert_eq!(evaluate("vars.score"), json!(60));
    assert_eq!(evaluate("contact.fields.city"), json!("Recife"));
    assert_eq!(evaluate("contact[\"fields\"].city"), json!("Recife"));
    assert_eq!(evaluate("vars.items[1].name"), json!("b"));
    assert_eq!(evaluate("vars.items[0].name.to_upper()"), json!("A"));
    assert_eq!(evaluate("vars.items.len"), json!(2));
    assert_eq!(evaluate("vars.items.len()"), json!(2));
    assert_eq!(evaluate("vars[vars.key]"), json!(60));
    assert_eq!(evaluate("vars.year"), json!(1999));
    assert_eq!(evaluate("now.year"), json!(2026));
    assert_eq!(evaluate("`${vars.score} of ${contact.first_name}`"), json!("60 of Ana"));
}

#[test]
fn a_property_of_a_missing_value_is_missing() {
    for source in [
        "vars.nothing",
        "contact.fields.x.y",
        "reply.json.items[0].name",
        "vars.items[9].name",
        "vars[vars.none]",
        "contact.email",
        "contact.email.to_upper()",
        "vars.none.a.b.c",
        "vars.items[vars.score].name",
    ] {
        assert_eq!(evaluate(source), Value::Null, "{source}");
    }
    assert_eq!(evaluate("contact.email ?? \"none\""), json!("none"));
    assert_eq!(evaluate("\"x\" in contact.fields.tags"), json!(false));
}

#[test]
fn a_missing_condition_is_false() {
    assert!(!holds("vars.nothing"));
    assert!(!holds("vars.nothing && vars.flag"));
    assert!(holds("vars.nothing || vars.flag"));
    assert!(holds("!vars.nothing"));
    assert!(holds("!vars.nothing && contact.opted_in"));
    assert_eq!(evaluate("if vars.nothing { 1 } else { 2 }"), json!(2));
    assert!(!holds("vars.nothing >= 50"));
    assert!(!holds("vars.nothing < 50"));
    assert!(holds("vars.nothing == ()"));
    assert!(holds("vars.nothing != 1"));
}

#[test]
fn a_condition_that_is_no_condition_says_so() {
    let error = Expression::compile("contact.first_name").unwrap().is_true(&example_facts(), Locals::none()).unwrap_err();
    assert!(error.message.contains("true or false") && error.message.contains("a text"), "{error}");
}

#[test]
fn numbers_divide_and_compare_as_on_paper() {
    assert_eq!(evaluate("10 / 4"), json!(2.5));
    assert_eq!(evaluate("10 / 5"), json!(2));
    assert_eq!(evaluate("vars.score / 8.0"), json!(7.5));
    assert_eq!(evaluate("vars.nothing + 10"), json!(10));
    assert_eq!(evaluate("0.1 + 0.2 == 0.3"), json!(true));
    assert!(holds("contact.fields.age > 40"));
    assert!(holds("contact.fields.age == 42"));
    assert!(holds("42 == contact.fields.age"));
    assert!(holds("\"1.500\" == 1500"));
    assert!(!holds("contact.first_name > 5"));
    assert!(holds("contact.first_name != 5"));
    assert!(fails("vars.score / 0").message.contains("zero"));
}

#[test]
fn closures_read_the_facts_too() {
    assert_eq!(evaluate("vars.items.filter(|x| x.price > vars.limit).map(|x| x.name)"), json!(["b"]));
    assert_eq!(evaluate("vars.items.filter(|item| item.price == \"20\").len()"), json!(1));
    assert_eq!(evaluate("contact.tags.filter(|tag| tag != \"lead\").join(\", \")"), json!("vip"));
}

#[test]
fn closures_nest() {
    assert_eq!(evaluate("[1, 2].map(|x| [10].map(|y| x + y + vars.limit)[0])"), json!([26, 27]));
    let expression = Expression::compile("[1].map(|x| [2].filter(|item| item.a > lead.price && x > contact.y))").unwrap();
    let reads: Vec<&str> = expression.reads().iter().map(|read| read.path.as_str()).collect();
    assert_eq!(reads, ["lead.price", "contact.y"]);
}

#[test]
fn locals_come_before_facts() {
    let locals = Locals::default().with("item", &json!({"name": "x", "deep": {"n": [1, 2]}})).with("index", &json!(3));
    let evaluate = |source: &str| Expression::compile(source).unwrap().evaluate(&example_facts(), &locals).unwrap();
    assert_eq!(evaluate("item.name + index"), json!("x3"));
    assert_eq!(evaluate("item.deep.n[1]"), json!(2));
    assert_eq!(evaluate("item.none.more"), Value::Null);
    assert_eq!(evaluate("[1, 2].map(|x| x + index)"), json!([4, 5]));
    assert_eq!(evaluate("answer"), Value::Null);
}

#[test]
fn dates_take_durations_and_compare() {
    assert_eq!(evaluate("now"), json!("2026-03-02T10:00:00-03:00"));
    assert_eq!(evaluate("now + \"2h\""), json!("2026-03-02T12:00:00-03:00"));
    assert_eq!(evaluate("date(\"31/12/2026\") - \"1d\""), json!("2026-12-30"));
    assert!(holds("date(\"amanhã\") > now"));
    assert!(holds("now < \"2026-12-31\""));
    assert!(holds("now.hour >= 9 && now.weekday == \"mon\""));
    assert!(fails("now + \"2 hours\"").message.contains("not a duration"));
}

#[test]
fn texts_render() {
    let render = |source: &str| Text::compile(source).unwrap().render(&example_facts(), Locals::none()).unwrap();
    assert_eq!(render("Olá {{ contact.first_name ?? \"você\" }}! {{ vars.ratio }} {{contact.email}}."), "Olá Ana! 2.5 .");
    assert_eq!(render("{{ contact.tags }}, {{ 10.0 }} {{ vars.flag }}"), "vip, lead, 10 true");
    assert_eq!(render("{{ \"{{\" }} stays"), "{{ stays");
    assert_eq!(render("plain } text"), "plain } text");
    assert!(Text::compile("plain").unwrap().is_plain());
}

#[test]
fn a_text_of_one_expression_keeps_the_type() {
    let value = |source: &str| Text::compile(source).unwrap().value(&example_facts(), Locals::none()).unwrap();
    assert_eq!(value("{{ vars.score }}"), json!(60));
    assert_eq!(value("{{ vars.items[0] }}"), json!({"name": "a", "price": 10}));
    assert_eq!(value("{{ vars.nothing }}"), Value::Null);
    assert_eq!(value(" {{ vars.score }}"), json!(" 60"));
    assert_eq!(value("60"), json!("60"));
}

#[test]
fn reads_are_paths_with_places() {
    let source = "vars.score > 5 && contact.fields.city == vars[\"a b\"].c && vars.items[0].name.len() > vars[answer] && vars.list.some(|x| x > lead.price)";
    let expression = Expression::compile(source).unwrap();
    let reads: Vec<(&str, bool)> = expression.reads().iter().map(|read| (read.path.as_str(), read.open)).collect();
    assert_eq!(
        reads,
        [
            ("vars.score", false),
            ("contact.fields.city", false),
            ("vars.a b.c", false),
            ("vars.items", false),
            ("vars", true),
            ("answer", false),
            ("vars.list", false),
            ("lead.price", false),
        ]
    );
    for read in expression.reads() {
        assert!(source[read.offset..].starts_with(read.path.split('.').next().unwrap()), "{read:?}");
    }
    let text = Text::compile("é {{  vars.x }}").unwrap();
    assert_eq!(&text.source()[text.reads()[0].offset..][..6], "vars.x");
}

#[test]
fn compile_errors_are_for_people() {
    let mut report = String::new();
    for source in [
        "",
        "  ",
        "vars.score >",
        "contct.name",
        "score > 5",
        "vars.score = 5",
        "vars.score === 5",
        "vars.a and vars.b",
        "\"open",
        "vars.a ==\n  foo(1)",
        "contact.name.to_uper()",
        "print(1)",
        "sleep(10)",
        "eval(\"1\")",
        "vars.a == null",
        "(1 + 2",
        "1 2",
        "é + 1 +",
        "[1, 2].map(|x| x + scor)",
        "let x = 1",
        "vars.items.map(|x| x.foo())",
    ] {
        let error = Expression::compile(source).expect_err(source);
        assert!(error.offset <= source.len() && source.is_char_boundary(error.offset), "{source}");
        let marked = format!(
            "{}«{}»{}",
            &source[..error.offset],
            &source[error.offset..error.offset + error.len],
            &source[error.offset + error.len..]
        );
        report.push_str(&format!("{marked}\n  {}\n", error.message));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn evaluation_errors_are_for_people() {
    let mut report = String::new();
    for source in [
        "vars.score.to_upper()",
        "vars.score - vars.nothing",
        "contact.first_name - 5",
        "contact",
        "vars.score / 0",
        "9223372036854775807 + 1",
        "vars.items.sort()",
        "(1 + 2).nick",
        "\"x\" * 2",
        "if vars.score { 1 }",
        "vars.score && true",
        "matches(\"a\", \"(\")",
        "|x| x",
        "min(1, \"a\")",
        "pick(5)",
        "money(\"much\", \"BRL\")",
        "now - now",
    ] {
        let error = fails(source);
        let offset = error.offset.map_or("-".to_owned(), |offset| offset.to_string());
        report.push_str(&format!("{source}\n  {offset}: {}\n", error.message));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn limits_are_errors_that_name_them() {
    let script =
        |source: &str| Script::compile(source).unwrap().run(&example_facts(), &serde_json::Map::new()).unwrap_err().message;
    assert!(script("loop { }").contains("25000 operations"));
    assert!(script("let t = \"ab\"; loop { t += t; }").contains("bytes"));
    assert!(script("let l = []; loop { l.push(1); }").contains("elements"));
    assert!(script("let f = |f| f.call(f); f.call(f)").contains("deep"));
    assert!(script("vars.m = #{}; for i in 0..2000 { vars.m[i.to_string()] = i; }").contains("entries"));
    assert!(script("let d = []; for i in 0..500 { d = [d]; } vars.d = d;").contains("64 deep"));
    assert!(Expression::compile(&"(".repeat(500)).is_err());
    assert!(Expression::compile(&"a".repeat(limits::SOURCE_BYTES + 1)).unwrap_err().message.contains("too long"));
}

#[test]
fn a_script_writes_vars() {
    let script = Script::compile(
        r#"
        vars.score += 10;
        vars.rating = if vars.score > 50 { "hot" } else { "cold" };
        vars.address.city = contact.fields.city;
        vars.list.push(lead.price / 4);
        vars.count += 1;
        for item in vars.items { vars.total += item.price; }
        let limit = vars.limit;
        vars.cheap = vars.items.filter(|x| x.price < limit && x.price < vars.max).len();
        "#,
    )
    .unwrap();
    let vars = json!({"score": 45, "address": {}, "list": [], "items": [{"price": 1}, {"price": 2}], "limit": 2, "max": 9});
    let after = script.run(&example_facts(), vars.as_object().unwrap()).unwrap();
    assert_eq!(
        Value::Object(after),
        json!({"score": 55, "rating": "hot", "address": {"city": "Recife"}, "list": [375], "items": [{"price": 1}, {"price": 2}], "limit": 2, "max": 9, "count": 1, "total": 3, "cheap": 1})
    );
    assert_eq!(script.writes(), ["address", "cheap", "count", "list", "rating", "score", "total"]);
    let reads: Vec<&str> = script.reads().iter().map(|read| read.path.as_str()).collect();
    assert!(
        reads.contains(&"contact.fields.city")
            && reads.contains(&"lead.price")
            && reads.contains(&"vars.score")
            && reads.contains(&"vars.max"),
        "{reads:?}"
    );
}

#[test]
fn a_script_writes_nothing_else() {
    for (source, part) in [
        ("contact.name = \"x\"", "writes `vars` only"),
        ("vars.x = foo", "nothing called `foo`"),
        ("x = 1", "nothing called `x`"),
        ("contact.tags.push(\"x\")", "writes `vars` only"),
        ("vars.list.map(|x| { vars.total += x; })", "only reads"),
        ("fn f() { 1 } vars.x = f();", "can't define a function"),
    ] {
        let error = Script::compile(source).expect_err(source);
        assert!(error.message.contains(part), "{source}: {}", error.message);
    }
    let run = |source: &str| Script::compile(source).unwrap().run(&example_facts(), &serde_json::Map::new());
    assert!(run("vars = 5").unwrap_err().message.contains("must stay a map"));
    assert_eq!(Script::compile("vars[answer] = 1").unwrap().writes(), ["*"]);
}

#[test]
fn json_carries_the_source() {
    let expression: Expression = serde_json::from_value(json!("vars.score > 5")).unwrap();
    assert_eq!(serde_json::to_value(&expression).unwrap(), json!("vars.score > 5"));
    let text: Text = serde_json::from_value(json!("Olá {{ contact.name }}")).unwrap();
    assert_eq!(serde_json::to_value(&text).unwrap(), json!("Olá {{ contact.name }}"));
    let error = serde_json::from_value::<Text>(json!("Olá {{ contct.name }}")).unwrap_err();
    assert!(error.to_string().contains("Did you mean `contact`?"), "{error}");
}

#[test]
fn pick_is_the_same_in_a_replay() {
    let source = "pick([1, 2, 3, 4, 5, 6, 7, 8, 9]).to_string() + pick([1, 2, 3, 4, 5, 6, 7, 8, 9])";
    assert_eq!(evaluate(source), evaluate(source));
    assert_eq!(evaluate("pick([])"), Value::Null);
    assert_eq!(evaluate("pick([\"a\", \"b\"], \"ana\") == pick([\"a\", \"b\"], \"ana\")"), json!(true));
}

#[test]
fn deep_sources_overflow_no_stack() {
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("#{a: ", "1", "}"),
        ("!", "true", ""),
        ("-", "1", ""),
        ("|x| ", "1", ""),
        ("", "1", " + 1"),
        ("", "1", " == 1"),
        ("", "1", " ** 1"),
        ("", "vars", ".a"),
        ("", "vars", "[0]"),
        ("", "vars.a", ".trim()"),
        ("vars[", "0", "]"),
        ("", "true", " && true"),
        ("", "1", " ?? 1"),
        ("if true { ", "1", " }"),
        ("", "if true { 1 }", " else if true { 1 }"),
        ("`${", "1", "}`"),
        ("len(", "1", ")"),
        ("1 + (2 * ", "1", ")"),
        ("{", "1", "}"),
        ("switch 1 { 1 => ", "1", " }"),
        ("let a = 1; ", "1", ""),
        ("loop { ", "break;", " }"),
    ] {
        for depth in [20, 200, 2_000, 8_000] {
            let source = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
            if let Ok(expression) = Expression::compile(&source) {
                let _ = expression.evaluate(&example_facts(), Locals::none());
            }
            if let Ok(script) = Script::compile(&source) {
                let _ = script.run(&example_facts(), &serde_json::Map::new());
            }
            let _ = simple::rows(&source);
        }
    }
}

/// Strings that are nearly expressions, which reach further than random ones.
fn nearly_expressions() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "vars", ".score", "contact", ".x", "[0]", "[", "]", "(", ")", "{", "}", "{{", "}}", "\"", "a", "1", "2.5", " + ", " / ",
        " == ", " && ", "||", "!", "??", "|x| x", ".map(", ".len()", "now", "\"2h\"", ", ", "if ", " else ", "#{", ":", "é",
        "\n", "'", "`", "${", "-", "..", ";", "let x = ", "date(", "in", "()", "%", "<<",
    ]);
    prop::collection::vec(word, 0..12).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn nothing_panics(source in prop_oneof![any::<String>(), nearly_expressions()]) {
        let facts = example_facts();
        match Expression::compile(&source) {
            Ok(expression) => {
                let _ = expression.evaluate(&facts, Locals::none());
            }
            Err(error) => prop_assert!(source.is_char_boundary(error.offset) && source.is_char_boundary(error.offset + error.len)),
        }
        let _ = simple::rows(&source);
        match Text::compile(&source) {
            Ok(text) => {
                let _ = text.render(&facts, Locals::none());
            }
            Err(error) => prop_assert!(source.is_char_boundary(error.offset) && source.is_char_boundary(error.offset + error.len)),
        }
        if let Ok(script) = Script::compile(&source) {
            let _ = script.run(&facts, &serde_json::Map::new());
        }
        let today = facts.now().date();
        let _ = (find::email(&source), find::url(&source), find::number(&source, "pt"), find::phone(&source, Some("BR")), find::date(&source, "en", today), find::time(&source));
    }

    #[test]
    fn finding_never_panics(text in "([0-9]{1,4}|[/.,:h -]|de|dez|dia|am|pm|\\+|@|x\\.com|é|k|mil){0,10}") {
        let today = jiff::civil::date(2026, 3, 2);
        let _ = (find::email(&text), find::url(&text), find::number(&text, "pt"), find::phone(&text, Some("BR")), find::date(&text, "en", today), find::time(&text));
    }
}

/// An error names its line and column, and shows that line alone.
#[test]
fn an_error_shows_the_line_at_fault() {
    let script = Script::compile("let total = 5;\n\n  vars.x = total / 0;\nvars.y = 1;").unwrap();
    let error = script.run(&example_facts(), &serde_json::Map::new()).unwrap_err();
    let expected = "Nothing can be divided by zero. Check the divisor before, or give a fallback. (line 3, column 18: `vars.x = total / 0;`)";
    assert_eq!(error.to_string(), expected);
}
