//! The keys of steps that wait for the customer, and how an answer is matched, kept, or asked for again.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    choices::{self, MORE, Offered},
    expect::Expect,
    sending::{Content, Sending},
};
use crate::{
    bot::Translation,
    contact::AnswerWait,
    event::{Content as Received, Inbound},
    expression::{Duration, Expression, Locals, Text, fold},
    ids::{OptionId, StepId},
    message,
    option::Choice,
    path::Path,
    reply_id::{ReplyId, ShortReplyId},
    step::template::Template,
    turn::{Next, Stop, Turn},
};

/// Keys that all waiting steps share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Waiting {
    /// Answers that are understood and not drawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Choice>,
    /// Where an answer goes that nothing matched. Left out: `defaults.otherwise`; with none, the bot keeps waiting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<StepId>,
    /// Where the bot goes when no answer comes. Left out: `defaults.timeout`; with none, it waits until `expires`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Timeout>,
    /// Where the answer is kept: a path, or expressions by path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save: Option<Save>,
    /// How often the question is asked again before `otherwise`. Left out: 0 where the step or `defaults` has `otherwise`, else 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// `words` finds titles and synonyms inside a longer answer too. Left out: `exact`.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub matching: Option<Matching>,
    /// The title of the row that leads to the next page, when there are more options than WhatsApp shows. Without it too many fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<Text>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    #[default]
    Exact,
    Words,
}

/// When the bot stops waiting, and where it goes then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timeout {
    /// So long after the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Duration>,
    /// At this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Expression>,
    pub goto: StepId,
}

/// Where a value is kept: a path, or expressions by path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Save {
    Path(Path),
    Expressions(IndexMap<Path, Expression>),
}

impl Save {
    /// Keeps `value`, or what the expressions give.
    pub fn keep(&self, turn: &mut Turn<'_>, value: &Value, locals: &Locals) -> Result<(), Stop> {
        match self {
            Save::Path(path) => turn.set(path, value.clone()),
            Save::Expressions(expressions) => {
                // All are evaluated before any is written, so that a failure half way leaves nothing behind.
                let values =
                    expressions.values().map(|expression| turn.evaluate(expression, locals)).collect::<Result<Vec<_>, _>>()?;
                turn.set_all(expressions.keys().cloned().zip(values).collect())
            }
        }
    }
}

/// What a waiting step asks: how its question is sent, which options it shows, which values it expects.
pub struct Question<'a> {
    pub sending: &'a Sending,
    pub waiting: &'a Waiting,
    /// Options as they are shown, by list: its place in the step (`buttons`), its section or card, the options.
    pub shown: Vec<Group<'a>>,
    /// The options are rows of a list, however few.
    pub list: bool,
    pub expect: Option<&'a Expect>,
    pub invalid: Option<&'a Text>,
    /// Makes the question, or a page of its options.
    pub content: &'a dyn Fn(&mut Turn<'_>, u32) -> Result<Content, Stop>,
}

pub struct Group<'a> {
    pub place: String,
    pub group: Option<usize>,
    pub choices: &'a [Choice],
}

struct Chosen {
    id: Option<OptionId>,
    goto: Option<StepId>,
    title: String,
    value: Value,
}

/// What an answer turned out to be.
enum Found {
    /// An option: where it leads, and what it is worth.
    Option(Chosen),
    /// A value that `expect` found.
    Value(Value),
    /// The row that leads to the next page.
    More,
    Nothing,
}

impl<'a> Question<'a> {
    /// Sends the question and waits.
    pub fn ask(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let content = (self.content)(turn, 0)?;
        self.sending.send(turn, content, true, AnswerWait::default())
    }

