//! Tries the connection for whoever sets it up: what works, what does not, and what to do; and reads the account's names. For commands,
//! which run no server.

use std::sync::Arc;

use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::Value;
use steps::environment::Environment;
use store::Store;
use tokio::time::Instant;

use super::{
    Kommo,
    client::{ApiError, Ask},
    directory::{Directory, Part, Unread},
    keeping,
    names::Names,
};
use crate::{app::Clock, settings::Settings};

/// What a webhook has to tell, by Kommo's words for it.
const EVENTS: [&str; 7] =
    ["add_lead", "update_lead", "status_lead", "responsible_lead", "delete_lead", "update_contact", "delete_contact"];
/// Where webhooks come in, without the key.
const PATH: &str = "/webhooks/kommo/";

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tried {
    pub what: &'static str,
    pub works: bool,
    /// What was found, and what to do where it does not work.
    pub text: String,
}

/// The account, as far as it can be read.
pub struct Inspected {
    pub tried: Vec<Tried>,
    pub directory: Directory,
    pub names: Arc<Names>,
}

/// Reads the account's names. `store`: where a token that is renewed is kept, and the names that a server read last.
///
/// # Errors
/// The system's certificates can't be read.
pub async fn names(settings: &Settings, store: Arc<dyn Store>, clock: Clock) -> Result<(Kommo, Vec<String>), reqwest::Error> {
    let now = clock();
    let kommo = Kommo::new(settings, Arc::default(), store.clone(), clock)?;
    if let Some(kept) = keeping::kept(&*store, &settings.kommo.account(), now).await {
        kommo.known.set(kept);
    }
    kommo.look_again(Instant::now()).await;
    let unread = keeping::by_reason(&kommo.known.unread.load_full());
    Ok((kommo, unread.into_iter().map(|(reason, parts)| format!("{}: {reason}", parts.join(", "))).collect()))
}

/// What the checker knows of the account, with Kommo's names; and what it does not know, and why.
///
/// # Errors
/// The system's certificates can't be read.
pub async fn environment(
    settings: &Settings,
    store: Arc<dyn Store>,
    clock: Clock,
) -> Result<(Environment, Vec<String>), reqwest::Error> {
    let (kommo, unread) = names(settings, store, clock).await?;
    let known = settings.environment([0; 32]);
    let directory = kommo.known.directory.load_full();
    let known = kommo.names().in_environment(known, &directory, &settings.kommo, !settings.pipelines.is_empty());
    Ok((known, unread))
}

/// Tries all that the connection needs.
///
/// # Errors
/// The system's certificates can't be read.
pub async fn inspect(settings: &Settings, store: Arc<dyn Store>, clock: Clock) -> Result<Inspected, reqwest::Error> {
    let (kommo, _) = names(settings, store, clock).await?;
    let unread = kommo.known.unread.load_full();
    let of = |part: Part| unread.iter().find(|(unread, _)| *unread == part).map(|(_, error)| error);
    let account = match of(Part::Account) {
        None => Tried { what: "token", works: true, text: format!("{} takes it", settings.kommo.host()) },
        Some(error) => Tried { what: "token", works: false, text: in_words(error, &settings.kommo.host()) },
    };
    let can_ask = account.works;
    let mut tried = vec![account];
    let directory = kommo.known.directory.load_full();
    if can_ask {
        for (what, part, found) in [
            ("pipelines", Part::Pipelines, directory.pipelines.len()),
            ("users", Part::Users, directory.users.len()),
            ("lead fields", Part::Fields("leads"), directory.lead_fields.len()),
            ("contact fields", Part::Fields("contacts"), directory.contact_fields.len()),
        ] {
            tried.push(match of(part) {
                None => Tried { what, works: true, text: format!("{found} read") },
                Some(Unread::Forbidden) => Tried {
                    what,
                    works: false,
                    text: "the token's user may not read them (403): make the token as an administrator, or pin names in [kommo] of the settings"
                        .to_owned(),
                },
                Some(error) => Tried { what, works: false, text: error.reason() },
            });
        }
        tried.push(webhook(&kommo, settings).await);
    }
    for (what, id) in missing(settings, &directory) {
        tried.push(Tried { what: "pinned", works: false, text: format!("{what} = {id} in the settings: Kommo has no such id") });
    }
    Ok(Inspected { tried, names: kommo.names(), directory: Directory::clone(&directory) })
}

