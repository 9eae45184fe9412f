//! Runs a server: from settings to a bound port and its workers, and down again without losing anything.

use std::{future::Future, io::IsTerminal, sync::Arc, time::Duration};

use anyhow::Context;
use store::Store;
use tokio::{net::TcpListener, time::Instant};
use tracing_subscriber::EnvFilter;

use crate::{
    app::{App, Parts, channels, system_clock, system_random},
    bots,
    caller::Caller,
    calls::{Calls, Secrets},
    crm, due, fleet,
    graph_client::{GraphClient, Network},
    http_client::{Access, HttpClient},
    knowledge::{self, Knowledge},
    listen::Port,
    media, metrics,
    models::{Counting, Models},
    process::{begin_run, end_run, work_on_merges},
    read_models, retention, router, sandbox, schedule,
    settings::{LogFormat, Settings},
    templates,
};

/// How long a worker that failed waits before it begins again.
const RESTART: Duration = Duration::from_secs(1);
/// How long connections have at a stop, when all work is done, to finish what they are at.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Runs a server until it is told to stop.
pub fn run(settings: Settings) -> anyhow::Result<()> {
    log(&settings);
    quiet_panics();
    for warning in settings.warnings(|name| std::env::var(name).ok()) {
        tracing::warn!("{warning}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("can't start the runtime")?;
    runtime.block_on(async {
        let stop_at = Duration::from_secs(settings.limits.stop_seconds);
        let store = store::connect(&settings.store, &settings.store_options()).await?;
        let knowledge = Arc::new(Knowledge::new(&settings).context("can't make the client for knowledge")?);
        let graph: Arc<dyn GraphClient> = Arc::new(Network::new().context("can't make the client for the Graph API")?);
        let caller = caller(&settings, store.clone(), knowledge.clone(), &graph)?;
        let parts = Parts { settings, store, clock: system_clock(), random: system_random(), caller, knowledge, graph };
        let app = App::build(parts).await?;
        let listener = TcpListener::bind(app.settings.listen)
            .await
            .with_context(|| format!("can't listen on {}: is another server running there?", app.settings.listen))?;
        serve(app, listener, stop_at, signal()).await
    })
}

/// Makes the calls that steps yield.
fn caller(
    settings: &Settings,
    store: Arc<dyn Store>,
    knowledge: Arc<Knowledge>,
    graph: &Arc<dyn GraphClient>,
) -> anyhow::Result<Arc<dyn Caller>> {
    let client = HttpClient::new(Access::new(settings.http.clone())).context("can't make the client for http steps")?;
    let secrets = Secrets::read(&settings.secrets, |name| std::env::var(name).ok());
    let counting = Counting { store: store.clone(), clock: system_clock() };
    let models = Models::new(&settings.openai, &counting).context("can't make the client for AI steps")?;
    Ok(Arc::new(Calls::new(client, secrets, models, knowledge, store).hearing(channels(settings, graph))))
}

/// Serves on a port until `stop` resolves; then what runs finishes and commits, within `stop_within`.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    stop_within: Duration,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    metrics::recorder();
    if begin_run(&app).await? {
        tracing::warn!(
            "the last run did not end well: for a minute events are watched, so that none can bring the server down again and again"
        );
    }
    templates::recall(&app).await.context("can't read what is known of templates")?;
    crm::kommo::recall(&app).await.context("can't read what is known of Kommo's names")?;
    bots::load_all(&app).await.context("can't load the bots")?;
    media::resume(&app).await.context("can't read which media are pending")?;
    app.set_ready();
    let address = listener.local_addr()?;
    tracing::info!(bots = app.bots.load().live_bots().count(), "listening on http://{address}");
    sandbox::introduce(&app, address);

    supervise(&app, "the other servers", fleet::work);
    supervise(&app, "due work", due::work);
    supervise(&app, "what the CRM tells", crm::kommo::work);
    supervise(&app, "names of the CRM", crm::kommo::keep_names);
    supervise(&app, "merges", work_on_merges);
    supervise(&app, "schedules", schedule::work);
    supervise(&app, "bot files", bots::watch);
    supervise(&app, "live bots", bots::follow);
    supervise(&app, "knowledge", knowledge::work);
    supervise(&app, "templates", templates::work);
    supervise(&app, "contacts of an older version", read_models::work);
    supervise(&app, "what is too old", retention::work);

    let stopping = app.clone();
    tokio::spawn(async move {
        stop.await;
        tracing::info!("stopping: what runs finishes");
        stopping.stop.cancel();
    });
    // The port stays open while work finishes: who asks is told that the server is not ready, and a webhook is still taken.
    let port = Port::open(listener, router::router(app.clone()));
    app.stop.cancelled().await;

    let late = Instant::now() + stop_within;
    app.tasks.close();
    let mut has_ended = tokio::time::timeout_at(late, app.tasks.wait()).await.is_ok();
    if has_ended {
        port.close(LAST_ANSWERS).await;
        // What the last requests began.
        has_ended = tokio::time::timeout_at(late.max(Instant::now() + LAST_ANSWERS), app.tasks.wait()).await.is_ok();
    }
    if !has_ended {
        tracing::warn!("work was still under way after {} seconds; it is settled at the next start", stop_within.as_secs());
        return Ok(());
    }
    end_run(&app).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Keeps a worker running: one that ends or panics begins again.
fn supervise<W, F>(app: &Arc<App>, name: &'static str, work: W)
where
    W: Fn(Arc<App>) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let app = app.clone();
    app.clone().tasks.spawn(async move {
        loop {
            let ended = tokio::spawn(work(app.clone())).await;
            if app.is_stopping() {
                return;
            }
            tracing::error!(worker = name, panicked = ended.is_err(), "the worker for {name} ended, and begins again");
            tokio::select! {
                () = app.stop.cancelled() => return,
                () = tokio::time::sleep(RESTART) => {}
            }
        }
    });
}

/// Resolves when the process is told to stop: ctrl-c, or SIGTERM.
async fn signal() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "ctrl-c is not heard: {error}");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM is not heard: {error}");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

fn log(settings: &Settings) {
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let builder = builder.with_ansi(std::io::stderr().is_terminal());
    // Fails only where a log is set up already, as in a test.
    let _ = match settings.log_format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

/// A panic tells its place. Its message can hold what a customer wrote: that goes to the dead list, not to the log.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked at {place}");
    }));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{ECHO, app};

    /// The whole server on a port, from its start to its stop.
    #[tokio::test]
    async fn it_serves_until_it_is_told_to_stop() {
        let (folder, store) = (tempfile::tempdir().unwrap(), store::memory());
        std::fs::write(folder.path().join("echo.json"), ECHO).unwrap();
        let app = app(&format!("bots = {:?}", folder.path().display().to_string()), store).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let stopping = async move { stopped.await.unwrap() };
        let server = tokio::spawn(serve(app.clone(), listener, Duration::from_secs(10), stopping));

        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let body = json!({ "from": "+5511987654321", "text": "Oi" });
        let said = client.post(format!("{address}/api/v1/sandbox/messages")).json(&body).send().await.unwrap();
        assert_eq!(said.status(), 200);
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();

        assert!(client.get(format!("{address}/healthz")).send().await.is_err(), "the port is closed");
        let found = app.store.list_contacts(None, 1).await.unwrap();
        let messages = app.store.messages_of(&found[0], None, 10).await.unwrap();
        let told: Value = serde_json::from_str(&messages[0].body).unwrap();
        assert_eq!((told["text"].as_str(), messages[0].status.as_deref()), (Some("You said Oi"), Some("delivered")));
        assert!(!begin_run(&app).await.unwrap(), "it ended well");
    }
}
