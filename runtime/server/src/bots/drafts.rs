//! Drafts: what designers are working on. A draft that is what is live is none, so that one is there exactly where something could be
//! published; the places of boxes on the canvas count too, for they are work, though no version differs by them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steps::{ids::BotId, moment::Moment};
use store::{Record, StoreError};

use super::{MAX_BOTS, dialogs, exists, live_document};
use crate::{app::App, records};

/// Records by bot: its draft.
const DRAFT: &str = "bot-draft";

/// A draft's record.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Draft {
    #[schema(value_type = Object)]
    pub document: Value,
    /// Unix milliseconds.
    #[schema(value_type = i64)]
    pub at: Moment,
}

/// A bot's draft.
pub async fn draft(app: &App, id: &BotId) -> Result<Option<Draft>, StoreError> {
    match records::get::<Draft>(app, DRAFT, id.as_str()).await? {
        Some((draft, _)) if !is_live(app, id, &draft.document).await? => Ok(Some(draft)),
        _ => Ok(None),
    }
}

/// Those of all bots, by bot.
pub async fn drafts(app: &App) -> Result<BTreeMap<BotId, Draft>, StoreError> {
    let mut drafts = BTreeMap::new();
    for record in records::list(app, DRAFT, MAX_BOTS).await? {
        let Ok(id) = BotId::new(&record.key) else { continue };
        let draft: Draft = records::read(DRAFT, &record.key, &record.stored)?;
        if !is_live(app, &id, &draft.document).await? {
            drafts.insert(id, draft);
        }
    }
    Ok(drafts)
}

/// Keeps a draft; what is live leaves none behind. With `since`, the moment of the draft that it was made from: None where somebody else
/// has kept another one by now, and nothing is written.
pub async fn save_draft(app: &App, id: &BotId, document: Value, since: Option<Moment>) -> Result<Option<Draft>, StoreError> {
    let known = records::get::<Draft>(app, DRAFT, id.as_str()).await?;
    let (kept, version) = known.map_or((None, 0), |(draft, version)| (Some(draft), version));
    if let (Some(since), Some(kept)) = (since, &kept)
        && kept.at != since
        && !are_alike(&kept.document, &document)
    {
        return Ok(None);
    }
    let draft = Draft { document, at: app.now() };
    match (is_live(app, id, &draft.document).await?, since) {
        (true, _) => discard_draft(app, id).await?,
        (false, None) => records::replace(app, DRAFT, id.as_str(), &draft).await?,
        (false, Some(_)) if records::put(app, DRAFT, id.as_str(), version, &draft).await? => {}
        (false, Some(_)) => return Ok(None),
    }
    Ok(Some(draft))
}

/// Removes a bot's draft, whatever it is. Where that was all there was of the bot, its tests go with it.
pub async fn discard_draft(app: &App, id: &BotId) -> Result<(), StoreError> {
    records::discard(app, DRAFT, id.as_str()).await?;
    if exists(app, id).await? { Ok(()) } else { dialogs::forget(app, id).await }
}

/// Removes a draft that was published just now; one that was saved since stays.
pub(super) async fn remove_published(app: &App, id: &BotId, document: &Value) -> Result<(), StoreError> {
    let Some(stored) = app.store.get_record(DRAFT, id.as_str(), app.now().0).await? else { return Ok(()) };
    let draft: Draft = records::read(DRAFT, id.as_str(), &stored)?;
    if are_alike(&draft.document, document) {
        records::remove(app, DRAFT, &Record { key: id.to_string(), stored }).await?;
    }
    Ok(())
}

async fn is_live(app: &App, id: &BotId, document: &Value) -> Result<bool, StoreError> {
    Ok(live_document(app, id).await?.is_some_and(|live| are_alike(&live, document)))
}

/// Whether two documents are the same to the letter, but for the spaces between: the order of steps counts.
fn are_alike(one: &Value, other: &Value) -> bool {
    // As values they would be the same in any order.
    let texts = (one.to_string(), other.to_string());
    texts.0 == texts.1
}
