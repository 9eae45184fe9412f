//! The CRM beside the contacts: what turns change goes there, and what happens there becomes events. A CRM is a trait; each one that is
//! known lies in a folder beside this file, with all that is its own: client, webhooks, names.
//!
//! What bots look for is asked of it, too: in its catalogues, in those that lie in files beside the bots, among its contacts.
//!
//! A write is a pending entry of its contact. It is claimed, made and brought back as an event, as a send is; nothing waits for it.

pub mod builtin;
pub mod kommo;

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use steps::{
    catalog::{FindIn, Found, Nearness},
    contact::FindCall,
    crm::{CrmNews, CrmWanted, Later, WriteOrder, Written},
    event::CallResult,
    ids::ContactId,
};
use store::Store;

use crate::{
    alerts::{self, Alert},
    app::{App, Clock},
    catalogs::{CatalogState, Catalogs},
    settings::Settings,
};

/// After so many tries that came to nothing the team is told.
const TOLD_AFTER: u32 = 3;

/// What [`Crm::write`] returns, so that the server can hold an `Arc<dyn Crm>`.
pub type Writing<'a> = Pin<Box<dyn Future<Output = Written> + Send + 'a>>;

/// What [`Crm::look`] returns.
pub type Looking<'a> = Pin<Box<dyn Future<Output = CrmNews> + Send + 'a>>;

/// What [`Crm::find`] returns: the best first.
pub type Finding<'a> = Pin<Box<dyn Future<Output = Result<Vec<Found>, NotSearched>> + Send + 'a>>;

/// What [`Crm::catalogs`] returns.
pub type Listing<'a> = Pin<Box<dyn Future<Output = Vec<CatalogState>> + Send + 'a>>;

/// Something that is looked for.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    pub place: &'a FindIn,
    /// `name`, `id`, `phone`, `email`, or the key of a field.
    pub by: &'a str,
    /// Empty: all that there is, as far as it is listed.
    pub value: &'a str,
    pub nearness: Nearness,
    /// Who asks: our own id.
    pub contact: Option<&'a ContactId>,
    /// The CRM's id of who asks.
    pub own: Option<&'a str>,
}

/// Why nothing could be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSearched {
    /// The name of the failure, for branches: `unknown_catalog`, `catalog_unreadable`, `not_searchable`, `crm_unavailable`, `crm_refused`.
    pub name: &'static str,
    pub text: String,
}

impl NotSearched {
    fn no_catalog(id: &str) -> Self {
        let text = format!("there is no catalogue {id:?}: declare it in `salesbot.toml`, under [catalogs] or [kommo.catalogs]");
        NotSearched { name: "unknown_catalog", text }
    }
}

/// A CRM that is connected.
pub trait Crm: Send + Sync + 'static {
    /// Whether there is anything to write to.
    fn is_connected(&self) -> bool;

    /// Writes changes, in their order and within their deadline. Whatever goes wrong is in the answer.
    fn write<'a>(&'a self, order: &'a WriteOrder) -> Writing<'a>;

    /// What it has of a contact whose message begins something: at once, or after a moment that nobody feels. Empty: nothing, or it did not
    /// say so in time. Whatever is found later comes as news.
    fn look<'a>(&'a self, app: &'a Arc<App>, wanted: &'a CrmWanted) -> Looking<'a>;

    /// Looks for something. Another contact comes before the one who asks.
    fn find<'a>(&'a self, wanted: &'a Wanted<'a>) -> Finding<'a>;

    /// The catalogues that bots may look into.
    fn catalogs(&self) -> Listing<'_>;

    /// Kommo, where it is this one.
    fn kommo(&self) -> Option<&kommo::Kommo> {
        None
    }
}

/// The CRM that the settings name.
///
/// # Errors
/// The system's certificates can't be read.
pub fn connect(settings: &Settings, store: Arc<dyn Store>, clock: Clock) -> Result<Arc<dyn Crm>, reqwest::Error> {
    let catalogs = Arc::new(Catalogs::new(settings.bots.clone(), settings.catalogs.clone()));
    if settings.kommo.is_connected() {
        return Ok(Arc::new(kommo::Kommo::new(settings, catalogs, store, clock)?));
    }
    Ok(Arc::new(builtin::Builtin::new(catalogs, store)))
}

/// Makes the call of a `find`, within its deadline.
pub async fn find(app: &App, contact: &ContactId, call: &FindCall) -> CallResult {
    let FindCall { place, by, value, nearness, own, deadline } = call;
    let wanted = Wanted { place, by, value, nearness: *nearness, contact: Some(contact), own: own.as_deref() };
    let deadline = Duration::from_millis(u64::try_from(*deadline).unwrap_or_default());
    match tokio::time::timeout(deadline, app.crm.find(&wanted)).await {
        Ok(Ok(found)) => CallResult::Found { found: found.into_iter().next().map(Box::new) },
        Ok(Err(NotSearched { name, text })) => CallResult::Failed { name: name.to_owned(), text },
        Err(_) => {
            let text = format!("nothing was found within {} s", deadline.as_secs());
            CallResult::Failed { name: "timeout".to_owned(), text }
        }
    }
}

/// Makes a write, and tells the team where it has come to nothing for a while.
pub async fn write(app: &Arc<App>, contact: &ContactId, order: &WriteOrder, attempt: u32) -> Written {
    let written = app.crm.write(order).await;
    let leads = written.leads.iter().map(|made| lead_alias(&made.crm));
    for alias in leads.chain(written.contact.as_deref().map(contact_alias)) {
        // Without it the contact is found by its phone.
        if let Err(error) = app.store.set_alias(&alias, contact.as_str(), None).await {
            tracing::warn!(contact.id = %contact, %error, "the CRM's id of contact {contact} can't be kept: {error}");
        }
    }
    if let Some(Later { reason, .. }) = &written.later
        && attempt >= TOLD_AFTER
    {
        let text = format!("changes wait, since the CRM does not take them now, and are tried again for days: {reason}");
        alerts::record_once_a_day(app, &Alert::of_account(app.now(), "crm_waits", text)).await;
    }
    written
}

/// How a contact is found by the CRM's id of one of its leads. It goes when the contact is erased.
pub fn lead_alias(id: &str) -> String {
    format!("crm:lead:{id}")
}

/// The same by the CRM's id of the contact.
pub fn contact_alias(id: &str) -> String {
    format!("crm:contact:{id}")
}
