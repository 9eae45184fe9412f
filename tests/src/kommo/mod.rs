//! A strict mock of Kommo's API v4: leads, contacts, companies, lists, links, notes, tasks, tags, pipelines, users and custom fields, and the form-encoded
//! webhooks that Kommo sends of every change, those over its API included.
//!
//! It refuses what Kommo is documented to refuse: unknown keys, values of the wrong type, ids that are not there, more than 7 requests in a
//! second, a wrong token. It can be out of order for a while, and lose an answer.
//!
//! - [`Kommo`] is the running account: people's changes are made with it, and it tells what the account holds.
//! - [`account`] is what the account has beside leads and contacts.
//! - [`api`] answers requests, those for lists, companies and links with [`lists`]; [`shape`] knows what they may hold, [`webhook`] tells of
//!   changes.

mod account;
mod api;
mod lists;
mod shape;
mod state;
mod webhook;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use state::State;

/// The account's name, token, and the secret that its bots' tokens are signed with.
pub const SUBDOMAIN: &str = "acme";
pub const TOKEN: &str = "kommo-token-never-in-a-log";
pub const SECRET: &str = "kommo-secret-never-in-a-log";
/// Where its webhooks go.
pub const KEY: &str = "0123456789abcdef0123456789abcdef";
/// The account's one pipeline, and its stages.
pub const PIPELINE: u64 = 31;
pub const NEW: u64 = 4420;
pub const QUOTED: u64 = 4421;
pub const WON: u64 = 142;
/// A stage that the account does not have at first.
pub const AGREED: u64 = 4422;
/// A field of leads, of kind `numeric`, and one of contacts, of kind `text`.
pub const BUDGET: u64 = 5501;
pub const CITY: u64 = 5502;
/// A field of companies, of kind `numeric`.
pub const SIZE: u64 = 5503;
/// A list.
pub const LIST: u64 = 51;
/// A user.
pub const ANA: u64 = 77;

/// An account.
pub struct Kommo {
    shared: Arc<Shared>,
    _server: JoinSet<()>,
}

