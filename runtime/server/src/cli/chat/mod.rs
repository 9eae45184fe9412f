//! `salesbot chat`: a person talks to a bot in the terminal. It is a dialog that is played line by line, on the same interpreter as in
//! production, with a clock that moves only when told to; so it can be saved as a dialog test.

mod input;
mod record;
mod shown;

use std::{path::Path, sync::Arc};

use anyhow::Context;
use interpreter::{
    dialog::{Dialog, DialogContact, Failure, Line, Play, is_to_model, reply},
    rehearsal::Rehearsal,
};
use serde_json::{Map, Value, json};
use steps::{
    bot::Bot,
    check::render,
    contact::Call,
    environment::Environment,
    event::{CallResult, ChannelError},
    moment::Moment,
    trigger::On,
};

use self::{
    input::{COMMANDS, Input, Look},
    record::Record,
};
use super::{
    Account, Exit, Terminal, bots,
    models::Rehearser,
    terminal::{BOLD, count},
    trace,
};

/// The most calls in a row that a model answers: a bot that asks in a loop is stopped here.
const MAX_ASKED: usize = 20;

pub(super) const EXAMPLES: &str = "\
Examples:
  salesbot chat welcome
  salesbot chat bots/welcome.json --name \"Ana Souza\" --at 2026-03-02T10:00:00-03:00
  salesbot chat advisor --live
  printf 'oi\\n1\\n/pass 25h\\n/vars\\n' | salesbot chat welcome

What you type is the customer's message; a number taps the button or row that it stands beside. /help lists the commands.

Exit codes: 0 all is well; 1 the bot has errors, or (through a pipe) a line could not be done; 2 something can't be read.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A bot's file, or its id in the folder of bots
    bot: String,
    /// Start the bot at once, as the API would. It is also done for a bot that no message starts
    #[arg(long)]
    start: bool,
    /// The customer's name
    #[arg(long)]
    name: Option<String>,
    /// The customer's phone number
    #[arg(long, default_value = "+5511999999999")]
    phone: String,
    /// The customer's language, such as pt-BR
    #[arg(long)]
    language: Option<String>,
    /// When the chat begins, such as 2026-03-02T10:00:00-03:00; left out: now
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// Ask the model of the settings what the bot asks a model; left out: you answer with /reply
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    account: Account,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let settings = arguments.account.settings(terminal)?;
    let path = bots::named(&arguments.bot, &settings.bots)?;
    let rehearser = arguments.live.then(|| Rehearser::new(&settings)).transpose()?;
    let environment = Arc::new(settings.environment([0; 32]));
    let mut reader = bots::Reader::new(environment.clone());
    let loaded = reader.read(&path);
    let Some(bot) = loaded.checked.bot else {
        let text = render(&loaded.checked.diagnostics, &loaded.source, &path.display().to_string(), terminal.colour());
        write!(terminal.output, "{text}")?;
        return Ok(Exit::Problems);
    };
    let others = reader.called_by(&bot, &path);
    let dialog = dialog(arguments, &bot, terminal.now);
    let begin = Begin { bot: &bot, others: &others, environment: &environment, dialog, rehearser };
    let mut chat = Chat::begin(&begin, arguments.start)?;
    let name = if bot.document.name.is_empty() { bot.id.to_string() } else { format!("{} ({})", bot.document.name, bot.id) };
    terminal.line(terminal.paint(BOLD, &name))?;
    if terminal.is_interactive {
        terminal.note("You are the customer. A number taps an option; /help lists what else there is.")?;
    }
    chat.start(terminal)?;
    let went_well = chat.talk(terminal)?;
    Ok(if went_well || terminal.is_interactive { Exit::Well } else { Exit::Problems })
}

/// How the chat begins, as a dialog test says it.
fn dialog(arguments: &Arguments, bot: &Bot, now: Moment) -> Dialog {
    let now = now.zoned(&bot.zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    let contact = DialogContact {
        phone: Some(arguments.phone.clone()),
        name: arguments.name.clone(),
        language: arguments.language.clone(),
        ..DialogContact::default()
    };
    let at = Some(arguments.at.clone().unwrap_or(now));
    Dialog { name: String::new(), contact, at, steps: Vec::new() }
}

/// What a chat begins with, also when it begins again.
struct Begin<'b> {
    bot: &'b Arc<Bot>,
    others: &'b [Arc<Bot>],
    environment: &'b Arc<Environment>,
    dialog: Dialog,
    /// Who asks models; none: the person answers for them.
    rehearser: Option<Rehearser>,
}

