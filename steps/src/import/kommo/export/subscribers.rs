//! Subscribers of a conversation, as Kommo's actions.

use serde_json::{Value, json};

use super::{Kind, Writer, list};

impl Writer<'_> {
    /// Whoever leaves comes first, as here.
    pub(super) fn subscribers(&mut self, step: &Value) -> Vec<Value> {
        let action = |name: &str, params: Value| json!({"handler": "action", "params": {"name": name, "params": params}});
        let mut all = Vec::new();
        if step["remove"] == "all" {
            all.push(action("unsubscribe", json!({"type": "all"})));
        }
        for (key, name) in [("remove", "unsubscribe"), ("add", "subscribe")] {
            for who in list(step, key) {
                let params = match (who["team"].as_str(), who["user"].as_str()) {
                    (Some(team), _) => json!({"type": "group", "value": self.id_of(Kind::Groups, team)}),
                    (None, Some(user)) if user.contains("{{") => json!({"type": "user", "value": self.kommo(user)}),
                    (None, Some(user)) => json!({"type": "user", "value": self.id_of(Kind::Users, user)}),
                    (None, None) => continue,
                };
                all.push(action(name, params));
            }
        }
        all
    }
}
