//! What the parts of an import share: the names of ids, the report, and which bot and step are being read.

use std::collections::{BTreeMap, HashSet};

use super::{
    mapping::{Kind, Mapping},
    report::{Code, Finding, Report},
    words,
};

/// An import of one bot under way.
pub(super) struct Context<'m> {
    pub(super) bot: String,
    pub(super) mapping: &'m mut Mapping,
    pub(super) report: &'m mut Report,
    /// Kommo's step that is being read.
    pub(super) step: u64,
    /// Variables that the bot needs, with their types.
    pub(super) variables: BTreeMap<&'static str, &'static str>,
    /// What is to be said at the step that is being made.
    pub(super) remarks: Vec<String>,
    /// The channels that messages were given, as far as they were told.
    pub(super) channels: HashSet<String>,
    /// Where the customer's message is read.
    pub(super) message: &'static str,
    /// The language of the bot.
    pub(super) language: &'m str,
}

/// Where the customer's message is read: as it is.
pub(super) const MESSAGE: &str = "message.text";
/// Where it is read in bots whose titles were cut: a tap says Kommo's title.
pub(super) const MEANT: &str = "message.said";

/// Whose field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Contact,
    Lead,
    Company,
}

impl Owner {
    pub(super) fn word(self) -> &'static str {
        match self {
            Owner::Contact => "contact",
            Owner::Lead => "lead",
            Owner::Company => "company",
        }
    }

    /// Kommo's numbers and words for it.
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "1" | "contact" | "contacts" | "contact_main" | "main" => Some(Owner::Contact),
            "2" | "lead" | "leads" => Some(Owner::Lead),
            "3" | "company" | "companies" => Some(Owner::Company),
            _ => None,
        }
    }
}

impl<'m> Context<'m> {
    pub(super) fn new(bot: &str, mapping: &'m mut Mapping, report: &'m mut Report) -> Self {
        Context {
            bot: bot.to_owned(),
            mapping,
            report,
            step: 0,
            variables: BTreeMap::new(),
            remarks: Vec::new(),
            channels: HashSet::new(),
            message: MESSAGE,
            language: "en",
        }
    }

    /// Tells of something, in the report alone.
    pub(super) fn find(&mut self, code: Code, place: &str, message: impl Into<String>) {
        let finding = Finding { code, bot: self.bot.clone(), place: place.to_owned(), step: None, message: message.into() };
        self.report.tell(finding);
    }

    /// Tells of something in the report, and at the step that is being made.
    pub(super) fn remark(&mut self, code: Code, place: &str, message: impl Into<String>) {
        let message = message.into();
        let sentence = sentence(&message);
        if !self.remarks.contains(&sentence) {
            self.remarks.push(sentence);
        }
        self.find(code, place, message);
    }

    pub(super) fn unconfirmed(&mut self, what: &'static str) {
        self.report.unconfirmed.insert(what);
    }

    /// The name that people gave an id, which is used in this step.
    pub(super) fn named(&mut self, kind: Kind, id: &str) -> Option<String> {
        let used = format!("{}: step {}", self.bot, self.step);
        self.mapping.name(kind, id, &used)
    }

    /// The name of an id where any text will do: the id itself where nobody named it.
    pub(super) fn name_or_id(&mut self, kind: Kind, id: &str) -> String {
        self.named(kind, id).unwrap_or_else(|| id.to_owned())
    }

    pub(super) fn stage(&mut self, id: &str) -> String {
        // Two stages are the same in every account (reference of Kommo's API, "Leads").
        let built_in = match id {
            "142" => "won",
            "143" => "lost",
            other => other,
        };
        self.named(Kind::Stages, id).unwrap_or_else(|| built_in.to_owned())
    }

    /// The kind of a task: its name, a kind that every account has (reference of Kommo's API, "Tasks"), or the id.
    pub(super) fn task_type(&mut self, id: &str) -> String {
        let built_in = match id {
            "1" => "follow_up",
            "2" => "meeting",
            other => other,
        };
        self.named(Kind::TaskTypes, id).unwrap_or_else(|| built_in.to_owned())
    }

    /// Where a field's value is kept: `lead.fields.cf_5501`, or a property where it was named so.
    pub(super) fn field(&mut self, owner: Owner, id: &str) -> String {
        let (kind, properties): (Kind, &[&str]) = match owner {
            Owner::Contact => (Kind::ContactFields, &["name", "email", "phone", "language"]),
            Owner::Lead => (Kind::LeadFields, &["name", "price"]),
            Owner::Company => (Kind::CompanyFields, &[]),
        };
        let name = match self.named(kind, id) {
            Some(name) if properties.contains(&name.as_str()) => return format!("{}.{name}", owner.word()),
            Some(name) => {
                let key = words::id(&name, "field");
                if key != name {
                    let message =
                        format!("the field {name:?} of the map is `{key}` here: keys are small letters, digits and `_`");
                    self.find(Code::Unmapped, &self.step.to_string(), message);
                }
                key
            }
            None if id.bytes().all(|byte| byte.is_ascii_digit()) => words::id(&format!("cf_{id}"), "cf"),
            None => words::id(id, "cf"),
        };
        match owner {
            Owner::Company => format!("company.{name}"),
            owner => format!("{}.fields.{name}", owner.word()),
        }
    }

    /// The variable that keeps what the last validation found.
    pub(super) fn validated(&mut self) -> &'static str {
        self.variables.insert("validated", "text");
        "vars.validated"
    }
}

/// What is said of something, as it stands in the comment of its step.
pub(super) fn sentence(message: &str) -> String {
    let mut sentence = message.to_owned();
    if let Some(first) = sentence.get(..1) {
        let upper = first.to_ascii_uppercase();
        sentence.replace_range(..1, &upper);
    }
    format!("{sentence}.")
}
