//! Names of handlers that notes and generators know and no known export has. What they mean is plain in most cases: they are read as the
//! handler that Kommo has for it, and that is told.

use serde_json::Value;

use super::{
    compile::Compiler,
    context::Owner,
    deed::owner,
    graph::{Draft, To},
    mapping::Kind,
    program::{Handler, id},
    report::Code,
    words,
};

/// Those that nothing is made of.
const UNREAD: [&str; 10] = [
    "save_data",
    "ask",
    "move_lead",
    "set_field",
    "edit_lead",
    "send_hook",
    "webhook",
    "create_lead",
    "link_contact",
    "link_company",
];

impl<'l> Compiler<'l, '_> {
    /// The step of such a handler; None: it is none of them.
    pub(super) fn alias(&mut self, handler: &Handler<'l>, next: To) -> Option<To> {
        let name = handler.name;
        if UNREAD.contains(&name) {
            return Some(self.unsupported(handler, &format!("`{name}`, a name that no known export has,"), next));
        }
        let meant = match name {
            "add_tag" => "`set_tag`",
            "remove_tag" => "`unset_tag`",
            "create_note" => "`add_note`",
            "talk_close" => "`stop` with `talk-close`",
            "create_task" => "`trigger` with `create_task`",
            "set_responsible" => "`change_responsible_user`",
            "start" => "`stop` with `salesbot-start`",
            _ => return None,
        };
        let message = format!("no known export has a handler `{name}`: it is read as {meant}");
        self.context.remark(Code::Differs, &handler.place, message);
        let params = handler.params.get("params").filter(|inner| inner.is_object()).unwrap_or(handler.params);
        Some(match name {
            "add_tag" => self.tags(handler, params, "add", next),
            "remove_tag" => self.tags(handler, params, "remove", next),
            "create_note" => self.note(handler, params, next),
            "talk_close" => Some(self.step("close", Draft::new("stop").with("close", true))),
            "create_task" => self.task(handler, params, next),
            "set_responsible" => {
                let user = ["value", "user_id", "responsible_user_id"].iter().find_map(|key| id(params.get(*key)));
                match user {
                    Some(user) => {
                        self.assign(handler, &user, owner(params, &["type", "element_type"]).unwrap_or(Owner::Lead), next)
                    }
                    None => self.unsupported(handler, "an owner without an id", next),
                }
            }
            _ => self.started(handler, params, next),
        })
    }

    /// The start of another bot, behind which this one goes on.
    fn started(&mut self, handler: &Handler<'l>, params: &Value, next: To) -> To {
        let Some(bot) = ["bot", "bot_id", "id", "value"].iter().find_map(|key| id(params.get(*key))) else {
            return self.unsupported(handler, "the start of a bot without an id", next);
        };
        let Some(name) = self.context.named(Kind::Bots, &bot) else {
            return self.unknown_bot(handler, &bot, next);
        };
        let name = words::id(&name, "bot");
        let draft = Draft::new("start_bot").with("bot", name.as_str()).next("next", next).link("failed", next);
        Some(self.step(&format!("start {name}"), draft))
    }
}
