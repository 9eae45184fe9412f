//! A number is compared with a number, and a text with a text.

use serde_json::Value;

use super::{Page, Rule, unknown_variable::variable};
use crate::{
    bot::VariableKind,
    check::{diagnostic::Diagnostic, json, meaning::Meaning, subject::Subject},
    expression::{Expression, Operator, Row},
};

pub(super) const RULE: Rule = Rule {
    code: "comparison",
    page: Page {
        happened: "A condition compares a number with a text.",
        why: "Such a comparison is almost never what was meant: `vars.score > \"50\"` compares with the number only because the text happens to be one, \
              and `vars.score == \"high\"` never holds.",
        to_do: "Write numbers without quotes and texts with them, or give the variable another `type`.",
    },
    check,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Boolean,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::Boolean => "true or false",
        }
    }
}

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for (site, meaning) in &subject.sites {
        let expressions: Vec<(&Expression, usize)> = match meaning {
            Meaning::Expression(expression) => vec![(expression, 0)],
            Meaning::Text(text) => text.expressions().collect(),
            _ => continue,
        };
        for (expression, start) in expressions {
            // Most expressions compare nothing: they need not be read again.
            if !expression.source().contains(['=', '<', '>']) {
                continue;
            }
            for row in expression.simple().map(|form| form.rows).unwrap_or_default() {
                let Some((left, right)) = differ(subject, &row) else { continue };
                let span = subject.within(site, start, expression.source().len());
                let message = format!("`{}` is {}, and it is compared with {}", row.path, left.words(), right.words());
                let help = match (left, right) {
                    (Kind::Number, Kind::Text) => "write the number without quotes",
                    (Kind::Text, Kind::Number) => "write the number in quotes, or give the variable the type `number`",
                    _ => "compare it with a value of its own type",
                };
                problems.push(Diagnostic::error(RULE.code, &site.place, span, message).help(help));
            }
        }
    }
}

fn differ(subject: &Subject<'_>, row: &Row) -> Option<(Kind, Kind)> {
    let left = kind_of_path(subject, &row.path)?;
    let right = match &row.literal {
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::Text,
        Value::Bool(_) => Kind::Boolean,
        _ => return None,
    };
    let ordered = !matches!(row.operator, Operator::Equal | Operator::NotEqual);
    (left != right || (ordered && left == Kind::Boolean)).then_some((left, right))
}

fn kind_of_path(subject: &Subject<'_>, path: &str) -> Option<Kind> {
    let declared = |kind: VariableKind| match kind {
        VariableKind::Integer | VariableKind::Number => Some(Kind::Number),
        VariableKind::Boolean => Some(Kind::Boolean),
        VariableKind::Text => Some(Kind::Text),
        _ => None,
    };
    if let Some(name) = variable(path).filter(|name| path.len() == "vars.".len() + name.len()) {
        let variables = json::get_object(subject.root, "variables")?;
        let variable = json::get_object(variables, name)?;
        let word = json::get_text(variable, "type").map_or("text", |word| &*word.value);
        return serde_json::from_value(word.into()).ok().and_then(declared);
    }
    let field = |fields: &indexmap::IndexMap<String, crate::bot::Variable>, name: &str| {
        fields.get(name).and_then(|field| declared(field.kind))
    };
    if let Some(name) = path.strip_prefix("contact.fields.") {
        return field(&subject.environment.contact_fields, name);
    }
    if let Some(name) = path.strip_prefix("lead.fields.") {
        return field(&subject.environment.lead_fields, name);
    }
    Some(match path {
        "lead.price" | "window.seconds_left" | "conversation.count" | "reply.status" => Kind::Number,
        "contact.opted_in" | "window.open" | "window.free_entry" | "hours.open" | "conversation.human" => Kind::Boolean,
        "contact.name" | "contact.first_name" | "contact.email" | "contact.phone" | "contact.language" | "lead.name"
        | "lead.stage" | "lead.pipeline" | "message.text" | "message.type" => Kind::Text,
        _ => return None,
    })
}
