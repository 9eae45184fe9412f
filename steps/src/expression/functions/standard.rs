//! What is taken over from Rhai's own functions. Those that are not listed here can't be called.

use std::any::TypeId;

use rhai::{Dynamic, Engine};

use super::Function;

macro_rules! standard {
    ($($name:literal, $signature:literal, $doc:literal, $example:literal => $result:literal;)*) => {
        &[$(Function { name: $name, signature: $signature, doc: $doc, example: ($example, $result) }),*]
    };
}

pub(super) const ALL: &[Function] = standard! {
    "len", "value.len()", "How many letters a text, or elements a list or map, has; 0 when it is missing.", r#""olá".len()"# => "3";
    "is_empty", "value.is_empty()", "Whether a text, list or map is empty or missing.", r#""".is_empty()"# => "true";
    "contains", "value.contains(part)", "Whether a text holds a text, a list an element, a map a key. `part in value` is the same.", r#"["a", "b"].contains("b")"# => "true";
    "starts_with", "text.starts_with(start)", "Whether a text begins with another.", r#""hello".starts_with("he")"# => "true";
    "ends_with", "text.ends_with(end)", "Whether a text ends with another.", r#""hello".ends_with("lo")"# => "true";
    "index_of", "value.index_of(part)", "Where a part begins, counted from 0; -1 when it is not there.", r#""hello".index_of("l")"# => "2";
    "to_upper", "text.to_upper()", "The text in capitals.", r#""olá".to_upper()"# => r#""OLÁ""#;
    "to_lower", "text.to_lower()", "The text in small letters.", r#""OLÁ".to_lower()"# => r#""olá""#;
    "sub_string", "text.sub_string(start, length)", "A part of a text; without a length, all that follows.", r#""hello".sub_string(1, 3)"# => r#""ell""#;
    "split", "text.split(separator)", "The parts of a text, as a list.", r#""a,b".split(",")"# => r#"["a", "b"]"#;
    "to_int", "number.to_int()", "The number without its fraction.", "2.9.to_int()" => "2";
    "to_string", "value.to_string()", "The value as text.", "2.5.to_string()" => r#""2.5""#;
    "abs", "number.abs()", "The number without its sign.", "abs(-3)" => "3";
    "floor", "number.floor()", "The next lower whole number.", "floor(2.5)" => "2.0";
    "ceiling", "number.ceiling()", "The next higher whole number.", "ceiling(2.5)" => "3.0";
    "sqrt", "number.sqrt()", "The square root.", "sqrt(9.0)" => "3.0";
    "min", "min(a, b)", "The smaller of two values; the other one when one is missing.", "min(3, 2)" => "2";
    "max", "max(a, b)", "The larger of two values; the other one when one is missing.", "max(3, 2)" => "3";
    "range", "range(from, to)", "The numbers from one to before another, for a loop; `from..to` is the same.", "range(0, 3).contains(2)" => "true";
    "keys", "map.keys()", "The keys of a map, as a list.", "#{a: 1}.keys()" => r#"["a"]"#;
    "values", "map.values()", "The values of a map, as a list.", "#{a: 1}.values()" => "[1]";
    "map", "list.map(|x| …)", "The list with every element changed by a closure.", "[1, 2].map(|x| x * 2)" => "[2, 4]";
    "filter", "list.filter(|x| …)", "The elements for which a closure is true.", "[1, 2, 3].filter(|x| x > 1)" => "[2, 3]";
    "reduce", "list.reduce(|total, x| …, start)", "One value made of all elements, beginning with `start`.", "[1, 2, 3].reduce(|total, x| total + x, 0)" => "6";
    "some", "list.some(|x| …)", "Whether a closure is true for any element.", "[1, 2].some(|x| x > 1)" => "true";
    "all", "list.all(|x| …)", "Whether a closure is true for all elements.", "[1, 2].all(|x| x > 1)" => "false";
    "find", "list.find(|x| …)", "The first element for which a closure is true; missing when there is none.", "[1, 2].find(|x| x > 1)" => "2";
    "for_each", "list.for_each(|| …)", "Runs a closure for every element, which is `this` in it.", "[1, 2].for_each(|| this * 2)" => "null";
    "push", "list.push(element)", "Adds an element at the end. In scripts; so are the following.", "vars.list = [1]; vars.list.push(2);" => r#"{"list": [1, 2]}"#;
    "pop", "list.pop()", "Takes off the last element and gives it.", "let list = [1, 2]; vars.one = list.pop();" => r#"{"one": 2}"#;
    "shift", "list.shift()", "Takes off the first element and gives it.", "let list = [1, 2]; vars.one = list.shift();" => r#"{"one": 1}"#;
    "insert", "list.insert(index, element)", "Puts an element before another.", "vars.list = [2]; vars.list.insert(0, 1);" => r#"{"list": [1, 2]}"#;
    "append", "list.append(other)", "Adds all elements of another list.", "vars.list = [1]; vars.list.append([2]);" => r#"{"list": [1, 2]}"#;
    "remove", "value.remove(key)", "Takes an element off a list by its index, or an entry off a map by its key, and gives it.", "let list = [1, 2]; vars.one = list.remove(0);" => r#"{"one": 1}"#;
    "clear", "value.clear()", "Takes off all elements or entries.", "vars.list = [1]; vars.list.clear();" => r#"{"list": []}"#;
    "reverse", "list.reverse()", "Turns a list round.", "vars.list = [1, 2]; vars.list.reverse();" => r#"{"list": [2, 1]}"#;
    "sort", "list.sort()", "Sorts a list of numbers or texts.", "vars.list = [2, 1]; vars.list.sort();" => r#"{"list": [1, 2]}"#;
    "dedup", "list.dedup()", "Takes off elements that repeat the one before.", "vars.list = [1, 1]; vars.list.dedup();" => r#"{"list": [1]}"#;
};

