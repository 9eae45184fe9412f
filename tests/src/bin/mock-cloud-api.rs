//! The mock Cloud API as a program, to develop a bot server against without a WhatsApp account.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;
use jiff::Timestamp;
use serde_json::Value;
use tests::mock::{Account, Mock, Number, StatusPlan};

/// A strict mock of the WhatsApp Cloud API: takes what a bot sends, reports statuses, and writes as customers.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// The bot server's webhook; it need not run yet.
    #[arg(long, default_value = "http://127.0.0.1:8080/webhooks/whatsapp")]
    webhook: String,
    /// A phone_number_id, or ID:NUMBER, in place of the built-in one; may be repeated.
    #[arg(long = "number", value_name = "ID[:NUMBER]", value_parser = number)]
    numbers: Vec<Number>,
    /// A JSON file with one template or a list, in the form of Meta's template calls; may be repeated.
    #[arg(long = "templates", value_name = "FILE")]
    templates: Vec<PathBuf>,
    /// Take templates that were never added.
    #[arg(long)]
    accept_unknown_templates: bool,
    /// Take media ids that were never uploaded.
    #[arg(long)]
    accept_unknown_media: bool,
    /// Keep no throughput and pair limits.
    #[arg(long)]
    no_limits: bool,
    /// Send no statuses.
    #[arg(long)]
    no_statuses: bool,
    /// Real time before statuses, in milliseconds.
    #[arg(long, default_value_t = 300)]
    status_delay: u64,
    /// What the mock's clock shows at the start (RFC 3339); now by default.
    #[arg(long)]
    now: Option<Timestamp>,
    /// Token that calls must bring; like the next three, a made-up one is used if it is absent or empty.
    #[arg(long, env = "WHATSAPP_ACCESS_TOKEN", hide_env_values = true)]
    access_token: Option<String>,
    /// Secret that signs webhooks.
    #[arg(long, env = "WHATSAPP_APP_SECRET", hide_env_values = true)]
    app_secret: Option<String>,
    /// Token of the verification call.
    #[arg(long, env = "WHATSAPP_VERIFY_TOKEN", hide_env_values = true)]
    verify_token: Option<String>,
    /// The WhatsApp Business Account id.
    #[arg(long, env = "WHATSAPP_BUSINESS_ACCOUNT_ID")]
    business_account: Option<String>,
}

fn number(text: &str) -> Result<Number, String> {
    let (id, display) = text.split_once(':').unwrap_or((text, "15550783881"));
    if id.is_empty() || display.is_empty() {
        return Err("expected ID or ID:NUMBER, such as 106540352242922:15550783881".to_owned());
    }
    Ok(Number::new(id, display))
}

/// An empty environment variable counts as absent.
fn given(value: Option<String>, made_up: String) -> String {
    value.filter(|value| !value.is_empty()).unwrap_or(made_up)
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let made_up = Account::default();
    let account = Account {
        access_token: given(options.access_token, made_up.access_token),
        app_secret: given(options.app_secret, made_up.app_secret),
        verify_token: given(options.verify_token, made_up.verify_token),
        business_account: given(options.business_account, made_up.business_account),
        numbers: options.numbers,
    };
    let plan = StatusPlan { enabled: !options.no_statuses, delay_milliseconds: options.status_delay, ..StatusPlan::default() };
    let mut builder = Mock::builder()
        .address(options.listen)
        .account(account)
        .webhook_url(options.webhook.as_str())
        .statuses(plan)
        .limits(!options.no_limits)
        .retry(4, Duration::from_millis(200));
    if let Some(now) = options.now {
        builder = builder.now(now);
    }
    if options.accept_unknown_templates {
        builder = builder.accept_unknown_templates();
    }
    if options.accept_unknown_media {
        builder = builder.accept_unknown_media();
    }
    for path in &options.templates {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let definitions: Value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
        let definitions = if let Value::Array(list) = definitions { list } else { vec![definitions] };
        for definition in &definitions {
            builder = builder.template(definition).with_context(|| path.display().to_string())?;
        }
    }
    let mock = builder.start().await.with_context(|| format!("listening on {}", options.listen))?;
    print_help(&mock, &options.webhook);
    tokio::signal::ctrl_c().await.context("waiting for Ctrl-C")?;
    Ok(())
}

fn print_help(mock: &Mock, webhook: &str) {
    let address = mock.address();
    println!("Mock Cloud API on http://{address}, webhooks to {webhook}\n");
    println!("Point the bot server to it:");
    for (name, value) in mock.environment() {
        println!("  export {name}={value}");
    }
    println!("\nWrite as a customer, and see what the bot answered:");
    println!("  curl http://{address}/mock/customer/+34600111222/text -d '{{\"text\": \"hi\"}}'");
    println!("  curl http://{address}/mock/customer/+34600111222/tap -d '{{\"choice\": \"Yes\"}}'");
    println!("  curl 'http://{address}/mock/messages?to=%2B34600111222'");
    println!("\nEverything else: curl http://{address}/mock");
}
