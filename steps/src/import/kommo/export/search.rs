//! Searches in lists, and what of a list is put on the lead.

use serde_json::{Map, Value, json};

use super::{Kind, Writer, list};

/// A search for another contact, as an import makes it: of what it finds the next step asks whether it is the customer.
pub(super) struct AnotherContact<'d> {
    variable: &'static str,
    by: &'d str,
    value: &'d str,
    /// Where it goes on when somebody else was found, and where not.
    pub(super) goes_on: Option<&'d str>,
    pub(super) stays: Option<&'d str>,
}

/// The search for another contact that a step is, with the step behind it.
pub(super) fn another_contact<'d>(steps: &'d Map<String, Value>, step: &'d Value) -> Option<AnotherContact<'d>> {
    let saved = |variable: &&str| step["save"] == json!({format!("vars.{variable}"): "found"});
    let variable = ["contact_double", "external_contact"].into_iter().find(saved)?;
    let stays = step["otherwise"].as_str();
    let is_exact =
        step["type"] == "find" && step["in"] == "contacts" && step["match"] == "exact" && step["failed"].as_str() == stays;
    let check = steps.get(step["next"].as_str()?).filter(|check| is_exact && check["type"] == "condition")?;
    let branches: Vec<&Value> = list(check, "branches").collect();
    let [is_self] = branches.as_slice() else { return None };
    let asks = is_self["when"] == format!("vars.{variable}.is_self == true") && is_self["goto"].as_str() == stays;
    let (by, value) = (step["by"].as_str()?, step["value"].as_str()?);
    let is_own = ["name", "phone", "email"].contains(&by) && value == format!("{{{{ contact.{by} }}}}");
    let found = AnotherContact { variable, by, value, goes_on: check["otherwise"].as_str(), stays };
    (asks && (variable == "external_contact" || is_own)).then_some(found)
}

impl Writer<'_> {
    /// A search for another contact, which goes on inside where it found somebody.
    pub(super) fn find_contact(&mut self, step: &Value) -> Value {
        let steps = self.steps;
        let Some(AnotherContact { variable, by, value, goes_on, stays }) = another_contact(steps, step) else {
            return Value::Null;
        };
        let actions = [self.jump(goes_on)];
        let search = match variable {
            "contact_double" => {
                let params = json!({"type": by, "actions": actions});
                json!({"handler": "find", "params": {"type": "contact_double", "params": params}})
            }
            _ => {
                let field = self.field_id(Kind::ContactFields, by);
                let field = field.parse::<u64>().map_or_else(|_| Value::from(field), Value::from);
                json!({"handler": "filter", "params": {"type": 1, "custom_fields_id": field, "value": self.kommo(value), "actions": actions}})
            }
        };
        json!({"question": [search, self.jump(stays)]})
    }

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
