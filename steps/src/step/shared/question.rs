//! A question that a step asks: how it is sent, and how the customer's answer is matched, kept, or asked for again.

use serde_json::Value;

use super::{
    Content, Matching, Sending, Waiting,
    choices::{self, Empty, MORE, Offered},
    expect::Expect,
    matching,
};
use crate::{
    contact::{AnswerWait, Outside, Work},
    event::{Content as Received, Inbound},
    expression::{Locals, Text, fold, same_but_for_spaces},
    ids::{OptionId, StepId},
    limits, message,
    option::Choice,
    reply_id::{ReplyId, ShortReplyId},
    step::{Behaviour, template::Template},
    turn::{Next, Stop, Turn},
};

/// What a waiting step asks.
pub struct Question<'a> {
    pub step: &'a dyn Behaviour,
    pub sending: &'a Sending,
    pub waiting: &'a Waiting,
    /// The options that are drawn, of all pages.
    pub offered: &'a Offer<'a>,
    /// Whether so many options go out as a list, in which their places are numbers.
    pub as_list: fn(usize) -> bool,
    pub expect: Option<Expect<'a>>,
    pub invalid: Option<&'a Text>,
    /// Makes the question, with this page of its options.
    pub content: &'a dyn Fn(&mut Turn<'_>, u32) -> Result<Content, Stop>,
}

/// Gives a step's options as they are shown now.
pub type Offer<'a> = dyn Fn(&mut Turn<'_>, Empty) -> Result<Vec<Offered<'a>>, Stop> + 'a;

/// An option that the customer chose.
struct Chosen {
    id: Option<OptionId>,
    goto: Option<StepId>,
    title: String,
    value: Value,
}

/// What an answer turned out to be.
enum Found {
    Option(Chosen),
    /// A value that `expect` found.
    Value(Value),
    /// The row that leads to the next page.
    More,
    Nothing,
}

