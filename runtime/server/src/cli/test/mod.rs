//! `salesbot test`: by the lines of dialogs alone; [`live`] asks models, [`record`] writes down what they answer.

mod live;
mod record;
mod shown;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::bail;
use interpreter::dialog::{Answers, Dialog, Dialogs, Report, Test, run as play};
use serde_json::{Value, json};
use steps::{
    bot::Bot,
    check::{Colour, Diagnostic, render},
    environment::Environment,
    event::ChannelError,
};

use self::live::Share;
use super::{
    Account, Exit, Terminal, bots,
    models::{Rehearser, Spent},
    terminal::{BAD, BOLD, GOOD, indented},
};
use crate::bots::source::{self, Unreadable};

pub(super) const EXAMPLES: &str = "\
Examples:
  salesbot test bots
  salesbot test bots/welcome.json --filter \"after a day\"
  salesbot test bots --json | jq '.bots[].dialogs[] | select(.passed | not)'
  salesbot test bots/advisor.json --record
  salesbot test bots/advisor.json --live --times 10 --at-least 80%

The dialogs of bots/welcome.json are in bots/welcome.test.json. They run in a moment: their time passes only by their `pass` lines.
Other bots of the folder can be called.

`--live` and `--record` ask the model of the settings: OPENAI_API_KEY and OPENAI_MODEL, or [openai] in salesbot.toml. Nothing is sent to
WhatsApp, and calls of `http` are answered by the dialog.

Exit codes: 0 all passed; 1 some failed, or a bot has errors; 2 what was named is not there, there was nothing to run, or there is no model.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Bots, their dialog tests, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run only dialogs whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Ask the model of the settings, in place of the dialog's `reply` lines for it
    #[arg(long, conflicts_with = "record")]
    live: bool,
    /// How often each dialog runs with the model
    #[arg(long, value_name = "N", requires = "live", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    times: u32,
    /// How many of its runs a dialog has to pass
    #[arg(long, value_name = "PERCENT", requires = "live", default_value = "100%")]
    at_least: Share,
    /// Ask the model of the settings where no `reply` line answers it, and write its answers into the dialogs
    #[arg(long)]
    record: bool,
    /// Ask for what is recorded already, too
    #[arg(long, requires = "record")]
    again: bool,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: Account,
}

/// A bot with its dialogs.
struct Cast {
    path: PathBuf,
    /// Why no dialog can run: the text for the terminal.
    problem: Option<String>,
    bot: Option<Arc<Bot>>,
    /// Bots of the folder that it calls.
    others: Vec<Arc<Bot>>,
    /// Those of them that have errors, and are not there.
    broken: Vec<String>,
    /// The text of its dialogs.
    source: String,
    /// Each that was chosen, with its place in the file.
    dialogs: Vec<(usize, Dialog)>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let settings = arguments.account.settings(terminal)?;
    let rehearser = (arguments.live || arguments.record).then(|| Rehearser::new(&settings)).transpose()?;
    let environment = Arc::new(settings.environment([0; 32]));
    let mut reader = bots::Reader::new(environment.clone());
    let colour = if arguments.json { Colour::Never } else { terminal.colour() };
    let files = files(&arguments.paths)?;
    let casts: Vec<Cast> = files.iter().map(|path| cast(path, &mut reader, arguments.filter.as_deref(), colour)).collect();
    if casts.iter().all(|cast| cast.problem.is_none() && cast.dialogs.is_empty()) {
        match &arguments.filter {
            Some(filter) => bail!("no dialog has {filter:?} in its name"),
            None => bail!("there are no dialog tests: those of welcome.json are in welcome.test.json"),
        }
    }
    match &rehearser {
        Some(rehearser) if arguments.record => record::run(arguments, &casts, rehearser, &environment, terminal),
        Some(rehearser) => live::run(arguments, &casts, rehearser, &environment, terminal),
        None => by_lines(arguments, &casts, &environment, terminal),
    }
}

/// The bots to test: those named, and those whose dialogs are.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let found = bots::find(paths)?;
    for path in paths.iter().filter(|path| path.is_file()) {
        let tests = bots::tests_of(path);
        if found.bots.contains(path) && !tests.is_file() {
            bail!("{} has no dialog tests: they would be in {}", path.display(), tests.display());
        }
    }
    let mut files = found.bots;
    files.extend(found.tests.iter().map(|tests| bots::bot_of(tests)));
    files.sort();
    files.dedup();
    Ok(files)
}

fn cast(path: &Path, reader: &mut bots::Reader, filter: Option<&str>, colour: Colour) -> Cast {
    let mut cast = Cast {
        path: path.to_owned(),
        problem: None,
        bot: None,
        others: Vec::new(),
        broken: Vec::new(),
        source: String::new(),
        dialogs: Vec::new(),
    };
    let tests = bots::tests_of(path);
    let loaded = reader.read(path);
    let Some(bot) = loaded.checked.bot else {
        let diagnostics: Vec<_> = loaded.checked.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        cast.problem = Some(render(&diagnostics, &loaded.source, &path.display().to_string(), colour));
        return cast;
    };
    if !tests.is_file() {
        return cast;
    }
    cast.source = match source::read(&tests, bot.id.as_str()) {
        Ok(source) => source,
        Err(Unreadable { source, diagnostic, .. }) => {
            cast.problem = Some(render(&[*diagnostic], &source, &tests.display().to_string(), colour));
            return cast;
        }
    };
    let dialogs = match Dialogs::read(&cast.source) {
        Ok(dialogs) => dialogs.dialogs,
        Err(error) => {
            cast.problem = Some(format!("{}: {error}", tests.display()));
            return cast;
        }
    };
    cast.others = reader.called_by(&bot, path);
    cast.broken = reader.broken_calls(&bot, path).into_iter().map(|(_, called)| called).collect();
    cast.bot = Some(bot);
    let chosen = dialogs.into_iter().enumerate().filter(|(_, dialog)| filter.is_none_or(|filter| dialog.name.contains(filter)));
    cast.dialogs = chosen.collect();
    cast
}

