//! The rules of the send call that its JSON Schema can't express.

use std::collections::HashSet;

use serde_json::Value;

use super::error::GraphError;

/// Rows of a list over all its sections (Cloud API, Interactive list messages).
const LIST_ROWS: usize = 10;
/// Products of a product list over all its sections (Cloud API, Share products).
const LIST_PRODUCTS: usize = 30;

/// The text members that have a limit, as pointers into the message, with the limit. The schema counts code
/// points; whether Meta counts UTF-16 units is unknown, so the larger count has to fit as well.
const TEXTS: &[(&str, usize)] = &[
    ("/text/body", 4_096),
    ("/image/caption", 1_024),
    ("/video/caption", 1_024),
    ("/document/caption", 1_024),
    ("/interactive/header/text", 60),
    ("/interactive/footer/text", 60),
    ("/interactive/action/button", 20),
    ("/interactive/action/parameters/display_text", 20),
    ("/interactive/action/parameters/flow_cta", 30),
];

/// Checks a send that the schema has accepted.
pub(crate) fn check(message: &Value) -> Result<(), GraphError> {
    for (pointer, limit) in TEXTS {
        if let Some(text) = message.pointer(pointer).and_then(Value::as_str) {
            within(text, *limit, pointer)?;
        }
    }
    let Some(interactive) = message.get("interactive") else {
        return Ok(());
    };
    let kind = interactive["type"].as_str().unwrap_or_default();
    let action = &interactive["action"];
    let body_limit = if kind == "list" { 4_096 } else { 1_024 };
    if let Some(text) = interactive.pointer("/body/text").and_then(Value::as_str) {
        within(text, body_limit, "/interactive/body/text")?;
    }
    match kind {
        "button" => buttons(action),
        "list" => list(action),
        "product_list" => product_list(action),
        "carousel" => carousel(action),
        "flow" => flow(action),
        _ => Ok(()),
    }
}

fn buttons(action: &Value) -> Result<(), GraphError> {
    let replies: Vec<&Value> = items(&action["buttons"]).map(|button| &button["reply"]).collect();
    for reply in &replies {
        within(text(reply, "title"), 20, "/interactive/action/buttons/reply/title")?;
    }
    unique(replies.iter().map(|reply| text(reply, "id")), "The ids of reply buttons")?;
    unique(replies.iter().map(|reply| text(reply, "title")), "The titles of reply buttons")
}

fn list(action: &Value) -> Result<(), GraphError> {
    let sections: Vec<&Value> = items(&action["sections"]).collect();
    let rows: Vec<&Value> = sections.iter().flat_map(|section| items(&section["rows"])).collect();
    if rows.len() > LIST_ROWS {
        return Err(GraphError::invalid(format!(
            "Total row count exceed max allowed count: {LIST_ROWS}, over all sections there are {}",
            rows.len()
        )));
    }
    if sections.len() > 1 && sections.iter().any(|section| text(section, "title").is_empty()) {
        return Err(GraphError::missing("A list with more than one section needs a title on each section"));
    }
    for row in &rows {
        within(text(row, "title"), 24, "/interactive/action/sections/rows/title")?;
        within(text(row, "description"), 72, "/interactive/action/sections/rows/description")?;
    }
    unique(rows.iter().map(|row| text(row, "id")), "The ids of list rows")
}

fn product_list(action: &Value) -> Result<(), GraphError> {
    let products = items(&action["sections"]).flat_map(|section| items(&section["product_items"])).count();
    if products > LIST_PRODUCTS {
        return Err(GraphError::invalid(format!(
            "A product list holds at most {LIST_PRODUCTS} products over all sections, there are {products}"
        )));
    }
    Ok(())
}

fn carousel(action: &Value) -> Result<(), GraphError> {
    let cards: Vec<&Value> = items(&action["cards"]).collect();
    card_indexes(&cards)?;
    let alike = |what: &str, of: &dyn Fn(&Value) -> String| {
        let first = cards.first().map(|card| of(card));
        let odd = cards.iter().position(|card| Some(of(card)) != first);
        odd.map_or(Ok(()), |odd| Err(GraphError::invalid(format!("Card {odd} of the carousel has another {what} than card 0"))))
    };
    alike("kind of header", &|card| text(&card["header"], "type").to_owned())?;
    alike("kind or number of buttons", &|card| {
        format!("{} {}", text(&card["action"], "name"), items(&card["action"]["buttons"]).count())
    })?;
    alike("catalogue", &|card| text(&card["action"], "catalog_id").to_owned())?;
    for card in &cards {
        let label = &card["action"]["parameters"];
        within(text(&card["body"], "text"), 160, "/interactive/action/cards/body/text")?;
        within(text(label, "display_text"), 20, "/interactive/action/cards/action/display_text")?;
    }
    let replies: Vec<&Value> =
        cards.iter().flat_map(|card| items(&card["action"]["buttons"])).map(|button| &button["quick_reply"]).collect();
    for reply in &replies {
        within(text(reply, "title"), 20, "/interactive/action/cards/action/buttons/title")?;
    }
    unique(replies.iter().map(|reply| text(reply, "id")), "The ids of quick replies")
}

/// `card_index` has to run from 0 without gaps or repeats, in templates as well.
pub(crate) fn card_indexes(cards: &[&Value]) -> Result<(), GraphError> {
    let mut indexes: Vec<u64> = cards.iter().filter_map(|card| card["card_index"].as_u64()).collect();
    indexes.sort_unstable();
    if indexes.into_iter().eq(0..cards.len() as u64) {
        return Ok(());
    }
    Err(GraphError::invalid("card_index must run from 0 to the number of cards less one, each value once"))
}

