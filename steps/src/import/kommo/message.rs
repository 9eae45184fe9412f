//! What Kommo's message handlers hold, in whichever dialect.

use serde_json::Value;

use super::{
    answer::Drawn,
    compile::Compiler,
    graph::{To, without_mark},
    mapping::Kind,
    program::{Handler, id, text},
    report::Code,
};

/// A message as Kommo has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// As Kommo has it, with its placeholders.
    pub(super) text: String,
    pub(super) drawn: Vec<Drawn>,
    /// Buttons that open a page: title and address.
    pub(super) links: Vec<(String, String)>,
    pub(super) files: Vec<File>,
    pub(super) list: Option<Menu>,
    /// The template's id.
    pub(super) template: Option<String>,
    /// The branch "Failed to send".
    pub(super) failed: Option<To>,
}

/// An attachment.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) kind: &'static str,
    /// Where it lies on the web; None: nobody named it.
    pub(super) link: Option<String>,
    /// What the map says.
    pub(super) named: Option<String>,
    pub(super) id: String,
    /// As it was written.
    pub(super) source: Value,
}

/// What a list has beside its rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Menu {
    pub(super) header: Option<String>,
    pub(super) footer: Option<String>,
    pub(super) button: Option<String>,
    pub(super) sections: Vec<Option<String>>,
}

impl<'l> Compiler<'l, '_> {
    /// Reads a message handler.
    pub(super) fn message_parts(&mut self, name: &str, handler: &Handler<'l>) -> Parts {
        let params = handler.params;
        let mut parts = Parts { failed: self.failed(handler), ..Parts::default() };
        match name {
            "show" => {
                parts.text = text(params.get("value")).unwrap_or_default();
                let strange = buttons(params.get("buttons"), &mut parts);
                self.strange_buttons(strange, &handler.place);
                if params.get("quick_replies").and_then(Value::as_array).is_some_and(|replies| !replies.is_empty()) {
                    let message = "quick replies with the phone or e-mail are Facebook's: the customer types them here";
                    self.context.remark(Code::Differs, &handler.place, message);
                }
            }
            "pay" => {
                parts.text = text(params.get("message")).unwrap_or_default();
                let title = text(params.get("button_title")).unwrap_or_default();
                parts.links.push((title, text(params.get("pay_url")).unwrap_or_default()));
            }
            _ => {
                let inner = params.get("message").filter(|message| message.is_object()).unwrap_or(params);
                parts.text = text(inner.get("text")).or_else(|| text(inner.get("message"))).unwrap_or_default();
                let strange = buttons(inner.get("buttons"), &mut parts);
                self.strange_buttons(strange, &handler.place);
                self.files(inner.get("attachments").or_else(|| params.get("attachments")), &mut parts);
                let menu = params.get("list_message").filter(|menu| menu.is_object());
                if let Some(menu) = menu.or_else(|| (name == "list_message").then_some(params)) {
                    self.context
                        .unconfirmed("the keys of a list message, but `body`, `sections`, `rows`, `title` and `callback_data`");
                    list(menu, &mut parts);
                }
                parts.template = id(params.get("template_id")).filter(|template| template != "0");
                let kind = params.get("templateType").and_then(Value::as_str).filter(|kind| !kind.is_empty());
                if parts.template.is_some() && kind != Some("waba") {
                    // Kommo's own chat templates are texts, and the file holds them.
                    if !parts.text.trim().is_empty() || !parts.files.is_empty() {
                        self.context.unconfirmed("whether a chat template is sent as the file has it, or as it is by now");
                        parts.template = None;
                    } else if kind.is_some() {
                        let message = "the file does not hold the text of this chat template: a WhatsApp template is sent";
                        self.context.remark(Code::Differs, &handler.place, message);
                    }
                }
                if parts.template.is_some() {
                    // A template brings its buttons itself; what is tapped comes back as its text.
                    parts.drawn.clear();
                    parts.list = None;
                }
                self.recipients(params, &handler.place);
            }
        }
        parts.text = without_mark(&parts.text);
        if self.context.text(&handler.place, &parts.text).trim().is_empty() {
            parts.text.clear();
        }
        if parts.failed.is_none() && self.program.error.is_null() {
            self.context.find(
                Code::NoErrorBranch,
                &handler.place,
                "no branch for a failed send: the session ends then, and the team is told",
            );
        }
        parts
    }

    fn strange_buttons(&mut self, number: usize, place: &str) {
        if number > 0 {
            self.context.remark(Code::Malformed, place, "a button without a text was left out");
        }
    }

    fn failed(&mut self, handler: &Handler<'l>) -> Option<To> {
        let written = handler.params.get("on_error").filter(|written| !written.is_null())?;
        let list = self.inner(Some(written), &format!("{}.on_error", handler.place));
        if list.is_empty() {
            return None;
        }
        let then = self.list(&list, super::compile::Then::Go(None));
        Some(self.go(then))
    }

    /// Everything goes to the customer's chat, once.
    fn recipients(&mut self, params: &Value, place: &str) {
        let kind = params.get("recipient").and_then(|recipient| recipient.get("type")).and_then(Value::as_str);
        if kind == Some("filtered_contacts") {
            let message = "goes to contacts that a filter chooses in Kommo; here to the customer alone";
            self.context.remark(Code::Differs, place, message);
        }
        // Each dialect has a key of its own. With the flag, or without any channel, it goes out by all.
        if params.get("send_to_all_chat_sources").and_then(Value::as_bool) == Some(true) {
            return;
        }
        let channels = ["chat_sources", "channels"].iter().filter_map(|key| params.get(*key)?.as_array()).flatten();
        for id in channels.filter_map(|channel| id(channel.get("id"))) {
            let name = self.context.name_or_id(Kind::Channels, &id);
            if self.context.channels.insert(id) {
                let message = format!("goes out by the channel {name} in Kommo; here to the customer's chat on WhatsApp");
                self.context.remark(Code::Differs, place, message);
            }
        }
    }

    fn files(&mut self, attachments: Option<&Value>, parts: &mut Parts) {
        for attachment in attachments.and_then(Value::as_array).into_iter().flatten() {
            let kind = match attachment.get("type").and_then(Value::as_str).unwrap_or_default() {
                "picture" | "image" => "image",
                "video" => "video",
                "audio" => "audio",
                "voice" => "voice",
                _ => "document",
            };
            let Some(id) = text(attachment.get("value")).filter(|value| !value.trim().is_empty()) else { continue };
            let is_address = |text: &str| text.starts_with("https://") && text.len() > 8 && !text.contains([' ', '\n', '{', '}']);
            let named = if is_address(&id) { Some(id.clone()) } else { self.context.named(Kind::Files, &id) };
            let link = named.clone().filter(|link| is_address(link));
            parts.files.push(File { kind, link, named, id, source: attachment.clone() });
        }
    }
}

