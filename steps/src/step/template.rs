//! `template`: a message that Meta has approved beforehand. The only kind that may go out when the customer service window is closed.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Behaviour,
    shared::{
        Content, Location, Media, Question, Sending, Waiting,
        choices::{self, Element, Empty, Keyed, Offered},
    },
};
use crate::{
    contact::AnswerWait,
    data::Data,
    event::Inbound,
    expression::{Locals, Text},
    ids::StepId,
    limits::{self, TEMPLATE_HEADER, TEMPLATE_TEXT, template_values},
    message::{Message, Reply, TemplateButton, TemplateCard, TemplateHeader, TemplateMessage, TemplateParameters},
    option::Choice,
    turn::{Failure, Next, Stop, Turn},
};

/// Sends an approved template, also when the customer service window is closed.
///
/// Templates are written in WhatsApp Manager; here stand the name, the language, and what goes into the variables. Marketing
/// templates are always charged. With quick replies it waits for the answer.
///
/// ```json
/// {"type": "template", "name": "pedido_enviado", "language": "pt_BR", "parameters": {"nome": "{{ contact.first_name ?? \"cliente\" }}"}, "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateStep {
    #[serde(flatten)]
    pub template: Template,
    #[serde(flatten)]
    pub waiting: Waiting,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

/// A template with what goes into its variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Template {
    /// The template's name in WhatsApp Manager.
    #[schemars(extend("x-kind" = "template"))]
    #[schemars(extend("x-limit" = limits::TEMPLATE_NAME))]
    pub name: String,
    /// The template's language: `pt_BR`, `en_US`. Left out: the bot's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kind" = "template_language"))]
    pub language: Option<String>,
    /// The body's variables: by name, or a list by position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
    /// The header's variables, medium or location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    /// The buttons in the template's order; `{}` for one that has nothing to fill in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 10))]
    pub buttons: Vec<Button>,
    /// The cards of a carousel template, all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 10))]
    pub cards: Vec<TemplateCardKeys>,
}

/// Variables by name, or by position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Parameters {
    Positional(Vec<Text>),
    Named(IndexMap<String, Text>),
}

/// What stands above the template's body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Header {
    Location(Location),
    Media(Media),
    Text(Parameters),
}

/// A button of the template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Button {
    /// What replaces the variable at the end of the button's address.
    Url {
        #[schemars(extend("x-limit" = limits::TEMPLATE_URL))]
        url_suffix: Text,
    },
    /// The code that the button copies.
    Code {
        #[schemars(extend("x-limit" = limits::COUPON_CODE))]
        code: Text,
    },
    /// A form: the data that its first screen gets.
    Flow { flow: Data },
    /// A quick reply; without a title, a button that has nothing to fill in.
    Option(Choice),
}

/// A card of a carousel template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateCardKeys {
    pub header: Media,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 2))]
    pub buttons: Vec<Button>,
}

impl Template {
    /// Begins the keys of a template's quick replies when it stands in for another step's message.
    pub const STAND_IN: &str = "t:";

    /// Fills the variables in. `place` is the template's key in the step with a dot behind, empty for the `template` step.
    pub fn fill(&self, turn: &mut Turn<'_>, place: &str) -> Result<TemplateMessage, Stop> {
        let language = self.language.clone().or_else(|| turn.bot().map(|bot| bot.document.language.replace('-', "_")));
        let parameters = fill_parameters(turn, &format!("{place}parameters"), self.parameters.as_ref(), TEMPLATE_TEXT)?;
        let header = match &self.header {
            None => None,
            Some(Header::Text(texts)) => {
                Some(TemplateHeader::Text(fill_parameters(turn, &format!("{place}header"), Some(texts), TEMPLATE_HEADER)?))
            }
            Some(Header::Media(media)) => Some(TemplateHeader::Media(media.fill(turn, &format!("{place}header."))?)),
            Some(Header::Location(location)) => Some(TemplateHeader::Location(location.fill(turn, &format!("{place}header."))?)),
        };
        let buttons = fill_buttons(turn, &self.buttons, &format!("{place}buttons"), None, place)?;
        let mut cards = Vec::new();
        for (index, card) in self.cards.iter().enumerate() {
            let card_place = format!("{place}cards.{index}.");
            cards.push(TemplateCard {
                header: card.header.fill(turn, &format!("{card_place}header."))?,
                parameters: fill_parameters(turn, &format!("{card_place}parameters"), card.parameters.as_ref(), TEMPLATE_TEXT)?,
                buttons: fill_buttons(turn, &card.buttons, &format!("{card_place}buttons"), Some(index), place)?,
            });
        }
        Ok(TemplateMessage {
            name: self.name.clone(),
            language: language.unwrap_or_default(),
            header,
            parameters,
            buttons,
            cards,
        })
    }

    /// Its quick replies.
    pub fn choices(&self) -> impl Iterator<Item = &Choice> {
        let cards = self.cards.iter().flat_map(|card| &card.buttons);
        self.buttons.iter().chain(cards).filter_map(Button::quick_reply)
    }

    /// The quick reply that a key names.
    pub fn choice(&self, key: &str) -> Option<&Choice> {
        self.lists().find_map(|(group, buttons)| keyed(buttons, group).find(|keyed| keyed.key == key)).map(|keyed| keyed.choice)
    }

