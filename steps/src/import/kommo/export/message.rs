//! Messages, with what answers them.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Kind, Writer, ended, list, received, seconds, text};
use crate::import::kommo::{answer::NEVER_MATCHES, fit::is_made_of};

impl Writer<'_> {
    /// A message, with what answers it.
    pub(super) fn message(&mut self, step: &Value) -> Value {
        let params = self.message_params(step);
        let send = json!({"handler": "send_message", "params": params});
        let (next, otherwise) = (step["next"].as_str(), step["otherwise"].as_str());
        let mut buttons = Vec::new();
        let rows = list(step, "sections").flat_map(|section| list(section, "rows"));
        let is_list = step.get("sections").is_some();
        let drawn = list(step, "buttons").chain(rows).map(|option| (option, true));
        for (option, is_drawn) in drawn.chain(list(step, "answers").map(|option| (option, false))) {
            let goto = option["goto"].as_str().or(next);
            // An option that leads where all answers lead needs no branch.
            let has_words = option.get("synonyms").is_some() || option.get("pattern").is_some();
            if is_drawn && goto == otherwise && goto.is_some() && !has_words {
                continue;
            }
            buttons.push(self.branch(option, goto, is_list));
        }
        let timer = seconds(&step["timeout"]["after"]).map(|delay| (delay, self.target(step["timeout"]["goto"].as_str())));
        let waits = step["type"] == "ask" || !buttons.is_empty() || list(step, "buttons").next().is_some() || is_list;
        if !waits {
            return json!({"question": [send, self.jump(next)]});
        }
        if let Some(validation) = self.validation(step) {
            return self.answered(send, vec![validation, self.jump(otherwise)], timer);
        }
        if buttons.is_empty() {
            // Any answer goes on there.
            let mut conditions = vec![received(self.target(otherwise.or(next)))];
            conditions.extend(timer.map(|(delay, action)| ended(delay, action)));
            return json!({"question": [send, {"handler": "waits", "params": {"logic": "or", "conditions": conditions}}]});
        }
        if otherwise.is_some() {
            buttons.push(json!({"type": "else", "params": [self.jump(otherwise)]}));
        }
        self.answered(send, vec![json!({"handler": "buttons", "params": buttons})], timer)
    }

    /// The branch of an answer.
    fn branch(&mut self, option: &Value, goto: Option<&str>, is_list: bool) -> Value {
        let mut item = json!({"params": [self.jump(goto)]});
        if let Some(title) = title(option) {
            // Rows are known by their ids, which come back when they are tapped.
            let value = if is_list { option["id"].as_str().unwrap_or(title) } else { title };
            item["value"] = self.kommo(value).into();
        }
        if item.get("value").is_some() || option.get("synonyms").is_some() {
            let whole = title(option).filter(|title| option["title"] != *title);
            let synonyms = list(option, "synonyms").filter(|word| word.as_str() != whole).cloned();
            item["synonyms"] = synonyms.collect::<Vec<_>>().into();
        }
        match (option["pattern"].as_str(), option["when"].as_str()) {
            (Some(pattern), _) => item["regex"] = text::php(pattern).into(),
            (None, Some("false")) if item.get("value").is_none() => item["regex"] = NEVER_MATCHES.into(),
            (None, Some(_)) => self.lose("a button that is shown only at times: Kommo shows it always"),
            (None, None) => {}
        }
        item
    }

    /// A question with its answers; a time-out is a pause of its own that "no answer" leads to.
    fn answered(&mut self, send: Value, answer: Vec<Value>, timer: Option<(u64, Value)>) -> Value {
        let mut written = json!({"question": [send], "answer": answer});
        if let Some((delay, action)) = timer {
            let pause = json!({"handler": "waits", "params": {"logic": "or", "conditions": [ended(delay, action)]}});
            let number = self.pause(json!({"question": [pause]}));
            written["no_answer"] = json!({"handler": "goto", "params": {"type": "question", "step": number}});
        }
        written
    }

    fn message_params(&mut self, step: &Value) -> Value {
        let mut params = json!({"type": "external", "tag": "", "text": self.kommo(step["text"].as_str().unwrap_or_default()),
            "recipient": {"type": "main_contact", "way_of_communication": "last_active"},
            "is_in_starting_block": self.first_messages.contains(self.step.as_str()), "send_to_all_chat_sources": false, "on_error": null});
        if let Some(failed) = step["failed"].as_str() {
            params["on_error"] = self.jump(Some(failed));
        }
        let mut buttons: Vec<Value> =
            list(step, "buttons").filter_map(title).map(|title| json!({"type": "inline", "text": self.kommo(title)})).collect();
        if let Some(url) = step["link"]["url"].as_str() {
            let title = self.kommo(step["link"]["title"].as_str().unwrap_or_default());
            buttons.push(json!({"type": "url", "text": title, "url": self.kommo(url)}));
        }
        if step["type"] != "template" && !buttons.is_empty() {
            params["buttons"] = buttons.into();
        }
        if let Some(link) = step["media"]["link"].as_str() {
            let kind =
                if step["media"]["kind"] == "image" { "picture" } else { step["media"]["kind"].as_str().unwrap_or("document") };
            params["attachments"] = json!([{"type": kind, "value": link, "is_external": true}]);
        } else if step.get("media").is_some() {
            self.lose("a medium that was uploaded to WhatsApp");
        }
        if step["type"] == "template" {
            self.template(step, &mut params);
        }
        if step.get("sections").is_some() {
            params["list_message"] = self.list_message(step);
        }
        for key in ["location", "contacts", "save", "each"] {
            if step.get(key).is_some() && !(key == "save" && step.get("expect").is_some()) {
                self.lose(format!("`{key}` of a message"));
            }
        }
        params
    }

    fn template(&mut self, step: &Value, params: &mut Value) {
        let name = step["name"].as_str().unwrap_or_default();
        let full = step["language"].as_str().map_or_else(|| name.to_owned(), |language| format!("{name}:{language}"));
        let known = self.mapping.id(Kind::Templates, &full).or_else(|| self.mapping.id(Kind::Templates, name));
        let id = known.unwrap_or_else(|| name.trim_start_matches("template_"));
        params["template_id"] = id.parse::<u64>().map_or_else(|_| Value::from(id), Value::from);
        params["templateType"] = "waba".into();
        if step.get("parameters").is_some() {
            self.lose("a template's values: Kommo fills templates in itself");
        }
    }

    fn list_message(&mut self, step: &Value) -> Value {
        let mut menu = json!({"body": self.kommo(step["text"].as_str().unwrap_or_default())});
        for key in ["header", "footer", "button"] {
            if let Some(text) = step[key].as_str() {
                menu[key] = self.kommo(text).into();
            }
        }
        let sections = list(step, "sections").map(|section| {
            let rows = list(section, "rows").map(|row| {
                let title = title(row).unwrap_or_default();
                let mut written = json!({"title": self.kommo(title), "callback_data": row["id"].as_str().unwrap_or(title)});
                if let Some(description) = row["description"].as_str() {
                    written["description"] = self.kommo(description).into();
                }
                written
            });
            let mut written = json!({"rows": rows.collect::<Vec<_>>()});
            if let Some(title) = section["title"].as_str() {
                written["title"] = self.kommo(title).into();
            }
            written
        });
        let sections: Vec<Value> = sections.collect();
        menu["sections"] = sections.into();
        menu
    }
}

/// The messages that can be the first that a bot sends.
pub(super) fn first_messages<'d>(steps: &'d Map<String, Value>, start: &'d str) -> HashSet<&'d str> {
    const LINKS: [&str; 4] = ["next", "otherwise", "failed", "goto"];
    fn links<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| links(item, found)),
            Value::Object(map) => {
                found.extend(map.iter().filter(|(key, _)| LINKS.contains(&key.as_str())).filter_map(|(_, to)| to.as_str()));
                map.values().for_each(|inner| links(inner, found));
            }
            _ => {}
        }
    }
    let (mut seen, mut first, mut stack) = (HashSet::new(), HashSet::new(), vec![start]);
    while let Some(id) = stack.pop() {
        let Some(step) = steps.get(id).filter(|_| seen.insert(id)) else { continue };
        if matches!(step["type"].as_str(), Some("message" | "ask" | "list" | "template")) {
            first.insert(id);
        } else {
            links(step, &mut stack);
        }
    }
    first
}

/// The title of an option, as it was before it was cut to what WhatsApp shows.
fn title(option: &Value) -> Option<&str> {
    let title = option["title"].as_str()?;
    Some(option["value"].as_str().filter(|whole| is_made_of(title, whole)).unwrap_or(title))
}
