//! What the paths that expressions read hold, as far as a bot and its settings declare it; and what can't go well in its expressions.

use indexmap::IndexMap;

use super::{json, meaning::Meaning, place::Key, rules::unknown_variable::variable, subject::Subject, walk::Site};
use crate::{
    bot::{Variable, VariableKind},
    expression::{
        Expression,
        kinds::{Fault, Kind},
    },
};

/// A fault in an expression of a bot.
pub(crate) struct Found {
    /// The index of its string.
    pub(crate) site: usize,
    /// Where the expression begins in the string, and how long it is.
    pub(crate) start: usize,
    pub(crate) len: usize,
    pub(crate) fault: Fault,
}

/// Groups of properties, which are no values by themselves.
const GROUPS: &[&str] = &[
    "message",
    "message.tapped",
    "message.media",
    "contact",
    "lead",
    "conversation",
    "trigger",
    "error",
    "window",
    "hours",
    "bot",
    "secrets",
];

/// What can't go well in the expressions of a bot.
pub(super) fn faults(subject: &Subject<'_>) -> Vec<Found> {
    let of_path = |path: &str| kind_of_path(subject, path);
    let mut found = Vec::new();
    for (site, (place, meaning)) in subject.sites.iter().enumerate() {
        let condition = is_condition(place);
        let expressions: Vec<(&Expression, usize)> = match meaning {
            Meaning::Expression(expression) => vec![(expression, 0)],
            Meaning::Text(text) => text.expressions().collect(),
            _ => continue,
        };
        for (expression, start) in expressions {
            let faults = expression.faults(&of_path, condition).into_iter();
            found.extend(faults.map(|fault| Found { site, start, len: expression.source().len(), fault }));
        }
    }
    found
}

/// Whether a string is an expression that has to be true or false.
fn is_condition(site: &Site<'_>) -> bool {
    matches!(site.place.keys().last(), Some(Key::Name("when" | "audience")))
}

fn kind_of_path(subject: &Subject<'_>, path: &str) -> Option<Kind> {
    if let Some(name) = variable(path).filter(|name| path.len() == "vars.".len() + name.len()) {
        let variables = json::get_object(subject.root, "variables")?;
        let variable = json::get_object(variables, name)?;
        let word = json::get_text(variable, "type").map_or("text", |word| &*word.value);
        return serde_json::from_value(word.into()).ok().and_then(declared);
    }
    let field = |fields: &IndexMap<String, Variable>, name: &str| fields.get(name).and_then(|field| declared(field.kind));
    if let Some(name) = path.strip_prefix("contact.fields.") {
        return field(&subject.environment.contact_fields, name);
    }
    if let Some(name) = path.strip_prefix("lead.fields.") {
        return field(&subject.environment.lead_fields, name);
    }
    if GROUPS.contains(&path) {
        return Some(Kind::Group);
    }
    Some(match path {
        "lead.price" | "window.seconds_left" | "conversation.count" | "reply.status" | "index" => Kind::Number,
        "contact.opted_in" | "window.open" | "window.free_entry" | "hours.open" | "conversation.human" => Kind::Boolean,
        "contact.name"
        | "contact.first_name"
        | "contact.username"
        | "contact.email"
        | "contact.phone"
        | "contact.language"
        | "contact.owner"
        | "lead.name"
        | "lead.stage"
        | "lead.pipeline"
        | "lead.owner"
        | "message.text"
        | "message.said"
        | "message.type"
        | "message.tapped.title"
        | "error.name"
        | "error.text"
        | "error.step"
        | "trigger.on"
        | "bot.id"
        | "bot.name"
        | "reply.text" => Kind::Text,
        "window.closes_at" | "hours.opens_at" => Kind::Date,
        "contact.tags" | "contact.tasks" | "lead.tags" | "lead.items" | "conversation.subscribers" => Kind::List,
        "vars" | "flow" | "contact.fields" | "lead.fields" | "company" => Kind::Map,
        _ => return None,
    })
}

fn declared(kind: VariableKind) -> Option<Kind> {
    Some(match kind {
        VariableKind::Integer | VariableKind::Number => Kind::Number,
        VariableKind::Boolean => Kind::Boolean,
        VariableKind::Text => Kind::Text,
        VariableKind::List => Kind::List,
        VariableKind::Map => Kind::Map,
        // Kept as text, and compared with dates.
        VariableKind::Date => return None,
    })
}
