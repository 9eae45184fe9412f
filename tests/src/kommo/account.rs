//! What the account has beside leads and contacts, and who may read it: pipelines, users and their groups, types of tasks, webhooks.

use serde_json::{Value, json};

use super::{ANA, NEW, PIPELINE, QUOTED, WON};

/// The account's things, which people change.
pub(crate) struct Account {
    /// In order, with their names.
    pub(crate) stages: Vec<(u64, String)>,
    pub(crate) users: Vec<(u64, String)>,
    /// Whether the token's user is an administrator: only these read users and webhooks.
    pub(crate) is_admin: bool,
    /// Addresses and events of webhooks, and whether Kommo has switched them off.
    pub(crate) webhooks: Vec<(String, Vec<String>, bool)>,
}

impl Default for Account {
    fn default() -> Self {
        let named = |id: u64, name: &str| (id, name.to_owned());
        Account {
            stages: vec![named(NEW, "New"), named(QUOTED, "Quoted"), named(WON, "Closed - won"), named(143, "Closed - lost")],
            users: vec![named(ANA, "Ana"), named(ANA + 1, "Bruno Lima")],
            is_admin: true,
            webhooks: Vec::new(),
        }
    }
}

/// The stage in which leads wait to be accepted.
const INCOMING: u64 = 4419;

impl Account {
    /// `GET /api/v4/account`, with what `with` asks for.
    pub(crate) fn itself(&self, query: &str) -> Value {
        let mut account = json!({"id": 9001, "name": "Acme", "subdomain": super::SUBDOMAIN, "current_user_id": ANA});
        if query.contains("users_groups") {
            account["_embedded"]["users_groups"] = json!([{"id": 0, "name": "Sales team", "uuid": null}]);
        }
        if query.contains("task_types") {
            let kind =
                |id: u64, name: &str, code: &str| json!({"id": id, "name": name, "color": null, "icon_id": null, "code": code});
            account["_embedded"]["task_types"] = json!([kind(1, "Follow-up", "FOLLOW_UP"), kind(2, "Meeting", "MEETING")]);
        }
        account
    }

    pub(crate) fn pipelines(&self) -> Value {
        let stage = |id: u64, name: &str, sort: usize, kind: u64| json!({"id": id, "name": name, "sort": sort, "is_editable": id > 143, "pipeline_id": PIPELINE, "type": kind, "account_id": 9001});
        let incoming = stage(INCOMING, "Incoming leads", 10, 1);
        let others = self.stages.iter().enumerate().map(|(place, (id, name))| stage(*id, name, 20 + 10 * place, 0));
        let statuses: Vec<Value> = std::iter::once(incoming).chain(others).collect();
        let pipeline = json!({
            "id": PIPELINE, "name": "Sales", "sort": 1, "is_main": true, "is_unsorted_on": true, "is_archive": false, "account_id": 9001,
            "_embedded": {"statuses": statuses},
        });
        json!({"_total_items": 1, "_embedded": {"pipelines": [pipeline]}})
    }

    pub(crate) fn users(&self) -> Value {
        let user = |(id, name): &(u64, String)| json!({"id": id, "name": name, "email": format!("{id}@example.com"), "lang": "en", "rights": {"is_admin": true, "is_active": true}});
        let users: Vec<Value> = self.users.iter().map(user).collect();
        json!({"_total_items": users.len(), "_page": 1, "_page_count": 1, "_embedded": {"users": users}})
    }

    /// None: there are none (204).
    pub(crate) fn webhooks(&self) -> Option<Value> {
        let webhook = |(number, (address, events, disabled)): (usize, &(String, Vec<String>, bool))| json!({"id": number + 1, "destination": address, "settings": events, "disabled": disabled, "account_id": 9001, "sort": number + 1});
        let webhooks: Vec<Value> = self.webhooks.iter().enumerate().map(webhook).collect();
        (!webhooks.is_empty()).then(|| json!({"_total_items": webhooks.len(), "_embedded": {"webhooks": webhooks}}))
    }
}