fn in_words(error: &Unread, host: &str) -> String {
    match error {
        Unread::Forbidden => {
            "Kommo shuts the account out (403): the integration lacks the right to CRM data, or this address is blocked"
                .to_owned()
        }
        Unread::Error(ApiError::Gone(_)) => {
            format!("{host} is no account of Kommo's (404): set kommo.subdomain to what stands before .kommo.com")
        }
        error => error.reason(),
    }
}

/// Whether Kommo tells this server of changes.
async fn webhook(kommo: &Kommo, settings: &Settings) -> Tried {
    let answer = kommo.client.ask_if_allowed(Ask::get("/api/v4/webhooks")).await;
    let no = |text: String| Tried { what: "webhook", works: false, text };
    let answer = match answer {
        Ok(Some(answer)) => answer,
        Ok(None) => {
            return no(
                "the token's user may not read webhooks (403): only administrators may, so it was not looked for".to_owned()
            );
        }
        Err(error) => return no(Unread::Error(error).reason()),
    };
    if settings.kommo.webhook_keys.is_empty() {
        return no("kommo.webhook_keys is empty, so no webhook is taken: make a key with `openssl rand -hex 32`".to_owned());
    }
    let is_ours = |webhook: &&Value| {
        let address = webhook["destination"].as_str().unwrap_or_default();
        let key = address.split_once(PATH).map(|(_, key)| key.trim_end_matches('/'));
        key.is_some_and(|key| settings.kommo.webhook_keys.iter().any(|ours| ours.expose_secret() == key))
    };
    let webhooks = answer["_embedded"]["webhooks"].as_array().map_or(&[][..], Vec::as_slice);
    let Some(found) = webhooks.iter().find(is_ours) else {
        return no(format!(
            "none of the account's {} leads here: add https://YOUR-HOST{PATH}KEY in Kommo's Settings, Integrations, WEB hooks",
            webhooks.len()
        ));
    };
    let address = found["destination"].as_str().unwrap_or_default();
    let host = address.split(PATH).next().unwrap_or_default();
    if found["disabled"] == true {
        return no(format!("{host}{PATH}… is switched off, as Kommo does after many failures: switch it on again"));
    }
    let told = found["settings"].as_array().map_or(&[][..], Vec::as_slice);
    let missing: Vec<&str> = EVENTS.into_iter().filter(|event| !told.iter().any(|told| told == event)).collect();
    match missing.is_empty() {
        true => Tried { what: "webhook", works: true, text: format!("{host}{PATH}… is told of all changes") },
        false => no(format!("{host}{PATH}… is not told of {}: choose these events too", missing.join(", "))),
    }
}

/// Ids that the settings pin, and that Kommo does not have.
fn missing(settings: &Settings, directory: &Directory) -> Vec<(String, u64)> {
    let mut missing = Vec::new();
    let kommo = &settings.kommo;
    if !directory.pipelines.is_empty() {
        for (name, pinned) in &kommo.pipelines {
            let Some(known) = directory.pipelines.iter().find(|known| known.thing.id == pinned.id) else {
                missing.push((format!("kommo.pipelines.{name}.id"), pinned.id));
                continue;
            };
            let gone = pinned.stages.iter().filter(|(_, id)| !known.stages.iter().any(|stage| stage.id == **id));
            missing.extend(gone.map(|(stage, id)| (format!("kommo.pipelines.{name}.stages.{stage}"), *id)));
        }
    }
    let fields = |of: &str| match of {
        "lead" => &directory.lead_fields[..],
        "contact" => &directory.contact_fields[..],
        _ => &[],
    };
    for (name, id) in &kommo.fields {
        let known = fields(name.split('.').next().unwrap_or_default());
        if !known.is_empty() && !known.iter().any(|field| field.thing.id == *id) {
            missing.push((format!("kommo.fields.{name:?}"), *id));
        }
    }
    let gone = kommo.users.iter().filter(|(_, id)| !directory.users.iter().any(|user| user.id == **id));
    missing.extend(gone.filter(|_| !directory.users.is_empty()).map(|(name, id)| (format!("kommo.users.{name}"), *id)));
    missing
}
