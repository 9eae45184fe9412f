//! The words that the drawings have of their own: what the phone says, not the customer, the business or the bot.
//!
//! One table, a column a language. A `{}` is a place for a value; see [`fill`].

mod en;
mod es;
mod pt;

use serde::{Deserialize, Serialize};

/// A language that the drawings speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    En,
    Es,
    Pt,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::En, Language::Es, Language::Pt];

    /// The language of a tag such as `pt-BR`; English where the drawings don't speak it.
    pub fn of(tag: &str) -> Language {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        Language::ALL.into_iter().find(|language| language.tag() == primary).unwrap_or_default()
    }

    pub fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Es => "es",
            Language::Pt => "pt",
        }
    }

    pub fn words(self) -> &'static Words {
        match self {
            Language::En => &en::WORDS,
            Language::Es => &es::WORDS,
            Language::Pt => &pt::WORDS,
        }
    }
}

/// A word with a value in its place.
pub fn fill(pattern: &str, value: &str) -> String {
    pattern.replacen("{}", value, 1)
}

/// A word for one and one for several, with the number in its place.
#[derive(Debug)]
pub struct Counted {
    pub one: &'static str,
    pub several: &'static str,
}

impl Counted {
    pub fn of(&self, number: i64) -> String {
        fill(if number == 1 { self.one } else { self.several }, &number.to_string())
    }
}

#[derive(Debug)]
pub struct Words {
    // The chat.
    pub preview: &'static str,
    pub preview_of: &'static str,
    pub chat_with: &'static str,
    pub messages: &'static str,
    pub simulated: &'static str,
    pub customer: &'static str,
    pub bot: &'static str,
    pub agent: &'static str,
    pub note: &'static str,
    pub you: &'static str,

    // How far a message came.
    pub sending: &'static str,
    pub sent: &'static str,
    pub not_delivered: &'static str,
    pub delivered: &'static str,
    pub read: &'static str,
    pub played: &'static str,
    pub not_delivered_because: &'static str,

    // What stands above, beside and below a message.
    pub in_answer_to: &'static str,
    pub earlier_message: &'static str,
    pub quote: &'static str,
    pub forwarded: &'static str,
    pub ad: &'static str,
    pub from_an_ad: &'static str,
    pub edited: &'static str,
    pub deleted: &'static str,
    pub reactions: &'static str,
    pub reaction: &'static str,
    pub by: &'static str,
    pub read_more: &'static str,

    // What a message is.
    pub image: &'static str,
    pub video: &'static str,
    pub audio: &'static str,
    pub voice: &'static str,
    pub document: &'static str,
    pub sticker: &'static str,
    pub location: &'static str,
    pub contact: &'static str,
    pub product: &'static str,
    pub of_catalog: &'static str,
    pub template: &'static str,
    pub header: &'static str,
    pub form_sent: &'static str,
    pub order_from_catalog: &'static str,
    pub changed_earlier: &'static str,
    pub deleted_earlier: &'static str,
    pub took_reaction_back: &'static str,
    pub call_permission: &'static str,
    pub call: &'static str,
    pub not_handed_on: &'static str,
    pub unknown_kind: &'static str,
    pub transcript: &'static str,
    pub no_contact: &'static str,

    // What can be tapped.
    pub see_all_options: &'static str,
    pub view_items: &'static str,
    pub open_link: &'static str,
    pub open_form: &'static str,
    pub form_named: &'static str,
    pub of_the_template: &'static str,
    pub opens: &'static str,
    pub opens_the_form: &'static str,
    pub calls: &'static str,
    pub copy_code: &'static str,
    pub send_location: &'static str,
    pub share_contact: &'static str,
    pub template_button: &'static str,
    pub cards: Counted,
    pub card: &'static str,

    // What happened between messages.
    pub later: &'static str,
    pub days: Counted,
    pub hours: Counted,
    pub minutes: Counted,
    pub handed_over_to: &'static str,
    pub handed_over: &'static str,
    /// For the person who takes over.
    pub summary: &'static str,
    pub given_back: &'static str,
    pub team_is_told: &'static str,

    pub form: FormWords,
}

/// What forms say.
#[derive(Debug)]
pub struct FormWords {
    pub optional: &'static str,
    pub choose: &'static str,
    pub nothing_here: &'static str,
    pub unknown_component: &'static str,
    pub picture: &'static str,
    pub add_photos: &'static str,
    pub add_documents: &'static str,
    pub files: &'static str,
    pub from_date: &'static str,
    pub to_date: &'static str,
    // What is wrong with an answer.
    pub required: &'static str,
    pub must_agree: &'static str,
    pub no_number: &'static str,
    pub no_email: &'static str,
    pub no_phone: &'static str,
    pub no_passcode: &'static str,
    pub no_date: &'static str,
    pub no_such_option: &'static str,
    pub other_pattern: &'static str,
    pub too_short: Counted,
    pub too_long: Counted,
    pub too_few: Counted,
    pub too_many: Counted,
    pub too_early: &'static str,
    pub too_late: &'static str,
    pub not_that_day: &'static str,
    pub end_before_start: &'static str,
    pub too_few_days: Counted,
    pub too_many_days: Counted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_finds_its_language() {
        let found = ["pt-BR", "pt_BR", "ES", "en", "de", ""].map(Language::of);
        assert_eq!(found, [Language::Pt, Language::Pt, Language::Es, Language::En, Language::En, Language::En]);
    }

    #[test]
    fn places_are_the_same_in_all_languages() {
        let places = |language: Language| {
            let table = format!("{:?}", language.words());
            table.split(", ").map(|word| word.matches("{}").count()).collect::<Vec<_>>()
        };
        assert!(Language::ALL.into_iter().all(|language| places(language) == places(Language::En)));
    }
}
