//! The bots that are published: the live version of each, and older versions that sessions are pinned to.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use steps::{
    bot::Bot,
    ids::{BotId, Version},
};

/// Published bots. Cloning copies pointers, so that a new set can be swapped in while turns run on the old one.
#[derive(Clone, Debug, Default)]
pub struct Bots {
    live: BTreeMap<BotId, Arc<Bot>>,
    versions: HashMap<Version, Arc<Bot>>,
}

impl Bots {
    /// Makes a version live, in place of the one that was. Sessions of the old one go on with it.
    pub fn publish(&mut self, bot: Arc<Bot>) {
        self.add_version(bot.clone());
        self.live.insert(bot.id.clone(), bot);
    }

    /// Knows a version that is not live.
    pub fn add_version(&mut self, bot: Arc<Bot>) {
        self.versions.insert(bot.version.clone(), bot);
    }

    /// Starts this bot no more. Its sessions go on.
    pub fn retire(&mut self, id: &BotId) {
        self.live.remove(id);
    }

    pub fn live(&self, id: &BotId) -> Option<&Arc<Bot>> {
        self.live.get(id)
    }

    /// The live bots, by id.
    pub fn live_bots(&self) -> impl Iterator<Item = &Arc<Bot>> {
        self.live.values()
    }

    pub fn version(&self, version: &Version) -> Option<&Arc<Bot>> {
        self.versions.get(version)
    }

    /// The version whose id begins so, where that is one and no more.
    pub fn version_by_prefix(&self, prefix: &str) -> Option<&Arc<Bot>> {
        let mut found = self.versions.values().filter(|bot| bot.version.as_str().starts_with(prefix));
        found.next().filter(|_| found.next().is_none())
    }
}
