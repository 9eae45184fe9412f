//! Texts, numbers, conditions and validations, some of them not as they should be.

use proptest::prelude::*;
use serde_json::{Value, json};

/// Every placeholder that is known, and some that are not.
const PLACEHOLDERS: [&str; 44] = [
    "message_text",
    "message_text.email",
    "message_text.phone",
    "regexp./(\\d{2})/",
    "regexp./(?<=a)b/",
    "last_validation_result",
    "comment",
    "name",
    "contact.name",
    "contact.id",
    "contact.first_name",
    "contact.phone",
    "contact.email",
    "lead.id",
    "lead.name",
    "lead.price",
    "lead.status_id",
    "lead.source_id",
    "lead.responsible_user_id",
    "lead.responsible.name",
    "contact.responsible.email",
    "lead.cf.5",
    "lead.cf.77",
    "contact.cf.7",
    "company.cf.3",
    "lead.cf.5.31",
    "contact.cf.7.is_checked",
    "contact.cf.City",
    "cf.talk.nps",
    "origin",
    "messenger",
    "talk.id",
    "current_date",
    "rand",
    "short_rand",
    "short_rand_num",
    "founded_id",
    "contact_double.name",
    "external_lead.price",
    "json.reply",
    "json.a.b",
    "visitor_uid",
    "profile.name",
    "company.name",
];

const MODIFIERS: [&str; 16] = [
    "",
    ":trim",
    ":upc",
    ":lwc",
    ":df(d.m.Y)",
    ":addworkdays(3)",
    ":replace(a,b)",
    ":toNumeric",
    ":ifempty(friend)",
    ":ifempty(it's \"x\")",
    ":round(1)",
    ":format(2)",
    ":currencyConvert(USD)",
    ":calc",
    ":if(a,b)",
    ":trim:upc:ifempty(-)",
];

pub(super) fn placeholder() -> BoxedStrategy<String> {
    (prop::sample::select(PLACEHOLDERS.to_vec()), prop::sample::select(MODIFIERS.to_vec()))
        .prop_map(|(name, modifier)| format!("{{{{{name}{modifier}}}}}"))
        .boxed()
}

/// A text of a designer.
pub(super) fn words() -> BoxedStrategy<String> {
    prop_oneof![
        3 => "[a-zA-Z ]{0,12}",
        2 => (prop::sample::select(vec!["Hi ", "", "Your code: ", "\"", "\\"]), placeholder(), prop::sample::select(vec!["!", "", " and more", "}"]))
            .prop_map(|(before, placeholder, behind)| format!("{before}{placeholder}{behind}")),
        1 => "(\\{\\{|\\}\\}|\\{|name|lead.cf.5|:trim|message_text| |\"){0,6}",
        1 => placeholder(),
        1 => Just("Olá, você! 👍".to_owned()),
        1 => "\\PC{0,8}",
        1 => Just("word ".repeat(900)),
        1 => Just("two\n\nlines".to_owned()),
    ]
    .boxed()
}

/// A number as it may be written.
pub(super) fn number() -> BoxedStrategy<String> {
    prop::sample::select(vec!["1", "0", "18", "-3", "99.5", "1,5", "1e9", "many", "", "{{lead.price}}", "{{lead.cf.5}}"])
        .prop_map(str::to_owned)
        .boxed()
}

fn range() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => (number(), number()).prop_map(|(from, to)| json!({"from": from, "to": to})),
        1 => (0_i64..50, 40_i64..99).prop_map(|(from, to)| json!({"from": from, "to": to})),
        1 => number().prop_map(|to| json!({"to": to})),
        1 => Just(Value::Null),
    ]
    .boxed()
}

/// A test of `condition` or `conditions`.
pub(super) fn condition() -> BoxedStrategy<Value> {
    let bare =
        prop::sample::select(vec!["lead.tags", "contact.tags", "chat.origin", "contact.cf.7", "lead.price", "message_text", ""]);
    let left = || prop_oneof![4 => placeholder(), 2 => bare.clone().prop_map(str::to_owned), 1 => words()];
    let operation = prop::sample::select(vec![
        "=",
        "=",
        "!=",
        "in",
        "not_in",
        "contains",
        "!contains",
        "not_contains",
        ">",
        "<",
        ">=",
        "<=",
        "empty",
        "not_empty",
        "like",
    ]);
    let right = prop_oneof![
        3 => prop::sample::select(vec!["A", "North", "yes", "vip, gold", "142", "waba", "1", "0", "", "Preço?", "?"]).prop_map(str::to_owned),
        1 => number(),
        1 => words(),
        1 => placeholder(),
    ];
    prop_oneof![
        5 => (left(), operation, right).prop_map(|(left, operation, right)| {
            json!({"term1": left, "term2": right, "operation": operation, "value_type": "custom_value"})
        }),
        1 => (left(), range()).prop_map(|(left, range)| json!({"term1": left, "term2": range, "operation": "in_range"})),
    ]
    .boxed()
}

/// A test of `validations`.
pub(super) fn validation() -> BoxedStrategy<Value> {
    let client = prop_oneof![6 => Just("{{message_text}}".to_owned()), 1 => placeholder(), 1 => Just(String::new())];
    let contains = || prop::sample::select(vec!["contains", "not_contains"]);
    let pattern = prop::sample::select(vec!["/^\\d{5}$/", "/on ?site/iu", "/(?=a)/", "/a*+/", "/\\R/", "#a/b#s", "(", "/[/"]);
    let test = prop_oneof![
        contains().prop_map(|operation| json!({"type": "email", "operation": operation, "condition_value": ""})),
        contains().prop_map(|operation| json!({"type": "phone", "operation": operation, "condition_value": ""})),
        (contains(), pattern)
            .prop_map(|(operation, pattern)| json!({"type": "regex", "operation": operation, "condition_value": pattern})),
        (contains(), range())
            .prop_map(|(operation, range)| json!({"type": "range_numbers", "operation": operation, "condition_value": range})),
        (prop::sample::select(vec!["equal", "not_equal", "length", "contains", "like"]), prop_oneof![words(), number()])
            .prop_map(|(operation, wanted)| json!({"type": "simple", "operation": operation, "condition_value": wanted})),
        Just(json!({"type": "letters", "operation": "contains", "condition_value": ""})),
    ];
    (client, test)
        .prop_map(|(client, mut test)| {
            test["client_value"] = client.into();
            test
        })
        .boxed()
}
