//! The templates of an account, as `GET /{account}/message_templates` lists them: page by page, each an object with its components.

use serde::Deserialize;
use serde_json::Value;
use steps::{
    event::ChannelError,
    template::{self, KnownTemplate, TemplateContent, TemplateContentButton, TemplateContentHeader},
};

use crate::errors;

/// What is asked of each template.
pub const FIELDS: &str = "name,status,category,language,components";
/// Templates on a page: a hundred of the largest are well under a megabyte.
pub const PAGE: usize = 100;
/// Something went wrong (Cloud API, Error codes): what an answer that says nothing comes down to.
const SOMETHING_WENT_WRONG: i64 = 131_000;

/// A page of the list.
#[derive(Debug, PartialEq)]
pub struct Page {
    /// With their names; a name comes once for each of its languages.
    pub templates: Vec<(String, KnownTemplate)>,
    /// `after` of the next page; None: this is the last.
    pub after: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    data: Vec<Template>,
    #[serde(default)]
    paging: Value,
}

#[derive(Deserialize)]
struct Template {
    name: String,
    language: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    components: Vec<Value>,
}

/// Reads the answer to a request for a page.
///
/// # Errors
///
/// What Meta says; or that the answer is no list.
pub fn read(status: u16, answer: &[u8]) -> Result<Page, ChannelError> {
    if let Ok(value) = serde_json::from_slice::<Value>(answer)
        && value["error"].is_object()
    {
        return Err(errors::read(&value["error"]));
    }
    let Listed { data, paging } = serde_json::from_slice(answer)
        .map_err(|_| errors::new(SOMETHING_WENT_WRONG, &format!("status {status}, and no list of templates")))?;
    // Without `next` there is no further page, though the cursor is there. The address itself is not followed: a token goes with it.
    let after = paging["next"].as_str().and_then(|_| paging["cursors"]["after"].as_str()).map(str::to_owned);
    Ok(Page { templates: data.into_iter().map(known).collect(), after })
}

fn known(template: Template) -> (String, KnownTemplate) {
    let Template { name, language, category, status, components } = template;
    let content = content(&components);
    let parameters = template::gaps(&content.body);
    let category = category.to_ascii_lowercase();
    (name, KnownTemplate { language, category, status, parameters, content: Some(content) })
}

