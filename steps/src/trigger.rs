//! What starts a bot.

use compact_str::CompactString;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    data::Data,
    expression::{Duration, Expression, fold},
    ids::StepId,
    path::Path,
    pattern::Pattern,
};

/// What starts a bot, with its conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trigger {
    #[serde(flatten)]
    pub on: On,
    /// Starts only if this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expression>,
    /// Starts only in, or only outside, the bot's business hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursFilter>,
    /// Starts at most once in this time for each contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once_per: Option<Duration>,
    /// Only for these numbers of the business, by phone number id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub numbers: Vec<CompactString>,
    /// Begins at this step instead of the bot's `start`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<StepId>,
    /// Variables that it begins with.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub variables: IndexMap<String, Data>,
}

impl Trigger {
    /// Its keywords as messages are compared with them.
    pub fn folded_keywords(&self) -> Vec<String> {
        match &self.on {
            On::Message { keywords, .. } => keywords.iter().map(|keyword| fold(keyword)).collect(),
            _ => Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoursFilter {
    Open,
    Closed,
}

/// The kinds of triggers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum On {
    /// The first message of a conversation: the first ever, or the first after the last conversation was closed.
    Conversation {},
    /// A customer's message.
    Message {
        /// Whole words anywhere in the message, compared without case and accents.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        keywords: Vec<String>,
        /// `exact`: a keyword must be all of the message.
        #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
        matching: Option<KeywordMatch>,
        /// A regular expression that the message matches.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<Pattern>,
        /// Any message that nothing else takes.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        any: bool,
        /// Also while a bot is waiting for an answer: words such as "menu" that work anywhere.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        interrupt: bool,
    },
    /// A message that came from a click-to-WhatsApp ad (a post of a page is none).
    Ad {
        /// Only these ads, by `source_id`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        source_ids: Vec<String>,
    },
    /// A lead enters a stage of a pipeline.
    Stage {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("x-kind" = "pipeline"))]
        pipeline: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("x-kind" = "stage"))]
        stage: Option<String>,
        /// How the lead came to be there: moved from another stage or pipeline (`entered`), created in that stage (`created`; a first message
        /// creates one too), or either.
        #[serde(default, skip_serializing_if = "StageEvent::is_default")]
        event: StageEvent,
        /// How much later it starts, if the lead is still in that stage.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delay: Option<Duration>,
    },
    /// A field of the lead or contact changes.
    Field { path: Path },
    /// A tag is put on or taken off.
    Tag {
        /// Whose tag.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Owned>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
        #[serde(default, skip_serializing_if = "TagEvent::is_default")]
        event: TagEvent,
    },
    /// The owner changes.
    Owner {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Owned>,
    },
    /// A time: by the clock for an audience, or before or after a date in a field.
    Schedule {
        /// Five fields: minute, hour, day, month, weekday; in the bot's time zone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("x-kind" = "cron"))]
        cron: Option<String>,
        /// Which contacts: an expression over `contact` and `lead`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<Expression>,
        /// A field that holds a date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<Path>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Duration>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Duration>,
    },
    /// The customer has not written for as long as `after` says.
    Silence { after: Duration },
    /// The customer service window is about to close.
    WindowClosing {
        /// How long before.
        before: Duration,
    },
    /// A message that a bot or a broadcast sent was delivered.
    Delivered {},
    /// A message that a bot or a broadcast sent was read.
    Read {},
    /// A message that a bot or a broadcast sent could not be delivered.
    Failed {},
    /// The customer wrote one of the opt-out words.
    OptOut {},
    /// An agent gave the conversation back.
    HandoffClosed {},
    /// A form was submitted that no session waits for: none that it names, or one that has ended.
    FlowSubmitted {},
    /// The API runs the bot: only where the trigger's conditions hold. A bot without such a trigger can be run too.
    Api {},
}

impl On {
    /// Its word in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            On::Conversation {} => "conversation",
            On::Message { .. } => "message",
            On::Ad { .. } => "ad",
            On::Stage { .. } => "stage",
            On::Field { .. } => "field",
            On::Tag { .. } => "tag",
            On::Owner { .. } => "owner",
            On::Schedule { .. } => "schedule",
            On::Silence { .. } => "silence",
            On::WindowClosing { .. } => "window_closing",
            On::Delivered {} => "delivered",
            On::Read {} => "read",
            On::Failed {} => "failed",
            On::OptOut {} => "opt_out",
            On::HandoffClosed {} => "handoff_closed",
            On::FlowSubmitted {} => "flow_submitted",
            On::Api {} => "api",
        }
    }

    /// Whether the customer service window is surely open when it fires: the customer has just written.
    pub fn is_inbound(&self) -> bool {
        matches!(self, On::Conversation {} | On::Message { .. } | On::Ad { .. } | On::FlowSubmitted {} | On::OptOut {})
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeywordMatch {
    Words,
    Exact,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StageEvent {
    #[default]
    Entered,
    Created,
    Either,
}

impl StageEvent {
    fn is_default(&self) -> bool {
        *self == StageEvent::Entered
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TagEvent {
    #[default]
    Added,
    Removed,
}

impl TagEvent {
    fn is_default(&self) -> bool {
        *self == TagEvent::Added
    }
}

/// What a tag, a note or an owner belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Owned {
    Contact,
    Lead,
}