fn flow(action: &Value) -> Result<(), GraphError> {
    let label = text(&action["parameters"], "flow_cta");
    if label.chars().any(is_emoji) {
        return Err(GraphError::invalid("flow_cta must not contain emoji"));
    }
    Ok(())
}

/// The blocks that hold nearly all emoji; letters of living languages are outside them.
fn is_emoji(character: char) -> bool {
    matches!(character, '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{FE0F}')
}

fn within(text: &str, limit: usize, pointer: &str) -> Result<(), GraphError> {
    let length = text.chars().map(char::len_utf16).sum::<usize>();
    if length > limit {
        let path = pointer.trim_start_matches('/').replace('/', ".");
        return Err(GraphError::invalid(format!("Param {path} has {length} characters (UTF-16), at most {limit} are allowed")));
    }
    Ok(())
}

fn unique<'a>(values: impl Iterator<Item = &'a str>, what: &str) -> Result<(), GraphError> {
    let mut seen = HashSet::new();
    for value in values {
        if !seen.insert(value) {
            return Err(GraphError::invalid(format!("{what} must be unique, \"{value}\" is there twice")));
        }
    }
    Ok(())
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code(interactive: Value) -> Result<(), u32> {
        check(&json!({"interactive": interactive})).map_err(|error| error.code)
    }

    fn list_of(sections: &[(&str, usize)]) -> Value {
        let mut next = 0;
        let sections: Vec<Value> = sections
            .iter()
            .map(|(title, rows)| {
                let rows: Vec<Value> = (0..*rows)
                    .map(|_| {
                        next += 1;
                        json!({"id": next.to_string(), "title": format!("Row {next}")})
                    })
                    .collect();
                json!({"title": title, "rows": rows})
            })
            .collect();
        json!({"type": "list", "body": {"text": "?"}, "action": {"button": "Open", "sections": sections}})
    }

    #[test]
    fn ten_rows_over_all_sections() {
        assert_eq!(code(list_of(&[("a", 5), ("b", 5)])), Ok(()));
        assert_eq!(code(list_of(&[("a", 5), ("b", 6)])), Err(131009));
        assert_eq!(code(list_of(&[("", 5)])), Ok(()));
        assert_eq!(code(list_of(&[("a", 5), ("", 2)])), Err(131008));
    }

    #[test]
    fn reply_buttons_differ_in_id_and_title() {
        let two = |first: (&str, &str), second: (&str, &str)| {
            let button = |(id, title)| json!({"type": "reply", "reply": {"id": id, "title": title}});
            json!({"type": "button", "body": {"text": "?"}, "action": {"buttons": [button(first), button(second)]}})
        };
        assert_eq!(code(two(("a", "Yes"), ("b", "No"))), Ok(()));
        assert_eq!(code(two(("a", "Yes"), ("a", "No"))), Err(131009));
        assert_eq!(code(two(("a", "Yes"), ("b", "Yes"))), Err(131009));
        assert_eq!(code(two(("a", "👍👍👍👍👍👍👍👍👍👍👍"), ("b", "No"))), Err(131009), "22 UTF-16 units");
    }

    #[test]
    fn cards_are_alike_and_numbered() {
        let carousel = |cards: &[(u32, &str, u32)]| {
            let cards: Vec<Value> = cards
                .iter()
                .map(|(index, header, buttons)| {
                    let buttons: Vec<Value> = (0..*buttons)
                        .map(|button| json!({"type": "quick_reply", "quick_reply": {"id": format!("{index}-{button}"), "title": "Buy"}}))
                        .collect();
                    json!({"card_index": index, "header": {"type": header}, "action": {"buttons": buttons}})
                })
                .collect();
            json!({"type": "carousel", "body": {"text": "?"}, "action": {"cards": cards}})
        };
        assert_eq!(code(carousel(&[(0, "image", 1), (1, "image", 1)])), Ok(()));
        assert_eq!(code(carousel(&[(0, "image", 1), (2, "image", 1)])), Err(131009));
        assert_eq!(code(carousel(&[(0, "image", 1), (0, "image", 1)])), Err(131009));
        assert_eq!(code(carousel(&[(0, "image", 1), (1, "video", 1)])), Err(131009));
        assert_eq!(code(carousel(&[(0, "image", 1), (1, "image", 2)])), Err(131009));
    }

    #[test]
    fn the_texts_of_a_card_count_in_utf16() {
        let carousel = |body: &str| {
            let card = |index: u32| {
                let parameters = json!({"display_text": "Look", "url": "https://example.com"});
                json!({"card_index": index, "header": {"type": "image"}, "body": {"text": body},
                    "action": {"name": "cta_url", "parameters": parameters}})
            };
            json!({"type": "carousel", "body": {"text": "?"}, "action": {"cards": [card(0), card(1)]}})
        };
        assert_eq!(code(carousel(&"🏠".repeat(80))), Ok(()));
        assert_eq!(code(carousel(&"🏠".repeat(81))), Err(131009));
    }

    #[test]
    fn a_flow_label_has_no_emoji() {
        let flow = |label| json!({"type": "flow", "body": {"text": "?"}, "action": {"parameters": {"flow_cta": label}}});
        assert_eq!(code(flow("Abrir formulario ñ")), Ok(()));
        assert_eq!(code(flow("Go 🚀")), Err(131009));
    }
}