pub(crate) struct Shared {
    pub(crate) address: String,
    pub(crate) state: Mutex<State>,
    pub(crate) client: reqwest::Client,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kommo {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// Where there is none.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let client = reqwest::Client::builder().no_proxy().build().expect("a client needs nothing of the system");
        let shared = Arc::new(Shared { address, state: Mutex::new(State::default()), client });
        let router = api::router(shared.clone());
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.expect("it serves until it is dropped") });
        Kommo { shared, _server: server }
    }

    /// Where its API is.
    pub fn url(&self) -> &str {
        &self.shared.address
    }

    /// `[kommo]` of a server's settings, with names for all that the account has.
    pub fn settings(&self) -> String {
        format!(
            "[kommo]\nsubdomain = \"{SUBDOMAIN}\"\napi_url = \"{}\"\ntoken = \"{TOKEN}\"\nclient_secret = \"{SECRET}\"\nwebhook_keys = [\"{KEY}\"]\n\
             [kommo.pipelines.sales]\nid = {PIPELINE}\nstages = {{new = {NEW}, quoted = {QUOTED}, won = {WON}}}\n\
             [kommo.fields]\n\"lead.budget\" = {BUDGET}\n\"contact.city\" = {CITY}\n\"company.size\" = {SIZE}\n[kommo.users]\nana = {ANA}\n[kommo.catalogs]\nmenu = {LIST}\n",
            self.url()
        )
    }

    /// `[kommo]` of a server's settings that names nothing: all goes by Kommo's names.
    pub fn bare_settings(&self) -> String {
        let settings = self.settings();
        settings.split_once("[kommo.pipelines.sales]").map_or_else(|| settings.clone(), |(connection, _)| connection.to_owned())
    }

    /// Somebody makes the stage [`AGREED`], before the last two.
    pub fn add_stage(&self, name: &str) {
        let mut state = self.shared.lock();
        let place = state.account.stages.len() - 2;
        state.account.stages.insert(place, (AGREED, name.to_owned()));
    }

    /// Somebody gives a stage another name.
    pub fn rename_stage(&self, id: u64, name: &str) {
        let mut state = self.shared.lock();
        state.account.stages.iter_mut().filter(|(stage, _)| *stage == id).for_each(|(_, known)| name.clone_into(known));
    }

    /// The token's user becomes, or is no longer, an administrator.
    pub fn set_admin(&self, is_admin: bool) {
        self.shared.lock().account.is_admin = is_admin;
    }

    /// The account has this webhook, as its settings list it.
    pub fn set_webhook(&self, address: &str, events: &[&str], disabled: bool) {
        let events = events.iter().map(|event| (*event).to_owned()).collect();
        self.shared.lock().account.webhooks = vec![(address.to_owned(), events, disabled)];
    }

    /// Somebody deletes a lead, or makes it part of another one; a webhook tells of it.
    pub fn delete_lead(&self, id: u64) {
        let told = self.shared.lock().delete("leads", id);
        webhook::tell(&self.shared, told);
    }

    /// The same without a webhook.
    pub fn delete_silently(&self, entity: &str, id: u64) {
        self.shared.lock().delete(entity, id);
    }

    /// Somebody deletes a contact, or makes it part of another one; a webhook tells of it.
    pub fn delete_contact(&self, id: u64) {
        let told = self.shared.lock().delete("contacts", id);
        webhook::tell(&self.shared, told);
    }

    /// One more contact of a lead, which is not the main one.
    ///
    /// # Panics
    /// If there is no such lead.
    pub fn add_contact_to(&self, lead: u64, contact: u64) {
        let mut state = self.shared.lock();
        let lead = state.leads.get_mut(&lead).expect("the lead is there");
        let contacts = lead["_embedded"]["contacts"].as_array_mut().expect("every lead has contacts");
        contacts.push(json!({"id": contact, "is_main": false}));
    }

    /// Webhooks go to this server from now on; each to the next of several.
    pub fn connect(&self, servers: &[String]) {
        self.shared.lock().webhooks = servers.iter().map(|server| format!("{server}/webhooks/kommo/{KEY}")).collect();
    }

    /// A contact that somebody made.
    pub fn add_contact(&self, name: &str, phone: &str) -> u64 {
        let phone = json!({"field_code": "PHONE", "values": [{"value": phone, "enum_code": "WORK"}]});
        self.shared.lock().add_contact(&json!({"name": name, "custom_fields_values": [phone]}))
    }

    /// A lead of a contact that somebody made, of which no webhook tells.
    pub fn add_lead(&self, name: &str, contact: u64) -> u64 {
        let lead = json!({"name": name, "pipeline_id": PIPELINE, "status_id": NEW});
        self.shared.lock().add_lead(&lead, contact)
    }

    /// An element of the list that somebody made; its price is a field of it.
    pub fn add_element(&self, name: &str, price: f64) -> u64 {
        let mut state = self.shared.lock();
        let id = state.take_id();
        let price = json!({"field_id": 3, "field_name": "Price", "field_code": "PRICE", "field_type": "numeric", "values": [{"value": price.to_string()}]});
        state
            .elements
            .push(json!({"id": id, "catalog_id": LIST, "name": name, "is_deleted": null, "custom_fields_values": [price]}));
        id
    }

    /// A company that somebody made.
    pub fn add_company(&self, name: &str) -> u64 {
        self.shared.lock().add_company(&json!({"name": name}))
    }

    /// Somebody links something to a lead, or takes the link away; a webhook tells of it.
    ///
    /// # Panics
    /// If Kommo would not take it.
    pub fn link(&self, lead: u64, link: &Value, on: bool) {
        let told = {
            let mut state = self.shared.lock();
            lists::change(&mut state, "leads", lead, std::slice::from_ref(link), on).expect("the link is in order");
            state.told_of("leads", lead, "update")
        };
        webhook::tell(&self.shared, vec![told]);
    }

    pub fn companies(&self) -> Vec<Value> {
        self.shared.lock().companies.values().cloned().collect()
    }

    /// Somebody changes a lead; a webhook tells of it.
    ///
    /// # Panics
    /// If Kommo would not take it.
    pub fn change_lead(&self, id: u64, change: &Value) {
        let told = self.shared.lock().change("leads", id, change).expect("the change is in order");
        webhook::tell(&self.shared, told);
    }

    /// The same, of which no webhook tells.
    ///
    /// # Panics
    /// If Kommo would not take it.
    pub fn change_lead_silently(&self, id: u64, change: &Value) {
        self.shared.lock().change("leads", id, change).expect("the change is in order");
    }

    /// Somebody changes a contact; a webhook tells of it.
    ///
    /// # Panics
    /// If Kommo would not take it.
    pub fn change_contact(&self, id: u64, change: &Value) {
        let told = self.shared.lock().change("contacts", id, change).expect("the change is in order");
        webhook::tell(&self.shared, told);
    }

    /// Somebody moves a lead.
    pub fn move_lead(&self, id: u64, stage: u64) {
        self.change_lead(id, &json!({"status_id": stage}));
    }

    /// The same webhook once more, as after an answer that was lost.
    pub fn tell_again(&self) {
        let last = self.shared.lock().told.last().cloned();
        webhook::tell(&self.shared, last.into_iter().collect());
    }

    pub fn lead(&self, id: u64) -> Value {
        self.shared.lock().leads.get(&id).cloned().unwrap_or_default()
    }

    pub fn leads(&self) -> Vec<Value> {
        self.shared.lock().leads.values().cloned().collect()
    }

    pub fn contact(&self, id: u64) -> Value {
        self.shared.lock().contacts.get(&id).cloned().unwrap_or_default()
    }

    pub fn contacts(&self) -> Vec<Value> {
        self.shared.lock().contacts.values().cloned().collect()
    }

    /// The texts of all notes.
    pub fn notes(&self) -> Vec<String> {
        texts(&self.shared.lock().notes, |note| &note["params"]["text"])
    }

    /// The texts of the tasks that are done, with what came of them.
    pub fn completed_tasks(&self) -> Vec<(String, String)> {
        let state = self.shared.lock();
        let done = state.tasks.iter().filter(|task| task["is_completed"] == true);
        let text = |text: &Value| text.as_str().unwrap_or_default().to_owned();
        done.map(|task| (text(&task["text"]), text(&task["result"]["text"]))).collect()
    }

    /// The texts of all tasks.
    pub fn tasks(&self) -> Vec<String> {
        texts(&self.shared.lock().tasks, |task| &task["text"])
    }

    /// What came with bots that go on.
    pub fn continued(&self) -> Vec<Value> {
        self.shared.lock().continued.clone()
    }

    /// From now on it is out of order, or in order again.
    pub fn switch(&self, on: bool) {
        self.shared.lock().is_off = !on;
    }

    /// The next request of this method whose path ends so is done, and its answer lost.
    pub fn lose_answer(&self, method: &str, end: &str) {
        self.shared.lock().lost.push((method.to_owned(), end.to_owned()));
    }

    /// Answers to the next request of this method whose path ends so wait until [`Kommo::release`].
    pub fn hold(&self, method: &str, end: &str) {
        self.shared.lock().held.push((method.to_owned(), end.to_owned()));
    }

    pub fn release(&self) {
        self.shared.lock().gate.notify_waiters();
    }

    /// How many requests were answered by this status.
    pub fn answers(&self, status: u16) -> usize {
        self.shared.lock().answers.get(&status).copied().unwrap_or_default()
    }

    /// Requests that were done, as `PATCH /api/v4/leads/7`.
    pub fn requests(&self) -> Vec<String> {
        self.shared.lock().requests.clone()
    }

    /// Webhooks that were answered by 200, and tries that were not.
    pub fn deliveries(&self) -> (usize, usize) {
        self.shared.lock().deliveries
    }

    /// A token of its bots, signed as `algorithm` says.
    pub fn token(&self, algorithm: &str, subdomain: &str, secret: &str, lead: u64) -> String {
        webhook::token(algorithm, &json!({"subdomain": subdomain, "entity_type": "leads", "entity_id": lead}), secret)
    }
}

fn texts(all: &[Value], text: impl Fn(&Value) -> &Value) -> Vec<String> {
    all.iter().map(|one| text(one).as_str().unwrap_or_default().to_owned()).collect()
}