/// Functions of a text, list or number that give a missing value for a missing one, with the numbers of their arguments.
const MISSING: &[(&str, &[usize])] = &[
    ("index_of", &[2, 3]),
    ("to_upper", &[1]),
    ("to_lower", &[1]),
    ("sub_string", &[2, 3]),
    ("split", &[1, 2, 3]),
    ("to_int", &[1]),
    ("abs", &[1]),
    ("floor", &[1]),
    ("ceiling", &[1]),
    ("sqrt", &[1]),
    ("keys", &[1]),
    ("values", &[1]),
    ("map", &[2]),
    ("filter", &[2]),
    ("find", &[2]),
    ("for_each", &[2]),
];

/// The same for functions that give false.
const FALSE: &[&str] = &["contains", "starts_with", "ends_with", "some"];

pub(super) fn register(engine: &mut Engine) {
    let unit = TypeId::of::<()>();
    let any = TypeId::of::<Dynamic>();
    for (name, arguments) in MISSING {
        for count in *arguments {
            let types: Vec<TypeId> = std::iter::once(unit).chain(std::iter::repeat_n(any, count - 1)).collect();
            engine.register_raw_fn(*name, types, |_, _| Ok(()));
        }
    }
    for name in FALSE {
        engine.register_raw_fn(*name, [unit, any], |_, _| Ok(false));
    }
    for name in ["min", "max"] {
        engine.register_fn(name, |(): (), other: Dynamic| other).register_fn(name, |other: Dynamic, (): ()| other);
    }
    engine
        .register_raw_fn("all", [unit, any], |_, _| Ok(true))
        .register_fn("range", |(): (), _: Dynamic| 0..0_i64)
        .register_fn("range", |_: Dynamic, (): ()| 0..0_i64)
        .register_fn("len", |(): ()| 0_i64)
        .register_fn("is_empty", |(): ()| true)
        .register_fn("floor", |whole: i64| whole)
        .register_fn("ceiling", |whole: i64| whole)
        .register_fn("sqrt", |whole: i64| (whole as f64).sqrt())
        .register_fn("to_int", |whole: i64| whole);
}
