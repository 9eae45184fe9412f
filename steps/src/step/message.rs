//! `message`: a text, a picture, buttons, a link, a place on the map: whatever a bot says in one message.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Behaviour,
    shared::{
        ContactCard, Content, Location, Media, Question, Sending, Waiting,
        choices::{self, Element, Empty, Offered},
    },
};
use crate::{
    contact::AnswerWait,
    event::Inbound,
    expression::Text,
    ids::StepId,
    limits,
    message::{self, ButtonsMessage, Header, LinkMessage, ListMessage, ListSection, MediaMessage, Reply},
    option::Choice,
    turn::{Failure, Next, Stop, Turn},
};

/// The menu's name when buttons become a list and the step gives none.
pub(super) const MENU: &str = "Menu";

/// Sends a message: text, media, buttons, a link, a location or contact cards.
///
/// Up to 3 buttons are drawn under the message; 4 to 10 go out as a list that opens by `button`. With buttons it waits for the answer.
/// A text has up to 4,096 characters, 1,024 beside buttons or as a caption; a button's title has 20, a row's 24.
///
/// ```json
/// {"type": "message", "text": "Como podemos ajudar?", "buttons": [{"id": "buy", "title": "Comprar"}, {"id": "help", "title": "Suporte"}], "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    #[serde(flatten)]
    pub keys: MessageKeys,
    #[serde(flatten)]
    pub sending: Sending,
    #[serde(flatten)]
    pub waiting: Waiting,
}

/// What a message holds; `ask` has the same keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MessageKeys {
    /// The message's text, or the caption of its media.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::TEXT))]
    pub text: Option<Text>,
    /// A line above the text, beside buttons or a link: 60 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::HEADER))]
    pub header: Option<Text>,
    /// A line below the text, beside buttons or a link: 60 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::FOOTER))]
    pub footer: Option<Text>,
    /// A picture, video, sound, document or sticker. With up to 3 buttons it stands above the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// Answers to tap.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Choice>,
    /// The menu's name when more than 3 buttons become a list: 20 characters. Left out: `Menu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::LIST_BUTTON))]
    pub button: Option<Text>,
    /// A button that opens a web page. Taps on it are not reported. Where its `url` is empty, the message goes out without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// A place on the map, in place of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Contact cards, in place of a text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<ContactCard>,
}

/// A button that opens a web page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// The button's text: 20 characters.
    #[schemars(extend("x-limit" = limits::BUTTON_TITLE))]
    pub title: Text,
    pub url: Text,
}

impl MessageKeys {
    /// The message, filled in: one page of its options.
    pub fn content(&self, turn: &mut Turn<'_>, more: Option<&Text>, page: u32) -> Result<Content, Stop> {
        if let Some(location) = &self.location {
            return Ok(message::Message::Location(location.fill(turn, "location.")?).into());
        }
        if !self.contacts.is_empty() {
            let cards = self.contacts.iter().enumerate();
            let cards = cards.map(|(index, card)| card.fill(turn, &format!("contacts.{index}."))).collect::<Result<_, _>>()?;
            return Ok(message::Message::Contacts { contacts: cards }.into());
        }
        let text = turn.optional_text("text", self.text.as_ref())?;
        let media = self.media.as_ref().map(|media| media.fill(turn, "media.")).transpose()?;
        let footer = turn.optional_text("footer", self.footer.as_ref())?;
        let header = turn.optional_text("header", self.header.as_ref())?;
        let url = self.link.as_ref().map(|link| turn.text("link.url", &link.url)).transpose()?;
        // A button that leads nowhere is left out: the rest of the message still says something.
        if let (Some(link), Some(url)) = (&self.link, url.filter(|url| !url.trim().is_empty())) {
            let title = turn.text("link.title", &link.title)?;
            let header = media.map(Header::Media).or(header.map(Header::Text));
            let text = text.unwrap_or_default();
            return Ok(message::Message::Link(LinkMessage { header, text, footer, title, url }).into());
        }
        let offered = self.offered(turn, Empty::Fails)?;
        if !self.buttons.is_empty() && offered.is_empty() {
            return Err(Failure::new("empty", "none of the step's buttons is to be shown").into());
        }
        if offered.is_empty() {
            return match (media, text) {
                (Some(media), caption) => Ok(message::Message::Media(MediaMessage { media, caption }).into()),
                (None, Some(text)) => Ok(message::Message::Text { text }.into()),
                (None, None) => Err(Failure::new("empty", "the message's text is empty").into()),
            };
        }
        let text = text.unwrap_or_default();
        if !Self::go_out_as_list(offered.len()) {
            let buttons = offered.iter().map(|offered| Reply { id: turn.reply_id(&offered.key), title: offered.title.clone() });
            let buttons = buttons.collect();
            let header = media.map(Header::Media).or(header.map(Header::Text));
            let message = message::Message::Buttons(ButtonsMessage { header, text, footer, buttons });
            return Ok(Content::with(message, &offered));
        }
        if media.is_some() {
            let text = format!("{} buttons; beside `media` WhatsApp shows {}", offered.len(), limits::BUTTONS);
            return Err(Failure::new("limit", text).into());
        }
        let button = turn.optional_text("button", self.button.as_ref())?.unwrap_or_else(|| MENU.to_owned());
        let page = choices::page(&offered, limits::ROWS, page);
        let rows = page.rows(turn, offered.len(), more)?.into_iter().map(|(_, row)| row).collect();
        let sections = vec![ListSection { title: None, rows }];
        let message = message::Message::List(ListMessage { header, text, footer, button, sections });
        Ok(Content::with(message, page.options))
    }

    /// The buttons that are shown now.
    pub fn offered(&self, turn: &mut Turn<'_>, empty: Empty) -> Result<Vec<Offered<'_>>, Stop> {
        choices::offer(turn, choices::keyed(&self.buttons, None), "buttons", &Element::default(), empty)
    }

    /// Whether so many buttons go out as a list.
    pub fn go_out_as_list(buttons: usize) -> bool {
        buttons > limits::BUTTONS
    }
}

impl Message {
    fn content(&self, turn: &mut Turn<'_>, page: u32) -> Result<Content, Stop> {
        self.keys.content(turn, self.waiting.more.as_ref(), page)
    }
}

impl Behaviour for Message {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = self.content(turn, 0)?;
        self.sending.send(turn, content, self.waits(), AnswerWait::default())
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let question = Question {
            step: self,
            sending: &self.sending,
            waiting: &self.waiting,
            offered: &|turn, empty| self.keys.offered(turn, empty),
            as_list: MessageKeys::go_out_as_list,
            expect: None,
            invalid: None,
            content: &|turn, page| self.content(turn, page),
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
        choices::find(&self.keys.buttons, key, None).or_else(|| self.sending.choice(key))
    }

    fn waits(&self) -> bool {
        !self.keys.buttons.is_empty() || !self.waiting.answers.is_empty()
    }

    fn next(&self) -> Option<&StepId> {
        self.sending.next.as_ref()
    }
}
