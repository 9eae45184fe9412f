//! What is written to fields, and where each of them is kept.

use serde_json::{Map, Value};

use super::{
    compile::Compiler,
    context::Owner,
    deed::owner,
    graph::{Draft, Link, To},
    mapping::Kind,
    program::{Handler, id, text},
    report::Code,
};

impl<'l> Compiler<'l, '_> {
    pub(super) fn set_field(&mut self, handler: &Handler<'l>, params: &Value, next: To) -> To {
        let is_of_something_else =
            ["type", "element_type"].iter().find_map(|key| id(params.get(*key))).is_some_and(|of| Owner::of(&of).is_none());
        let path = if is_of_something_else { None } else { self.target(params) };
        let Some(path) = path else {
            return self.unsupported(handler, "a field that can't be written here", next);
        };
        let place = &handler.place;
        if let Some(ticked) = self.tick(params) {
            return Some(self.written(path, ticked.into(), next));
        }
        let is_calculated = params.get("calculated").and_then(Value::as_bool) == Some(true);
        let is_added = params.get("option").and_then(Value::as_str) == Some("add");
        let value = match params.get("value") {
            Some(Value::Number(number)) => self.option_or_number(number),
            Some(Value::Bool(flag)) => Value::Bool(*flag),
            Some(Value::String(kommo)) if kommo.trim() == "{reset}" || kommo.is_empty() => Value::Null,
            Some(Value::String(kommo)) if is_calculated => match self.context.formula(place, kommo) {
                Some(formula) => format!("{{{{ {formula} }}}}").into(),
                None => return self.unsupported(handler, "a formula that holds more than numbers and `+ - * /`", next),
            },
            Some(Value::String(kommo)) if is_added => {
                let added = self.context.expression(place, kommo).expression;
                self.context.remark(Code::Differs, place, "the field has one value here: what is added stands behind a comma");
                format!("{{{{ [text({path}), text({added})].filter(|value| value != \"\").join(\", \") }}}}").into()
            }
            Some(Value::String(kommo)) => match self.context.written(place, kommo) {
                nothing if nothing.is_empty() => Value::Null,
                ours => ours.into(),
            },
            Some(Value::Array(kommo)) => self.several(place, kommo),
            Some(Value::Object(_)) => {
                return self.unsupported(handler, "a value that is neither a text, a number nor a list", next);
            }
            Some(Value::Null) | None => Value::Null,
        };
        Some(self.written(path, value, next))
    }

    /// What a number means that is written to a field: options of select fields are named by their ids, which are long.
    fn option_or_number(&mut self, number: &serde_json::Number) -> Value {
        const SHORTEST_ID: u64 = 10_000;
        let option = number.as_u64().filter(|number| *number >= SHORTEST_ID);
        let name = option.and_then(|option| self.context.named(Kind::Options, &option.to_string()));
        name.map_or_else(|| Value::Number(number.clone()), Value::from)
    }

    /// Several values of a field in one, behind commas.
    fn several(&mut self, place: &str, items: &[Value]) -> Value {
        let mut texts = Vec::new();
        for item in items {
            let value = match item {
                Value::Number(number) => text(Some(&self.option_or_number(number))),
                other => text(Some(other)).map(|kommo| self.context.written(place, &kommo)),
            };
            texts.extend(value.filter(|value| !value.trim().is_empty()));
        }
        if texts.len() > 1 {
            self.context.remark(Code::Differs, place, "the field has one value here: several stand behind commas");
        }
        if texts.is_empty() { Value::Null } else { texts.join(", ").into() }
    }

    /// A step that writes one value. As in Kommo, the bot goes on where what is to be an e-mail, a phone or a number is none.
    pub(super) fn written(&mut self, path: String, value: Value, next: To) -> Link {
        let is_checked = matches!(path.as_str(), "contact.email" | "contact.phone" | "lead.price");
        // Nothing is divided by zero.
        let is_divided = value.as_str().is_some_and(|value| value.starts_with("{{") && value.contains('/'));
        let may_fail = (is_checked || is_divided) && !value.is_null();
        let name = path.rsplit('.').next().unwrap_or_default().to_owned();
        let fields = Value::Object(Map::from_iter([(path, value)]));
        let draft = Draft::new("set").with("fields", fields).next("next", next);
        self.step(&format!("set {name}"), if may_fail { draft.link("failed", next) } else { draft })
    }

    /// Whether a box is ticked, where the field is one: the bot looks for its tick elsewhere.
    fn tick(&self, params: &Value) -> Option<bool> {
        let field = text(params.get("custom_field")).or_else(|| id(params.get("custom_fields_id")))?;
        let field = field.trim_end_matches(['}', ' ']).rsplit("cf.").next().unwrap_or_default().to_owned();
        let written = text(params.get("value"))?;
        match written.trim() {
            "1" if self.program.boxes.contains(&field) => Some(true),
            "0" if self.program.boxes.contains(&field) => Some(false),
            _ => None,
        }
    }

    /// Where a field's value is kept.
    fn target(&mut self, params: &Value) -> Option<String> {
        let owner = owner(params, &["type", "element_type"]).unwrap_or(Owner::Lead);
        let path = match (text(params.get("custom_field")), id(params.get("custom_fields_id"))) {
            (Some(field), _) => {
                let name = field.trim().trim_start_matches('{').trim_end_matches('}').trim().to_owned();
                let segments: Vec<&str> = name.split('.').collect();
                match segments.as_slice() {
                    [of, "cf", id] => self.context.field(Owner::of(of)?, id),
                    ["lead", property @ ("name" | "price")] => format!("lead.{property}"),
                    ["contact", property @ ("name" | "email" | "phone")] => format!("contact.{property}"),
                    ["company", "name"] => "company.name".to_owned(),
                    [id] if id.bytes().all(|byte| byte.is_ascii_digit()) => self.context.field(owner, id),
                    _ => return None,
                }
            }
            (None, Some(id)) => self.context.field(owner, &id),
            (None, None) => return None,
        };
        path.parse::<crate::path::Path>().is_ok().then_some(path)
    }
}
