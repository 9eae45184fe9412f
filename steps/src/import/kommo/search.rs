//! Searches in lists and among contacts, and what of a list is linked to the lead.

use serde_json::{Map, Value, json};

use super::{
    compile::{Compiler, Then},
    context::Owner,
    graph::{Draft, To, goto},
    mapping::Kind,
    placeholder::shown,
    program::{Handler, id, text},
};

/// Kommo's numbers of what can be linked (reference, vocabulary).
const LEAD: &str = "2";
const ELEMENT: &str = "11";

impl<'l> Compiler<'l, '_> {
    /// A search: what was found goes on inside, what was not behind it.
    pub(super) fn search(&mut self, handler: &Handler<'l>, next: To) -> To {
        let params = handler.params;
        let nested = params.get("params").filter(|inner| inner.is_object());
        let actions = nested.and_then(|inner| inner.get("actions")).or_else(|| params.get("actions"));
        let list = self.inner(actions, &format!("{}.actions", handler.place));
        let then = self.list(&list, Then::Go(next));
        let found = self.go(then);
        let inner = nested.unwrap_or(params);
        match (handler.name, params.get("type").and_then(Value::as_str)) {
            ("find", Some("catalog_elements")) => self.search_list(handler, inner, found, next),
            ("find", Some("contact_double")) => {
                let by = text(inner.get("type")).unwrap_or_else(|| "name".to_owned());
                match by.as_str() {
                    "name" | "phone" | "email" => {
                        let value = format!("{{{{ contact.{by} }}}}");
                        let what = Contact { by: &by, value: &value, variable: "contact_double" };
                        self.search_contact(&what, found, next)
                    }
                    other => {
                        let what = format!("a search for the same contact by `{}`", shown(other));
                        self.unsupported_with(handler, &what, found, next)
                    }
                }
            }
            ("filter", _) => self.filter(handler, found, next),
            _ => self.unsupported_with(handler, "a search of an unknown kind", found, next),
        }
    }

    fn search_list(&mut self, handler: &Handler<'l>, inner: &Value, found: To, next: To) -> To {
        let value = text(inner.get("value")).map(|kommo| self.context.text(&handler.place, &kommo)).unwrap_or_default();
        let Some(list) = id(inner.get("catalog_id")).filter(|_| !value.trim().is_empty()) else {
            return self.unsupported_with(handler, "a search in a list that names no list, or no text", found, next);
        };
        let catalog = self.context.name_or_id(Kind::Catalogs, &list);
        self.context.unconfirmed(
            "how `find` compares a name in a list: here case and accents do not count, and the name has all words of the text",
        );
        self.context.variables.insert("found_id", "text");
        let draft = Draft::new("find")
            .with("in", json!({"catalog": catalog}))
            .with("value", value)
            .with("save", json!({"vars.found_id": "found.id"}))
            .next("next", found)
            .link("otherwise", next)
            .link("failed", next);
        Some(self.step(&format!("find in {catalog}"), draft))
    }

    /// Another contact whose field has a value. Other leads are not looked for here.
    fn filter(&mut self, handler: &Handler<'l>, found: To, next: To) -> To {
        let params = handler.params;
        let kind = id(params.get("type")).unwrap_or_default();
        let field = id(params.get("custom_fields_id")).filter(|_| Owner::of(&kind) == Some(Owner::Contact));
        let value = text(params.get("value")).map(|kommo| self.context.text(&handler.place, &kommo)).unwrap_or_default();
        let Some(field) = field.filter(|_| !value.trim().is_empty()) else {
            return self.unsupported_with(handler, "a search for another lead", found, next);
        };
        let path = self.context.field(Owner::Contact, &field);
        let by = path.rsplit('.').next().unwrap_or_default().to_owned();
        self.search_contact(&Contact { by: &by, value: &value, variable: "external_contact" }, found, next)
    }

    fn search_contact(&mut self, what: &Contact<'_>, found: To, next: To) -> To {
        let Contact { by, value, variable } = what;
        self.context.variables.insert(variable, "map");
        // Who asks has the value, too.
        let mut branch = Map::from_iter([("when".to_owned(), format!("vars.{variable}.is_self == true").into())]);
        branch.extend(goto(next));
        let draft = Draft::new("condition").with("branches", vec![Value::Object(branch)]).next("otherwise", found);
        let is_another = Some(self.step(&format!("is another {by}"), draft));
        let draft = Draft::new("find")
            .with("in", "contacts")
            .with("by", *by)
            .with("value", *value)
            .with("match", "exact")
            .with("save", json!({format!("vars.{variable}"): "found"}))
            .next("next", is_another)
            .link("otherwise", next)
            .link("failed", next);
        Some(self.step(&format!("find contact by {by}"), draft))
    }

    /// An element of a list on the lead.
    pub(super) fn link(&mut self, handler: &Handler<'l>, params: &Value, next: To) -> To {
        let kind = |key: &str| id(params.get(key)).unwrap_or_default();
        let is_current = text(params.get("from_id")).is_none_or(|from| from.trim().is_empty() || from.contains("lead.id"));
        let item = text(params.get("to_id")).map(|kommo| self.context.text(&handler.place, &kommo)).unwrap_or_default();
        let list = id(params.get("to_catalog_id"));
        let (true, Some(list)) = (kind("from") == LEAD && kind("to") == ELEMENT && is_current && !item.is_empty(), list) else {
            return self.unsupported(handler, "a link between other things than the lead and an element of a list", next);
        };
        let catalog = self.context.name_or_id(Kind::Catalogs, &list);
        let mut added = json!({"catalog": catalog, "item": item});
        match params.get("quantity") {
            Some(Value::Number(number)) if number.as_f64() != Some(1.0) => added["quantity"] = Value::Number(number.clone()),
            Some(Value::String(kommo)) if kommo.trim() != "1" && !kommo.trim().is_empty() => {
                added["quantity"] = self.context.text(&handler.place, kommo).into();
            }
            _ => {}
        }
        Some(self.step(&format!("add from {catalog}"), Draft::new("items").with("add", vec![added]).next("next", next)))
    }
}

