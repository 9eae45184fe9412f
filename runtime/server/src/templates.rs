//! The templates of the connected accounts: asked of the Graph API at the start, whenever a webhook says that one changed, and every
//! few hours; kept in the store, so that a start without Graph knows what the last one knew. Turns and the checker see them as part of
//! the environment.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use indexmap::{IndexMap, map::Entry};
use steps::{environment::Environment, event::ChannelError, language, template::Templates as Known};
use store::StoreError;
use tokio::sync::Notify;
use whatsapp::errors;

use crate::{
    alerts::{self, Alert},
    app::App,
    channel::{Channel, Graph},
    records,
};

/// Records by business account: its templates.
const TEMPLATES: &str = "templates";
/// The longest time between two looks, for what no webhook tells.
const EVERY: Duration = Duration::from_secs(6 * 60 * 60);
/// Time after a webhook: changes come in swarms, and calls are counted by the hour.
const QUIET: Duration = Duration::from_secs(10);
/// The pause after a failure; it doubles with each one, up to [`LONGEST`].
const AGAIN: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// What is known of each account's templates.
#[derive(Default)]
pub struct Templates {
    /// By business account.
    known: Mutex<HashMap<String, Known>>,
    /// Why accounts' templates can't be loaded. The team was told of each.
    failing: Mutex<BTreeMap<String, ChannelError>>,
    changed: Notify,
}

impl Templates {
    /// A webhook says that a template changed.
    pub fn changed(&self) {
        self.changed.notify_one();
    }

    /// How many templates of an account are known; None: none were loaded yet.
    pub fn count_of(&self, account: &str) -> Option<usize> {
        lock(&self.known).get(account).map(IndexMap::len)
    }