/// A component of a template, or of one of its cards.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Component {
    r#type: String,
    format: String,
    text: String,
    buttons: Vec<Button>,
    cards: Vec<Card>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Button {
    r#type: String,
    text: String,
    url: String,
    phone_number: String,
    flow_id: Value,
    flow_name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Card {
    components: Vec<Value>,
}

/// What the components say. One that can't be read, or of a kind that is not known, says nothing.
fn content(components: &[Value]) -> TemplateContent {
    let mut content = TemplateContent::default();
    for component in components {
        let Ok(Component { r#type: kind, format, text, buttons, cards }) = Component::deserialize(component) else { continue };
        match kind.to_ascii_uppercase().as_str() {
            "HEADER" => content.header = Some(header(&format, text)),
            "BODY" => content.body = text,
            "FOOTER" if !text.is_empty() => content.footer = Some(text),
            "BUTTONS" => content.buttons = buttons.into_iter().map(button).collect(),
            "CAROUSEL" => content.cards = cards.iter().map(|card| self::content(&card.components)).collect(),
            _ => {}
        }
    }
    content
}

fn header(format: &str, text: String) -> TemplateContentHeader {
    match format.to_ascii_uppercase().as_str() {
        "TEXT" => TemplateContentHeader::Text { text },
        "IMAGE" => TemplateContentHeader::Image,
        "VIDEO" => TemplateContentHeader::Video,
        "DOCUMENT" => TemplateContentHeader::Document,
        "LOCATION" => TemplateContentHeader::Location,
        _ => TemplateContentHeader::Other,
    }
}

fn button(Button { r#type: kind, text, url, phone_number: number, flow_id, flow_name }: Button) -> TemplateContentButton {
    match kind.to_ascii_uppercase().as_str() {
        "QUICK_REPLY" => TemplateContentButton::QuickReply { text },
        "URL" => TemplateContentButton::Url { text, url },
        "PHONE_NUMBER" => TemplateContentButton::PhoneNumber { text, number },
        "COPY_CODE" => TemplateContentButton::CopyCode { text },
        "FLOW" => {
            let id = flow_id.as_str().map_or_else(|| flow_id.to_string(), str::to_owned);
            TemplateContentButton::Flow { text, flow: if flow_name.is_empty() { id } else { flow_name } }
        }
        _ => TemplateContentButton::Other { text },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(value: &Value) -> Page {
        read(200, value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_template_is_read_with_the_variables_of_its_body() {
        let body =
            |text: &str| json!([{ "type": "HEADER", "format": "TEXT", "text": "{{9}}" }, { "type": "BODY", "text": text }]);
        let list = json!({ "data": [
            { "name": "welcome", "language": "pt_BR", "category": "MARKETING", "status": "APPROVED", "id": "1",
              "components": body("Olá {{first_name}}, {{ first_name }}! {{plan}}.") },
            { "name": "receipt", "language": "en", "category": "UTILITY", "status": "PAUSED", "components": body("Paid {{1}} of {{2}}.") },
            { "name": "bare", "language": "en" }
        ] });
        let Page { templates, after } = page(&list);
        let told: Vec<_> =
            templates.iter().map(|(name, known)| (name.as_str(), &*known.category, known.parameters.join(" "))).collect();
        let expected = [
            ("welcome", "marketing", "first_name plan".to_owned()),
            ("receipt", "utility", "1 2".to_owned()),
            ("bare", "", String::new()),
        ];
        assert_eq!(told, expected);
        assert_eq!((templates[1].1.status.as_str(), after), ("PAUSED", None));
    }

    #[test]
    fn what_a_template_says_is_read_with_its_cards() {
        let card = json!({ "components": [
            { "type": "HEADER", "format": "IMAGE", "example": { "header_handle": ["https://cdn.example/1"] } },
            { "type": "BODY", "text": "{{1}} a {{2}}" },
            { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Quero" }] }
        ] });
        let components = json!([
            { "type": "header", "format": "text", "text": "Oi, {{1}}" },
            { "type": "BODY", "text": "Pedido {{1}}." },
            { "type": "FOOTER", "text": "Café Aurora" },
            { "type": "LIMITED_TIME_OFFER", "limited_time_offer": { "text": "Hoje" } },
            "no component",
            { "type": "BUTTONS", "buttons": [
                { "type": "URL", "text": "Ver", "url": "https://cafe.example/{{1}}", "example": ["https://cafe.example/1"] },
                { "type": "PHONE_NUMBER", "text": "Ligar", "phone_number": "+551140028922" },
                { "type": "COPY_CODE", "text": "Copiar", "example": "CAFE10" },
                { "type": "FLOW", "text": "Avaliar", "flow_id": 123, "flow_action": "NAVIGATE" },
                { "type": "CATALOG", "text": "Ver o catálogo" }
            ] },
            { "type": "CAROUSEL", "cards": [card, card] }
        ]);
        let list = json!({ "data": [{ "name": "receipt", "language": "pt_BR", "components": components }] });
        let Page { templates, .. } = page(&list);
        insta::assert_json_snapshot!(templates[0].1.content);
    }

    #[test]
    fn only_a_page_with_a_successor_names_one() {
        let cursors = json!({ "before": "a", "after": "b" });
        assert_eq!(page(&json!({ "data": [], "paging": { "cursors": cursors } })).after, None);
        let next = json!({ "data": [], "paging": { "cursors": cursors, "next": "https://elsewhere.example/" } });
        assert_eq!(page(&next).after.as_deref(), Some("b"));
    }

    #[test]
    fn what_is_no_list_says_why() {
        let error = json!({ "error": { "code": 190, "message": "Invalid OAuth access token" } }).to_string();
        assert_eq!(read(401, error.as_bytes()).unwrap_err().code, 190);
        for answer in ["", "<html>", "[]", "{\"data\": {}}"] {
            assert_eq!(read(502, answer.as_bytes()).unwrap_err().code, SOMETHING_WENT_WRONG, "{answer}");
        }
    }
}
