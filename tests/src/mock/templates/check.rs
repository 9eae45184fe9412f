//! Whether the `components` of a send fill exactly the variables of the template.

use serde_json::Value;

use super::shape::{Button, Header, Part, Shape, button_index, buttons, component};
use crate::mock::error::GraphError;
use crate::mock::rules::card_indexes;

/// Characters of a filled body (Cloud API, Template messages).
const FILLED_BODY: usize = 1_024;

/// Meta refuses a wrong number with 132000, a wrong kind with 132012, wrong names and characters with 132018, an
/// empty or absent value with 131008, and a text that grows too long with 132005.
pub(super) fn components(shape: &Shape, named: bool, sent: &Value) -> Result<(), GraphError> {
    part(&shape.main, named, sent)?;
    let offer = component(sent, "limited_time_offer").is_some();
    if offer != shape.limited_time_offer {
        return Err(mismatch("limited_time_offer", u8::from(offer), u8::from(shape.limited_time_offer)));
    }
    let cards: Vec<&Value> =
        component(sent, "carousel").and_then(|carousel| carousel["cards"].as_array()).into_iter().flatten().collect();
    if cards.len() != shape.cards.len() {
        return Err(GraphError::new(
            132012,
            format!("carousel: the template has {} cards, the message {}", shape.cards.len(), cards.len()),
        ));
    }
    card_indexes(&cards)?;
    for card in cards {
        let index = card["card_index"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or_default();
        if let Some(wanted) = shape.cards.get(index) {
            part(wanted, named, &card["components"])?;
        }
    }
    Ok(())
}

fn part(wanted: &Part, named: bool, sent: &Value) -> Result<(), GraphError> {
    header(&wanted.header, named, component(sent, "header"))?;
    let values = parameters(component(sent, "body"));
    variables("body", &wanted.variables, named, values)?;
    filled_body(wanted, named, values)?;
    for sent in buttons(sent) {
        let found = button_index(sent).and_then(|index| wanted.buttons.get(index));
        let button = found
            .ok_or_else(|| GraphError::new(132018, format!("buttons: the template has no button at index {}", sent["index"])))?;
        button_matches(button, sent)?;
    }
    for (index, button) in wanted.buttons.iter().enumerate() {
        if button.needs_parameter && !buttons(sent).any(|sent| button_index(sent) == Some(index)) {
            let kind = &button.kind;
            return Err(GraphError::missing(format!("buttons: Button at index {index} of type {kind} requires a parameter")));
        }
    }
    Ok(())
}

fn header(wanted: &Header, named: bool, sent: Option<&Value>) -> Result<(), GraphError> {
    let values = parameters(sent);
    match wanted {
        Header::None => variables("header", &[], named, values),
        Header::Text(names) => variables("header", names, named, values),
        Header::Object(kind) => {
            let received = values.first().and_then(|value| value["type"].as_str()).unwrap_or("unknown");
            if received == kind {
                return Ok(());
            }
            Err(GraphError::new(132012, format!("header: Format mismatch, expected {kind}, received {received}")))
        }
    }
}

fn variables(place: &str, wanted: &[String], named: bool, values: &[Value]) -> Result<(), GraphError> {
    if values.len() != wanted.len() {
        return Err(mismatch(place, values.len(), wanted.len()));
    }
    for value in values {
        let kind = value["type"].as_str().unwrap_or_default();
        if !matches!(kind, "text" | "currency" | "date_time") {
            return Err(GraphError::new(132012, format!("{place}: Format mismatch, expected text, received {kind}")));
        }
        let name = value["parameter_name"].as_str();
        match (named, name) {
            (true, Some(name)) if wanted.iter().any(|wanted| wanted == name) => {}
            (true, Some(name)) => {
                return Err(GraphError::new(132018, format!("{place}: the template has no parameter {name}")));
            }
            (true, None) => {
                return Err(GraphError::new(132018, format!("{place}: Parameter name is missing or empty")));
            }
            (false, Some(_)) => {
                return Err(GraphError::new(132018, format!("{place}: the template's parameters have no names")));
            }
            (false, None) => {}
        }
        text_allowed(place, &parameter_text(value))?;
    }
    if named {
        let given = |name: &String| values.iter().any(|value| value["parameter_name"] == name.as_str());
        if let Some(absent) = wanted.iter().find(|name| !given(name)) {
            return Err(GraphError::new(132018, format!("{place}: the parameter {absent} is missing")));
        }
    }
    Ok(())
}

fn text_allowed(place: &str, text: &str) -> Result<(), GraphError> {
    if text.trim().is_empty() {
        return Err(GraphError::missing(format!("{place}: Param text cannot be empty")));
    }
    if text.contains(['\n', '\r', '\t']) || text.contains("     ") {
        return Err(GraphError::new(
            132018,
            format!("{place}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces"),
        ));
    }
    Ok(())
}

fn filled_body(wanted: &Part, named: bool, values: &[Value]) -> Result<(), GraphError> {
    let Some(mut text) = wanted.body.clone() else {
        return Ok(());
    };
    for (index, value) in values.iter().enumerate() {
        let name = if named { value["parameter_name"].as_str().unwrap_or_default().to_owned() } else { (index + 1).to_string() };
        text = text.replace(&format!("{{{{{name}}}}}"), &parameter_text(value));
    }
    let length = text.encode_utf16().count();
    if length > FILLED_BODY {
        return Err(GraphError::new(
            132005,
            format!("body: the filled text has {length} characters, at most {FILLED_BODY} are allowed"),
        ));
    }
    Ok(())
}

fn button_matches(button: &Button, sent: &Value) -> Result<(), GraphError> {
    let kind = sent["sub_type"].as_str().unwrap_or_default().to_ascii_lowercase();
    if kind != button.kind {
        return Err(GraphError::new(
            132018,
            format!("buttons: Button at index {} is of type {}, not {kind}", sent["index"], button.kind),
        ));
    }
    let values = parameters(Some(sent));
    let received = values.first().and_then(|value| value["type"].as_str());
    let expected = match kind.as_str() {
        "url" if button.needs_parameter => "text",
        "url" => return Err(mismatch("buttons", values.len(), 0_usize)),
        "copy_code" => "coupon_code",
        "quick_reply" => "payload",
        "flow" | "catalog" | "mpm" => "action",
        _ => return Ok(()),
    };
    match received {
        Some(received) if received == expected => {}
        Some(received) => {
            return Err(GraphError::new(132012, format!("buttons: Format mismatch, expected {expected}, received {received}")));
        }
        None if button.needs_parameter => {
            return Err(GraphError::missing(format!("buttons: Button at index {} requires a parameter", sent["index"])));
        }
        None => {}
    }
    if expected == "text" { text_allowed("buttons", &parameter_text(&values[0])) } else { Ok(()) }
}

fn parameters(component: Option<&Value>) -> &[Value] {
    component.and_then(|component| component["parameters"].as_array()).map_or(&[], Vec::as_slice)
}

/// What the customer reads in place of the variable; amounts and dates show their fallback.
fn parameter_text(value: &Value) -> String {
    let kind = value["type"].as_str().unwrap_or_default();
    let shown = if kind == "text" { &value["text"] } else { &value[kind]["fallback_value"] };
    shown.as_str().map_or_else(|| shown.to_string(), str::to_owned)
}

fn mismatch(place: &str, given: impl std::fmt::Display, wanted: impl std::fmt::Display) -> GraphError {
    GraphError::new(
        132000,
        format!("{place}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code(definition: Value, named: bool, sent: Value) -> Result<(), u32> {
        components(&Shape::read(&definition, named).unwrap(), named, &sent).map_err(|error| error.code)
    }

    fn body(values: &[&str]) -> Value {
        let values: Vec<Value> = values.iter().map(|text| json!({"type": "text", "text": text})).collect();
        json!([{"type": "body", "parameters": values}])
    }

    #[test]
    fn positional_variables_by_number_and_text() {
        let two = || json!([{"type": "BODY", "text": "{{1}} {{2}}"}]);
        assert_eq!(code(two(), false, body(&["a", "b"])), Ok(()));
        assert_eq!(code(two(), false, body(&["a"])), Err(132000));
        assert_eq!(code(two(), false, Value::Null), Err(132000));
        assert_eq!(code(two(), false, body(&["a", "b\nc"])), Err(132018));
        assert_eq!(code(two(), false, body(&["a", "b     c"])), Err(132018));
        assert_eq!(code(two(), false, body(&["a", "b    c"])), Ok(()));
        assert_eq!(code(two(), false, body(&["a", ""])), Err(131008));
        assert_eq!(code(two(), false, body(&["a", &"b".repeat(1_030)])), Err(132005));
        let named = json!([{"type": "body", "parameters": [
            {"type": "text", "text": "a", "parameter_name": "x"}, {"type": "text", "text": "b"}]}]);
        assert_eq!(code(two(), false, named), Err(132018));
        assert_eq!(code(json!([{"type": "BODY", "text": "fixed"}]), false, body(&["a"])), Err(132000));
    }

    #[test]
    fn named_variables_in_any_order() {
        let two = || json!([{"type": "BODY", "text": "{{name}} {{city}}"}]);
        let values = |names: [Option<&str>; 2]| {
            let values = names.map(|name| match name {
                Some(name) => json!({"type": "text", "text": "a", "parameter_name": name}),
                None => json!({"type": "text", "text": "a"}),
            });
            json!([{"type": "body", "parameters": values}])
        };
        assert_eq!(code(two(), true, values([Some("city"), Some("name")])), Ok(()));
        assert_eq!(code(two(), true, values([Some("city"), Some("city")])), Err(132018));
        assert_eq!(code(two(), true, values([Some("city"), Some("age")])), Err(132018));
        assert_eq!(code(two(), true, values([Some("city"), None])), Err(132018));
    }

    #[test]
    fn a_picture_header_must_come_each_time() {
        let picture = || json!([{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "x"}]);
        let header = |kind: &str| json!([{"type": "header", "parameters": [{"type": kind, kind: {"id": "1"}}]}]);
        assert_eq!(code(picture(), false, header("image")), Ok(()));
        assert_eq!(code(picture(), false, header("video")), Err(132012));
        assert_eq!(code(picture(), false, Value::Null), Err(132012));
        assert_eq!(code(json!([{"type": "BODY", "text": "x"}]), false, header("image")), Err(132000));
    }

    #[test]
    fn buttons_by_index_and_kind() {
        let definition = || {
            json!([{"type": "BODY", "text": "x"}, {"type": "BUTTONS", "buttons": [
                {"type": "QUICK_REPLY", "text": "Yes"},
                {"type": "URL", "text": "Track", "url": "https://example.com/{{1}}"},
                {"type": "FLOW", "text": "Form"},
            ]}])
        };
        let button = |kind: &str, index: Value, parameter: Value| json!({"type": "button", "sub_type": kind, "index": index, "parameters": [parameter]});
        let track = || button("url", json!("1"), json!({"type": "text", "text": "42"}));
        assert_eq!(code(definition(), false, json!([track()])), Ok(()));
        assert_eq!(code(definition(), false, Value::Null), Err(131008));
        let payload = json!({"type": "payload", "payload": "y"});
        assert_eq!(code(definition(), false, json!([track(), button("quick_reply", json!(0), payload.clone())])), Ok(()));
        assert_eq!(code(definition(), false, json!([track(), button("quick_reply", json!(1), payload.clone())])), Err(132018));
        assert_eq!(code(definition(), false, json!([track(), button("quick_reply", json!(7), payload)])), Err(132018));
        let form = json!({"type": "action", "action": {"flow_token": "t"}});
        assert_eq!(code(definition(), false, json!([track(), button("flow", json!(2), form)])), Ok(()));
    }

    #[test]
    fn all_cards_as_created() {
        let definition = || {
            let card = json!({"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "{{1}}"}]});
            json!([{"type": "BODY", "text": "x"}, {"type": "CAROUSEL", "cards": [card, card]}])
        };
        let card = |index: u32| {
            json!({"card_index": index, "components": [
                {"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]},
                {"type": "body", "parameters": [{"type": "text", "text": "a"}]},
            ]})
        };
        let sent = |cards: &[Value]| json!([{"type": "carousel", "cards": cards}]);
        assert_eq!(code(definition(), false, sent(&[card(0), card(1)])), Ok(()));
        assert_eq!(code(definition(), false, sent(&[card(0)])), Err(132012));
        assert_eq!(code(definition(), false, sent(&[card(0), card(0)])), Err(131009));
        assert_eq!(code(definition(), false, sent(&[card(0), json!({"card_index": 1, "components": []})])), Err(132012));
    }
}
