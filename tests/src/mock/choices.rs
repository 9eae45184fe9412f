//! What a customer can answer to a sent message: the things to tap, and the token of a form.

use serde_json::Value;

use super::payload::{self, Message};
use super::templates::{Template, Templates};

/// Something to tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub id: String,
    pub title: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Button,
    Row { description: Option<String> },
    TemplateButton,
}

impl Choice {
    fn new(item: &Value, kind: Kind) -> Self {
        Self { id: text(item, "id"), title: text(item, "title"), kind }
    }

    /// The message that the tap brings.
    pub(crate) fn message(&self) -> Message {
        match &self.kind {
            Kind::Button => payload::button_reply(&self.id, &self.title),
            Kind::Row { description } => payload::list_reply(&self.id, &self.title, description.as_deref()),
            Kind::TemplateButton => payload::template_button(&self.title, &self.id),
        }
    }
}

/// The things to tap in a sent message, in the order in which they are shown.
pub(crate) fn of(templates: &Templates, body: &Value) -> Vec<Choice> {
    if !body["template"].is_null() {
        return of_template(templates, &body["template"]);
    }
    let interactive = &body["interactive"];
    let action = &interactive["action"];
    // Replies to Direct Send messages arrive like those to templates (Cloud API, Direct Send).
    let button = if body["category"].is_null() { Kind::Button } else { Kind::TemplateButton };
    match interactive["type"].as_str().unwrap_or_default() {
        "button" => items(&action["buttons"]).map(|item| Choice::new(&item["reply"], button.clone())).collect(),
        "list" => items(&action["sections"])
            .flat_map(|section| items(&section["rows"]))
            .map(|row| {
                let description = row["description"].as_str().map(str::to_owned);
                Choice::new(row, Kind::Row { description })
            })
            .collect(),
        "carousel" => items(&action["cards"])
            .flat_map(|card| items(&card["action"]["buttons"]))
            .map(|item| Choice::new(&item["quick_reply"], Kind::Button))
            .collect(),
        _ => Vec::new(),
    }
}

/// The token a form was sent with; `None` if the message has no form. Without one Meta uses `unused`.
pub(crate) fn flow_token(templates: &Templates, body: &Value) -> Option<String> {
    let sent = |token: &Value| token.as_str().unwrap_or("unused").to_owned();
    if body["interactive"]["type"] == "flow" {
        return Some(sent(&body["interactive"]["action"]["parameters"]["flow_token"]));
    }
    let template = &body["template"];
    let button = items(&template["components"])
        .find(|component| component["sub_type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("flow")));
    if let Some(button) = button {
        return Some(sent(&button["parameters"][0]["action"]["flow_token"]));
    }
    known(templates, template).filter(|template| template.has_form()).map(|_| "unused".to_owned())
}

/// Ids and titles, for an error.
pub(crate) fn list(choices: &[Choice]) -> String {
    if choices.is_empty() {
        return "nothing to tap".to_owned();
    }
    let named: Vec<String> = choices.iter().map(|choice| format!("\"{}\" ({})", choice.title, choice.id)).collect();
    named.join(", ")
}

fn of_template(templates: &Templates, sent: &Value) -> Vec<Choice> {
    let replies = match known(templates, sent) {
        Some(template) => template.quick_replies(&sent["components"]),
        // Of a template that was never added only the payloads of the send are known.
        None => items(&sent["components"])
            .filter(|component| component["sub_type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("quick_reply")))
            .filter_map(|component| component["parameters"][0]["payload"].as_str())
            .map(|payload| (payload.to_owned(), payload.to_owned()))
            .collect(),
    };
    replies.into_iter().map(|(title, id)| Choice { id, title, kind: Kind::TemplateButton }).collect()
}

fn known<'a>(templates: &'a Templates, sent: &Value) -> Option<&'a Template> {
    templates.find(sent["name"].as_str()?, sent["language"]["code"].as_str()?)
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_of_all_sections_with_their_descriptions() {
        let body = json!({"interactive": {"type": "list", "action": {"sections": [
            {"rows": [{"id": "a", "title": "One", "description": "first"}]},
            {"rows": [{"id": "b", "title": "Two"}]},
        ]}}});
        let choices = of(&Templates::default(), &body);
        assert_eq!(list(&choices), "\"One\" (a), \"Two\" (b)");
        assert_eq!(choices[0].message(), payload::list_reply("a", "One", Some("first")));
        assert_eq!(choices[1].message(), payload::list_reply("b", "Two", None));
    }

    #[test]
    fn an_unknown_template_shows_the_payloads_it_was_sent_with() {
        let body = json!({"template": {"name": "x", "language": {"code": "es"}, "components": [
            {"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [{"type": "payload", "payload": "yes"}]},
            {"type": "button", "sub_type": "flow", "index": 1, "parameters": [{"type": "action", "action": {"flow_token": "t"}}]},
        ]}});
        assert_eq!(of(&Templates::default(), &body)[0].message(), payload::template_button("yes", "yes"));
        assert_eq!(flow_token(&Templates::default(), &body), Some("t".to_owned()));
    }

    #[test]
    fn a_form_without_token_has_metas_default() {
        let flow = json!({"interactive": {"type": "flow", "action": {"parameters": {"flow_id": "1"}}}});
        assert_eq!(flow_token(&Templates::default(), &flow), Some("unused".to_owned()));
        assert_eq!(flow_token(&Templates::default(), &json!({"interactive": {"type": "list"}})), None);
    }
}
