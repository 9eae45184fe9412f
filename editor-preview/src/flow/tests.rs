//! What must hold of forms: every component is drawn, answers are examined, actions lead on, and nothing that comes from outside
//! becomes markup or a panic.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    html::tests::{NASTY, shown},
    words::Language,
};

/// Three screens.
fn visit() -> Flow {
    Flow::read(&serde_json::from_str(include_str!("testdata/agendamento.json")).unwrap()).unwrap()
}

/// One screen with these components.
fn of(children: Value) -> Flow {
    let layout = json!({"type": "SingleColumnLayout", "children": children});
    Flow::read(&json!({"version": "7.1", "screens": [{"id": "ONE", "title": "One", "terminal": true, "layout": layout}]}))
        .unwrap()
}

fn asked(value: Value) -> Asked {
    serde_json::from_value(value).unwrap()
}

fn answer(flow: &Flow, value: Value) -> Answer {
    let answer = flow.answer(asked(value), Language::En).unwrap();
    shown(&answer.html);
    answer
}

/// The words that stand in a drawn screen.
fn text(answer: &Answer) -> String {
    shown(&answer.html).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_form_is_filled_in_from_screen_to_screen() {
    let flow = visit();
    let first = answer(&flow, json!({"data": {"nome": "Bia"}}));
    assert_eq!((first.screen.as_str(), first.title.as_str(), first.terminal), ("SERVICO", "Marcar uma visita", false));
    assert!(text(&first).contains("Olá, Bia!") && !text(&first).contains("Qual assunto?"), "{}", text(&first));

    let other = answer(&flow, json!({"data": {"nome": "Bia"}, "values": {"servico": "outro"}}));
    assert!(text(&other).contains("Qual assunto?"), "{}", text(&other));

    let next = json!({"name": "navigate", "next": "HORARIO"});
    let refused = answer(&flow, json!({"values": {"servico": ""}, "action": next}));
    assert_eq!((refused.screen.as_str(), &refused.errors["servico"]), ("SERVICO", &json!("Please fill this in")));
    assert!(refused.html.contains("aria-invalid=\"true\""), "{}", refused.html);

    let second = answer(&flow, json!({"values": {"servico": "instalacao"}, "action": next}));
    assert_eq!((second.screen.as_str(), &second.data["servico"]), ("HORARIO", &json!("instalacao")));
    assert!(text(&second).contains("Quantos aparelhos?"));

    let values = json!({"dia": "2026-03-02", "periodos": ["manha"], "equipamentos": "2"});
    let asked = json!({"screen": "HORARIO", "data": second.data, "earlier": second.earlier, "values": values,
        "action": {"name": "navigate"}});
    let third = answer(&flow, asked);
    assert!(third.terminal && third.errors.is_empty(), "{:?}", third.errors);

    let values = json!({"nome": "Bia Lima", "aceite": "true"});
    let done =
        answer(&flow, json!({"screen": "CONTATO", "earlier": third.earlier, "values": values, "action": {"name": "complete"}}));
    let expected = json!({"servico": "instalacao", "assunto": "", "dia": "2026-03-02", "periodos": ["manha"], "nome": "Bia Lima", "email": ""});
    assert_eq!(done.answers.map(Value::Object), Some(expected));
}

#[test]
fn screens_are_drawn() {
    let flow = visit();
    let screens = ["SERVICO", "HORARIO", "CONTATO"].map(|screen| {
        let answer = flow.answer(asked(json!({"screen": screen})), Language::Pt).unwrap();
        shown(&answer.html);
        format!("<!-- {screen} -->\n{}", answer.html)
    });
    insta::assert_snapshot!("screens", screens.concat());
}

#[test]
fn every_component_is_drawn() {
    let answer = answer(&of(gallery()), json!({}));
    assert!(!answer.html.contains("not drawn here"), "{}", answer.html);
    insta::assert_snapshot!("components", answer.html);
}

/// One of each component, with what it can have.
fn gallery() -> Value {
    let options = json!([{"id": "a", "title": "Apple", "description": "Red", "metadata": "1 kg"}, {"id": "b", "title": "Banana", "enabled": false}]);
    let go = json!({"name": "navigate", "next": {"type": "screen", "name": "ONE"}, "payload": {}});
    json!([
        {"type": "TextHeading", "text": "Heading"},
        {"type": "TextSubheading", "text": "Subheading"},
        {"type": "TextBody", "text": "Body", "font-weight": "bold_italic", "strikethrough": true},
        {"type": "TextBody", "text": "With **marks**", "markdown": true},
        {"type": "TextCaption", "text": ["One line", "Two lines"]},
        {"type": "RichText", "text": ["# Title", "Some *words* and a [link](https://example.com/a)", "- one", "- two", "1. first", "~~gone~~"]},
        {"type": "Image", "src": "iVBORw0", "alt-text": "The shop"},
        {"type": "ImageCarousel", "images": [{"src": "x", "alt-text": "Left"}, {"src": "y"}]},
        {"type": "Form", "name": "form", "init-values": {"line": "first"}, "error-messages": {"area": "Too bold"}, "children": [
            {"type": "TextInput", "name": "line", "label": "Line", "required": true, "helper-text": "Any line", "max-chars": 20},
            {"type": "TextInput", "name": "mail", "label": "Mail", "input-type": "email", "init-value": "ana@example.com"},
            {"type": "TextInput", "name": "pin", "label": "PIN", "input-type": "passcode", "enabled": false},
            {"type": "TextArea", "name": "area", "label": "Area"},
            {"type": "Dropdown", "name": "dropdown", "label": "Dropdown", "data-source": options, "init-value": "a",
                "on-select-action": {"name": "update_data", "payload": {"chosen": "${form.dropdown}"}}},
            {"type": "RadioButtonsGroup", "name": "radio", "label": "Radio", "description": "Just one", "data-source": options},
            {"type": "CheckboxGroup", "name": "boxes", "label": "Boxes", "data-source": options, "init-value": ["a"], "required": true},
            {"type": "ChipsSelector", "name": "chips", "label": "Chips", "data-source": options},
            {"type": "OptIn", "name": "agreed", "label": "I agree", "required": true, "on-click-action": go},
            {"type": "DatePicker", "name": "day", "label": "Day", "min-date": "2026-01-01", "max-date": "1798675200000"},
            {"type": "CalendarPicker", "name": "stay", "label": {"start-date": "Arrival", "end-date": "Departure"}, "title": "Stay", "mode": "range"},
            {"type": "PhotoPicker", "name": "photos", "label": "Photos", "max-uploaded-photos": 2},
            {"type": "DocumentPicker", "name": "papers", "min-uploaded-documents": 1},
        ]},
        {"type": "EmbeddedLink", "text": "Read the terms", "on-click-action": {"name": "open_url", "url": "https://example.com/terms"}},
        {"type": "NavigationList", "name": "list", "label": "Offers", "description": "All we have", "list-items": [
            {"id": "x", "main-content": {"title": "Plan X", "description": "For one", "metadata": "Monthly"}, "badge": "New", "tags": ["a", "b"],
                "end": {"title": "$ 10", "description": "a month"}, "on-click-action": go}]},
        {"type": "If", "condition": "${form.radio} == ''", "then": [{"type": "TextCaption", "text": "Nothing chosen"}], "else": []},
        {"type": "Switch", "value": "${form.dropdown}", "cases": {"a": [{"type": "TextCaption", "text": "An apple"}], "b": []}},
        {"type": "Footer", "label": "Send", "left-caption": "Left", "right-caption": "Right",
            "on-click-action": {"name": "complete", "payload": {"stay": "${form.stay}", "agreed": "${form.agreed}"}}}
    ])
}

#[test]
fn an_answer_that_does_not_fit_is_told() {
    let of_field = |field: Value, value: Value| {
        let footer = json!({"type": "Footer", "label": "Send", "on-click-action": {"name": "complete", "payload": {}}});
        let flow = of(json!([field, footer]));
        let name = field["name"].as_str().unwrap();
        let answer = answer(&flow, json!({"values": {name: value}, "action": {"name": "complete"}}));
        assert_eq!(answer.answers.is_none(), !answer.errors.is_empty());
        answer.errors.get(name).map(|error| error.as_str().unwrap().to_owned())
    };
    let told = |field: Value, value: Value, expected: &str| {
        assert_eq!(of_field(field.clone(), value).as_deref(), Some(expected), "{field}")
    };
    let fits = |field: Value, value: Value| assert_eq!(of_field(field.clone(), value), None, "{field}");

    let line = |more: Value| with(json!({"type": "TextInput", "name": "x", "label": "X"}), &more);
    told(line(json!({"required": true})), json!(" "), "Please fill this in");
    fits(line(json!({})), json!(""));
    told(line(json!({"input-type": "number"})), json!("twelve"), "Please enter a number");
    fits(line(json!({"input-type": "number"})), json!("12,5"));
    told(line(json!({"input-type": "email"})), json!("ana@example"), "Please enter an e-mail address, such as ana@example.com");
    fits(line(json!({"input-type": "email"})), json!("ana@example.com"));
    told(line(json!({"input-type": "phone"})), json!("12ab"), "Please enter a phone number");
    told(line(json!({"input-type": "passcode"})), json!("12a"), "Please enter digits only");
    told(line(json!({"min-chars": 3})), json!("ab"), "At least 3 characters");
    told(line(json!({"max-chars": 1})), json!("ab"), "At most 1 character");
    told(line(json!({})), json!("x".repeat(81)), "At most 80 characters");
    told(line(json!({"pattern": "[A-Z]{3}"})), json!("abc"), "Please check what you entered");
    told(line(json!({"pattern": "[A-Z]{3}", "error-message": "Three capitals"})), json!("abcd"), "Three capitals");
    fits(line(json!({"pattern": "[A-Z]{3}"})), json!("ABC"));
    fits(line(json!({"pattern": "("})), json!("ABC"));
    fits(line(json!({"required": true, "enabled": false})), json!(""));
    fits(line(json!({"required": true, "visible": false})), json!(""));

    let options = json!([{"id": "a", "title": "A"}, {"id": "b", "title": "B"}, {"id": "c", "title": "C", "enabled": false}]);
    let boxes = |more: Value| with(json!({"type": "CheckboxGroup", "name": "x", "label": "X", "data-source": options}), &more);
    told(boxes(json!({"required": true, "min-selected-items": 2})), json!([]), "Choose at least 2");
    told(boxes(json!({"min-selected-items": 2})), json!("a"), "Choose at least 2");
    told(boxes(json!({"max-selected-items": 1})), json!(["a", "b"]), "Choose at most 1");
    told(boxes(json!({})), json!(["c"]), "This can't be chosen: c");
    let radio = json!({"type": "RadioButtonsGroup", "name": "x", "label": "X", "data-source": options});
    told(radio.clone(), json!("z"), "This can't be chosen: z");
    fits(radio, json!("b"));
    told(json!({"type": "OptIn", "name": "x", "label": "X", "required": true}), json!(false), "Please agree to go on");

    let day = |more: Value| with(json!({"type": "CalendarPicker", "name": "x", "label": "X"}), &more);
    told(day(json!({})), json!("soon"), "Please enter a date");
    told(day(json!({"min-date": "2026-01-02"})), json!("2026-01-01"), "Not before 2026-01-02");
    told(day(json!({"max-date": "2026-01-02"})), json!("2026-01-03"), "Not after 2026-01-02");
    told(day(json!({"unavailable-dates": ["2026-01-03"]})), json!("2026-01-03"), "This day can't be chosen");
    told(day(json!({"include-days": ["Mon"]})), json!("2026-01-06"), "This day can't be chosen");
    fits(day(json!({"include-days": ["Mon"]})), json!("2026-01-05"));
    let stay = |more: Value| with(day(json!({"mode": "range", "required": true})), &more);
    let days = |first: &str, last: &str| json!({"start-date": first, "end-date": last});
    told(stay(json!({})), days("2026-01-05", ""), "Please fill this in");
    told(stay(json!({})), days("2026-01-05", "2026-01-04"), "The end lies before the beginning");
    told(stay(json!({"min-days": 3})), days("2026-01-05", "2026-01-06"), "At least 3 days");
    told(stay(json!({"max-days": 1})), days("2026-01-05", "2026-01-06"), "At most 1 day");
    told(json!({"type": "PhotoPicker", "name": "x", "min-uploaded-photos": 1}), json!(""), "Please fill this in");
    told(json!({"type": "DocumentPicker", "name": "x", "max-uploaded-documents": 1}), json!("a.pdf\nb.pdf"), "Choose at most 1");
}

fn with(mut value: Value, more: &Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

#[test]
fn the_two_ends_of_a_range_come_as_two_fields() {
    let flow = of(gallery());
    let answer = answer(&flow, json!({"values": {"stay.start-date": "2026-01-05", "stay.end-date": "2026-01-06"}}));
    assert_eq!(answer.values["stay"], json!({"start-date": "2026-01-05", "end-date": "2026-01-06"}));
}

#[test]
fn an_endpoint_is_asked_and_answers() {
    let ask = json!({"name": "data_exchange", "payload": {"city": "${form.city}"}});
    let flow = Flow::read(&json!({"version": "6.0", "screens": [
        {"id": "CITY", "title": "City", "data": {}, "layout": {"children": [
            {"type": "TextInput", "name": "city", "label": "City", "required": true},
            {"type": "TextCaption", "text": "${data.hint}"},
            {"type": "Footer", "label": "Go on", "on-click-action": ask}]}},
        {"id": "SHOP", "title": "Shops in ${data.city}", "layout": {"children": [{"type": "TextBody", "text": "${data.shops}"}]}},
    ]}))
    .unwrap();
    let act = |more: Value| with(json!({"name": "data_exchange"}), &more);
    let of = |action: Value| answer(&flow, json!({"values": {"city": "Lisboa"}, "action": action}));
    let stays = of(act(json!({})));
    assert_eq!(stays.exchange, Some(json!({"screen": "CITY", "data": {"city": "Lisboa"}})));
    assert_eq!((stays.screen.as_str(), &stays.values["city"]), ("CITY", &json!("Lisboa")));
    let same = of(act(json!({"screen": "CITY", "data": {"hint": "Which one?"}})));
    assert!(text(&same).contains("Which one?"));
    let next = of(act(json!({"screen": "SHOP", "data": {"city": "Lisboa", "shops": "Chiado"}})));
    assert_eq!((next.screen.as_str(), next.title.as_str()), ("SHOP", "Shops in Lisboa"));
    assert!(text(&next).contains("Chiado") && next.earlier["CITY"]["form"]["city"] == "Lisboa");
    let done = of(act(json!({"screen": "SUCCESS", "data": {"extension_message_response": {"params": {"shop": 7}}}})));
    assert_eq!(done.answers.map(Value::Object), Some(json!({"shop": 7})));
    let wrong =
        flow.answer(asked(json!({"values": {"city": "x"}, "action": {"name": "data_exchange", "screen": "GONE"}})), Language::En);
    assert!(wrong.unwrap_err().0.contains("it has CITY, SHOP"));
}

#[test]
fn a_change_updates_data_and_a_link_is_told() {
    let flow = of(gallery());
    let at = json!({"values": {"dropdown": "b"}, "action": {"name": "update_data", "at": "8.children.4.on-select-action"}});
    assert_eq!(answer(&flow, at).data["chosen"], "b");
    let link = answer(&flow, json!({"action": {"name": "open_url"}}));
    assert_eq!(link.url.as_deref(), Some("https://example.com/terms"));
    let gone = flow.answer(asked(json!({"action": {"name": "navigate", "next": "TWO"}})), Language::En);
    assert!(gone.unwrap_err().0.contains("no button with the action"));
}

#[test]
fn what_is_no_form_is_told() {
    let why = |document: Value| Flow::read(&document).unwrap_err().0;
    assert!(why(json!([])).contains("no `version`"));
    assert!(why(json!({"version": "1.0", "screens": []})).contains("2.1 to 7.3"));
    assert!(why(json!({"version": "99.0"})).contains("\"99.0\""));
    assert!(why(json!({"version": "5.0"})).contains("no `screens`"));
    assert!(why(json!({"version": "5.0", "screens": [{"id": "SUCCESS"}]})).contains("`screens[0].id`"));
}

#[test]
fn expressions_give_what_metas_client_gives() {
    let (data, form) = (json!({"n": 5, "name": "Ana", "on": true, "list": {"x": [1]}}), json!({"age": "20", "city": "Lisboa"}));
    let (data, form, earlier) = (data.as_object().unwrap(), form.as_object().unwrap(), Map::new());
    let scope = super::binding::Scope { data, form, earlier: &earlier };
    for (source, expected) in [
        ("`${data.n} + 2 - 1`", json!(6)),
        ("`${data.n} % 2`", json!(1)),
        ("`${data.n} / 2`", json!(2.5)),
        ("`(${form.age} >= 18) && !(${form.city} == 'Porto')`", json!(true)),
        ("`${data.on} || false`", json!(true)),
        ("`'Hi ' ${data.name} '!'`", json!("Hi Ana!")),
        ("`-3 < 2`", json!(true)),
        ("`${data.n} == '5'`", json!(true)),
        ("`(((`", Value::Null),
        ("`'open`", Value::Null),
        ("${data.list}", json!({"x": [1]})),
        ("${data.gone}", Value::Null),
        ("Hi ${data.name}, ${form.age}", json!("Hi Ana, 20")),
    ] {
        assert_eq!(scope.value(&source.into()), expected, "{source}");
    }
    assert!(scope.holds(Some(&json!("${data.on}"))) && scope.holds(Some(&json!(true))) && !scope.holds(None));
    let deep = format!("`{}1{}`", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(scope.value(&deep.into()), Value::Null);
}

#[test]
fn nasty_texts_stay_texts() {
    for nasty in NASTY {
        let mut children = gallery();
        replace(&mut children, nasty);
        let flow = of(children);
        let answer = flow.answer(Asked::default(), Language::Es).unwrap();
        assert!(shown(&answer.html).contains(nasty.trim_end_matches('\0')) || nasty.contains('\0'), "{}", answer.html);
    }
}

/// Puts `text` in place of every text but those that say what a component is.
fn replace(value: &mut Value, text: &str) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, text)),
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| match value {
            Value::String(old) if !matches!(key.as_str(), "type" | "input-type" | "mode" | "condition" | "value") => {
                *old = text.to_owned()
            }
            other => replace(other, text),
        }),
        _ => {}
    }
}