fn explain(code: i64) -> ChannelError {
    whatsapp::errors::new(code, "")
}

impl Cast {
    /// What can be played: the dialogs with the bot; none where it has errors.
    fn plays(&self) -> impl Iterator<Item = (&Arc<Bot>, &Dialog)> {
        self.bot.iter().flat_map(|bot| self.dialogs.iter().map(move |(_, dialog)| (bot, dialog)))
    }

    /// Plays a dialog by its lines alone.
    fn by_lines(&self, bot: &Arc<Bot>, environment: &Arc<Environment>, dialog: &Dialog) -> Report {
        self.with_broken(play(bot, &self.others, environment, dialog, &explain))
    }

    /// Plays a dialog with a model, to its end.
    async fn with_model(
        &self,
        bot: &Arc<Bot>,
        environment: &Arc<Environment>,
        dialog: &Dialog,
        answers: Answers,
        rehearser: &Rehearser,
    ) -> (Report, Spent) {
        match Test::begin(bot, &self.others, environment, dialog, &explain, answers) {
            Ok(mut test) => {
                let spent = rehearser.play(&mut test).await;
                (self.with_broken(test.report()), spent)
            }
            Err(failure) => (Report::unplayed(dialog, failure), Spent::default()),
        }
    }

    /// Says to a failure which bots could not be called.
    fn with_broken(&self, mut report: Report) -> Report {
        if let (Some(failure), false) = (&mut report.failure, self.broken.is_empty()) {
            let broken = self.broken.join(", ");
            failure.message.push_str(&format!("; bots that it calls have errors, so they are not there: {broken}"));
        }
        report
    }
}

fn by_lines(
    arguments: &Arguments,
    casts: &[Cast],
    environment: &Arc<Environment>,
    terminal: &mut Terminal<'_>,
) -> anyhow::Result<Exit> {
    let played = |cast: &Cast| cast.plays().map(|(bot, dialog)| cast.by_lines(bot, environment, dialog)).collect::<Vec<_>>();
    let tested: Vec<(&Cast, Vec<Report>)> = casts.iter().map(|cast| (cast, played(cast))).collect();
    let reports = || tested.iter().flat_map(|(_, reports)| reports);
    let passed = reports().filter(|report| report.failure.is_none()).count();
    let failed = reports().count() - passed + casts.iter().filter(|cast| cast.problem.is_some()).count();
    if arguments.json {
        let bots: Vec<Value> = tested.iter().map(|(cast, reports)| as_json(cast, reports)).collect();
        terminal.json(&json!({"bots": bots, "passed": passed, "failed": failed}))?;
    } else {
        for (cast, reports) in &tested {
            show(cast, reports, terminal)?;
        }
        show_result(passed, failed, terminal)?;
    }
    Ok(exit(failed))
}

fn exit(failed: usize) -> Exit {
    if failed == 0 { Exit::Well } else { Exit::Problems }
}

fn show_result(passed: usize, failed: usize, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
    let style = if failed == 0 { GOOD } else { BAD };
    Ok(terminal.line(terminal.paint(style, &format!("{passed} passed, {failed} failed")))?)
}

/// The bot's file, and why it can't be tested.
fn show_head(cast: &Cast, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
    terminal.line(terminal.paint(BOLD, &cast.path.display().to_string()))?;
    if let Some(problem) = &cast.problem {
        terminal.line(format!("  {}  the bot can't be tested", terminal.paint(BAD, "FAILED")))?;
        terminal.line(indented(problem, 4))?;
    }
    Ok(())
}

fn show(cast: &Cast, reports: &[Report], terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
    if cast.problem.is_none() && reports.is_empty() {
        return Ok(());
    }
    show_head(cast, terminal)?;
    for (report, (_, dialog)) in reports.iter().zip(&cast.dialogs) {
        match &report.failure {
            None => terminal.line(format!("  {}  {}", terminal.paint(GOOD, "passed"), report.dialog))?,
            Some(failure) => {
                terminal.line(format!("  {}  {}", terminal.paint(BAD, "FAILED"), report.dialog))?;
                shown::failure(dialog, report, failure, terminal)?;
            }
        }
    }
    terminal.line("")?;
    Ok(())
}

fn as_json(cast: &Cast, reports: &[Report]) -> Value {
    let dialogs = reports.iter().zip(&cast.dialogs).map(|(report, (_, dialog))| match &report.failure {
        None => json!({"name": report.dialog, "passed": true}),
        Some(failure) => json!({
            "name": report.dialog, "passed": false, "line": failure.line + 1, "expected": dialog.steps.get(failure.line),
            "message": failure.message, "got": failure.got, "trace": report.trace,
        }),
    });
    json!({"file": cast.path.display().to_string(), "problem": cast.problem, "dialogs": dialogs.collect::<Value>()})
}
