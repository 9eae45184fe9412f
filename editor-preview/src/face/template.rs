//! The faces of templates. A message brings a template's name and what fills its gaps; what it says stands with Meta, and is drawn where
//! it is known. Else the message's outline is drawn: the name, and the values by the names of their gaps.

use steps::{
    message::{Media, Reply, TemplateButton, TemplateCard, TemplateHeader, TemplateMessage, TemplateParameters},
    template::{self, TemplateContent, TemplateContentButton, TemplateContentHeader},
};

use super::{Action, Face, Mark, Medium, Piece, message::Numbers};
use crate::words::Words;

impl Face {
    /// A template of which is known what it says, as the phone shows it.
    pub fn of_template(message: &TemplateMessage, content: &TemplateContent, words: &Words) -> Face {
        let mut numbers = Numbers::new(words);
        let face = Filled::of(message).face(content, &mut numbers);
        let cards = content.cards.iter().enumerate().map(|(index, content)| {
            let filled = message.cards.get(index).map(Filled::of_card).unwrap_or_default();
            filled.face(content, &mut numbers)
        });
        Face { cards: cards.collect(), ..face }
    }
}

/// What a message fills into a template, or into a card of one.
#[derive(Default)]
struct Filled<'m> {
    header: Option<Header<'m>>,
    parameters: Option<&'m TemplateParameters>,
    buttons: &'m [TemplateButton],
}

enum Header<'m> {
    Own(&'m TemplateHeader),
    /// Cards have no others.
    Media(&'m Media),
}

impl<'m> Filled<'m> {
    fn of(message: &'m TemplateMessage) -> Self {
        let header = message.header.as_ref().map(Header::Own);
        Filled { header, parameters: Some(&message.parameters), buttons: &message.buttons }
    }

    fn of_card(card: &'m TemplateCard) -> Self {
        let header = Some(Header::Media(&card.header));
        Filled { header, parameters: Some(&card.parameters), buttons: &card.buttons }
    }

    fn face(&self, content: &TemplateContent, numbers: &mut Numbers<'_>) -> Face {
        let header = content.header.as_ref().and_then(|header| self.header(header));
        let body = (!content.body.is_empty()).then(|| Piece::Text(fill(&content.body, self.parameters)));
        let buttons = content.buttons.iter().enumerate();
        Face {
            actions: buttons.map(|(index, button)| action(button, self.buttons.get(index), numbers)).collect(),
            ..Face::show(header.into_iter().chain(body).chain(content.footer.clone().map(Piece::Footer)))
        }
    }

    /// What stands above the body. A medium that the message does not bring is not there.
    fn header(&self, content: &TemplateContentHeader) -> Option<Piece> {
        let medium = |media| Piece::Media { media: Medium::of(media), caption: None };
        match (content, &self.header) {
            (TemplateContentHeader::Text { text }, header) => {
                let parameters = match header {
                    Some(Header::Own(TemplateHeader::Text(parameters))) => Some(parameters),
                    _ => None,
                };
                Some(Piece::Title(fill(text, parameters)))
            }
            (_, Some(Header::Own(TemplateHeader::Media(media)))) => Some(medium(media)),
            (_, Some(Header::Media(media))) => Some(medium(media)),
            (_, Some(Header::Own(TemplateHeader::Location(location)))) => Some(Piece::Place(location.clone())),
            _ => None,
        }
    }
}

/// A button with its label, and what the message adds to it: Meta counts them by their places.
fn action(content: &TemplateContentButton, filled: Option<&TemplateButton>, numbers: &mut Numbers<'_>) -> Action {
    match (content, filled) {
        (TemplateContentButton::QuickReply { text }, Some(TemplateButton::QuickReply { reply })) => {
            Action::Reply(numbers.choice(&Reply { id: reply.id.clone(), title: text.clone() }))
        }
        (TemplateContentButton::Url { text, url }, filled) => {
            let suffix = match filled {
                Some(TemplateButton::Url { suffix }) => Some(TemplateParameters::Positional(vec![suffix.clone()])),
                _ => None,
            };
            Action::Link { title: text.clone(), url: fill(url, suffix.as_ref()) }
        }
        (TemplateContentButton::PhoneNumber { text, number }, _) => Action::Call { title: text.clone(), number: number.clone() },
        (TemplateContentButton::CopyCode { .. }, Some(TemplateButton::CopyCode { code })) => Action::Copy { code: code.clone() },
        (TemplateContentButton::Flow { text, flow }, _) => Action::Form { title: text.clone(), form: flow.clone() },
        (
            TemplateContentButton::QuickReply { text }
            | TemplateContentButton::CopyCode { text }
            | TemplateContentButton::Other { text },
            _,
        ) => Action::Fixed { title: Some(text.clone()) },
    }
}

/// A text with its gaps filled. One that nothing fills stays open, as the send would fail for it.
fn fill(text: &str, parameters: Option<&TemplateParameters>) -> String {
    let value = |name: &str| match parameters? {
        TemplateParameters::Named(named) => named.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str()),
        TemplateParameters::Positional(values) => {
            let index = name.parse::<usize>().ok()?.checked_sub(1)?;
            values.get(index).map(String::as_str)
        }
    };
    let mut filled = String::new();
    for piece in template::pieces(text) {
        match piece {
            template::Piece::Text(text) => filled.push_str(text),
            template::Piece::Gap(name) => match value(name) {
                Some(value) => filled.push_str(value),
                None => filled.push_str(&gap(name)),
            },
        }
    }
    filled
}