    /// Matches an answer, in the order of the language: tapped id, title, synonym, pattern, number, then what is expected.
    pub fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let wait = turn.answer_wait();
        match self.find(turn, answer, &wait)? {
            Found::Option(chosen) => {
                turn.chose(chosen.id.as_ref(), &chosen.title, &chosen.value);
                self.keep(turn, &chosen.value)?;
                let to = chosen.goto.or_else(|| self.sending.next.clone());
                turn.branch(to.as_ref(), format!("the customer chose {:?}", chosen.title));
                Ok(Next::Go(to))
            }
            Found::Value(value) => {
                turn.answered(value.clone());
                self.keep(turn, &value)?;
                turn.branch(self.sending.next.as_ref(), "the answer is what was expected");
                Ok(Next::Go(self.sending.next.clone()))
            }
            Found::More => {
                let page = wait.page + 1;
                let content = (self.content)(turn, page)?;
                self.sending.send(turn, content, true, AnswerWait { page, ..wait })
            }
            Found::Nothing if wait.stand_in => {
                // The customer has not seen the question yet: only its template.
                turn.branch(None, "the window is open again: the step's own message goes out");
                let content = (self.content)(turn, 0)?;
                self.sending.send(turn, content, true, AnswerWait { attempts: wait.attempts, ..AnswerWait::default() })
            }
            Found::Nothing => self.not_understood(turn, answer, wait),
        }
    }

    fn keep(&self, turn: &mut Turn<'_>, value: &Value) -> Result<(), Stop> {
        match &self.waiting.save {
            Some(save) => save.keep(turn, value, &Locals::default().with("answer", value)),
            None => Ok(()),
        }
    }

    fn not_understood(&self, turn: &mut Turn<'_>, answer: &Inbound, wait: AnswerWait) -> Result<Next, Stop> {
        let default = || turn.bot().and_then(|bot| bot.document.defaults.otherwise.clone());
        let otherwise = self.waiting.otherwise.clone().or_else(default);
        let allowed = self.waiting.attempts.unwrap_or(u32::from(otherwise.is_none()));
        if wait.attempts < allowed {
            turn.branch(None, format!("nothing matched: asked again ({} of {allowed})", wait.attempts + 1));
            let again = AnswerWait { attempts: wait.attempts + 1, ..wait };
            let content = match self.invalid {
                Some(invalid) => {
                    let text = turn.text("invalid", invalid)?;
                    Content { message: message::Message::Text { text }, shown: again.shown.clone() }
                }
                None => (self.content)(turn, again.page)?,
            };
            return self.sending.send(turn, content, true, again);
        }
        match otherwise {
            Some(step) => {
                if let Some(text) = answer.content.text() {
                    turn.answered(Value::from(text));
                }
                turn.branch(Some(&step), "nothing matched");
                Ok(Next::Go(Some(step)))
            }
            None => {
                turn.branch(None, "nothing matched, and the question was asked often enough: the bot keeps waiting");
                Ok(Next::Answer { wait, fresh: false })
            }
        }
    }

    fn find(&self, turn: &mut Turn<'_>, answer: &Inbound, wait: &AnswerWait) -> Result<Found, Stop> {
        if let Received::Tap { id, title, .. } = &answer.content
            && let Some(found) = self.tapped(turn, id, title, wait)?
        {
            return Ok(found);
        }
        if let Some(text) = answer.content.text()
            && let Some(found) = self.named(turn, text, wait)?
        {
            return Ok(found);
        }
        match self.expect {
            Some(expect) => Ok(expect.find(turn, answer)?.map_or(Found::Nothing, Found::Value)),
            None => Ok(Found::Nothing),
        }
    }

    /// The template whose quick replies may be answered: the one that stands in for the question.
    fn stand_in(&self, turn: &Turn<'_>) -> Option<Template> {
        let default = || turn.bot().and_then(|bot| bot.document.defaults.template.clone());
        self.sending.template.clone().or_else(default)
    }

    fn tapped(&self, turn: &mut Turn<'_>, id: &str, title: &str, wait: &AnswerWait) -> Result<Option<Found>, Stop> {
        let key = match (id.parse::<ReplyId>(), id.parse::<ShortReplyId>()) {
            (Ok(reply), _) => reply.key,
            (_, Ok(short)) => choices::key_of(&Choice::default(), short.button, Some(short.card)),
            _ => return Ok(None),
        };
        if key == MORE {
            return Ok(Some(Found::More));
        }
        if let Some(inner) = key.strip_prefix(Template::STAND_IN) {
            let template = self.stand_in(turn);
            let choice = template.as_ref().and_then(|template| template.choice(inner));
            return choice.map(|choice| chosen(turn, choice, title)).transpose();
        }
        if let Some(shown) = wait.shown.iter().find(|shown| shown.key == key.as_str()) {
            let choice = self.shown.iter().find_map(|group| choices::find(group.choices, &key, group.group));
            let (title, value) = (shown.title.clone(), shown.value.clone());
            return Ok(choice.map(|choice| Found::Option(Chosen { id: choice.id.clone(), goto: choice.goto.clone(), title, value })));
        }
        // A card's button has a short id, which names its place even where the option has an id.
        let by_place = || {
            let short = id.parse::<ShortReplyId>().ok()?;
            let card = self.shown.iter().find(|group| group.group == Some(short.card))?;
            card.choices.get(short.button)
        };
        let choice = self.shown.iter().find_map(|group| choices::find(group.choices, &key, group.group)).or_else(by_place);
        choice.map(|choice| chosen(turn, choice, title)).transpose()
    }

    /// Looks for an option that the customer named in words.
    fn named(&self, turn: &mut Turn<'_>, text: &str, wait: &AnswerWait) -> Result<Option<Found>, Stop> {
        let typed = fold(text);
        if wait.stand_in
            && let Some(template) = self.stand_in(turn)
            && let Some(choice) = template.choices().find(|choice| is_titled(turn, choice, &typed))
        {
            return chosen(turn, choice, text).map(Some);
        }
        if let Some(more) = &self.waiting.more
            && fold(&turn.text("more", more)?) == typed
        {
            return Ok(Some(Found::More));
        }
        let mut offered = Vec::new();
        let mut drawn = 0;
        for group in &self.shown {
            offered.extend(offered_or_none(turn, group.choices, &group.place, group.group)?);
            drawn = offered.len();
        }
        offered.extend(offered_or_none(turn, &self.waiting.answers, "answers", None)?);
        for made in offered.iter_mut().filter(|offered| offered.made_by_each) {
            // What the customer saw counts, even if the list has changed since.
            if let Some(shown) = wait.shown.iter().find(|shown| shown.key == made.key.as_str()) {
                made.title = shown.title.clone();
                made.value = shown.value.clone();
            }
        }
        let words = self.waiting.matching.unwrap_or_default() == Matching::Words;
        let chosen = by_title(&offered, &typed, words)
            .or_else(|| by_synonym(turn, &offered, &typed, words))
            .or_else(|| by_pattern(&offered, text))
            .or_else(|| by_number(&offered[..drawn], &typed, self.list || goes_out_as_list(drawn)));
        Ok(chosen.map(|index| {
            let offered = &offered[index];
            let title = if offered.title.is_empty() { text.to_owned() } else { offered.title.clone() };
            let value = if offered.value.is_null() { Value::from(text) } else { offered.value.clone() };
            Found::Option(Chosen { id: offered.choice.id.clone(), goto: offered.choice.goto.clone(), title, value })
        }))
    }
}

