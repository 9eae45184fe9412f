//! `salesbot run`, `stop`, `dead`: what is asked of a running server, over its API.

use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Client, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use url::Url;

use super::{Account, Exit, Terminal, terminal::count, trace::shortened};

pub(super) const RUN_EXAMPLES: &str = "\
Example: salesbot run welcome --contact +5511999999999 --name \"Ana Souza\" --var source=fair --var score=3

A value is JSON where it can be read as such (3, true, [\"a\"]), else a text.

Exit codes: 0 the bot has started; 1 it has not, and the reason is printed; 2 the server can't be reached.";

pub(super) const STOP_EXAMPLES: &str = "\
Example: salesbot stop welcome --contact +5511999999999

Exit codes: 0 done; 1 the server refused; 2 the server can't be reached.";

pub(super) const DEAD_EXAMPLES: &str = "\
Examples:
  salesbot dead
  salesbot dead retry 001763700000000-5f2c
  salesbot dead drop 001763700000000-5f2c

Exit codes: 0 done; 1 the server refused; 2 the server can't be reached.";

/// How long the server may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// Which server is asked. Left out, it is the one that these settings would start here.
#[derive(Debug, clap::Args)]
struct Server {
    /// The server's address, such as `https://bots.example.com`; left out: SALESBOT_LISTEN on this machine
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// A token of its API; left out: SALESBOT_API_TOKEN
    #[arg(long, value_name = "TOKEN", hide_env_values = true)]
    token: Option<SecretString>,
    #[command(flatten)]
    account: Account,
}

#[derive(Debug, clap::Args)]
pub(super) struct RunArguments {
    /// The bot's id
    bot: String,
    /// The contact: a phone number with country code, an id of the API, or a business-scoped user id
    #[arg(long, value_name = "PHONE|ID")]
    contact: String,
    /// The contact's name, where it is new
    #[arg(long)]
    name: Option<String>,
    /// A variable that the bot begins with
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    variables: Vec<(String, Value)>,
    /// What the bot reads as `trigger.data`
    #[arg(long, value_name = "JSON", value_parser = data)]
    data: Option<Value>,
    /// The step that it begins with; left out: its first
    #[arg(long, value_name = "STEP")]
    start: Option<String>,
    /// Print the server's answer as it came
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

#[derive(Debug, clap::Args)]
pub(super) struct StopArguments {
    /// The bot's id
    bot: String,
    /// The contact: a phone number with country code, an id of the API, or a business-scoped user id
    #[arg(long, value_name = "PHONE|ID")]
    contact: String,
    /// Print the server's answer as it came
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct DeadArguments {
    #[command(subcommand)]
    command: Option<DeadCommand>,
    #[command(flatten)]
    list: ListArguments,
}

#[derive(Debug, clap::Args)]
struct ListArguments {
    /// Print the server's answer as it came
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

#[derive(Debug, clap::Subcommand)]
enum DeadCommand {
    /// List them, the newest first
    List(ListArguments),
    /// Process one again
    Retry(DeadEntry),
    /// Take one off the list
    Drop(DeadEntry),
}

#[derive(Debug, clap::Args)]
struct DeadEntry {
    /// Its id, as the list shows it
    id: String,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(arguments: &RunArguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let mut contact = contact(&arguments.contact);
    if let Some(name) = &arguments.name {
        contact["name"] = name.as_str().into();
    }
    let variables: Map<String, Value> = arguments.variables.iter().cloned().collect();
    let mut body = json!({"contact": contact, "variables": variables});
    if let Some(start) = &arguments.start {
        body["start"] = start.as_str().into();
    }
    if let Some(data) = &arguments.data {
        body["data"] = data.clone();
    }
    let Some(answer) = ask(&arguments.server, Method::POST, &["bots", &arguments.bot, "run"], Some(body), terminal)? else {
        return Ok(Exit::Problems);
    };
    let list = |key: &str| answer[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().map_or_else(|| value[key].to_string(), str::to_owned);
    let started = list("started");
    if arguments.json {
        terminal.json(&answer)?;
    } else {
        for bot in &started {
            terminal.line(format!("{} has started, session {}", text(bot, "bot"), text(bot, "session")))?;
        }
        for bot in list("not_started") {
            terminal.line(format!("{} has not started: {}", text(&bot, "bot"), text(&bot, "reason")))?;
        }
    }
    Ok(if started.is_empty() { Exit::Problems } else { Exit::Well })
}

pub(super) fn stop(arguments: &StopArguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let body = json!({"contact": contact(&arguments.contact)});
    let Some(answer) = ask(&arguments.server, Method::POST, &["bots", &arguments.bot, "stop"], Some(body), terminal)? else {
        return Ok(Exit::Problems);
    };
    if arguments.json {
        terminal.json(&answer)?;
    } else {
        let left = answer["sessions"].as_array().map_or(0, Vec::len);
        let left = if left == 0 { "none".to_owned() } else { left.to_string() };
        terminal.line(format!("stopped; sessions of this contact that still run: {left}"))?;
    }
    Ok(Exit::Well)
}

pub(super) fn dead(arguments: &DeadArguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    match &arguments.command {
        None => list(&arguments.list, terminal),
        Some(DeadCommand::List(arguments)) => list(arguments, terminal),
        Some(DeadCommand::Retry(entry)) => {
            change(entry, Method::POST, &["dead", &entry.id, "retry"], "processed again", terminal)
        }
        Some(DeadCommand::Drop(entry)) => change(entry, Method::DELETE, &["dead", &entry.id], "dropped", terminal),
    }
}

fn list(arguments: &ListArguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let Some(answer) = ask(&arguments.server, Method::GET, &["dead"], None, terminal)? else { return Ok(Exit::Problems) };
    if arguments.json {
        terminal.json(&answer)?;
        return Ok(Exit::Well);
    }
    let entries = answer.as_array().cloned().unwrap_or_default();
    for entry in &entries {
        let text = |key: &str| entry[key].as_str().unwrap_or("-");
        let at = steps::moment::Moment(entry["at"].as_i64().unwrap_or_default());
        terminal.line(format!("{}  {at}  contact {}  {}", text("id"), text("contact"), shortened(text("reason"))))?;
    }
    terminal.line(count(entries.len(), "event"))?;
    Ok(Exit::Well)
}

fn change(entry: &DeadEntry, method: Method, path: &[&str], done: &str, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    if ask(&entry.server, method, path, None, terminal)?.is_none() {
        return Ok(Exit::Problems);
    }
    terminal.line(format!("{} {done}", entry.id))?;
    Ok(Exit::Well)
}

/// Asks the server; None: it refused, and its reason was printed.
fn ask(
    server: &Server,
    method: Method,
    path: &[&str],
    body: Option<Value>,
    terminal: &mut Terminal<'_>,
) -> anyhow::Result<Option<Value>> {
    let (base, token) = address(server, terminal)?;
    let mut url = base.clone();
    match url.path_segments_mut() {
        Ok(mut segments) => segments.pop_if_empty().extend(["api", "v1"]).extend(path),
        Err(()) => bail!("{base} is no address of a server; write one such as https://bots.example.com"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("can't start the runtime")?;
    let (status, answer) = runtime.block_on(exchange(method, url, token, body)).map_err(|error| {
        let cure = "start it with `salesbot serve`, or name another with --url";
        // The URL is the user's own, but reqwest would print it twice.
        let error = error.without_url();
        if error.is_connect() {
            anyhow::anyhow!("no server answers at {base}: {cure}")
        } else {
            anyhow::Error::new(error).context(format!("asking {base}"))
        }
    })?;
    if status.is_success() {
        return Ok(Some(answer));
    }
    let said = answer["detail"].as_str().or(answer["title"].as_str());
    let said = said.map_or_else(|| format!("the server answered with {status}"), str::to_owned);
    let cure = if status == StatusCode::UNAUTHORIZED { " (--token or SALESBOT_API_TOKEN gives the token)" } else { "" };
    terminal.error(&format!("{said}{cure}"))?;
    Ok(None)
}

async fn exchange(
    method: Method,
    url: Url,
    token: Option<SecretString>,
    body: Option<Value>,
) -> reqwest::Result<(StatusCode, Value)> {
    // No proxy: the token is for this server alone, which is often this machine.
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(DEADLINE).build()?;
    let mut request = client.request(method, url);
    if let Some(token) = token {
        request = request.bearer_auth(token.expose_secret());
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await?;
    let status = response.status();
    let answer = response.bytes().await?;
    Ok((status, serde_json::from_slice(&answer).unwrap_or_default()))
}

/// Where the server is, and with which token it is asked.
fn address(server: &Server, terminal: &Terminal<'_>) -> anyhow::Result<(Url, Option<SecretString>)> {
    if let (Some(url), Some(token)) = (&server.url, &server.token) {
        return Ok((url.clone(), Some(token.clone())));
    }
    let settings = server.account.settings(terminal)?;
    let token = server.token.clone().or_else(|| settings.api_tokens().next().map(SecretString::from));
    let url = match &server.url {
        Some(url) => url.clone(),
        None => {
            let mut listen = settings.listen;
            if listen.ip().is_unspecified() {
                listen.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
            }
            format!("http://{listen}").parse().with_context(|| format!("{listen} is no address"))?
        }
    };
    Ok((url, token))
}

/// A contact by what was typed. Phone numbers are digits and what people write between them, business-scoped user ids have a dot behind
/// their country.
fn contact(typed: &str) -> Value {
    let is_phone =
        typed.starts_with('+') || typed.chars().all(|character| character.is_ascii_digit() || " -.()".contains(character));
    let key = match typed {
        _ if is_phone => "phone",
        _ if typed.contains('.') => "user_id",
        _ => "id",
    };
    json!({ key: typed })
}

/// Reads `name=value`.
fn variable(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("write it as name=value")?;
    Ok((name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| value.into())))
}

/// Reads `trigger.data`.
fn data(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("write it as JSON: {error}"))
}