/// Reads buttons; says how many were none.
fn buttons(buttons: Option<&Value>, parts: &mut Parts) -> usize {
    let list = match buttons {
        None | Some(Value::Null | Value::Bool(false)) => return 0,
        Some(Value::String(nothing)) if nothing.is_empty() => return 0,
        Some(Value::Array(list)) => list,
        Some(_) => return 1,
    };
    let mut strange = 0;
    for button in list {
        let title = text(Some(button)).or_else(|| text(button.get("text"))).unwrap_or_default();
        let url = text(button.get("url")).filter(|url| !url.trim().is_empty());
        let is_address = title.starts_with("http://") || title.starts_with("https://");
        match url {
            Some(url) => parts.links.push((title, url)),
            None if is_address => parts.links.push((String::new(), title)),
            None if title.trim().is_empty() => strange += 1,
            None => parts.drawn.push(Drawn::new(title.clone(), title, 0)),
        }
    }
    strange
}

fn list(menu: &Value, parts: &mut Parts) {
    let first = |keys: &[&str]| keys.iter().find_map(|key| text(menu.get(*key)).filter(|text| !text.trim().is_empty()));
    if let Some(body) = first(&["body", "text"]) {
        parts.text = body;
    }
    let mut found = Menu {
        header: first(&["header", "title"]),
        footer: first(&["footer"]),
        button: first(&["button", "button_text", "button_name"]),
        sections: Vec::new(),
    };
    for section in menu.get("sections").and_then(Value::as_array).into_iter().flatten() {
        let number = found.sections.len();
        let before = parts.drawn.len();
        for row in section.get("rows").and_then(Value::as_array).into_iter().flatten() {
            let Some(title) = text(row.get("title")).filter(|title| !title.trim().is_empty()) else { continue };
            let value = text(row.get("callback_data")).filter(|value| !value.is_empty()).unwrap_or_else(|| title.clone());
            parts.drawn.push(Drawn { description: text(row.get("description")), ..Drawn::new(title, value, number) });
        }
        if parts.drawn.len() > before {
            found.sections.push(text(section.get("title")).filter(|title| !title.trim().is_empty()));
        }
    }
    parts.list = (!found.sections.is_empty()).then_some(found);
}