/// Any JSON, with the words of Flow JSON more often than others.
fn anything() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "TextHeading",
        "TextInput",
        "RichText",
        "CheckboxGroup",
        "Dropdown",
        "CalendarPicker",
        "PhotoPicker",
        "NavigationList",
        "If",
        "Switch",
        "Form",
        "Footer",
        "OptIn",
        "range",
        "true",
        "`${form.x} == 'y'`",
        "${data.x}",
        "${",
        "`",
        "navigate",
        "complete",
        "data_exchange",
        "ONE",
        "2026-01-01",
        "**a** [b](https://c)",
        "",
    ]);
    let keys = prop::sample::select(vec![
        "type",
        "name",
        "text",
        "label",
        "children",
        "condition",
        "then",
        "else",
        "value",
        "cases",
        "data-source",
        "id",
        "title",
        "required",
        "visible",
        "enabled",
        "init-value",
        "init-values",
        "error-message",
        "min-chars",
        "max-chars",
        "pattern",
        "mode",
        "on-click-action",
        "next",
        "payload",
        "list-items",
        "images",
        "min-date",
        "include-days",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        words.prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_form_and_the_answers_there_is_a_screen_or_a_reason(
        document in anything(), children in anything(), data in anything(), values in anything(), action in anything(),
    ) {
        let _ = Flow::read(&document).map(|_| ());
        let flow = of(children);
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        for name in ["navigate", "complete", "data_exchange", "update_data", "open_url"] {
            let act = Act { name: name.to_owned(), data: object(action.clone()), screen: Some("ONE".to_owned()), ..Act::default() };
            let asked = Asked { data: object(data.clone()), values: object(values.clone()), action: Some(act), ..Asked::default() };
            if let Ok(answer) = flow.answer(asked, Language::Pt) {
                shown(&answer.html);
            }
        }
        shown(&flow.answer(Asked { data: object(data), ..Asked::default() }, Language::Pt).unwrap().html);
    }
}