fn chosen(turn: &Turn<'_>, choice: &Choice, title: &str) -> Result<Found, Stop> {
    let value = match (&choice.value, &choice.title) {
        (Some(value), _) => turn.value(value)?,
        (None, Some(title)) => Value::from(title.render(&turn.facts_view(), Locals::none())?),
        (None, None) => Value::from(title),
    };
    Ok(Found::Option(Chosen { id: choice.id.clone(), goto: choice.goto.clone(), title: title.to_owned(), value }))
}

/// More buttons than WhatsApp shows go out as a list.
fn goes_out_as_list(options: usize) -> bool {
    options > crate::limits::BUTTONS
}

/// Options at the time of the answer. An `each` that gives nothing any more leaves the other options.
fn offered_or_none<'a>(
    turn: &mut Turn<'_>,
    choices: &'a [Choice],
    place: &str,
    group: Option<usize>,
) -> Result<Vec<Offered<'a>>, Stop> {
    match choices::offer(turn, choices, place, group) {
        Err(Stop::Failed(failure)) if failure.name == "empty" => Ok(Vec::new()),
        other => other,
    }
}

fn is_titled(turn: &Turn<'_>, choice: &Choice, typed: &str) -> bool {
    let title = choice.title.as_ref().and_then(|title| title.render(&turn.facts_view(), Locals::none()).ok());
    title.is_some_and(|title| fold(&title) == typed)
}

/// Whether `phrase` stands in `text` as whole words; both folded.
pub(crate) fn holds_words(text: &str, phrase: &str) -> bool {
    !phrase.is_empty()
        && text.match_indices(phrase).any(|(start, found)| {
            let before = text[..start].chars().next_back();
            let after = text[start + found.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
}

fn says(typed: &str, phrase: &str, words: bool) -> bool {
    let phrase = fold(phrase);
    !phrase.is_empty() && (typed == phrase || (words && holds_words(typed, &phrase)))
}

fn by_title(offered: &[Offered<'_>], typed: &str, words: bool) -> Option<usize> {
    let exact = offered.iter().position(|offered| says(typed, &offered.title, false));
    exact.or_else(|| words.then(|| offered.iter().position(|offered| says(typed, &offered.title, true))).flatten())
}

fn by_synonym(turn: &Turn<'_>, offered: &[Offered<'_>], typed: &str, words: bool) -> Option<usize> {
    offered.iter().position(|offered| {
        let filled = |text: &Text| text.render(&turn.facts_view(), &offered.locals).unwrap_or_default();
        if offered.choice.synonyms.iter().any(|synonym| says(typed, &filled(synonym), words)) {
            return true;
        }
        // A word of any language is understood: titles and synonyms of all translations.
        let places = [format!("{}.synonyms", offered.place), format!("{}.title", offered.place)];
        places.iter().any(|place| {
            turn.translations(place).any(|translation| match translation {
                Translation::Text(text) => says(typed, &filled(text), words),
                Translation::Texts(texts) => texts.iter().any(|text| says(typed, &filled(text), words)),
            })
        })
    })
}

fn by_pattern(offered: &[Offered<'_>], text: &str) -> Option<usize> {
    offered.iter().position(|offered| offered.choice.pattern.as_ref().is_some_and(|pattern| pattern.is_match(text)))
}

/// The option's number: the one that its title begins with, or its place where it went out as a list and no title holds a digit.
fn by_number(offered: &[Offered<'_>], typed: &str, as_list: bool) -> Option<usize> {
    let number: usize = typed.trim_end_matches(['.', ')']).parse().ok()?;
    let leading = |title: &str| {
        let digits: String = title.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().ok()
    };
    if !offered.is_empty() && offered.iter().all(|offered| leading(&offered.title).is_some()) {
        return offered.iter().position(|offered| leading(&offered.title) == Some(number));
    }
    let plain = offered.iter().all(|offered| !offered.title.contains(|character: char| character.is_ascii_digit()));
    (as_list && plain && (1..=offered.len()).contains(&number)).then(|| number - 1)
}
