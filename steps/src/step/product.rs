//! `product`: a product of the catalogue, or several in sections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Behaviour,
    shared::{Content, Question, Sending, Waiting},
};
use crate::{
    contact::AnswerWait,
    event::{Content as Received, Inbound},
    expression::Text,
    ids::StepId,
    limits,
    message::{Message, ProductListMessage, ProductMessage, ProductSection},
    option::Choice,
    turn::{Failure, Next, Stop, Turn},
};

/// Shows a product of the catalogue, or up to 30 in sections.
///
/// With `next` it waits for an order, which `save` keeps with its `items`; verify prices before charging. Several products need `header` (60 characters)
/// and `text` (1,024), and a title of up to 24 for each of several sections. Only inside the customer service window.
///
/// ```json
/// {"type": "product", "catalog": "1234567890", "text": "Gostou?", "product": "sku-1", "save": "vars.order", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Product {
    /// The catalogue's id in Commerce Manager.
    pub catalog: Text,
    /// The product's id in the catalogue (retailer id), where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Text>,
    /// Several products, in sections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 10))]
    pub sections: Vec<Section>,
    /// A line above several products: 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::HEADER))]
    pub header: Option<Text>,
    /// The message's text: 1,024 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::INTERACTIVE_TEXT))]
    pub text: Option<Text>,
    /// A line below the text: 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::FOOTER))]
    pub footer: Option<Text>,
    #[serde(flatten)]
    pub sending: Sending,
    #[serde(flatten)]
    pub waiting: Waiting,
}

/// Products under a title.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// The section's title: 24 characters; needed where there are several sections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::SECTION_TITLE))]
    pub title: Option<Text>,
    /// Ids in the catalogue (retailer ids).
    pub products: Vec<Text>,
}

impl Product {
    fn content(&self, turn: &mut Turn<'_>) -> Result<Content, Stop> {
        let catalog = turn.text("catalog", &self.catalog)?;
        let text = turn.optional_text("text", self.text.as_ref())?;
        let footer = turn.optional_text("footer", self.footer.as_ref())?;
        if let Some(product) = turn.optional_text("product", self.product.as_ref())? {
            return Ok(Message::Product(ProductMessage { catalog, product, text, footer }).into());
        }
        if self.sections.is_empty() {
            return Err(Failure::new("empty", "the step has neither `product` nor `sections`").into());
        }
        let header = turn.optional_text("header", self.header.as_ref())?.unwrap_or_default();
        let sections =
            self.sections.iter().enumerate().map(|(index, section)| section.fill(turn, index)).collect::<Result<_, _>>()?;
        Ok(Message::ProductList(ProductListMessage { catalog, header, text: text.unwrap_or_default(), footer, sections }).into())
    }
}

impl Section {
    fn fill(&self, turn: &Turn<'_>, index: usize) -> Result<ProductSection, Stop> {
        let place = format!("sections.{index}");
        let product = |(at, product): (usize, &Text)| turn.text(&format!("{place}.products.{at}"), product);
        Ok(ProductSection {
            title: turn.optional_text(&format!("{place}.title"), self.title.as_ref())?,
            products: self.products.iter().enumerate().map(product).collect::<Result<_, _>>()?,
        })
    }
}

impl Behaviour for Product {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = self.content(turn)?;
        self.sending.send(turn, content, self.waits(), AnswerWait::default())
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let content = |turn: &mut Turn<'_>, _| self.content(turn);
        let question = Question::without_options(self, &self.sending, &self.waiting, &content);
        match &answer.content {
            // An order is data of our own types, which JSON always holds.
            Received::Order(order) => question.take(turn, serde_json::to_value(order).unwrap_or(Value::Null)),
            _ => question.answer(turn, answer),
        }
    }

    fn sending(&self) -> Option<&Sending> {
        Some(&self.sending)
    }

    fn waiting(&self) -> Option<&Waiting> {
        Some(&self.waiting)
    }

    fn choice(&self, key: &str) -> Option<&Choice> {
        self.sending.choice(key)
    }

    fn waits(&self) -> bool {
        self.sending.next.is_some() || !self.waiting.answers.is_empty()
    }

    fn next(&self) -> Option<&StepId> {
        self.sending.next.as_ref()
    }
}