    /// Its quick replies as options: `place` is the template's key in the step with a dot behind.
    pub fn offered(&self, turn: &mut Turn<'_>, place: &str) -> Result<Vec<Offered<'_>>, Stop> {
        let mut offered = Vec::new();
        for (group, buttons) in self.lists() {
            let place = group.map_or_else(|| format!("{place}buttons"), |card| format!("{place}cards.{card}.buttons"));
            offered.extend(choices::offer(turn, keyed(buttons, group), &place, &Element::default(), Empty::IsNone)?);
        }
        Ok(offered)
    }

    /// Its lists of buttons: those below the body, and those of each card.
    fn lists(&self) -> impl Iterator<Item = (Option<usize>, &[Button])> {
        let cards = self.cards.iter().enumerate().map(|(index, card)| (Some(index), card.buttons.as_slice()));
        std::iter::once((None, self.buttons.as_slice())).chain(cards)
    }
}

/// The quick replies of a list of buttons. A button of another kind counts in their places.
fn keyed(buttons: &[Button], card: Option<usize>) -> impl Iterator<Item = Keyed<'_>> {
    buttons.iter().enumerate().filter_map(move |(index, button)| {
        let choice = button.quick_reply()?;
        Some(Keyed { key: key_of(choice, index, card), index, choice })
    })
}

fn key_of(choice: &Choice, index: usize, card: Option<usize>) -> String {
    card.map_or_else(|| choices::key_of(choice, index, None), |card| choices::place_key(card, index))
}

impl Button {
    pub fn quick_reply(&self) -> Option<&Choice> {
        match self {
            Button::Option(choice) if *choice != Choice::default() => Some(choice),
            _ => None,
        }
    }
}

/// The values of a component of at most `limit` characters, as they go out.
fn fill_parameters(
    turn: &Turn<'_>,
    place: &str,
    parameters: Option<&Parameters>,
    limit: usize,
) -> Result<TemplateParameters, Stop> {
    let filled = match parameters {
        None => TemplateParameters::default(),
        Some(Parameters::Positional(texts)) => {
            let filled = texts.iter().enumerate().map(|(index, text)| turn.text(&format!("{place}.{index}"), text));
            TemplateParameters::Positional(filled.collect::<Result<_, _>>()?)
        }
        Some(Parameters::Named(texts)) => {
            let filled = texts.iter().map(|(name, text)| Ok((name.clone(), turn.text(&format!("{place}.{name}"), text)?)));
            TemplateParameters::Named(filled.collect::<Result<_, Stop>>()?)
        }
    };
    Ok(template_values(filled, limit))
}

fn fill_buttons(
    turn: &mut Turn<'_>,
    buttons: &[Button],
    place: &str,
    group: Option<usize>,
    owner: &str,
) -> Result<Vec<TemplateButton>, Stop> {
    let prefix = if owner.is_empty() { "" } else { Template::STAND_IN };
    let mut filled = Vec::new();
    for (index, button) in buttons.iter().enumerate() {
        filled.push(match button {
            Button::Url { url_suffix } => {
                TemplateButton::Url { suffix: turn.text(&format!("{place}.{index}.url_suffix"), url_suffix)? }
            }
            Button::Code { code } => TemplateButton::CopyCode { code: turn.text(&format!("{place}.{index}.code"), code)? },
            Button::Flow { flow } => {
                let data = match turn.translated_data(&format!("{place}.{index}.flow"), flow)? {
                    serde_json::Value::Object(data) if !data.is_empty() => Some(data),
                    serde_json::Value::Object(_) | serde_json::Value::Null => None,
                    _ => return Err(Failure::new("conversion", "`flow` of a template's button is no map").into()),
                };
                TemplateButton::Flow { token: turn.flow_token(), data }
            }
            Button::Option(_) => match button.quick_reply() {
                None => TemplateButton::Fixed,
                Some(choice) => {
                    let name = choice.id.as_ref().map_or_else(|| index.to_string(), |id| id.to_string());
                    let title = match &choice.title {
                        Some(title) => turn.text_with(&format!("{place}.{name}.title"), title, Locals::none())?,
                        None => String::new(),
                    };
                    let key = key_of(choice, index, group);
                    TemplateButton::QuickReply { reply: Reply { id: turn.reply_id(&format!("{prefix}{key}")), title } }
                }
            },
        });
    }
    Ok(filled)
}

impl TemplateStep {
    fn content(&self, turn: &mut Turn<'_>) -> Result<Content, Stop> {
        Ok(Message::Template(self.template.fill(turn, "")?).into())
    }

    fn sending(&self) -> Sending {
        Sending { next: self.next.clone(), ..Sending::default() }
    }
}

impl Behaviour for TemplateStep {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = self.content(turn)?;
        self.sending().send(turn, content, self.waits(), AnswerWait::default())
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let question = Question {
            step: self,
            sending: &self.sending(),
            waiting: &self.waiting,
            offered: &|turn, _| self.template.offered(turn, ""),
            as_list: |_| false,
            expect: None,
            invalid: None,
            content: &|turn, _| self.content(turn),
        };
        question.answer(turn, answer)
    }

    fn waiting(&self) -> Option<&Waiting> {
        Some(&self.waiting)
    }

    fn choice(&self, key: &str) -> Option<&Choice> {
        self.template.choice(key)
    }

    fn waits(&self) -> bool {
        self.template.choices().next().is_some() || !self.waiting.answers.is_empty()
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}
