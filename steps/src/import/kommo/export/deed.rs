//! Steps that change or tell something, as actions of Kommo's.

use serde_json::{Map, Value, json};

use super::{Kind, Writer, list, test::within};
use crate::{expression::parse_duration, import::kommo::preset::KEPT_FIELDS};

fn action(name: &str, params: Value) -> Value {
    json!({"handler": "action", "params": {"name": name, "params": params}})
}

/// Kommo's number of whom it is about.
fn owner(word: &Value, otherwise: u8) -> u8 {
    match word.as_str() {
        Some("contact") => 1,
        Some("lead") => 2,
        _ => otherwise,
    }
}

impl Writer<'_> {
    /// The handlers of a step, with the jump behind them. None: Kommo has no equal.
    pub(super) fn deed(&mut self, kind: &str, step: &Value) -> Option<Vec<Value>> {
        let mut handlers = match kind {
            "set" => self.set(step)?,
            "tags" => self.tags(step),
            "stage" => {
                let mut params = json!({"value": self.stage(step["stage"].as_str()?)});
                if let Some(pipeline) = step["pipeline"].as_str() {
                    params["pipeline_id"] = self.id_of(Kind::Pipelines, pipeline);
                }
                vec![action("change_status", params)]
            }
            "assign" => {
                let user = self.id_of(Kind::Users, step["to"]["user"].as_str()?);
                vec![action("change_responsible_user", json!({"value": user, "type": owner(&step["on"], 2)}))]
            }
            "note" => {
                let text = self.kommo(step["text"].as_str()?);
                vec![action("add_note", json!({"element_type": owner(&step["on"], 1), "note_type": 4, "text": text}))]
            }
            "internal_message" => vec![self.internal_message(step)?],
            "task" => vec![self.task(step)?],
            "subscribe" => self.subscribers(step),
            "items" => self.items(step),
            "create_lead" => vec![self.create_lead(step)],
            "http" => vec![self.widget_request(step)?],
            _ => return None,
        };
        handlers.push(self.jump(step["next"].as_str()));
        Some(handlers)
    }

    fn set(&mut self, step: &Value) -> Option<Vec<Value>> {
        let fields = step["fields"].as_object()?;
        let base = KEPT_FIELDS.iter().filter(|(path, _)| path.starts_with("contact."));
        if fields.len() == 2 && base.clone().all(|(path, value)| fields.get(*path).is_some_and(|there| there == value)) {
            return Some(vec![json!({"handler": "preset", "params": {"name": "contacts.get_base_info"}})]);
        }
        fields.iter().map(|(path, value)| self.field(path, value)).collect()
    }

    fn tags(&mut self, step: &Value) -> Vec<Value> {
        let of = owner(&step["on"], 1);
        let mut all = Vec::new();
        for (key, name) in [("add", "set_tag"), ("remove", "unset_tag")] {
            let tags: Vec<Value> = list(step, key).filter_map(Value::as_str).map(|tag| self.kommo(tag).into()).collect();
            if !tags.is_empty() {
                all.push(action(name, json!({"type": of, "value": tags})));
            }
        }
        all
    }

    fn internal_message(&mut self, step: &Value) -> Option<Value> {
        let message = self.kommo(step["text"].as_str()?);
        let mut params = json!({"entity_id": "{{lead.id}}", "entity_type": 2, "message": message});
        let to = list(step, "to").next()?;
        match (to["team"].as_str(), to["user"].as_str()) {
            (Some(team), _) => params["group_id"] = self.id_of(Kind::Groups, team),
            (None, Some(user)) => params["user_id"] = self.id_of(Kind::Users, user),
            (None, None) => return None,
        }
        Some(json!({"handler": "send_internal", "params": params}))
    }

    fn task(&mut self, step: &Value) -> Option<Value> {
        let mut settings = json!({"task_text": self.kommo(step["text"].as_str()?)});
        if let Some(kind) = step["kind"].as_str() {
            settings["task_type"] = match kind {
                "follow_up" => "1".into(),
                "meeting" => "2".into(),
                other => self.id_of(Kind::TaskTypes, other),
            };
            settings["task_type_name"] = kind.into();
        }
        if let Some(user) = step["owner"]["user"].as_str() {
            settings["responsible_user"] = self.id_of(Kind::Users, user);
        } else if step.get("owner").is_some() {
            self.lose("the team or turn of a task: Kommo's tasks have a user");
        }
        if let Some(due) = step["due"].as_str() {
            match parse_duration(due) {
                Ok(due) => {
                    let minutes = due.as_secs() / 60;
                    let parts = [("days", minutes / 1_440), ("hours", minutes / 60 % 24), ("minutes", minutes % 60)];
                    for (unit, number) in parts.into_iter().filter(|(_, number)| *number > 0) {
                        settings[format!("deadline-{unit}")] = number.to_string().into();
                    }
                }
                Err(_) => self.lose("when a task is due, where that is a date"),
            }
        }
        Some(
            json!({"handler": "trigger", "params": {"element_type": "lead", "trigger": {"action": "create_task", "handler_code": "amocrm", "settings": settings}}}),
        )
    }

    /// A new lead, without the contact's part: that is in steps of its own.
    fn create_lead(&mut self, step: &Value) -> Value {
        let mut lead = Map::new();
        if let Some(name) = step["name"].as_str() {
            lead.insert("name".to_owned(), self.kommo(name).into());
        }
        if let Some(stage) = step["stage"].as_str() {
            lead.insert("status_id".to_owned(), self.stage(stage));
        }
        lead.extend(step.get("price").map(|price| ("price".to_owned(), price.clone())));
        let tags: Vec<Value> = list(step, "tags").filter_map(Value::as_str).map(|tag| self.kommo(tag).into()).collect();
        if !tags.is_empty() {
            lead.insert("tags".to_owned(), tags.into());
        }
        let mut fields = Vec::new();
        for (name, value) in step["fields"].as_object().into_iter().flatten() {
            let id = self.field_id(Kind::LeadFields, name);
            let value = value.as_str().map_or_else(|| value.clone(), |text| self.kommo(text).into());
            fields.push(json!({"id": id, "values": [{"value": value}]}));
        }
        if !fields.is_empty() {
            lead.insert("custom_fields".to_owned(), fields.into());
        }
        action("add_lead_contact", json!({"lead": lead, "contact": {}}))
    }

    /// A call as a widget makes it. Kommo knows no other calls.
    fn widget_request(&mut self, step: &Value) -> Option<Value> {
        if step["method"] != "POST" || step["json"].as_object().is_none_or(|json| json.len() != 1) {
            return None;
        }
        let mut data = step["json"].get("data")?.clone();
        self.fill(&mut data);
        Some(json!({"handler": "widget_request", "params": {"url": self.kommo(step["url"].as_str()?), "data": data}}))
    }

    fn fill(&mut self, value: &mut Value) {
        match value {
            Value::String(ours) => *ours = self.kommo(ours),
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(item)),
            Value::Object(map) => map.values_mut().for_each(|inner| self.fill(inner)),
            _ => {}
        }
    }

    pub(super) fn stage(&self, stage: &str) -> Value {
        match stage {
            "won" => 142.into(),
            "lost" => 143.into(),
            other => self.id_of(Kind::Stages, other),
        }
    }

    /// A value that is written, as Kommo's "Set field".
    fn field(&mut self, path: &str, value: &Value) -> Option<Value> {
        if let Some(of) = path.strip_suffix(".owner").filter(|of| ["lead", "contact"].contains(of)) {
            let user = self.kommo(value.as_str()?);
            return Some(action("change_responsible_user", json!({"value": user, "type": owner(&of.into(), 2)})));
        }
        let (of, target) = match path.split('.').collect::<Vec<_>>().as_slice() {
            ["lead", "fields", name] => ("lead", format!("lead.cf.{}", self.field_id(Kind::LeadFields, name))),
            ["contact", "fields", name] => ("contact", format!("contact.cf.{}", self.field_id(Kind::ContactFields, name))),
            [of @ "lead", property @ ("price" | "name")] | [of @ "contact", property @ ("name" | "email" | "phone")] => {
                (*of, format!("{of}.{property}"))
            }
            ["company", "name"] => ("company", "company.name".to_owned()),
            ["company", name] => ("company", format!("company.cf.{}", self.field_id(Kind::CompanyFields, name))),
            _ => return None,
        };
        let mut params = json!({"type": of, "custom_field": format!("{{{{{target}}}}}"), "value_type": "value"});
        params["value"] = match value {
            Value::Null => "{reset}".into(),
            Value::String(text) => match (self.added(path, text), self.formula(text)) {
                (Some(added), _) => {
                    params["option"] = "add".into();
                    added.into()
                }
                (None, Some(formula)) => {
                    params["calculated"] = true.into();
                    formula.into()
                }
                (None, None) => self.kommo(text).into(),
            },
            other => other.clone(),
        };
        Some(action("set_custom_fields", params))
    }

    /// What is put behind a field's value with a comma.
    fn added(&self, path: &str, text: &str) -> Option<String> {
        let before = format!("{{{{ [text({path}), text(");
        let inner = within(text, &before, ")].filter(|value| value != \"\").join(\", \") }}")?;
        self.term(inner)
    }

    pub(super) fn field_id(&self, kind: Kind, name: &str) -> String {
        let known = self.mapping.id(kind, name).map(str::to_owned);
        let numbered = || name.strip_prefix("cf_").filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned);
        known.or_else(numbered).unwrap_or_else(|| name.to_owned())
    }
}
