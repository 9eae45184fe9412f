//! Our texts as Kommo's: expressions that Kommo has a placeholder for.

use super::{
    Kind, Writer,
    test::{unquoted, within},
};
use crate::{
    expression::Text,
    import::kommo::{modifier, placeholder::RANDOM},
};

/// Expressions with a placeholder of their own.
const PLACEHOLDERS: [(&str, &str); 28] = [
    ("message.text", "message_text"),
    ("message.said", "message_text"),
    ("email(message.text)", "message_text.email"),
    ("phone(message.text)", "message_text.phone"),
    ("vars.validated", "last_validation_result"),
    ("vars.found_id", "founded_id"),
    ("vars.contact_double.id", "contact_double.id"),
    ("vars.contact_double.name", "contact_double.name"),
    ("vars.external_contact.id", "external_contact.id"),
    ("vars.external_contact.name", "external_contact.name"),
    ("contact.name", "contact.name"),
    ("contact.first_name", "contact.first_name"),
    ("contact.phone", "contact.phone"),
    ("contact.email", "contact.email"),
    ("contact.language", "contact.language"),
    ("contact.id", "contact.id"),
    ("contact.owner", "contact.responsible.id"),
    ("conversation.channel", "origin"),
    ("conversation.id", "talk.id"),
    ("format(now, \"dd.MM.yyyy\")", "current_date"),
    ("lead.id", "lead.id"),
    ("lead.name", "lead.name"),
    ("lead.price", "lead.price"),
    ("lead.stage", "lead.status_id"),
    ("lead.pipeline", "lead.pipeline_id"),
    ("lead.owner", "lead.responsible.id"),
    ("lead.tags", "lead.tags"),
    ("contact.tags", "contact.tags"),
];

impl Writer<'_> {
    /// A text as Kommo has it. An expression without a placeholder is left out, and that is told.
    pub(super) fn kommo(&mut self, ours: &str) -> String {
        let Ok(text) = Text::compile(ours) else { return String::new() };
        if text.is_plain() {
            return ours.to_owned();
        }
        let mut out = String::new();
        let mut at = 0;
        for (expression, start) in text.expressions() {
            let open = ours[..start].rfind("{{").unwrap_or(start);
            out.push_str(&ours[at..open]);
            match self.placeholder(expression.source().trim()) {
                Some(placeholder) => out.push_str(&format!("{{{{{placeholder}}}}}")),
                None => self.lose(format!("the expression `{}`", expression.source().trim())),
            }
            let end = start + expression.source().len();
            at = ours[end..].find("}}").map_or(ours.len(), |close| end + close + 2);
        }
        out.push_str(&ours[at..]);
        out
    }

    /// The placeholder of an expression, with its modifiers.
    pub(super) fn placeholder(&self, expression: &str) -> Option<String> {
        if let Some((_, kommo)) = PLACEHOLDERS.iter().find(|(ours, _)| *ours == expression) {
            return Some((*kommo).to_owned());
        }
        // What had no equal in Kommo's text has none on the way back.
        if expression == "()" {
            return Some(String::new());
        }
        if let Some((kommo, _)) = RANDOM.iter().find(|(_, ours)| *ours == expression) {
            return Some((*kommo).to_owned());
        }
        let captured =
            ["capture(message.text, ", "capture(message.said, "].iter().find_map(|before| within(expression, before, ")"));
        if let Some(pattern) = captured {
            let php = php(&unquoted(pattern)?);
            // Case counts where nothing else is said; a pattern without flags may hold braces.
            return Some(format!("regexp.{}", php.strip_suffix("/u").map(|php| format!("{php}/")).unwrap_or(php)));
        }
        if let Some(option) = self.option(expression) {
            return Some(option);
        }
        match expression.split('.').collect::<Vec<_>>().as_slice() {
            ["lead", "fields", name] if is_name(name) => Some(format!("lead.cf.{}", self.field_id(Kind::LeadFields, name))),
            ["contact", "fields", name] if is_name(name) => {
                Some(format!("contact.cf.{}", self.field_id(Kind::ContactFields, name)))
            }
            ["company", "name"] => Some("company.name".to_owned()),
            ["company", name] if is_name(name) => Some(format!("company.cf.{}", self.field_id(Kind::CompanyFields, name))),
            ["vars", "json", path @ ..] if !path.is_empty() && path.iter().all(|name| is_name(name)) => {
                Some(format!("json.{}", path.join(".")))
            }
            _ => self.modified(expression),
        }
    }

    /// The option of a field whose name is printed where the field holds it.
    fn option(&self, expression: &str) -> Option<String> {
        let (held, _) = expression.strip_prefix("if ")?.strip_suffix(" } else { \"\" }")?.split_once(" { ")?;
        let (field, name) = held.split_once(" == ")?;
        let name = unquoted(name)?;
        let id = self.mapping.id(Kind::Options, &name).unwrap_or(&name);
        Some(format!("{}.{id}", self.placeholder(field)?))
    }

    /// The placeholder of an expression that a modifier was applied to.
    fn modified(&self, expression: &str) -> Option<String> {
        // A placeholder may be the fallback of another one.
        let or_else = expression
            .split_once(" ?? ")
            .and_then(|(inner, fallback)| Some((self.placeholder(inner)?, self.placeholder(fallback)?)));
        if let Some((inner, fallback)) = or_else {
            return Some(format!("{inner}:ifempty({{{{{fallback}}}}})"));
        }
        modifier::candidates(expression).into_iter().find_map(|(inner, modifier)| {
            let is_it = modifier::apply(&modifier, inner).is_ok_and(|again| again == expression);
            let is_plain = modifier::parts(&format!("x:{modifier}")).len() == 2 && !modifier.contains(['{', '}']);
            let inner = Some(inner).filter(|_| is_it && is_plain)?;
            Some(format!("{}:{modifier}", self.placeholder(inner)?))
        })
    }

    /// A value that is calculated from fields by `+ - * /`, as Kommo's formula.
    pub(super) fn formula(&self, text: &str) -> Option<String> {
        let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
        let is_arithmetic = |text: &str| text.chars().all(|letter| letter.is_ascii_digit() || "+-*/(). ".contains(letter));
        let mut out = String::new();
        let mut rest = inner;
        while let Some(open) = rest.find("(number(") {
            let inside = &rest[open + "(number(".len()..];
            let end = inside.find(") ?? 0)")?;
            if !is_arithmetic(&rest[..open]) {
                return None;
            }
            out.push_str(&rest[..open]);
            out.push_str(&format!("{{{{{}}}}}", self.placeholder(&inside[..end])?));
            rest = &inside[end + ") ?? 0)".len()..];
        }
        out.push_str(rest);
        is_arithmetic(rest).then_some(out)
    }
}

fn is_name(name: &str) -> bool {
    crate::ids::check_id(name).is_ok()
}

/// A pattern as PHP writes it.
pub(super) fn php(pattern: &str) -> String {
    let (flags, body) = match pattern.strip_prefix("(?").and_then(|rest| rest.split_once(')')) {
        Some((flags, body)) if flags.chars().all(|flag| flag.is_ascii_alphabetic() || flag == '-') => {
            let on: String = flags.split('-').next().unwrap_or_default().to_owned();
            (on, body)
        }
        _ => ("i".to_owned(), pattern),
    };
    format!("/{}/{flags}u", body.replace('/', "\\/"))
}