fn gap(name: &str) -> String {
    format!("{{{{{name}}}}}")
}

/// A template of which only that is known which the message brings.
pub(super) fn outline(message: &TemplateMessage, numbers: &mut Numbers<'_>) -> Face {
    let header = message.header.as_ref().and_then(|header| match header {
        TemplateHeader::Text(parameters) => facts(&format!("{} ", numbers.words.header), parameters),
        TemplateHeader::Media(media) => Some(Piece::Media { media: Medium::of(media), caption: None }),
        TemplateHeader::Location(location) => Some(Piece::Place(location.clone())),
    });
    let body = facts("", &message.parameters);
    Face {
        mark: Some(Mark::Template { name: message.name.clone(), language: message.language.clone() }),
        actions: outlined_buttons(&message.buttons, numbers),
        cards: message.cards.iter().map(|card| outlined_card(card, numbers)).collect(),
        ..Face::show(header.into_iter().chain(body))
    }
}

fn outlined_card(card: &TemplateCard, numbers: &mut Numbers<'_>) -> Face {
    let media = Piece::Media { media: Medium::of(&card.header), caption: None };
    Face {
        actions: outlined_buttons(&card.buttons, numbers),
        ..Face::show([media].into_iter().chain(facts("", &card.parameters)))
    }
}

fn outlined_buttons(buttons: &[TemplateButton], numbers: &mut Numbers<'_>) -> Vec<Action> {
    let words = numbers.words;
    let mut action = |button: &TemplateButton| match button {
        TemplateButton::QuickReply { reply } => Action::Reply(numbers.choice(reply)),
        TemplateButton::Url { suffix } => Action::Link { title: words.open_link.to_owned(), url: format!("…{suffix}") },
        TemplateButton::CopyCode { code } => Action::Copy { code: code.clone() },
        TemplateButton::Flow { .. } => Action::Form { title: words.open_form.to_owned(), form: words.of_the_template.to_owned() },
        TemplateButton::Fixed => Action::Fixed { title: None },
    };
    buttons.iter().map(&mut action).collect()
}

/// Parameters as the template writes its gaps: `{{1}}`, `{{name}}`.
fn facts(place: &str, parameters: &TemplateParameters) -> Option<Piece> {
    let named = |name: &str| format!("{place}{}", gap(name));
    let facts = match parameters {
        TemplateParameters::Named(filled) => filled.iter().map(|(name, value)| (named(name), value.clone())).collect(),
        TemplateParameters::Positional(values) => {
            values.iter().enumerate().map(|(index, value)| (named(&(index + 1).to_string()), value.clone())).collect()
        }
    };
    (!parameters.is_empty()).then_some(Piece::Facts(facts))
}
