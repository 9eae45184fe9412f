//! Leads that Kommo does not have are made, and those that it has already are found.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::json;
use steps::{contact::Lead, crm::WrittenLead};

use super::{
    super::{
        client::{ApiError, Ask},
        names::Entity,
        shape,
    },
    Run,
};

/// Leads of a contact that are looked at, the newest first.
const MAX_LOOKED_AT: usize = 5;

impl Run<'_> {
    pub(super) async fn make_lead(&mut self, lead: &Lead) -> Result<(), ApiError> {
        let contact = self.contact_id().await?;
        if let Some(contact) = contact
            && let Some(id) = self.find_lead(contact, lead).await?
        {
            // What changed since is written by the same changes.
            self.know_lead(lead, id);
            return Ok(());
        }
        let (of_leads, of_contacts) = (self.kommo.kinds(Entity::Lead).await?, self.kommo.kinds(Entity::Contact).await?);
        let kinds = of_leads.iter().chain(of_contacts.iter()).map(|(id, kind)| (*id, kind.clone())).collect();
        let made = shape::new_lead(lead, &self.order.profile, contact, &self.kommo.names(), &kinds);
        let answer = self.kommo.client.ask(Ask::with(Method::POST, "/api/v4/leads/complex", &json!([made]))).await?;
        let Some(id) = answer[0]["id"].as_u64() else {
            return Err(ApiError::Refused("its answer names no lead".to_owned()));
        };
        self.know_lead(lead, id);
        self.made.insert(lead.id.clone());
        if contact.is_none() {
            self.written.contact = answer[0]["contact_id"].as_u64().map(|id| id.to_string().into());
            self.contact_was_made = true;
        }
        Ok(())
    }

    fn know_lead(&mut self, lead: &Lead, id: u64) {
        let made = WrittenLead { lead: lead.id.clone(), crm: id.to_string().into(), updated: None, found: None };
        self.written.leads.push(made);
    }

    /// A lead that Kommo has already: the one that an earlier try may have made, or, for a lead of which nothing is said but that its contact
    /// wrote, the contact's newest open one.
    async fn find_lead(&mut self, contact: u64, lead: &Lead) -> Result<Option<u64>, ApiError> {
        let is_bare = self.is_bare(lead);
        if !is_bare && !self.order.is_repeat {
            return Ok(None);
        }
        let path = format!("/api/v4/contacts/{contact}");
        let answer = self.kommo.client.ask(Ask::get(&path).query("with", "leads")).await?;
        let Some((_, mut leads)) = shape::contact(&answer, &self.kommo.names()) else { return Ok(None) };
        leads.sort_unstable_by(|one, other| other.cmp(one));
        let profile = &self.order.profile;
        let ours: HashSet<u64> = profile.leads.iter().filter_map(|lead| lead.crm_id()?.parse().ok()).collect();
        for id in leads.into_iter().filter(|id| !ours.contains(id)).take(MAX_LOOKED_AT) {
            let path = format!("/api/v4/leads/{id}");
            let answer = self.kommo.client.ask(Ask::get(&path).query("with", "contacts")).await?;
            let Some((found, _)) = shape::lead(&answer, &self.kommo.names()) else { continue };
            let name = lead.name.as_ref().or(profile.name.as_ref()).or(profile.phone.as_ref());
            if self.order.is_repeat && self.is_since(&answer) && found.name.as_ref() == name {
                return Ok(Some(id));
            }
            if is_bare && !found.closed {
                self.found.insert(lead.id.clone(), found);
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Whether a lead is as a first message makes it: where all begin, with no name, and no other waits to be made.
    fn is_bare(&self, lead: &Lead) -> bool {
        let is_alone = self.order.profile.leads.iter().all(|other| other.id == lead.id || other.crm_id().is_some());
        let begins = self.kommo.known.is_first_stage(&lead.pipeline, &lead.stage);
        is_alone && lead.name.is_none() && lead.price.is_none() && begins
    }
}
