//! What is linked: a lead's items of lists, and the company of a contact and its lead.
//!
//! Links are read first, so that a link that an earlier try made is not made again.

use compact_str::CompactString;
use reqwest::Method;
use serde_json::{Value, json};
use steps::{
    contact::Lead,
    crm::{COMPANY_NAME, CRM_REFUSED, CRM_UNMAPPED, CrmChange, Refusal},
    expression::fold,
};

use super::{
    super::{
        client::{ApiError, Ask},
        names::Entity,
        shape,
    },
    Run, places,
};

/// How links name an element of a list, and a company (Kommo, Entity links).
const ELEMENT: &str = "catalog_elements";
const COMPANY: &str = "companies";
/// Entities of one answer (Kommo, Companies).
const PAGE: &str = "250";

impl Run<'_> {
    /// Links and unlinks items of a lead, as it has them now.
    pub(super) async fn set_items(&mut self, lead: &CompactString, changes: &[CrmChange]) -> Result<(), ApiError> {
        let order = self.order;
        let Some(ours) = order.profile.lead(lead) else { return Ok(()) };
        let Some(id) = self.lead_or_made(lead).await? else { return Ok(()) };
        let path = format!("/api/v4/leads/{id}/links");
        let links = self.kommo.client.ask(Ask::get(&path).query("limit", PAGE)).await?;
        let (mut link, mut unlink) = (Vec::new(), Vec::new());
        for change in changes {
            let CrmChange::Item { catalog, item, .. } = change else { continue };
            let Some((list, element)) = self.element(catalog, item) else { continue };
            let there = elements(&links, list).find(|link| link["to_entity_id"] == element);
            let there = there.and_then(|link| link["metadata"]["quantity"].as_f64());
            let wanted = ours.items.iter().find(|ours| ours.is(catalog, item)).map(|ours| ours.quantity);
            match wanted {
                wanted if wanted == there => {}
                Some(quantity) => {
                    let metadata = json!({"quantity": shape::plain(quantity), "catalog_id": list});
                    link.push(json!({"to_entity_id": element, "to_entity_type": ELEMENT, "metadata": metadata}));
                }
                None => {
                    unlink.push(json!({"to_entity_id": element, "to_entity_type": ELEMENT, "metadata": {"catalog_id": list}}));
                }
            }
        }
        let path = format!("/api/v4/leads/{id}");
        self.post_links(&path, "unlink", unlink).await?;
        self.post_links(&path, "link", link).await
    }

    /// Kommo's ids of a list and its element. None: it is none of Kommo's.
    fn element(&mut self, catalog: &str, item: &str) -> Option<(u64, u64)> {
        let Some(list) = self.kommo.names().catalog_id(catalog) else {
            // What lies in a file here is nowhere else.
            if !self.kommo.catalogs.has(catalog) {
                self.unmapped(format!("an item of the catalogue {catalog:?}"), "kommo.catalogs");
            }
            return None;
        };
        let element = item.parse().ok();
        if element.is_none() {
            let text =
                format!("an item of the catalogue {catalog:?} is not linked in Kommo: items of its lists have numbers as ids");
            self.tell(Refusal { name: CRM_REFUSED.into(), text });
        }
        Some((list, element?))
    }

    async fn post_links(&self, of: &str, what: &str, links: Vec<Value>) -> Result<(), ApiError> {
        if links.is_empty() {
            return Ok(());
        }
        let path = format!("{of}/{what}");
        self.kommo.client.ask(Ask::with(Method::POST, &path, &links.into())).await.map(|_| ())
    }

    /// Writes what became different of the company; with another name it is another company.
    pub(super) async fn set_company(&mut self, changes: &[CrmChange]) -> Result<(), ApiError> {
        let order = self.order;
        let contact = self.contact_or_made().await?;
        let path = format!("/api/v4/contacts/{contact}");
        let answer = self.kommo.client.ask(Ask::get(&path)).await?;
        let linked = shape::company_id(&answer);
        let is_renamed = places(changes).any(|place| place == COMPANY_NAME);
        let name = order.profile.company.get(COMPANY_NAME).and_then(Value::as_str).map(str::trim).unwrap_or_default();
        let id = match linked {
            Some(linked) if !is_renamed || name.is_empty() => linked,
            _ if name.is_empty() => {
                if places(changes).any(|place| place != COMPANY_NAME) {
                    let text = "what is known of a company is not written to Kommo, since it has no name yet: let the bot set `company.name`";
                    self.tell(Refusal { name: CRM_UNMAPPED.into(), text: text.to_owned() });
                }
                return Ok(());
            }
            linked => match self.find_company(name, linked).await? {
                Some(id) => id,
                None => {
                    let id = self.make_company().await?;
                    self.know_company(id);
                    return self.link_company(contact, linked, id).await;
                }
            },
        };
        self.know_company(id);
        let patch = self.values(Entity::Company, changes, &order.profile.company).await?;
        self.patch(Entity::Company, id, patch).await?;
        self.link_company(contact, linked, id).await
    }

    fn know_company(&mut self, id: u64) {
        self.written.company = Some(id.to_string().into());
    }

    /// The company with this name: the one that the contact has, else the oldest.
    async fn find_company(&self, name: &str, linked: Option<u64>) -> Result<Option<u64>, ApiError> {
        let ask = Ask::get("/api/v4/companies").query("query", name).query("limit", PAGE);
        let answer = self.kommo.client.ask(ask).await?;
        let found = answer["_embedded"]["companies"].as_array().into_iter().flatten();
        let same = found.filter(|company| company["name"].as_str().is_some_and(|theirs| fold(theirs) == fold(name)));
        let ids: Vec<u64> = same.filter_map(|company| company["id"].as_u64()).collect();
        Ok(linked.filter(|linked| ids.contains(linked)).or_else(|| ids.into_iter().min()))
    }

    async fn make_company(&self) -> Result<u64, ApiError> {
        let kinds = self.kommo.kinds(Entity::Company).await?;
        let made = json!([shape::new_company(&self.order.profile, &self.kommo.names(), &kinds)]);
        let answer = self.kommo.client.ask(Ask::with(Method::POST, "/api/v4/companies", &made)).await?;
        let id = answer["_embedded"]["companies"][0]["id"].as_u64();
        id.ok_or_else(|| ApiError::Refused("its answer names no company".to_owned()))
    }

    /// Links the company to the contact and to its current lead; each has one.
    async fn link_company(&mut self, contact: u64, linked: Option<u64>, company: u64) -> Result<(), ApiError> {
        self.relink(&format!("/api/v4/contacts/{contact}"), linked, company).await?;
        let order = self.order;
        let current = order.profile.leads.iter().rev().find(|lead| !lead.closed);
        let Some(Lead { id, .. }) = current else { return Ok(()) };
        let lead = match self.lead_or_made(id).await {
            Ok(Some(lead)) => lead,
            // The lead's own changes tell why.
            Ok(None) | Err(ApiError::Refused(_) | ApiError::Gone(_)) => return Ok(()),
            Err(later) => return Err(later),
        };
        let path = format!("/api/v4/leads/{lead}");
        let answer = self.kommo.client.ask(Ask::get(&path)).await?;
        self.relink(&path, shape::company_id(&answer), company).await
    }

    async fn relink(&self, of: &str, linked: Option<u64>, company: u64) -> Result<(), ApiError> {
        if linked == Some(company) {
            return Ok(());
        }
        let link = |id: u64| json!({"to_entity_id": id, "to_entity_type": COMPANY});
        self.post_links(of, "unlink", linked.map(link).into_iter().collect()).await?;
        self.post_links(of, "link", vec![link(company)]).await
    }
}

/// Links to elements of a list.
fn elements(links: &Value, list: u64) -> impl Iterator<Item = &Value> {
    let links = links["_embedded"]["links"].as_array().into_iter().flatten();
    links.filter(move |link| link["to_entity_type"] == ELEMENT && link["metadata"]["catalog_id"] == list)
}