    /// Why an account's templates can't be loaded.
    pub fn failure_of(&self, account: &str) -> Option<ChannelError> {
        lock(&self.failing).get(account).cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The connected business accounts, that of the default number first, each with a number whose token reads it.
fn accounts(app: &App) -> IndexMap<String, &Graph> {
    let mut accounts = IndexMap::new();
    for number in app.settings.numbers() {
        if let Some(Channel::Graph(graph)) = app.channels.get(&number.id)
            && !number.business_account_id.is_empty()
        {
            accounts.entry(number.business_account_id).or_insert(graph);
        }
    }
    accounts
}

/// Takes up what the store kept: before the first turn, and before files of bots are checked.
pub async fn recall(app: &App) -> Result<(), StoreError> {
    for account in accounts(app).into_keys() {
        if let Some((known, _)) = records::get::<Known>(app, TEMPLATES, &account).await? {
            lock(&app.templates.known).insert(account, known);
        }
    }
    apply(app);
    Ok(())
}

/// Follows the accounts until the server stops.
pub async fn work(app: Arc<App>) {
    if accounts(&app).is_empty() {
        if app.settings.is_connected() {
            tracing::warn!("no template is known, since no number names its account: set WHATSAPP_BUSINESS_ACCOUNT_ID");
        }
        return app.stop.cancelled().await;
    }
    let mut failures = 0;
    while !app.is_stopping() {
        failures = if refresh(&app).await { 0 } else { failures + 1 };
        let pause = if failures == 0 { EVERY } else { LONGEST.min(AGAIN * 2_u32.pow((failures - 1).min(6))) };
        let changed = async {
            app.templates.changed.notified().await;
            tokio::time::sleep(QUIET).await;
        };
        tokio::select! {
            biased;
            () = app.stop.cancelled() => return,
            () = changed => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Asks for every account's templates; false where one could not be had: then its last known ones stay.
pub async fn refresh(app: &Arc<App>) -> bool {
    let mut complete = true;
    for (account, graph) in accounts(app) {
        match graph.templates().await {
            Ok(known) => {
                lock(&app.templates.failing).remove(&account);
                keep(app, account, known).await;
            }
            Err(error) => {
                complete = false;
                tell(app, &account, &error).await;
            }
        }
    }
    apply(app);
    complete
}

/// Remembers an account's templates here and in the store.
async fn keep(app: &App, account: String, known: Known) {
    let count = known.values().map(Vec::len).sum::<usize>();
    let is_new = lock(&app.templates.known).get(&account) != Some(&known);
    if !is_new {
        return;
    }
    tracing::info!(account.id = %account, templates = count, "account {account} has {count} templates, languages counted");
    if let Err(error) = records::replace(app, TEMPLATES, &account, &known).await {
        tracing::warn!(account.id = %account, %error, "the templates of account {account} are not kept over a restart: {error}");
    }
    lock(&app.templates.known).insert(account, known);
}

/// Tells of a failure: the log each time, the team once until it is mended.
async fn tell(app: &Arc<App>, account: &str, error: &ChannelError) {
    let remedy = errors::explain(error.code).remedy;
    let text = format!(
        "the templates of account {account} can't be loaded, and the last known ones stay in use: {} ({}). {remedy}",
        error.text, error.code
    );
    tracing::warn!(account.id = account, error.code = error.code, "{text}");
    if lock(&app.templates.failing).insert(account.to_owned(), error.clone()).is_none() {
        alerts::record(app, &Alert::of_account(app.now(), "templates_unavailable", text)).await;
    }
}

/// Gives new turns what is known.
fn apply(app: &App) {
    let mut all = Known::default();
    {
        let known = lock(&app.templates.known);
        accounts(app).keys().filter_map(|account| known.get(account)).for_each(|known| merge(&mut all, known));
    }
    if *app.environment.load().templates != all {
        let all = Arc::new(all);
        app.environment.rcu(|environment| Environment { templates: all.clone(), ..Environment::clone(environment) });
    }
}

/// Adds an account's templates to those of others. Where two have one of the same name and language, and one is marketing, both count as
/// marketing: a turn does not tell accounts apart, and that is the side on which nobody is bothered and nothing is paid by mistake.
fn merge(all: &mut Known, more: &Known) {
    for (name, languages) in more {
        match all.entry(name.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert(languages.clone());
            }
            Entry::Occupied(mut occupied) => {
                for new in languages {
                    match occupied.get_mut().iter_mut().find(|known| language::same(&known.language, &new.language)) {
                        None => occupied.get_mut().push(new.clone()),
                        Some(known) if new.category == "marketing" => known.category.clone_from(&new.category),
                        Some(_) => {}
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use serde_json::{Value, json};

    use super::*;
    use steps::template::KnownTemplate;

    use crate::testing::{Graph, Server, messages, text};

    const ANA: &str = "5511987654321";

    fn template(name: &str, category: &str, text: &str) -> Value {
        json!({ "name": name, "language": "en", "category": category, "status": "APPROVED", "components": [{ "type": "BODY", "text": text }] })
    }

    async fn listed(server: &Server) -> Vec<String> {
        let list = server.get("/api/v1/templates").await.json();
        let word = |template: &Value, key: &str| template[key].as_str().unwrap().to_owned();
        let line = |template: &Value| ["name", "language", "category", "status"].map(|key| word(template, key)).join(" ");
        list.as_array().unwrap().iter().map(line).collect()
    }

    #[tokio::test]
    async fn an_accounts_templates_are_listed_page_by_page() {
        let graph = Graph::accepting().await;
        graph.set_templates(vec![template("receipt", "UTILITY", "Paid {{1}}."), template("offer", "MARKETING", "Buy!")]);
        let server = Server::connected(&graph.address).await;
        assert!(refresh(&server.app).await);
        assert_eq!(listed(&server).await, ["receipt en utility APPROVED", "offer en marketing APPROVED"]);
        assert_eq!(server.get("/api/v1/templates").await.json()[0]["parameters"], json!(["1"]));
    }

    #[tokio::test]
    async fn without_graph_the_last_known_stay_also_over_a_restart() {
        let graph = Graph::accepting().await;
        graph.set_templates(vec![template("receipt", "UTILITY", "Paid.")]);
        let server = Server::connected(&graph.address).await;
        assert!(refresh(&server.app).await);
        let nowhere = "http://127.0.0.1:1";
        let next = Server::connected_on(nowhere, server.app.store.clone()).await;
        assert_eq!(listed(&next).await, Vec::<String>::new());
        recall(&next.app).await.unwrap();
        assert!(!refresh(&next.app).await && !refresh(&next.app).await);
        assert_eq!(listed(&next).await, ["receipt en utility APPROVED"]);
        let alerts = next.get("/api/v1/alerts").await.json();
        let names: Vec<&str> = alerts.as_array().unwrap().iter().map(|alert| alert["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["templates_unavailable"], "told once");
    }

    #[tokio::test]
    async fn a_webhook_on_a_template_calls_for_a_look() {
        let server = Server::connected(&Graph::accepting().await.address).await;
        for (field, value) in [
            ("message_template_status_update", json!({ "event": "APPROVED" })),
            ("message_template_quality_update", json!({ "new_quality_score": "RED" })),
            ("message_template_components_update", json!({})),
            ("template_category_update", json!({ "new_category": "MARKETING" })),
        ] {
            assert!(server.app.templates.changed.notified().now_or_never().is_none(), "{field}");
            let mut value = value;
            value["message_template_name"] = "receipt".into();
            value["message_template_language"] = "en".into();
            let entry = json!({ "id": "5001", "changes": [{ "field": field, "value": value }] });
            assert_eq!(server.webhook(&json!({ "object": "whatsapp_business_account", "entry": [entry] })).await, 200);
            assert!(server.app.templates.changed.notified().now_or_never().is_some(), "{field}");
        }
    }

    #[tokio::test]
    async fn who_opted_out_gets_a_receipt_and_no_offer() {
        let graph = Graph::accepting().await;
        graph.set_templates(vec![template("receipt", "UTILITY", "Paid."), template("offer", "MARKETING", "Buy!")]);
        let server = Server::connected(&graph.address).await;
        refresh(&server.app).await;
        let bot = json!({
            "name": "Leaver", "triggers": [{ "on": "message", "keywords": ["leave"] }], "start": "out",
            "steps": {
                "out": { "type": "opt", "marketing": false, "next": "receipt" },
                "receipt": { "type": "template", "name": "receipt", "language": "en", "next": "offer" },
                "offer": { "type": "template", "name": "offer", "language": "en", "failed": "kept_from" },
                "kept_from": { "type": "message", "text": "No offer: {{ error.name }}" }
            }
        });
        server.publish("leaver", &bot.to_string()).await;
        assert_eq!(server.webhook(&messages(&[text("wamid.1", ANA, "leave")])).await, 200);
        server.settle().await;
        let names: Vec<String> = graph
            .bodies()
            .iter()
            .map(|body| body["template"]["name"].as_str().or(body["text"]["body"].as_str()).unwrap_or("?").to_owned())
            .collect();
        assert_eq!(names, ["receipt", "No offer: opted_out"]);
    }

    #[tokio::test]
    async fn a_file_whose_template_changed_is_published_with_a_warning() {
        let graph = Graph::accepting().await;
        graph.set_templates(vec![template("receipt", "UTILITY", "Paid {{1}}.")]);
        let server = Server::connected(&graph.address).await;
        refresh(&server.app).await;
        let bot = json!({
            "name": "Payer", "triggers": [{ "on": "message", "keywords": ["pay"] }], "start": "receipt",
            "steps": { "receipt": { "type": "template", "name": "receipt", "language": "en" } }
        });
        let checked = crate::bots::check_file("payer", &bot.to_string(), &server.app.environment.load());
        assert!(checked.bot.is_some());
        assert_eq!(checked.diagnostics[0]["severity"], "warning", "{:#}", checked.diagnostics);
        assert!(crate::bots::check("payer", &bot.to_string(), &server.app.environment.load()).bot.is_none());
    }

    #[test]
    fn what_is_marketing_in_one_account_is_marketing() {
        let known = |category: &str| KnownTemplate {
            language: "en".to_owned(),
            category: category.to_owned(),
            ..KnownTemplate::default()
        };
        for (one, other) in [("utility", "marketing"), ("marketing", "utility")] {
            let mut all = Known::from([("offer".to_owned(), vec![known(one)])]);
            merge(&mut all, &Known::from([("offer".to_owned(), vec![known(other)])]));
            assert_eq!(all["offer"], [known("marketing")]);
        }
    }
}
