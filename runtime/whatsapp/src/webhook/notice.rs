//! What a webhook tells about the account, a number, a template or a form: never an event of a contact.

use serde_json::Value;
use steps::{event::ChannelError, ids::NumberId};

use super::{Change, Item, json::Look};
use crate::errors;

/// Something that operators and caches want to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The WhatsApp Business Account.
    pub account: String,
    /// The webhook's field: `account_update`, `message_template_status_update`, …
    pub field: String,
    /// What happened, as Meta names it: `FLAGGED`, `DISABLED_UPDATE`, …
    pub event: Option<String>,
    pub number: Option<NumberId>,
    /// The phone number that it is about, as Meta writes it.
    pub display_number: Option<String>,
    /// One line for people and logs; holds no customer's words.
    pub summary: String,
    pub meaning: Meaning,
}

/// What the runtime itself does with a notice.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A template changed: refresh it. What the webhook doesn't say is None.
    Template {
        name: String,
        /// As sends write it: `pt_BR`.
        language: String,
        /// `APPROVED`, `PAUSED`, `DISABLED`, `REJECTED`, …
        status: Option<String>,
        /// The category from now on: its price class.
        category: Option<String>,
        /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
        quality: Option<String>,
    },
    /// Stop sending: the account was banned, restricted, deleted or taken away.
    Stop,
    /// Sending may go on.
    Resume,
    /// An error of the number or the app as a whole.
    Error(ChannelError),
    /// For people only.
    Information,
}

/// A change of which no part is an event.
pub(super) fn read(change: Change) -> Item {
    let value = change.value;
    let event = value.word("event").or_else(|| value.word("decision")).or_else(|| value.word("status"));
    let meaning = meaning(change.field, event.as_deref(), value);
    let summary = summary(change.field, event.as_deref(), value, &meaning);
    Item::Notice(Notice { meaning, ..of_number(change, event, summary) })
}

pub(super) fn of_number(change: Change, event: Option<String>, summary: String) -> Notice {
    let number = change.number();
    let display_number = number.as_ref().and_then(|number| number.display.clone());
    Notice {
        account: change.account.to_owned(),
        field: change.field.to_owned(),
        event,
        display_number: display_number
            .or_else(|| change.value.word("display_phone_number"))
            .or_else(|| change.value.word("phone_number")),
        number: number.map(|number| number.id),
        summary,
        meaning: Meaning::Information,
    }
}

pub(super) fn of_error(change: Change, error: &Value) -> Notice {
    let error = errors::read(error);
    let summary = format!("error {} ({}): {}", error.code, error.name, error.text);
    Notice { meaning: Meaning::Error(error), ..of_number(change, Some("error".to_owned()), summary) }
}

fn meaning(field: &str, event: Option<&str>, value: &Value) -> Meaning {
    match field {
        "message_template_status_update"
        | "message_template_quality_update"
        | "message_template_components_update"
        | "template_category_update" => template(field, event, value),
        "account_update" => match event {
            Some("ACCOUNT_DELETED" | "ACCOUNT_OFFBOARDED" | "PARTNER_REMOVED") => Meaning::Stop,
            Some("ACCOUNT_RECONNECTED") => Meaning::Resume,
            Some("DISABLED_UPDATE") => match value["ban_info"].str("waba_ban_state") {
                Some("DISABLE") => Meaning::Stop,
                Some("REINSTATE") => Meaning::Resume,
                _ => Meaning::Information,
            },
            // Calls can be restricted too; they are nothing to a bot.
            Some("ACCOUNT_RESTRICTION") if restricts_messages(value) => Meaning::Stop,
            _ => Meaning::Information,
        },
        _ => Meaning::Information,
    }
}

fn template(field: &str, event: Option<&str>, value: &Value) -> Meaning {
    let Some(name) = value.word("message_template_name") else {
        return Meaning::Information;
    };
    Meaning::Template {
        name,
        language: value.word("message_template_language").unwrap_or_default().replace('-', "_"),
        status: event.filter(|_| field == "message_template_status_update").map(str::to_owned),
        // A day ahead of a change `new_category` still holds the category of today, and `correct_category` the coming one.
        category: value.word("new_category").or_else(|| value.word("message_template_category")),
        quality: value.word("new_quality_score"),
    }
}

fn restricts_messages(value: &Value) -> bool {
    let restrictions = value.list("restriction_info");
    restrictions.iter().any(|restriction| restriction.str("restriction_type").is_some_and(|kind| kind.contains("MESSAGING")))
}

fn summary(field: &str, event: Option<&str>, value: &Value, meaning: &Meaning) -> String {
    let happened = event.unwrap_or("changed");
    match (field, meaning) {
        (_, Meaning::Template { name, language, status, category, quality }) => {
            let parts = [("status", status), ("category", category), ("quality", quality)];
            let known: Vec<String> =
                parts.iter().filter_map(|(what, value)| Some(format!("{what} {}", value.as_deref()?))).collect();
            let known = if known.is_empty() { "its text changed".to_owned() } else { known.join(", ") };
            let coming = value.word("correct_category").map(|category| format!("; from tomorrow {category}")).unwrap_or_default();
            format!("template {name} ({language}): {known}{coming}")
        }
        ("phone_number_quality_update", _) => {
            format!("quality of the number: {happened}, limit {}", limit(value))
        }
        ("business_capability_update", _) => {
            format!("the portfolio's limit is now {}", limit(value))
        }
        ("flows", _) => format!("form {}: {happened}", value.word("flow_id").unwrap_or_default()),
        ("history", _) => "history of the phone app; no bot runs on it".to_owned(),
        ("", _) => "a change without a field".to_owned(),
        _ => format!("{field}: {happened}"),
    }
}

fn limit(value: &Value) -> String {
    let keys = ["max_daily_conversations_per_business", "max_daily_conversation_per_phone", "current_limit"];
    keys.into_iter().find_map(|key| value.word(key)).unwrap_or_else(|| "unknown".to_owned())
}
