//! `list`: a menu that opens from the chat, with rows in sections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Behaviour,
    message::MENU,
    shared::{
        Content, Question, Sending, Waiting,
        choices::{self, Element, Empty, Offered},
    },
};
use crate::{
    contact::AnswerWait,
    event::Inbound,
    expression::{Expression, Text},
    ids::StepId,
    limits,
    message::{ListMessage, ListSection, Message},
    option::Choice,
    turn::{Failure, Next, Stop, Turn},
};

/// Sends a menu of up to 10 rows, in sections, that opens by a button.
///
/// More rows go out page by page where `more` names the row that leads on. The text has up to 4,096 characters, header and footer 60, the
/// button 20, a section's and a row's title 24, a row's description 72. Several sections need titles. Only inside the customer service
/// window; `template` says what goes out instead.
///
/// ```json
/// {"type": "list", "text": "Qual horário?", "button": "Horários", "sections": [{"title": "Manhã", "rows": [{"id": "nine", "title": "9h"}, {"id": "ten", "title": "10h", "description": "Última vaga"}]}, {"title": "Tarde", "rows": [{"id": "two", "title": "14h"}]}], "save": "vars.time", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// The message's text: 4,096 characters.
    #[schemars(extend("x-limit" = limits::LIST_TEXT))]
    pub text: Text,
    /// A line above the text: 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::HEADER))]
    pub header: Option<Text>,
    /// A line below the text: 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::FOOTER))]
    pub footer: Option<Text>,
    /// What opens the menu: 20 characters. Left out: `Menu`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::LIST_BUTTON))]
    pub button: Option<Text>,
    /// The rows, in sections.
    #[schemars(length(min = 1))]
    pub sections: Vec<Section>,
    #[serde(flatten)]
    pub sending: Sending,
    #[serde(flatten)]
    pub waiting: Waiting,
}

/// Rows under a title.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// The section's title: 24 characters; needed where there are several sections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-limit" = limits::SECTION_TITLE))]
    pub title: Option<Text>,
    pub rows: Vec<Choice>,
    /// A list: one section for each of its elements, with `item` and `index` in its texts and rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Expression>,
}

/// A section on its way to the customer.
struct Drawn<'a> {
    title: Option<String>,
    rows: Vec<Offered<'a>>,
}

impl List {
    /// The sections that are shown now; one without rows is left out.
    fn drawn(&self, turn: &mut Turn<'_>, empty: Empty) -> Result<Vec<Drawn<'_>>, Stop> {
        let mut drawn = Vec::new();
        for (index, section) in self.sections.iter().enumerate() {
            for element in choices::elements(turn, section.each.as_ref(), &Element::default(), empty)? {
                let title = match &section.title {
                    Some(title) => Some(turn.text_with(&format!("sections.{index}.title"), title, &element.locals)?),
                    None => None,
                };
                let rows = choices::keyed(&section.rows, Some(index));
                let rows = choices::offer(turn, rows, &format!("sections.{index}.rows"), &element, empty)?;
                if !rows.is_empty() {
                    drawn.push(Drawn { title: title.filter(|title| !title.trim().is_empty()), rows });
                }
            }
        }
        Ok(drawn)
    }

    fn offered(&self, turn: &mut Turn<'_>, empty: Empty) -> Result<Vec<Offered<'_>>, Stop> {
        Ok(self.drawn(turn, empty)?.into_iter().flat_map(|section| section.rows).collect())
    }

    fn content(&self, turn: &mut Turn<'_>, page: u32) -> Result<Content, Stop> {
        let (mut titles, mut section_of, mut offered) = (Vec::new(), Vec::new(), Vec::new());
        for section in self.drawn(turn, Empty::Fails)? {
            section_of.extend(std::iter::repeat_n(titles.len(), section.rows.len()));
            titles.push(section.title);
            offered.extend(section.rows);
        }
        if offered.is_empty() {
            return Err(Failure::new("empty", "none of the list's rows is to be shown").into());
        }
        let page = choices::page(&offered, limits::ROWS, page);
        let mut sections: Vec<ListSection> = Vec::new();
        let mut last = None;
        for (place, row) in page.rows(turn, offered.len(), self.waiting.more.as_ref())? {
            // The row that leads on stands below the last section.
            let section = place.map_or(last, |place| Some(section_of[place]));
            if section != last || sections.is_empty() {
                let title = section.and_then(|section| titles[section].clone());
                sections.push(ListSection { title, rows: Vec::new() });
                last = section;
            }
            sections.last_mut().expect("a section was pushed for the first row").rows.push(row);
        }
        let message = Message::List(ListMessage {
            header: turn.optional_text("header", self.header.as_ref())?,
            text: turn.text("text", &self.text)?,
            footer: turn.optional_text("footer", self.footer.as_ref())?,
            button: turn.optional_text("button", self.button.as_ref())?.unwrap_or_else(|| MENU.to_owned()),
            sections,
        });
        Ok(Content::with(message, page.options))
    }
}

impl Behaviour for List {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = self.content(turn, 0)?;
        self.sending.send(turn, content, true, AnswerWait::default())
    }

    fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let question = Question {
            step: self,
            sending: &self.sending,
            waiting: &self.waiting,
            offered: &|turn, empty| self.offered(turn, empty),
            as_list: |_| true,
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
        let mut sections = self.sections.iter().enumerate();
        sections.find_map(|(index, section)| choices::find(&section.rows, key, Some(index))).or_else(|| self.sending.choice(key))
    }

    fn waits(&self) -> bool {
        true
    }

    fn next(&self) -> Option<&StepId> {
        self.sending.next.as_ref()
    }
}
