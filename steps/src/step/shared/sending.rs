//! The keys of steps that send, and how they go out: as written inside the customer service window, as their template outside of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    contact::{AnswerWait, Outside, Shown},
    ids::StepId,
    message::{self, TemplateMessage},
    option::Choice,
    step::template::Template,
    turn::{Dispatched, Next, Outgoing, Stop, Turn},
};

/// Keys that all sending steps share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Sending {
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
    /// What goes out instead when the customer service window is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
    /// What happens when the window is closed and there is no template. Left out: `fail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside_window: Option<OutsideWindow>,
}

/// What a step does when the customer service window is closed and it has no template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutsideWindow {
    /// Take the step's `failed`.
    #[default]
    Fail,
    /// Send it when the customer next writes.
    Hold,
    /// Go on without sending.
    Skip,
    /// Go on at another step.
    #[serde(untagged)]
    Goto { goto: StepId },
}

impl From<&OutsideWindow> for Outside {
    fn from(outside: &OutsideWindow) -> Self {
        match outside {
            OutsideWindow::Fail => Outside::Fail,
            OutsideWindow::Hold => Outside::Hold,
            OutsideWindow::Skip => Outside::Skip,
            OutsideWindow::Goto { goto } => Outside::Goto(goto.clone()),
        }
    }
}

/// A message that a step made, with what its wait has to remember.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    pub message: message::Message,
    /// Options made by `each`, as shown.
    pub shown: Vec<Shown>,
}

impl From<message::Message> for Content {
    fn from(message: message::Message) -> Self {
        Content { message, shown: Vec::new() }
    }
}

impl Sending {
    /// Sends; then waits for the answer, or goes on.
    pub fn send(&self, turn: &mut Turn<'_>, content: Content, waits: bool, mut wait: AnswerWait) -> Result<Next, Stop> {
        let template = if content.message.is_free_form() { self.ready_stand_in(turn)? } else { None };
        let outside = self.outside(turn);
        let dispatched = turn.send(Outgoing { message: content.message, template, outside })?;
        wait.shown = content.shown;
        Ok(match dispatched {
            Dispatched::Goto(step) => Next::Go(Some(step)),
            Dispatched::Skipped => Next::Go(self.next.clone()),
            Dispatched::Queued { .. } | Dispatched::Held { .. } if !waits => Next::Go(self.next.clone()),
            Dispatched::Queued { stand_in, .. } => Next::Answer { wait: AnswerWait { stand_in, ..wait }, fresh: true },
            Dispatched::Held { .. } => Next::Answer { wait: AnswerWait { stand_in: true, ..wait }, fresh: true },
        })
    }

    /// The template that stands in when the window is closed: the step's own, else the default one.
    pub fn template_or_default(&self, turn: &Turn<'_>) -> Option<Template> {
        let default = || turn.bot().and_then(|bot| bot.document.defaults.template.clone());
        self.template.clone().or_else(default)
    }

    /// The same, filled in.
    pub fn stand_in(&self, turn: &mut Turn<'_>) -> Result<Option<TemplateMessage>, Stop> {
        let template = self.template_or_default(turn);
        template.map(|template| template.fill(turn, "template.")).transpose()
    }

    /// The stand-in for a message that goes out now. While the window is open it is only a spare: one that can't be filled in is left out.
    fn ready_stand_in(&self, turn: &mut Turn<'_>) -> Result<Option<TemplateMessage>, Stop> {
        let now = turn.now();
        let window_open = turn.state.conversation().is_some_and(|conversation| conversation.takes_free_form(now));
        match self.stand_in(turn) {
            Err(Stop::Failed(failure)) if window_open => {
                turn.branch(None, format!("the template that would stand in can't be filled in: {}", failure.text));
                Ok(None)
            }
            other => other,
        }
    }

    /// The quick reply of its template that a key names, for taps on old messages.
    pub fn choice(&self, key: &str) -> Option<&Choice> {
        self.template.as_ref()?.choice(key.strip_prefix(Template::STAND_IN)?)
    }

    /// What happens when the window is closed and there is no template: as the step says, else as the bot does.
    pub fn outside(&self, turn: &Turn<'_>) -> Outside {
        let default = || turn.bot().and_then(|bot| bot.document.defaults.outside_window.as_ref());
        self.outside_window.as_ref().or_else(default).map(Outside::from).unwrap_or_default()
    }
}
