//! What changes, tells, calls or ends: every handler that neither speaks to the customer nor decides.

use serde_json::{Map, Value, json};

use super::{
    compile::Compiler,
    context::Owner,
    graph::{Draft, To, goto},
    mapping::Kind,
    placeholder::shown,
    program::{Handler, id, integer, text},
    report::Code,
    words,
};

impl<'l> Compiler<'l, '_> {
    /// The step of a handler, and where it goes on.
    pub(super) fn deed(&mut self, handler: &Handler<'l>, next: To) -> To {
        match handler.name {
            "action" => self.action(handler, next),
            "trigger" => self.trigger(handler, next),
            "send_internal" => self.internal_message(handler, next),
            "preset" => self.preset(handler, next),
            "find" | "filter" => self.search(handler, next),
            "stop" => self.stop(handler, next),
            "_stop" => None,
            "exits" => {
                let code = text(handler.params.get("value")).unwrap_or_default();
                Some(self.step("end", Draft::new("stop").with("outcome", words::id(&code, "exit"))))
            }
            "widget" => {
                let name = id(handler.params.get("widget_source_code"))
                    .or_else(|| id(handler.params.get("widget_id")))
                    .unwrap_or_default();
                if let Some(id) = id(handler.params.get("widget_id")) {
                    self.context.named(Kind::Widgets, &id);
                }
                self.unsupported(handler, &format!("the widget {}", shown(&name)), next)
            }
            "widget_request" => self.widget_request(handler, next),
            "send_comment" => self.unsupported(handler, "a public reply on Instagram", next),
            "opt_in" => self.unsupported(handler, "a subscription to messages (Meta)", next),
            "meta" => self.unsupported(handler, "data of a chat link", next),
            unknown => match self.alias(handler, next) {
                Some(to) => to,
                None => self.unsupported(handler, &format!("the unknown handler `{}`", shown(unknown)), next),
            },
        }
    }

    /// What has no equal: it fails into what comes behind it.
    pub(super) fn unsupported(&mut self, handler: &Handler<'l>, what: &str, next: To) -> To {
        self.unsupported_with(handler, what, next, next)
    }

    /// The same, with a way for when it is replaced (`next`) and one for now (`failed`).
    pub(super) fn unsupported_with(&mut self, handler: &Handler<'l>, what: &str, next: To, failed: To) -> To {
        self.context.find(
            Code::Unsupported,
            &handler.place,
            format!("{what} has no equal here: the bot tells the team and goes on"),
        );
        let what_word: String = what.chars().take(200).collect();
        let draft = Draft::new("unsupported").with("what", what_word).with("source", without_jumps(handler.source));
        Some(self.step(&format!("unsupported {}", handler.name), draft.next("next", next).link("failed", failed)))
    }

    fn action(&mut self, handler: &Handler<'l>, next: To) -> To {
        let params = handler.params.get("params").unwrap_or(&Value::Null);
        let place = handler.place.clone();
        if params.get("contact_type").and_then(Value::as_str) == Some("all") {
            self.context.remark(
                Code::Differs,
                &place,
                "is done at all contacts of the lead in Kommo; here at the customer alone",
            );
        }
        match handler.params.get("name").and_then(Value::as_str).unwrap_or_default() {
            "set_tag" => self.tags(handler, params, "add", next),
            "unset_tag" => self.tags(handler, params, "remove", next),
            "set_custom_fields" => self.set_field(handler, params, next),
            "set_budget" => match text(params.get("value")).and_then(|formula| self.context.formula(&place, &formula)) {
                Some(formula) => Some(self.written("lead.price".to_owned(), format!("{{{{ {formula} }}}}").into(), next)),
                None => self.unsupported(handler, "an amount that is no formula of numbers", next),
            },
            "change_status" if params.get("entity").is_none() => {
                let Some(stage) = id(params.get("value")) else {
                    return self.unsupported(handler, "a stage without its id", next);
                };
                let stage = self.context.stage(&stage);
                let pipeline = id(params.get("pipeline_id")).map(|id| self.context.name_or_id(Kind::Pipelines, &id));
                let draft = Draft::new("stage").with_some("pipeline", pipeline).with("stage", stage.as_str());
                Some(self.step(&format!("stage {stage}"), draft.next("next", next)))
            }
            "change_responsible_user" => {
                let on = owner(params, &["type", "element_type"]).unwrap_or(Owner::Lead);
                match (on, text(params.get("value")).filter(|user| !user.trim().is_empty())) {
                    (Owner::Company, _) => self.unsupported(handler, "the owner of a company", next),
                    (_, None) => self.unsupported(handler, "an owner without an id", next),
                    (on, Some(user)) => self.assign(handler, &user, on, next),
                }
            }
            "add_note" => self.note(handler, params, next),
            "subscribe" => self.subscribers(handler, params, "add", next),
            "unsubscribe" => self.subscribers(handler, params, "remove", next),
            "add_linked_company" => {
                let name = text(params.get("name")).map(|kommo| self.context.text(&place, &kommo)).unwrap_or_default();
                Some(self.step("set company", Draft::new("set").with("fields", json!({"company.name": name})).next("next", next)))
            }
            "unsorted" if params.get("value").and_then(Value::as_str) != Some("decline") => {
                self.context.find(Code::Differs, &place, "incoming leads need no acceptance here: nothing is done");
                next
            }
            "link" => self.link(handler, params, next),
            "add_lead_contact" => self.new_lead(handler, params, next),
            name => {
                let what = format!("the action `{}`", shown(name));
                self.unsupported(handler, &what, next)
            }
        }
    }

    pub(super) fn note(&mut self, handler: &Handler<'l>, params: &Value, next: To) -> To {
        let place = &handler.place;
        let ours = text(params.get("text")).map(|kommo| self.context.text(place, &kommo)).unwrap_or_default();
        if ours.trim().is_empty() {
            self.context.find(Code::Malformed, place, "an empty note was left out");
            return next;
        }
        let on = match owner(params, &["element_type", "type"]) {
            Some(Owner::Contact) => "contact",
            Some(Owner::Company) => {
                self.context.remark(Code::Differs, place, "a note at the company stands at the lead here");
                "lead"
            }
            _ => "lead",
        };
        Some(self.step("note", Draft::new("note").with("on", on).with("text", ours).next("next", next)))
    }

    pub(super) fn tags(&mut self, handler: &Handler<'l>, params: &Value, key: &str, next: To) -> To {
        let values: Vec<String> = match params.get("value") {
            Some(Value::Array(values)) => values.iter().filter_map(|value| text(Some(value))).collect(),
            value => text(value).into_iter().collect(),
        };
        let values: Vec<String> = values.into_iter().filter(|value| !value.trim().is_empty()).collect();
        if values.is_empty() || values.iter().any(|value| value.trim() == "{reset}") {
            return self.unsupported(handler, "tags without a name", next);
        }
        let on = match owner(params, &["type", "element_type"]) {
            Some(Owner::Lead) => "lead",
            Some(Owner::Company) => return self.unsupported(handler, "tags of a company", next),
            _ => "contact",
        };
        let ours = values.iter().map(|value| self.context.said(&handler.place, value));
        let ours: Vec<String> = ours.filter(|tag| !tag.is_empty()).collect();
        if ours.is_empty() {
            self.context.find(Code::Malformed, &handler.place, "a tag that says nothing was left out");
            return next;
        }
        let hint = format!("{} {}", if key == "add" { "tag" } else { "untag" }, values[0]);
        Some(self.step(&hint, Draft::new("tags").with("on", on).with(key, ours).next("next", next)))
    }

    pub(super) fn assign(&mut self, handler: &Handler<'l>, user: &str, on: Owner, next: To) -> To {
        let on = if on == Owner::Contact { "contact" } else { "lead" };
        if user.contains("{{") {
            return match self.context.said(&handler.place, user) {
                nothing if nothing.is_empty() => self.unsupported(handler, "an owner by a placeholder that has no equal", next),
                ours => Some(self.written(format!("{on}.owner"), ours.into(), next)),
            };
        }
        let user = self.context.name_or_id(Kind::Users, user.trim());
        let draft = Draft::new("assign").with("on", on).with("to", json!({"user": user})).next("next", next);
        Some(self.step(&format!("assign {user}"), draft))
    }

    fn trigger(&mut self, handler: &Handler<'l>, next: To) -> To {
        let trigger = handler.params.get("trigger").unwrap_or(&Value::Null);
        let action = trigger.get("action").and_then(Value::as_str).unwrap_or_default();
        let settings = trigger.get("settings").unwrap_or(&Value::Null);
        if action != "create_task" {
            return self.unsupported(handler, &format!("the pipeline's action `{}`", shown(action)), next);
        }
        if integer(trigger.get("delay")).is_some_and(|delay| delay > 0) {
            self.context.remark(Code::Differs, &handler.place, "a task is given at once here, without its `delay`");
        }
        if id(handler.params.get("element_type")).and_then(|of| Owner::of(&of)).is_some_and(|of| of != Owner::Lead) {
            self.context.remark(Code::Differs, &handler.place, "a task is for the lead here, which is the contact's");
        }
        self.task(handler, settings, next)
    }

    pub(super) fn task(&mut self, handler: &Handler<'l>, settings: &Value, next: To) -> To {
        let said = text(settings.get("task_text")).or_else(|| text(settings.get("text")));
        let kommo = said.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| "Task".to_owned());
        let ours =
            Some(self.context.said(&handler.place, &kommo)).filter(|ours| !ours.is_empty()).unwrap_or_else(|| "Task".to_owned());
        let number = |key: &str| integer(settings.get(key)).unwrap_or_default();
        let seconds = number("deadline-days")
            .saturating_mul(86_400)
            .saturating_add(number("deadline-hours").saturating_mul(3_600))
            .saturating_add(number("deadline-minutes").saturating_mul(60));
        let deadline = ["deadline-days", "deadline-hours", "deadline-minutes"];
        let is_strange = |key: &&str| {
            text(settings.get(*key)).is_some_and(|there| !there.trim().is_empty()) && integer(settings.get(*key)).is_none()
        };
        if deadline.iter().any(is_strange) {
            self.context.remark(Code::Malformed, &handler.place, "a deadline that is no number was left out");
        }
        let parts = deadline.iter().filter(|key| number(key) > 0).count();
        if parts > 1 {
            self.context.unconfirmed("how the days, hours and minutes of a task's deadline combine: here they are added up");
        }
        if number("within-deadline") > 0 {
            self.context.unconfirmed("what a task's `within-deadline` means: here days, hours and minutes are added up");
        }
        let kind = id(settings.get("task_type")).filter(|kind| kind != "0").map(|kind| self.context.task_type(&kind));
        let kind = kind.or_else(|| text(settings.get("task_type_name")).and_then(|name| words::slug(&name)));
        // The lead's owner does what nobody else is named for.
        let named = text(settings.get("responsible_user")).filter(|user| user.contains("{{"));
        if named.is_some_and(|user| self.context.text(&handler.place, &user) != "{{ lead.owner }}") {
            self.context.remark(Code::Differs, &handler.place, "a task by a placeholder is for the lead's owner here");
        }
        let user = id(settings.get("responsible_user")).filter(|user| user != "0");
        let user = user.map(|user| json!({"user": self.context.name_or_id(Kind::Users, &user)}));
        let draft = Draft::new("task")
            .with_some("kind", kind)
            .with("text", ours)
            .with_some("due", (seconds > 0).then(|| super::compile::duration(seconds)))
            .with_some("owner", user);
        Some(self.step(&format!("task {kommo}"), draft.next("next", next)))
    }

    fn internal_message(&mut self, handler: &Handler<'l>, next: To) -> To {
        let params = handler.params;
        let kommo = text(params.get("message")).unwrap_or_default();
        let ours = self.context.text(&handler.place, &kommo);
        if ours.trim().is_empty() {
            self.context.find(Code::Malformed, &handler.place, "an empty message to colleagues was left out");
            return next;
        }
        // With both, the group gets it.
        let group = id(params.get("group_id")).map(|group| json!({"team": self.context.name_or_id(Kind::Groups, &group)}));
        let user = || id(params.get("user_id"));
        let to = match (group, user()) {
            (Some(team), _) => Some(team),
            (None, Some(user)) => Some(json!({"user": self.context.name_or_id(Kind::Users, &user)})),
            (None, None) => None,
        };
        let draft = match to {
            Some(to) => Draft::new("internal_message").with("text", ours).with("to", vec![to]),
            None => {
                self.context.remark(
                    Code::Differs,
                    &handler.place,
                    "a message to colleagues that names nobody is a note at the lead",
                );
                Draft::new("note").with("on", "lead").with("text", ours)
            }
        };
        Some(self.step(&format!("tell {kommo}"), draft.next("next", next)))
    }

    fn stop(&mut self, handler: &Handler<'l>, next: To) -> To {
        match handler.params.get("action").and_then(Value::as_str).unwrap_or_default() {
            // A step that was exported stays one.
            "" if self.program.canvas.as_ref().is_some_and(|canvas| canvas.kept(self.context.step).is_some()) => {
                Some(self.step("end", Draft::new("stop")))
            }
            "" => None,
            "talk-close" => Some(self.step("close", Draft::new("stop").with("close", true))),
            "salesbot-start" => {
                let Some(bot) = id(handler.params.get("bot")) else {
                    return self.unsupported(handler, "the start of a bot without an id", None);
                };
                match self.context.named(Kind::Bots, &bot) {
                    Some(name) => {
                        let name = words::id(&name, "bot");
                        let draft = Draft::new("start_bot").with("bot", name.as_str()).with("mode", "switch");
                        Some(self.step(&format!("start {name}"), draft))
                    }
                    None => self.unknown_bot(handler, &bot, None),
                }
            }
            other => {
                let _ = next;
                self.unsupported(handler, &format!("the end `{}`", shown(other)), None)
            }
        }
    }

    /// The start of a bot that nobody has named yet.
    pub(super) fn unknown_bot(&mut self, handler: &Handler<'l>, bot: &str, next: To) -> To {
        let message = format!("starts bot {bot}: import that bot too, and fill its name into the map");
        self.context.remark(Code::Unmapped, &handler.place, message);
        self.unsupported(handler, &format!("the start of bot {bot}"), next)
    }

    /// A widget's call: here the answer of the call itself is read, where Kommo waits for another one.
    fn widget_request(&mut self, handler: &Handler<'l>, next: To) -> To {
        let url = text(handler.params.get("url")).unwrap_or_default();
        let is_address =
            (url.starts_with("https://") || url.starts_with("http://")) && url.len() > 8 && !url.contains(char::is_whitespace);
        if !is_address {
            return self.unsupported(handler, "a call without an address", next);
        }
        let message = "the answer is read from the call itself, as JSON with or without `data`: Kommo waits for a second call";
        self.context.remark(Code::Differs, &handler.place, message);
        let mut data = handler.params.get("data").cloned().unwrap_or_default();
        self.fill(&mut data, &handler.place);
        self.context.variables.insert("json", "map");
        let url = self.context.text(&handler.place, &url);
        let draft = Draft::new("http")
            .with("method", "POST")
            .with("url", url)
            .with("json", json!({"data": data}))
            .with("save", json!({"vars.json": "reply.json.data ?? reply.json"}))
            .next("next", next)
            .link("failed", next);
        Some(self.step("call widget", draft))
    }

    fn fill(&mut self, value: &mut Value, place: &str) {
        match value {
            Value::String(kommo) => *kommo = self.context.text(place, kommo),
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(item, place)),
            Value::Object(map) => map.values_mut().for_each(|inner| self.fill(inner, place)),
            _ => {}
        }
    }

    /// A new lead with its contact.
    fn new_lead(&mut self, handler: &Handler<'l>, params: &Value, next: To) -> To {
        let place = handler.place.clone();
        let (lead, contact) = (params.get("lead").unwrap_or(&Value::Null), params.get("contact").unwrap_or(&Value::Null));
        let mut to = next;
        let owned = |of: &Value| text(of.get("responsible_user_id")).filter(|user| !user.trim().is_empty() && user.trim() != "0");
        for (of, user) in [(Owner::Lead, owned(lead)), (Owner::Contact, owned(contact))] {
            if let Some(user) = user {
                to = self.assign(handler, &user, of, to);
            }
        }
        let tags = self.tags_of(contact, &place);
        if !tags.is_empty() {
            to = Some(self.step("tag contact", Draft::new("tags").with("on", "contact").with("add", tags).next("next", to)));
        }
        let mut known = self.field_values(contact, Owner::Contact, &place);
        if let Some(name) = text(contact.get("name")).filter(|name| name.trim() != "{{name}}") {
            let ours = self.context.said(&place, &name);
            known.extend(Some(ours).filter(|ours| !ours.is_empty()).map(|ours| ("contact.name".to_owned(), ours.into())));
        }
        for (path, value) in known.into_iter().rev() {
            to = Some(self.written(path, value, to));
        }
        let mut fields = Map::new();
        for (path, value) in self.field_values(lead, Owner::Lead, &place) {
            if let Some(key) = path.strip_prefix("lead.fields.") {
                fields.insert(key.to_owned(), value);
            }
        }
        let name = text(lead.get("name")).filter(|name| !name.trim().is_empty()).map(|name| self.context.text(&place, &name));
        let stage = id(lead.get("status_id")).map(|stage| self.context.stage(&stage));
        let price = text(lead.get("price")).and_then(|price| price.trim().parse::<f64>().ok());
        let price = price.filter(|price| price.is_finite() && *price > 0.0);
        let price = price.and_then(crate::write::plain_number);
        let tags = self.tags_of(lead, &place);
        let draft = Draft::new("create_lead")
            .with_some("name", name)
            .with_some("stage", stage)
            .with_some("price", price)
            .with_some("fields", Some(fields).filter(|fields| !fields.is_empty()))
            .with_some("tags", Some(tags).filter(|tags| !tags.is_empty()));
        to = Some(self.step("create lead", draft.next("next", to)));
        if params.get("preset").and_then(Value::as_str) == Some("contacts.require_email_or_phone") {
            let when = "email(message.text) != () || phone(message.text) != ()";
            let mut branch = Map::from_iter([("when".to_owned(), when.into())]);
            branch.extend(goto(to));
            let draft = Draft::new("condition").with("branches", vec![Value::Object(branch)]).next("otherwise", next);
            to = Some(self.step("check email or phone", draft));
        }
        to
    }

    /// The tags of a new lead or its contact: behind commas, or in a list.
    fn tags_of(&mut self, of: &Value, place: &str) -> Vec<Value> {
        let tags: Vec<&str> = match of.get("tags") {
            Some(Value::String(tags)) => tags.split(',').collect(),
            Some(Value::Array(tags)) => tags.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let ours = tags.into_iter().map(|tag| self.context.said(place, tag.trim()));
        ours.filter(|tag| !tag.is_empty()).map(Value::from).collect()
    }

    fn field_values(&mut self, of: &Value, owner: Owner, place: &str) -> Map<String, Value> {
        let mut fields = Map::new();
        for field in of.get("custom_fields").and_then(Value::as_array).into_iter().flatten() {
            let Some(id) = id(field.get("id")) else { continue };
            let first = field.get("values").and_then(|values| values.get(0));
            let value = text(first.and_then(|first| first.get("value"))).map(|kommo| self.context.text(place, &kommo));
            let value = value.filter(|value| !value.is_empty());
            fields.insert(self.context.field(owner, &id), value.map_or(Value::Null, Value::from));
        }
        fields
    }
}

/// A handler without where it leads: the links of its step say that, and Kommo's numbers mean nothing any more once it was changed.
pub(super) fn without_jumps(handler: &Value) -> Value {
    match handler {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !matches!(key.as_str(), "action" if map.contains_key("event")));
            let kept = kept.filter(|(key, _)| !matches!(key.as_str(), "actions" | "on_error"));
            Value::Object(kept.map(|(key, inner)| (key.clone(), without_jumps(inner))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_jumps).collect()),
        other => other.clone(),
    }
}

pub(super) fn owner(params: &Value, keys: &[&str]) -> Option<Owner> {
    keys.iter().find_map(|key| Owner::of(&id(params.get(*key))?))
}