struct Chat<'b> {
    begin: &'b Begin<'b>,
    play: Play<'b>,
    record: Record,
    /// The bot is started first, as by the API.
    starts: bool,
    /// How much of the rehearsal was shown: messages, facts, and the trace before the last line.
    said: usize,
    facts: usize,
    traced: usize,
}

fn explain(code: i64) -> ChannelError {
    whatsapp::errors::new(code, "")
}

fn plain(failure: Failure) -> anyhow::Error {
    anyhow::Error::msg(failure.message)
}

impl<'b> Chat<'b> {
    fn begin(begin: &'b Begin<'b>, start: bool) -> anyhow::Result<Self> {
        let takes_messages = |on: &On| matches!(on, On::Message { .. } | On::Conversation {} | On::Ad { .. });
        let starts = start || !begin.bot.document.triggers.iter().any(|trigger| takes_messages(&trigger.on));
        let play = Play::begin(begin.bot, begin.others, begin.environment, &begin.dialog, &explain).map_err(plain)?;
        Ok(Chat { begin, play, record: Record::default(), starts, said: 0, facts: 0, traced: 0 })
    }

    fn rehearsal(&self) -> &Rehearsal {
        &self.play.rehearsal
    }

    fn start(&mut self, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
        if !self.starts {
            return Ok(());
        }
        let started = self.play(Line::Start(Map::from_iter([("on".to_owned(), json!("api"))])), terminal)?;
        started.map_err(anyhow::Error::msg)
    }

    /// Until the person leaves; tells whether every line could be done.
    fn talk(&mut self, terminal: &mut Terminal<'_>) -> anyhow::Result<bool> {
        let mut went_well = true;
        loop {
            if terminal.is_interactive {
                write!(terminal.output, "> ")?;
                terminal.output.flush()?;
            }
            let mut typed = String::new();
            if terminal.input.read_line(&mut typed).context("can't read what was typed")? == 0 {
                return Ok(went_well);
            }
            let typed = typed.trim();
            if !terminal.is_interactive && !typed.is_empty() {
                terminal.line(format!("> {typed}"))?;
            }
            let done = match input::read(typed, self.rehearsal()) {
                Ok(Input::Quit) => return Ok(went_well),
                Ok(input) => self.answer(input, terminal)?,
                Err(problem) => Err(problem),
            };
            if let Err(problem) = done {
                went_well = false;
                terminal.line(format!("({problem})"))?;
            }
        }
    }

    /// Does what was typed. The inner error is the person's, who may try again.
    fn answer(&mut self, input: Input, terminal: &mut Terminal<'_>) -> anyhow::Result<Result<(), String>> {
        match input {
            Input::Nothing | Input::Quit => {}
            Input::Line(line) => return self.play(line, terminal),
            Input::Look(look) => terminal.line(self.look(look))?,
            Input::Help => {
                for (command, meaning) in COMMANDS {
                    terminal.line(format!("  {command:<28}{meaning}"))?;
                }
            }
            Input::Restart => {
                *self = Chat::begin(self.begin, self.starts)?;
                terminal.note("(from the beginning)")?;
                self.start(terminal)?;
            }
            Input::Save { file, name } => return self.save(&file, name, terminal),
        }
        Ok(Ok(()))
    }

    fn play(&mut self, line: Line, terminal: &mut Terminal<'_>) -> anyhow::Result<Result<(), String>> {
        match self.line(line, terminal)? {
            Ok(()) => self.ask(terminal),
            Err(problem) => Ok(Err(problem)),
        }
    }

