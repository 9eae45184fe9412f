//! What the account's fields hold, as Kommo tells it; remembered for an hour, since a write of a date is no write of a text.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    client::{ApiError, Ask, Client},
    names::Entity,
    shape::Kinds as Known,
};

const REMEMBERED: Duration = Duration::from_secs(3_600);
/// Fields that one page has at most (Kommo, Custom fields).
const PAGE: usize = 250;
/// Pages that are read: more fields than an account can have.
const PAGES: usize = 20;

#[derive(Default)]
pub struct Kinds(Mutex<HashMap<Entity, (Instant, Arc<Known>)>>);

impl Kinds {
    pub async fn of(&self, client: &Client, entity: Entity) -> Result<Arc<Known>, ApiError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&entity).cloned();
        if let Some((at, kinds)) = known
            && at.elapsed() < REMEMBERED
        {
            return Ok(kinds);
        }
        let path = format!("/api/v4/{}/custom_fields", entity.plural());
        let mut kinds = Known::new();
        for page in 1..=PAGES {
            let ask = Ask::get(&path).query("limit", PAGE.to_string()).query("page", page.to_string());
            let answer = client.ask(ask).await?;
            let fields = answer["_embedded"]["custom_fields"].as_array().map_or(&[][..], Vec::as_slice);
            kinds.extend(fields.iter().filter_map(|field| Some((field["id"].as_u64()?, field["type"].as_str()?.to_owned()))));
            if fields.len() < PAGE {
                break;
            }
        }
        let kinds = Arc::new(kinds);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(entity, (Instant::now(), kinds.clone()));
        Ok(kinds)
    }
}
