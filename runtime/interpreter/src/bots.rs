//! The bots that are published: the live version of each, older versions that sessions are pinned to, and what is to become of those
//! sessions.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use steps::{
    bot::Bot,
    ids::{BotId, Version},
    moment::Moment,
};

/// What becomes of the open sessions of an older version. Where nothing is said they stay in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Successor {
    /// The version that follows.
    pub to: Version,
    pub how: Succession,
    /// When that was decided: what begins in the older version afterwards is not begun again.
    pub at: Moment,
}

/// How sessions come to another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Succession {
    /// They go on in it from where they are, if it has their steps.
    Move,
    /// The bot begins anew in it, at the customer's next message.
    Restart,
}

/// By older version of a bot: what follows it.
pub type Successors = BTreeMap<Version, Successor>;

/// Published bots. Cloning copies pointers, so that a new set can be swapped in while turns run on the old one.
#[derive(Clone, Debug, Default)]
pub struct Bots {
    live: BTreeMap<BotId, Arc<Bot>>,
    versions: HashMap<Version, Arc<Bot>>,
    successors: HashMap<BotId, Successors>,
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

    /// Says what becomes of the sessions of a bot's older versions, in place of what was said before.
    pub fn set_successors(&mut self, id: &BotId, successors: Successors) {
        match successors.is_empty() {
            true => self.successors.remove(id),
            false => self.successors.insert(id.clone(), successors),
        };
    }

    pub fn successors(&self, id: &BotId) -> Option<&Successors> {
        self.successors.get(id)
    }

    /// What follows a version of a bot in the end, where versions follow each other: a restart on the way is a restart.
    pub fn successor(&self, id: &BotId, version: &Version) -> Option<Successor> {
        let successors = self.successors.get(id)?;
        let mut last = successors.get(version)?.clone();
        // As many at most as there are: what goes round in a circle leads nowhere new.
        for _ in 0..successors.len() {
            let Some(next) = successors.get(&last.to) else { break };
            let how = if last.how == Succession::Restart { Succession::Restart } else { next.how };
            last = Successor { how, ..next.clone() };
        }
        Some(last).filter(|last| last.to != *version)
    }

    /// Whether any session may have to go on elsewhere.
    pub(crate) fn has_successors(&self) -> bool {
        !self.successors.is_empty()
    }

    /// Starts this bot no more. Its sessions go on.
    pub fn retire(&mut self, id: &BotId) {
        self.live.remove(id);
        self.successors.remove(id);
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
