//! `carousel`: cards side by side, each with a picture or video, a text and buttons.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Behaviour,
    message::Link,
    shared::{
        Content, Media, Question, Sending, Waiting,
        choices::{self, Element, Empty, Keyed, Offered},
    },
};
use crate::{
    contact::AnswerWait,
    event::Inbound,
    expression::{Expression, Text},
    ids::StepId,
    limits,
    message::{self, CarouselMessage, Message, Reply},
    option::Choice,
    turn::{Failure, Next, Stop, Turn},
};

/// Sends 2 to 10 cards side by side, each with a picture or video, a text and buttons.
///
/// All cards are alike: the same kind of medium, and either the same number of quick replies (1 or 2) or one link each. The text has up to 1,024
/// characters, a card's text 160 with 2 line breaks, a button's title 20. With quick replies it waits for the answer. Only inside the
/// customer service window; `template` says which carousel template goes out instead.
///
/// ```json
/// {"type": "carousel", "text": "Veja os modelos", "cards": [{"media": {"kind": "image", "link": "https://example.com/a.jpg"}, "text": "Modelo A", "buttons": [{"title": "Quero o A"}]}, {"media": {"kind": "image", "link": "https://example.com/b.jpg"}, "text": "Modelo B", "buttons": [{"title": "Quero o B"}]}], "save": "vars.model", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Carousel {
    /// The text above the cards: 1,024 characters.
    #[schemars(extend("x-limit" = limits::INTERACTIVE_TEXT))]
    pub text: Text,
    /// The cards: 2 to 10, all alike.
    #[schemars(length(min = 1, max = 10))]
    pub cards: Vec<Card>,
    #[serde(flatten)]
    pub sending: Sending,
    #[serde(flatten)]
    pub waiting: Waiting,
}

/// A card of a carousel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    /// A picture or video; the same kind on all cards.
    pub media: Media,
    /// The card's text: 160 characters, 2 line breaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::CARD_TEXT))]
    pub text: Option<Text>,
    /// One or two answers to tap, or one link.
    pub buttons: CardButtons,
    /// A list: one card for each of its elements, with `item` and `index` in its texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Expression>,
}

/// What a card offers: answers to tap or one link, never both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum CardButtons {
    /// A button that opens a web page.
    Link(Link),
    /// Answers to tap, or one link.
    List(Vec<CardButton>),
}

/// A button of a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum CardButton {
    /// A button that opens a web page.
    Link(Link),
    /// An answer to tap.
    Option(Choice),
}

impl Card {
    fn keyed(&self, card: usize) -> impl Iterator<Item = Keyed<'_>> {
        let buttons = match &self.buttons {
            CardButtons::Link(_) => &[],
            CardButtons::List(buttons) => &buttons[..],
        };
        buttons.iter().enumerate().filter_map(move |(index, button)| match button {
            CardButton::Option(choice) => Some(Keyed { key: choices::place_key(card, index), index, choice }),
            CardButton::Link(_) => None,
        })
    }

    /// Its link, with its place in the card. What stands beside it is refused by the checker.
    fn link(&self) -> Option<(String, &Link)> {
        match &self.buttons {
            CardButtons::Link(link) => Some(("buttons".to_owned(), link)),
            CardButtons::List(buttons) => buttons.iter().enumerate().find_map(|(index, button)| match button {
                CardButton::Link(link) => Some((format!("buttons.{index}"), link)),
                CardButton::Option(_) => None,
            }),
        }
    }
}

impl Carousel {
    /// The card's number in a short reply id: its place among the written cards, and the element of `each` that made it.
    ///
    /// A written card keeps its place, whatever `each` of the cards before it gives.
    fn card_number(&self, card: usize, element: Option<usize>) -> usize {
        element.map_or(card, |element| card + self.cards.len() * (element + 1))
    }

    /// The elements that a card is drawn for; None: it has no `each`.
    fn elements(&self, turn: &mut Turn<'_>, card: &Card, empty: Empty) -> Result<Vec<(Option<usize>, Element)>, Stop> {
        let elements = choices::elements(turn, card.each.as_ref(), &Element::default(), empty)?;
        Ok(elements.into_iter().enumerate().map(|(index, element)| (card.each.as_ref().map(|_| index), element)).collect())
    }

