//! The faces of the business's messages.

use steps::message::{Card, CardButtons, Header, ListMessage, ListRow, Message, ProductListMessage, Reply};

use super::{Action, Choice, Face, Medium, Menu, MenuRow, MenuSection, Piece, reaction, template};
use crate::words::Words;

impl Face {
    /// A message of the business.
    pub fn of(message: &Message, words: &Words) -> Face {
        let mut numbers = Numbers::new(words);
        match message {
            Message::Text { text } => Face::plain(text),
            Message::Media(message) => {
                Face::show([Piece::Media { media: Medium::of(&message.media), caption: message.caption.clone() }])
            }
            Message::Buttons(message) => Face {
                actions: numbers.replies(&message.buttons),
                ..Face::interactive(message.header.as_ref(), &message.text, message.footer.as_ref())
            },
            Message::List(message) => list(message, &mut numbers),
            Message::Link(message) => Face {
                actions: vec![Action::Link { title: message.title.clone(), url: message.url.clone() }],
                ..Face::interactive(message.header.as_ref(), &message.text, message.footer.as_ref())
            },
            Message::Carousel(message) => {
                Face { cards: message.cards.iter().map(|each| card(each, &mut numbers)).collect(), ..Face::plain(&message.text) }
            }
            Message::Template(message) => template::outline(message, &mut numbers),
            Message::Flow(message) => Face {
                actions: vec![Action::Form { title: message.button.clone(), form: message.flow.clone() }],
                ..Face::interactive(message.header.as_ref(), &message.text, message.footer.as_ref())
            },
            Message::LocationRequest { text } => Face { actions: vec![Action::SendLocation], ..Face::plain(text) },
            Message::ContactRequest { text } => Face { actions: vec![Action::ShareContact], ..Face::plain(text) },
            Message::Location(location) => Face::show([Piece::Place(location.clone())]),
            Message::Contacts { contacts } => Face::show(contacts.iter().cloned().map(Piece::Person)),
            Message::Product(message) => Face::show(
                [Piece::Product { catalog: message.catalog.clone(), product: message.product.clone() }]
                    .into_iter()
                    .chain(message.text.clone().map(Piece::Text))
                    .chain(message.footer.clone().map(Piece::Footer)),
            ),
            Message::ProductList(message) => product_list(message, words),
            Message::Reaction { emoji, .. } => reaction(emoji, words),
        }
    }
}

/// Gives out the numbers of one message's replies.
pub(super) struct Numbers<'w> {
    given: usize,
    pub(super) words: &'w Words,
}

impl<'w> Numbers<'w> {
    pub(super) fn new(words: &'w Words) -> Self {
        Numbers { given: 0, words }
    }

    pub(super) fn choice(&mut self, reply: &Reply) -> Choice {
        self.given += 1;
        Choice { number: self.given, reply: reply.clone() }
    }

    fn replies(&mut self, replies: &[Reply]) -> Vec<Action> {
        replies.iter().map(|reply| Action::Reply(self.choice(reply))).collect()
    }
}

fn list(message: &ListMessage, numbers: &mut Numbers<'_>) -> Face {
    let mut sections = Vec::new();
    for section in &message.sections {
        let row = |row: &ListRow| MenuRow::Choice { choice: numbers.choice(&row.reply), description: row.description.clone() };
        sections.push(MenuSection { title: section.title.clone(), rows: section.rows.iter().map(row).collect() });
    }
    let header = message.header.clone().map(Header::Text);
    Face {
        menu: Some(Menu { button: message.button.clone(), sections }),
        ..Face::interactive(header.as_ref(), &message.text, message.footer.as_ref())
    }
}

fn card(card: &Card, numbers: &mut Numbers<'_>) -> Face {
    let actions = match &card.buttons {
        CardButtons::Replies(replies) => numbers.replies(replies),
        CardButtons::Link { title, url } => vec![Action::Link { title: title.clone(), url: url.clone() }],
    };
    let media = Piece::Media { media: Medium::of(&card.media), caption: None };
    Face { actions, ..Face::show([media].into_iter().chain(card.text.clone().map(Piece::Text))) }
}

fn product_list(message: &ProductListMessage, words: &Words) -> Face {
    let sections = message.sections.iter().map(|section| MenuSection {
        title: section.title.clone(),
        rows: section.products.iter().cloned().map(MenuRow::Product).collect(),
    });
    Face {
        menu: Some(Menu { button: words.view_items.to_owned(), sections: sections.collect() }),
        ..Face::interactive(Some(&Header::Text(message.header.clone())), &message.text, message.footer.as_ref())
    }
}