    /// Answers with a model what the bot asks one, until it asks no more.
    fn ask(&mut self, terminal: &mut Terminal<'_>) -> anyhow::Result<Result<(), String>> {
        let Some(rehearser) = &self.begin.rehearser else { return Ok(Ok(())) };
        for _ in 0..MAX_ASKED {
            let rehearsal = self.rehearsal();
            let Some((_, call, _)) = rehearsal.calls.first().filter(|(_, call, _)| is_to_model(call)) else {
                return Ok(Ok(()));
            };
            let result = rehearser.run(rehearser.answer(rehearsal, call)).result;
            if let CallResult::Failed { name, text } = result {
                terminal.line(shown::call(call))?;
                return Ok(Err(format!("the model gave no answer: {name}: {text}")));
            }
            let answer = reply(&result);
            terminal.note(&format!("(the model answers: {})", Value::Object(answer.clone())))?;
            if let Err(problem) = self.line(Line::Reply(answer), terminal)? {
                return Ok(Err(problem));
            }
        }
        Ok(Err(format!("the bot asks a model more than {MAX_ASKED} times in a row; what you do next goes on")))
    }

    fn line(&mut self, line: Line, terminal: &mut Terminal<'_>) -> anyhow::Result<Result<(), String>> {
        let traced = self.rehearsal().trace.0.len();
        let waiting = self.rehearsal().calls.len();
        if let Err(failure) = self.play.act(&line) {
            return Ok(Err(failure.message));
        }
        self.traced = traced;
        let rehearsal = &self.play.rehearsal;
        let said = &rehearsal.said[self.said..];
        self.record.line(&line, said);
        let mut news = Vec::new();
        for message in said {
            news.push(shown::message(message, terminal));
        }
        news.extend(rehearsal.facts[self.facts..].iter().filter_map(shown::fact));
        let calls = rehearsal.calls.iter().skip(waiting.min(rehearsal.calls.len())).map(|(_, call, _)| call);
        let is_asked = |call: &Call| self.begin.rehearser.is_some() && is_to_model(call);
        news.extend(calls.filter(|call| !is_asked(call)).map(shown::call));
        if said.is_empty() {
            // Why the customer hears nothing.
            let reasons = rehearsal.trace.0[traced..].iter().filter(|line| trace::says_why_not(line));
            news.extend(reasons.map(|line| format!("({})", trace::describe(&line.what))));
        }
        if news.is_empty() && !rehearsal.calls.iter().any(|(_, call, _)| is_asked(call)) {
            news.push("(nothing happened)".to_owned());
        }
        (self.said, self.facts) = (rehearsal.said.len(), rehearsal.facts.len());
        for line in news {
            terminal.line(line)?;
        }
        if matches!(line, Line::Pass(_)) {
            terminal.note(&format!("(it is {})", shown::time(rehearsal.now, &self.begin.bot.zone)))?;
        }
        Ok(Ok(()))
    }

    fn look(&self, look: Look) -> String {
        let rehearsal = self.rehearsal();
        match look {
            Look::Vars => {
                let running = rehearsal.session().and_then(|session| session.frame()).map(|frame| &frame.vars);
                let vars = running.or(rehearsal.ended.as_ref().map(|ended| &ended.vars));
                format!("{:#}", Value::Object(vars.cloned().unwrap_or_default()))
            }
            Look::State => shown::state(rehearsal, &self.begin.bot.zone),
            Look::Trace => trace::lines(&steps::trace::Trace(rehearsal.trace.0[self.traced..].to_vec())).join("\n"),
        }
    }

    fn save(&self, file: &Path, name: Option<String>, terminal: &mut Terminal<'_>) -> anyhow::Result<Result<(), String>> {
        let Begin { bot, others, environment, dialog, .. } = self.begin;
        let name = name.unwrap_or_else(|| format!("chat of {}", dialog.at.as_deref().unwrap_or_default()));
        let saved = match self.record.save(file, &name, dialog) {
            Ok(saved) => saved,
            Err(error) => return Ok(Err(format!("{error:#}"))),
        };
        terminal.note(&format!("(saved {} to {})", count(self.record.len(), "line"), file.display()))?;
        let report = interpreter::dialog::run(bot, others, environment, &saved, &explain);
        match report.failure {
            None => Ok(Ok(())),
            Some(failure) => Ok(Err(format!("as a test it fails in line {}: {}", failure.line + 1, failure.message))),
        }
    }
}
