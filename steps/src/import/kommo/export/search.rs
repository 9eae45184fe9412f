//! Searches in lists, and what of a list is put on the lead.

use serde_json::{Value, json};

use super::{Kind, Writer, list};

impl Writer<'_> {
    /// A search for a name in a list, which goes on inside where it found something.
    pub(super) fn find(&mut self, step: &Value) -> Value {
        let catalog = step["in"]["catalog"].as_str().unwrap_or_default();
        let next = step["next"].as_str();
        let otherwise = step["otherwise"].as_str().or(next);
        if step["failed"].as_str().is_some_and(|failed| Some(failed) != otherwise) {
            self.lose("where a search goes that fails");
        }
        if step.get("save").is_some_and(|save| *save != json!({"vars.found_id": "found.id"})) {
            self.lose("what is kept of what was found: Kommo knows its id alone, as `vars.found_id`");
        }
        let value = self.kommo(step["value"].as_str().unwrap_or("{{ message.text }}"));
        let params = json!({"value": value, "catalog_id": self.id_of(Kind::Catalogs, catalog), "actions": [self.jump(next)]});
        let find = json!({"handler": "find", "params": {"type": "catalog_elements", "params": params}});
        json!({"question": [find, self.jump(otherwise)]})
    }

    /// Links to elements of lists.
    pub(super) fn items(&mut self, step: &Value) -> Vec<Value> {
        if list(step, "remove").next().is_some() {
            self.lose("items that are taken off the lead");
        }
        let added: Vec<&Value> = list(step, "add").collect();
        let links = added.into_iter().map(|item| {
            let list = self.id_of(Kind::Catalogs, item["catalog"].as_str().unwrap_or_default());
            let element = self.kommo(item["item"].as_str().unwrap_or_default());
            let quantity = match &item["quantity"] {
                Value::Null => 1.into(),
                Value::String(ours) => self.kommo(ours).into(),
                quantity => quantity.clone(),
            };
            let params = json!({"from": 2, "from_id": "{{lead.id}}", "to": 11, "to_id": element, "to_catalog_id": list, "quantity": quantity});
            json!({"handler": "action", "params": {"name": "link", "params": params}})
        });
        links.collect()
    }
}
