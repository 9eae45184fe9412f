//! Reads leads and contacts as Kommo has them now.

use std::sync::Arc;

use serde_json::Value;
use steps::crm::{CrmContact, CrmLead, Gone};
use store::StoreError;

use super::{
    Kommo,
    client::{ApiError, Ask},
    keeping,
    names::Entity,
    shape,
};
use crate::{app::App, crm::contact_alias};

/// Contacts of one lead that are looked at, the main one first.
const MAX_CONTACTS: usize = 10;

/// Why something is not read.
pub enum Unread {
    Later(String),
    /// It never will be: of nobody who can be written to.
    Never(String),
    /// Kommo does not have it any more.
    Gone(Gone),
}

impl From<ApiError> for Unread {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Later { reason, .. } => Unread::Later(reason),
            ApiError::Refused(reason) | ApiError::Gone(reason) => Unread::Never(reason),
        }
    }
}

impl From<StoreError> for Unread {
    fn from(error: StoreError) -> Self {
        Unread::Later(error.to_string())
    }
}

/// Reads for one purpose.
pub struct Reader<'a> {
    pub app: &'a Arc<App>,
    pub kommo: &'a Kommo,
    /// Whatever else waits for the account's pace comes first.
    pub gives_way: bool,
}

impl Reader<'_> {
    /// A lead, and the ids of its contacts, the main one first.
    pub async fn lead(&self, id: u64) -> Result<(CrmLead, Vec<u64>), Unread> {
        let answer = self.entity(Entity::Lead, id, "contacts,catalog_elements").await?;
        shape::lead(&answer, &self.kommo.names()).ok_or_else(|| Unread::Never("Kommo's answer is no lead".to_owned()))
    }

    /// A contact, and the ids of its leads.
    pub async fn contact(&self, id: u64) -> Result<(CrmContact, Vec<u64>), Unread> {
        let answer = self.entity(Entity::Contact, id, "leads").await?;
        let read = shape::contact(&answer, &self.kommo.names());
        let (contact, leads) = read.ok_or_else(|| Unread::Never("Kommo's answer is no contact".to_owned()))?;
        Ok((self.with_company(contact, &answer).await?, leads))
    }

    /// A contact with the company that its JSON names. One that is gone, or not for this integration to see, is left out.
    async fn with_company(&self, contact: CrmContact, json: &Value) -> Result<CrmContact, Unread> {
        let Some(id) = shape::company_id(json) else { return Ok(contact) };
        let path = format!("/api/v4/companies/{id}");
        let company = match self.ask(Ask::get(&path)).await {
            Ok(answer) => {
                self.know(Entity::Company, &answer).await;
                shape::company(&answer, &self.kommo.names())
            }
            Err(ApiError::Refused(_) | ApiError::Gone(_)) => None,
            Err(later) => return Err(later.into()),
        };
        Ok(CrmContact { company, ..contact })
    }

    /// The contact with this phone number, and the ids of its leads. Of several the oldest: what Kommo has of somebody is there.
    pub async fn contact_of(&self, phone: &str) -> Result<Option<(CrmContact, Vec<u64>)>, Unread> {
        let ask = Ask::get("/api/v4/contacts").query("query", phone.trim_start_matches('+')).query("with", "leads");
        let answer = self.ask(ask).await?;
        let found = answer["_embedded"]["contacts"].as_array().into_iter().flatten();
        let same = found.filter(|contact| shape::phones(contact).any(|theirs| theirs == phone));
        let Some(oldest) = same.min_by_key(|contact| contact["id"].as_u64()) else { return Ok(None) };
        self.know(Entity::Contact, oldest).await;
        let Some((contact, leads)) = shape::contact(oldest, &self.kommo.names()) else { return Ok(None) };
        Ok(Some((self.with_company(contact, oldest).await?, leads)))
    }

    /// The contact of a lead that bots talk to: the main one if it is known here or has a phone number, else the first other one that has.
    pub async fn customer(&self, contacts: &[u64]) -> Result<CrmContact, Unread> {
        for id in contacts.iter().take(MAX_CONTACTS) {
            let found = match self.contact(*id).await {
                Ok((found, _)) => found,
                Err(Unread::Gone(_)) => continue,
                Err(unread) => return Err(unread),
            };
            let is_main = contacts.first() == Some(id);
            let has_phone = !found.phones.is_empty();
            if has_phone || is_main && self.app.store.alias(&contact_alias(&found.id)).await?.is_some() {
                return Ok(found);
            }
        }
        Err(Unread::Never(match contacts.len() {
            0 => "the lead has no contact".to_owned(),
            _ => "none of its contacts has a phone number that WhatsApp could reach".to_owned(),
        }))
    }

    /// Kommo's JSON of a lead or contact.
    async fn entity(&self, of: Entity, id: u64, with: &str) -> Result<Value, Unread> {
        let path = format!("/api/v4/{}/{id}", of.plural());
        let answer = match self.ask(Ask::get(&path).query("with", with)).await {
            // Kommo says 204 or 404 of what it does not have.
            Ok(Value::Null) | Err(ApiError::Gone(_)) => None,
            answer => Some(answer?).filter(|answer| answer["is_deleted"] != true),
        };
        let Some(answer) = answer else {
            let id = id.to_string().into();
            return Err(Unread::Gone(if of == Entity::Lead { Gone::Lead(id) } else { Gone::Contact(id) }));
        };
        self.know(of, &answer).await;
        Ok(answer)
    }

    async fn ask(&self, ask: Ask<'_>) -> Result<Value, ApiError> {
        self.kommo.client.ask(if self.gives_way { ask.giving_way() } else { ask }).await
    }

    /// What a lead or contact names is known from here on, if Kommo tells it.
    async fn know(&self, of: Entity, json: &Value) {
        let unknown = self.kommo.unknown(of, json);
        if unknown.is_empty() {
            return;
        }
        if self.gives_way {
            self.kommo.look_soon();
        } else {
            self.kommo.look_for(unknown).await;
            keeping::apply(self.app, self.kommo);
        }
    }
}
