//! No CRM of others: the contact's own value is all there is, and nothing goes out. Catalogues lie in files; contacts are found by what the
//! store finds them by.

use std::sync::Arc;

use steps::{
    catalog::{FindIn, Found, Nearness},
    contact::Contact,
    crm::{CrmNews, CrmWanted, WriteOrder, Written},
};
use store::{ContactQuery, Store, StoreError};

use super::{Crm, Finding, Listing, Looking, NotSearched, Wanted, Writing};
use crate::{
    api::normal_phone,
    app::App,
    catalogs::{Catalogs, best},
};

/// Contacts whose names have the words that are looked for, of which the best is taken.
const LOOKED_AT: usize = 50;

/// The CRM where none is connected.
pub struct Builtin {
    catalogs: Arc<Catalogs>,
    store: Arc<dyn Store>,
}

impl Builtin {
    pub fn new(catalogs: Arc<Catalogs>, store: Arc<dyn Store>) -> Self {
        Builtin { catalogs, store }
    }

    async fn search(&self, wanted: &Wanted<'_>) -> Result<Vec<Found>, NotSearched> {
        match wanted.place {
            FindIn::Catalog(id) => of_files(&self.catalogs, id, wanted).await.unwrap_or_else(|| Err(NotSearched::no_catalog(id))),
            FindIn::Contacts => match wanted.by {
                "phone" => self.by_phone(wanted).await.map_err(unavailable),
                "name" => self.by_name(wanted).await.map_err(unavailable),
                by => {
                    let text = format!("without a CRM contacts are found by `phone` and `name`, not by `{by}`");
                    Err(NotSearched { name: "not_searchable", text })
                }
            },
        }
    }

    async fn by_phone(&self, wanted: &Wanted<'_>) -> Result<Vec<Found>, StoreError> {
        let phone = normal_phone(wanted.value).or_else(|| normal_phone(&format!("+{}", wanted.value)));
        let Some(phone) = phone else { return Ok(Vec::new()) };
        let Some(mut id) = self.store.alias(&format!("phone:{phone}")).await? else { return Ok(Vec::new()) };
        // One who turned out to be somebody else is that one, a few times at most.
        for _ in 0..LOOKED_AT {
            let Some(stored) = self.store.load(&id).await? else { break };
            let Ok(contact) = serde_json::from_slice::<Contact>(&stored.value) else { break };
            let Some(into) = contact.merged_into else {
                let name = contact.display_name().unwrap_or_default().to_owned();
                let is_self = Some(wanted.contact == Some(&contact.id));
                return Ok(vec![Found { id: contact.id.as_str().into(), name, is_self, ..Found::default() }]);
            };
            id = into.to_string();
        }
        Ok(Vec::new())
    }

    async fn by_name(&self, wanted: &Wanted<'_>) -> Result<Vec<Found>, StoreError> {
        let query = ContactQuery { search: Some(wanted.value.to_owned()), limit: LOOKED_AT, ..ContactQuery::default() };
        let listed = self.store.contacts(query).await?;
        let found = listed.into_iter().map(|listed| Found {
            is_self: Some(wanted.contact.is_some_and(|contact| contact.as_str() == listed.contact)),
            id: listed.contact.into(),
            name: listed.profile.name.unwrap_or_default(),
            ..Found::default()
        });
        Ok(others_first(found.collect(), wanted.by, wanted.value, wanted.nearness))
    }
}

fn unavailable(error: StoreError) -> NotSearched {
    NotSearched { name: "crm_unavailable", text: format!("contacts can't be looked for now: {error}") }
}

/// What fits of contacts, whoever asks behind the others.
pub(super) fn others_first(found: Vec<Found>, by: &str, value: &str, nearness: Nearness) -> Vec<Found> {
    let (own, others): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|found| found.is_self == Some(true));
    let mut fitting = best(&others, by, value, nearness);
    fitting.extend(best(&own, by, value, nearness));
    fitting
}

/// What a catalogue in a file has of what is looked for. None: there is no such catalogue.
pub(super) async fn of_files(catalogs: &Arc<Catalogs>, id: &str, wanted: &Wanted<'_>) -> Option<Result<Vec<Found>, NotSearched>> {
    let found = catalogs.find(id, wanted.by, wanted.value, wanted.nearness).await?;
    Some(found.map_err(|text| NotSearched { name: "catalog_unreadable", text }))
}

impl Crm for Builtin {
    fn is_connected(&self) -> bool {
        false
    }

    fn write<'a>(&'a self, order: &'a WriteOrder) -> Writing<'a> {
        // What a CRM that was connected before left behind.
        let written = Written { settled: order.changes.len(), ..Written::default() };
        Box::pin(std::future::ready(written))
    }

    fn find<'a>(&'a self, wanted: &'a Wanted<'a>) -> Finding<'a> {
        Box::pin(self.search(wanted))
    }

    fn catalogs(&self) -> Listing<'_> {
        Box::pin(self.catalogs.states())
    }

    fn look<'a>(&'a self, _app: &'a Arc<App>, _wanted: &'a CrmWanted) -> Looking<'a> {
        Box::pin(std::future::ready(CrmNews::default()))
    }
}