    fn offered(&self, turn: &mut Turn<'_>, empty: Empty) -> Result<Vec<Offered<'_>>, Stop> {
        let mut offered = Vec::new();
        for (index, card) in self.cards.iter().enumerate() {
            for (_, element) in self.elements(turn, card, empty)? {
                offered.extend(choices::offer(turn, card.keyed(index), &format!("cards.{index}.buttons"), &element, empty)?);
            }
        }
        Ok(offered)
    }

    fn content(&self, turn: &mut Turn<'_>) -> Result<Content, Stop> {
        let mut cards = Vec::new();
        let mut all = Vec::new();
        for (index, card) in self.cards.iter().enumerate() {
            let place = format!("cards.{index}.");
            for (element_index, element) in self.elements(turn, card, Empty::Fails)? {
                let locals = &element.locals;
                let buttons = match card.link() {
                    Some((key, Link { title, url })) => message::CardButtons::Link {
                        title: turn.text_with(&format!("{place}{key}.title"), title, locals)?,
                        url: turn.text_with(&format!("{place}{key}.url"), url, locals)?,
                    },
                    None => {
                        if card.keyed(index).any(|keyed| keyed.choice.each.is_some()) {
                            // Its id would have to name the element too, and has no room left.
                            let text = "a card's button can't have `each`; give it to the card";
                            return Err(Failure::new("limit", text).into());
                        }
                        let offered =
                            choices::offer(turn, card.keyed(index), &format!("{place}buttons"), &element, Empty::Fails)?;
                        let number = self.card_number(index, element_index);
                        let reply = |offered: &Offered<'_>| {
                            let written = card.keyed(index).find(|keyed| std::ptr::eq(keyed.choice, offered.choice));
                            let button = written.map_or(0, |keyed| keyed.index);
                            Reply { id: turn.short_reply_id(number, button), title: offered.title.clone() }
                        };
                        let replies = offered.iter().map(reply).collect();
                        all.extend(offered);
                        message::CardButtons::Replies(replies)
                    }
                };
                let text = match &card.text {
                    Some(text) => Some(turn.text_with(&format!("{place}text"), text, locals)?),
                    None => None,
                };
                let media = card.media.fill_with(turn, &format!("{place}media."), locals)?;
                cards.push(message::Card { media, text: text.filter(|text| !text.trim().is_empty()), buttons });
            }
        }
        let message = Message::Carousel(CarouselMessage { text: turn.text("text", &self.text)?, cards });
        Ok(Content::with(message, &all))
    }
}

impl Behaviour for Carousel {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = self.content(turn)?;
        self.sending.send(turn, content, self.waits(), AnswerWait::default())
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let question = Question {
            step: self,
            sending: &self.sending,
            waiting: &self.waiting,
            offered: &|turn, empty| self.offered(turn, empty),
            as_list: |_| false,
            expect: None,
            invalid: None,
            content: &|turn, _| self.content(turn),
        };
        question.answer(turn, answer)
    }

    fn sending(&self) -> Option<&Sending> {
        Some(&self.sending)
    }

    fn waiting(&self) -> Option<&Waiting> {
        Some(&self.waiting)
    }

    fn choice(&self, key: &str) -> Option<&Choice> {
        let base = choices::base_key(key);
        let mut options = self.cards.iter().enumerate().flat_map(|(index, card)| card.keyed(index));
        options.find(|keyed| keyed.key == base).map(|keyed| keyed.choice).or_else(|| self.sending.choice(key))
    }

    fn card_key(&self, card: usize, button: usize) -> Option<String> {
        let written = card.checked_rem(self.cards.len())?;
        let key = choices::place_key(written, button);
        Some(match card / self.cards.len() {
            0 => key,
            element => format!("{key}-{}", element - 1),
        })
    }

    fn waits(&self) -> bool {
        !self.waiting.answers.is_empty() || self.cards.iter().enumerate().any(|(index, card)| card.keyed(index).next().is_some())
    }

    fn next(&self) -> Option<&StepId> {
        self.sending.next.as_ref()
    }
}
