//! A bot's history: its publications, numbered from 1 and in their order.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use steps::{
    ids::{BotId, Version},
    moment::Moment,
};
use store::StoreError;

use super::MAX_BOTS;
use crate::{app::App, records};

/// Records by bot: its publications, the oldest first.
const HISTORY: &str = "bot-history";
/// Publications that a bot's history names; versions of older ones stay loadable.
const MAX_HISTORY: usize = 500;

/// One publication.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Published {
    pub version: Version,
    /// Counts the bot's publications from 1. What was written without one gets it by its place.
    #[serde(default)]
    pub number: u64,
    pub at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A bot's publications, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct History(Vec<Published>);

impl History {
    fn read(mut publications: Vec<Published>) -> Self {
        let mut last = 0;
        for published in &mut publications {
            if published.number == 0 {
                published.number = last + 1;
            }
            last = published.number;
        }
        History(publications)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How often the bot was published.
    pub fn count(&self) -> u64 {
        self.0.last().map_or(0, |last| last.number)
    }

    /// The latest publication of a version.
    pub fn latest(&self, version: &str) -> Option<&Published> {
        self.0.iter().rev().find(|published| published.version.as_str() == version)
    }

    /// A publication by its number, or the latest one of a version by its hash.
    pub fn find(&self, name: &str) -> Option<&Published> {
        let number = name.parse::<u64>().ok();
        self.0.iter().find(|published| Some(published.number) == number).or_else(|| self.latest(name))
    }

    /// The newest first.
    pub fn newest_first(&self) -> impl DoubleEndedIterator<Item = &Published> {
        self.0.iter().rev()
    }
}

/// A bot's history.
pub async fn history(app: &App, id: &BotId) -> Result<History, StoreError> {
    let stored = records::get::<Vec<Published>>(app, HISTORY, id.as_str()).await?;
    Ok(History::read(stored.map(|(publications, _)| publications).unwrap_or_default()))
}

/// Those of all bots, by bot.
pub async fn histories(app: &App) -> Result<BTreeMap<String, History>, StoreError> {
    let all = records::list(app, HISTORY, MAX_BOTS).await?;
    let read = |record: &store::Record| records::read::<Vec<Published>>(HISTORY, &record.key, &record.stored);
    all.iter().map(|record| Ok((record.key.clone(), History::read(read(record)?)))).collect()
}

/// Writes a publication down; gives the history with it.
pub(super) async fn append(app: &Arc<App>, id: &BotId, version: &Version, note: Option<&str>) -> Result<History, StoreError> {
    loop {
        let (stored, at_version) = records::get::<Vec<Published>>(app, HISTORY, id.as_str()).await?.unwrap_or_default();
        let History(mut publications) = History::read(stored);
        let number = publications.last().map_or(0, |last| last.number) + 1;
        publications.push(Published { version: version.clone(), number, at: app.now(), note: note.map(str::to_owned) });
        let excess = publications.len().saturating_sub(MAX_HISTORY);
        publications.drain(..excess);
        if records::put(app, HISTORY, id.as_str(), at_version, &publications).await? {
            return Ok(History(publications));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(stored: serde_json::Value) -> History {
        History::read(serde_json::from_value(stored).unwrap())
    }

    #[test]
    fn what_was_written_without_a_number_gets_it_by_its_place() {
        let history = read(json!([
            { "version": "a", "at": 1 }, { "version": "b", "at": 2 }, { "version": "a", "number": 7, "at": 3 }, { "version": "c", "at": 4 }
        ]));
        let numbers: Vec<u64> = history.newest_first().map(|published| published.number).collect();
        assert_eq!((numbers, history.count()), (vec![8, 7, 2, 1], 8));
        assert_eq!(history.latest("a").map(|published| published.number), Some(7));
    }

    #[test]
    fn a_publication_is_found_by_its_number_and_by_its_hash() {
        // A hash of digits alone is told from a number where no publication has that number.
        let history = read(json!([{ "version": "1111111111111111", "at": 1 }, { "version": "0f", "at": 2 }]));
        let found = |name: &str| history.find(name).map(|published| published.number);
        assert_eq!((found("1"), found("1111111111111111"), found("0f"), found("3")), (Some(1), Some(1), Some(2), None));
    }
}