impl<'a> Question<'a> {
    /// A question that draws no options: only what `answers` names, a template's quick replies and what is expected answer it.
    pub fn without_options(
        step: &'a dyn Behaviour,
        sending: &'a Sending,
        waiting: &'a Waiting,
        content: &'a dyn Fn(&mut Turn<'_>, u32) -> Result<Content, Stop>,
    ) -> Self {
        Question {
            step,
            sending,
            waiting,
            offered: &|_, _| Ok(Vec::new()),
            as_list: |_| false,
            expect: None,
            invalid: None,
            content,
        }
    }

    /// Takes an answer, matched in the order of the language: tapped id, title, synonym, pattern, number, then what is expected.
    pub fn answer(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Next, Stop> {
        let wait = turn.answer_wait();
        if wait.stand_in && release(turn) {
            turn.branch(None, "the customer wrote: the question that was held goes out now");
            return Ok(Next::Answer { wait: AnswerWait { stand_in: false, ..wait }, fresh: true });
        }
        match self.find(turn, answer, &wait)? {
            Found::Option(chosen) => self.choose(turn, chosen),
            Found::Value(value) => self.take(turn, value),
            Found::More => {
                let page = wait.page.saturating_add(1);
                let content = (self.content)(turn, page)?;
                self.sending.send(turn, content, true, AnswerWait { page, ..wait })
            }
            Found::Nothing if wait.stand_in => {
                // The customer has not seen the question yet: only its template.
                turn.branch(None, "the window is open again: the step's own message goes out");
                let content = (self.content)(turn, 0)?;
                self.sending.send(turn, content, true, AnswerWait { page: 0, ..wait })
            }
            Found::Nothing => self.not_understood(turn, answer, wait),
        }
    }

    /// Takes an answer only if it names an option.
    pub fn chosen(&self, turn: &mut Turn<'_>, answer: &Inbound) -> Result<Option<Next>, Stop> {
        let wait = turn.answer_wait();
        match self.find(turn, answer, &wait)? {
            Found::Option(chosen) => self.choose(turn, chosen).map(Some),
            _ => Ok(None),
        }
    }

    fn choose(&self, turn: &mut Turn<'_>, chosen: Chosen) -> Result<Next, Stop> {
        turn.chose(chosen.id.as_ref(), &chosen.title, &chosen.value);
        self.keep(turn, &chosen.value)?;
        let to = chosen.goto.or_else(|| self.sending.next.clone());
        turn.branch(to.as_ref(), format!("the customer chose {:?}", chosen.title));
        Ok(Next::Go(to))
    }

    /// Takes a value that is the answer.
    pub fn take(&self, turn: &mut Turn<'_>, value: Value) -> Result<Next, Stop> {
        turn.answered(value.clone());
        self.keep(turn, &value)?;
        turn.branch(self.sending.next.as_ref(), "the answer is what was expected");
        Ok(Next::Go(self.sending.next.clone()))
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
        if matches!(answer.content, Received::Unsupported { .. }) {
            return Ok(Found::Nothing);
        }
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
        match &self.expect {
            // What answers a template is no answer to the question that it stands in for.
            Some(expect) if !wait.stand_in => Ok(expect.find(turn, answer)?.map_or(Found::Nothing, Found::Value)),
            _ => Ok(Found::Nothing),
        }
    }

    /// The option whose id came back.
    fn tapped(&self, turn: &mut Turn<'_>, id: &str, title: &str, wait: &AnswerWait) -> Result<Option<Found>, Stop> {
        let Some(key) = self.key_of_tap(turn, id) else { return Ok(None) };
        if key == MORE {
            return Ok(Some(Found::More));
        }
        if let Some(inner) = key.strip_prefix(Template::STAND_IN) {
            let template = self.sending.template_or_default(turn);
            let choice = template.as_ref().and_then(|template| template.choice(inner));
            return choice.map(|choice| chosen(turn, choice, title)).transpose();
        }
        let Some(choice) = self.step.choice(&key) else { return Ok(None) };
        if key == choices::base_key(&key) {
            return chosen(turn, choice, title).map(Some);
        }
        // Made by `each`, whose list may have changed since: what was shown counts, and its title tells.
        let offered = self.drawn(turn, wait)?;
        let same = |offered: &&Offered<'_>| choices::base_key(&offered.key) == choices::base_key(&key) && offered.title == title;
        let found = offered.iter().filter(|offered| offered.key == key).find(same).or_else(|| offered.iter().find(same));
        let value = found.map_or_else(|| Value::from(title), |offered| offered.value.clone());
        let (id, goto) = (choice.id.clone(), choice.goto.clone());
        Ok(Some(Found::Option(Chosen { id, goto, title: title.to_owned(), value })))
    }

    /// The key in an id that this step's messages carry.
    fn key_of_tap(&self, turn: &Turn<'_>, id: &str) -> Option<String> {
        if let Ok(reply) = id.parse::<ReplyId>() {
            return (reply.step == turn.step).then_some(reply.key);
        }
        let short: ShortReplyId = id.parse().ok()?;
        let here = turn.bot()?.document.steps.get_index_of(&turn.step);
        self.step.card_key(short.card, short.button).filter(|_| here == Some(short.step))
    }

    /// The options as the customer saw them.
    fn drawn(&self, turn: &mut Turn<'_>, wait: &AnswerWait) -> Result<Vec<Offered<'a>>, Stop> {
        let mut offered = (self.offered)(turn, Empty::IsNone)?;
        for shown in &wait.shown {
            if let Some(made) = offered.iter_mut().find(|offered| shown.key == offered.key.as_str()) {
                made.title.clone_from(&shown.title);
                made.value = shown.value.clone();
            } else if let Some(choice) = self.step.choice(&shown.key) {
                // It was shown, and its list has lost it since.
                offered.push(Offered {
                    key: shown.key.to_string(),
                    choice,
                    place: String::new(),
                    title: shown.title.clone(),
                    description: None,
                    locals: Locals::default(),
                    value: shown.value.clone(),
                    made_by_each: true,
                });
            }
        }
        Ok(offered)
    }

    /// The option that the customer named in words.
    fn named(&self, turn: &mut Turn<'_>, text: &str, wait: &AnswerWait) -> Result<Option<Found>, Stop> {
        let matching = self.waiting.matching.unwrap_or_default();
        if wait.stand_in
            && let Some(found) = self.named_in_template(turn, text, matching)?
        {
            return Ok(Some(found));
        }
        let mut offered = self.drawn(turn, wait)?;
        let drawn = offered.len();
        let answers = choices::keyed(&self.waiting.answers, None);
        offered.extend(choices::offer(turn, answers, "answers", &choices::Element::default(), Empty::IsNone)?);
        if let Some(index) = matching::by_words(turn, &offered, text, matching) {
            return Ok(Some(offer_chosen(&offered[index], text)));
        }
        let leads_on = self.waiting.more.as_ref().filter(|_| drawn > limits::ROWS && !wait.stand_in);
        if let Some(more) = leads_on
            && same_but_for_spaces(&fold(&turn.text("more", more)?), &fold(text))
        {
            return Ok(Some(Found::More));
        }
        let Some(number) = matching::number(text) else { return Ok(None) };
        if let Some(index) = matching::by_leading_number(&offered[..drawn], number) {
            return Ok(Some(offer_chosen(&offered[index], text)));
        }
        if wait.stand_in || !(self.as_list)(drawn) || matching::holds_digit(&offered[..drawn]) {
            return Ok(None);
        }
        let page = choices::page(&offered[..drawn], limits::ROWS, wait.page);
        Ok(match number.checked_sub(1) {
            Some(index) if index < page.options.len() => Some(offer_chosen(&page.options[index], text)),
            Some(index) if index == page.options.len() && page.more => Some(Found::More),
            _ => None,
        })
    }

    /// A quick reply of the template that stands in.
    fn named_in_template(&self, turn: &mut Turn<'_>, text: &str, matching: Matching) -> Result<Option<Found>, Stop> {
        let Some(template) = self.sending.template_or_default(turn) else { return Ok(None) };
        let offered = template.offered(turn, "template.")?;
        Ok(matching::by_words(turn, &offered, text, matching).map(|index| offer_chosen(&offered[index], text)))
    }
}

/// Lets the question go out that was held until the customer writes; whether there was one.
fn release(turn: &mut Turn<'_>) -> bool {
    let (session, step, now) = (turn.session_id(), turn.step.clone(), turn.now());
    let held = |pending: &crate::contact::Pending| {
        pending.session == session
            && matches!(&pending.work, Work::Send(send) if send.step.as_ref() == Some(&step) && send.outside == Outside::Hold && send.claim.is_none())
    };
    if !turn.contact().pending.iter().any(held) {
        return false;
    }
    for pending in turn.contact_mut().pending.iter_mut().filter(|pending| held(pending)) {
        if let Work::Send(send) = &mut pending.work
            && send.held
        {
            send.held = false;
            send.due = now;
        }
    }
    true
}

fn offer_chosen(offered: &Offered<'_>, text: &str) -> Found {
    let title = if offered.title.is_empty() { text.to_owned() } else { offered.title.clone() };
    let value = if offered.value.is_null() && offered.choice.value.is_none() { Value::from(text) } else { offered.value.clone() };
    Found::Option(Chosen { id: offered.choice.id.clone(), goto: offered.choice.goto.clone(), title, value })
}

fn chosen(turn: &Turn<'_>, choice: &Choice, title: &str) -> Result<Found, Stop> {
    let value = choices::value_of(turn, choice, Locals::none())?;
    let value = if value.is_null() && choice.value.is_none() { Value::from(title) } else { value };
    Ok(Found::Option(Chosen { id: choice.id.clone(), goto: choice.goto.clone(), title: title.to_owned(), value }))
}
