//! Subscribers of a chat: the actions `subscribe` and `unsubscribe` of Kommo.

use serde_json::{Value, json};

use super::{
    compile::Compiler,
    graph::{Draft, To},
    mapping::Kind,
    program::{Handler, text},
};

impl<'l> Compiler<'l, '_> {
    /// `key`: `add` or `remove`.
    pub(super) fn subscribers(&mut self, handler: &Handler<'l>, params: &Value, key: &str, next: To) -> To {
        let kind = params.get("type").and_then(Value::as_str).unwrap_or_default();
        let who = match (kind, text(params.get("value")).filter(|value| !value.trim().is_empty())) {
            ("all", _) if key == "remove" => json!("all"),
            ("user", Some(user)) if user.contains('{') => {
                let user = self.context.text(&handler.place, &user);
                if user.trim().is_empty() {
                    return self.unsupported(handler, "a subscriber by a placeholder that has no equal", next);
                }
                json!([{"user": user}])
            }
            ("user", Some(user)) => json!([{"user": self.context.name_or_id(Kind::Users, user.trim())}]),
            ("group", Some(group)) if group.contains('{') => {
                return self.unsupported(handler, "a subscriber by a placeholder, where that is a group,", next);
            }
            ("group", Some(group)) => json!([{"team": self.context.name_or_id(Kind::Groups, group.trim())}]),
            _ => return self.unsupported(handler, "a subscriber that is neither a user nor a group,", next),
        };
        let hint = if key == "add" { "subscribe" } else { "unsubscribe" };
        Some(self.step(hint, Draft::new("subscribe").with(key, who).next("next", next)))
    }
}