/// A contact that is looked for.
struct Contact<'a> {
    by: &'a str,
    value: &'a str,
    /// What was found is kept there.
    variable: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::kommo::{Mapping, Options, Report, export, import};

    fn imported(source: &Value) -> (Value, Report, Mapping) {
        let mut mapping = Mapping::read("[catalogs]\n51 = \"promo\"\n[contact_fields]\n301 = \"city\"\n").unwrap();
        let mut import = import("bot", &source.to_string(), &mut mapping, &Options::default()).unwrap();
        (import.bots.remove(0).document, import.report, mapping)
    }

    fn kinds(document: &Value) -> Vec<&str> {
        document["steps"].as_object().unwrap().values().map(|step| step["type"].as_str().unwrap()).collect()
    }

    fn of_kind<'d>(document: &'d Value, kind: &str) -> &'d Value {
        document["steps"].as_object().unwrap().values().find(|step| step["type"] == kind).unwrap()
    }

    fn show(text: &str) -> Value {
        json!({"handler": "show", "params": {"type": "text", "value": text}})
    }

    /// A code is looked for; what was found is told and linked, and a company is made.
    fn shop() -> Value {
        let search = json!({"value": "{{message_text}}", "catalog_id": "51", "actions": [
            show("Code {{founded_id}} is valid"),
            {"handler": "action", "params": {"name": "link", "params": {"from": 2, "from_id": "{{lead.id}}", "to": 11, "to_id": "{{founded_id}}", "to_catalog_id": 51, "quantity": 2}}},
            {"handler": "goto", "params": {"type": "question", "step": 1}}
        ]});
        json!([
            {"question": [{"handler": "find", "params": {"type": "catalog_elements", "params": search}}, show("No such code")]},
            {"question": [{"handler": "action", "params": {"name": "add_linked_company", "params": {"name": "{{message_text}}"}}}, show("Thanks")]}
        ])
    }

    #[test]
    fn a_search_in_a_list_goes_on_inside_and_links_what_it_found() {
        let (document, report, _) = imported(&shop());
        let find = of_kind(&document, "find");
        assert_eq!((&find["in"], &find["value"]), (&json!({"catalog": "promo"}), &json!("{{ message.text }}")));
        assert_eq!(find["save"], json!({"vars.found_id": "found.id"}));
        let text = |link: &str| document["steps"][find[link].as_str().unwrap()]["text"].clone();
        assert_eq!((text("next"), text("otherwise")), (json!("Code {{ vars.found_id }} is valid"), json!("No such code")));
        assert_eq!(find["failed"], find["otherwise"]);
        let item = json!({"catalog": "promo", "item": "{{ vars.found_id }}", "quantity": 2});
        assert_eq!(of_kind(&document, "items")["add"], json!([item]));
        assert!(!kinds(&document).contains(&"unsupported"));
        assert!(report.unconfirmed.iter().any(|what| what.contains("`find`")));
    }

    #[test]
    fn what_is_searched_and_linked_comes_back_as_it_was() {
        let (first, _, mapping) = imported(&shop());
        let written = export(&first, &mapping);
        assert_eq!(written.lost, []);
        let (second, _, _) = imported(&written.file);
        let bare = |document: &Value| -> Vec<Value> {
            let steps = document["steps"].as_object().unwrap().values();
            let wanted = steps.filter(|step| ["find", "items", "set"].contains(&step["type"].as_str().unwrap()));
            let keys = ["in", "value", "save", "add", "fields"];
            wanted.map(|step| keys.iter().map(|key| step[key].clone()).collect()).collect()
        };
        assert_eq!(bare(&second), bare(&first));
    }

    #[test]
    fn who_asks_is_no_other_contact() {
        let double = json!({"handler": "find", "params": {"type": "contact_double", "params": {"type": "name", "actions": [show("You are {{contact_double.name}}?")]}}});
        let other = json!({"handler": "filter", "params": {"type": 1, "value": "{{message_text}}", "custom_fields_id": 301, "actions": [show("{{external_contact.id}}")]}});
        let (document, _, _) = imported(&json!([{"question": [double, other, show("End")]}]));
        let mut finds = document["steps"].as_object().unwrap().values().filter(|step| step["type"] == "find");
        let (double, other) = (finds.next().unwrap(), finds.next().unwrap());
        assert_eq!(
            (&double["in"], &double["by"], &double["value"]),
            (&json!("contacts"), &json!("name"), &json!("{{ contact.name }}"))
        );
        assert_eq!((&other["by"], &other["match"]), (&json!("city"), &json!("exact")));
        let asks = &document["steps"][double["next"].as_str().unwrap()];
        assert_eq!(asks["branches"][0]["when"], "vars.contact_double.is_self == true");
        assert_eq!(document["steps"][asks["otherwise"].as_str().unwrap()]["text"], "You are {{ vars.contact_double.name }}?");
        assert_eq!(asks["branches"][0]["goto"], double["otherwise"]);
    }

    #[test]
    fn other_leads_and_links_to_other_things_have_no_equal() {
        let lead = json!({"handler": "filter", "params": {"type": 2, "value": "x", "custom_fields_id": 5, "actions": []}});
        let link = json!({"handler": "action", "params": {"name": "link", "params": {"from": 2, "from_id": "77", "to": 11, "to_id": "1", "to_catalog_id": 51}}});
        let (document, _, _) = imported(&json!([{"question": [lead, link, show("End")]}]));
        assert_eq!(kinds(&document), ["unsupported", "unsupported", "message"]);
    }
}
