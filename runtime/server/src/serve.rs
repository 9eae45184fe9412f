//! Runs a server: from settings to a bound port and its workers, and down again without losing anything.

use std::{future::Future, sync::Arc, time::Duration};

use anyhow::Context;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::{
    app::{App, Parts, system_clock},
    bots,
    caller::Caller,
    calls::{Calls, Secrets},
    due,
    http_client::{Access, HttpClient},
    metrics,
    process::{begin_run, end_run},
    router, sandbox, schedule,
    settings::{LogFormat, Settings},
};

/// How long a worker that failed waits before it begins again.
const RESTART: Duration = Duration::from_secs(1);

/// Runs a server until it is told to stop.
pub fn run(settings: Settings) -> anyhow::Result<()> {
    log(&settings);
    quiet_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("can't start the runtime")?;
    runtime.block_on(async {
        let stop_at = Duration::from_secs(settings.limits.stop_seconds);
        let store = store::open(&settings.store)?;
        let caller = caller(&settings)?;
        let parts = Parts { settings, store, clock: system_clock(), caller };
        let app = App::build(parts).await?;
        let listener = TcpListener::bind(app.settings.listen)
            .await
            .with_context(|| format!("can't listen on {}: is another server running there?", app.settings.listen))?;
        serve(app, listener, stop_at, signal()).await
    })
}

/// Makes the calls that steps yield.
fn caller(settings: &Settings) -> anyhow::Result<Arc<dyn Caller>> {
    let client = HttpClient::new(Access::new(settings.http.clone())).context("can't make the client for http steps")?;
    let secrets = Secrets::read(&settings.secrets, |name| std::env::var(name).ok());
    Ok(Arc::new(Calls::new(client, secrets)))
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
        tracing::warn!("the last run did not end well: for a minute events run one by one");
    }
    bots::load_all(&app).await.context("can't load the bots")?;
    app.set_ready();
    let address = listener.local_addr()?;
    tracing::info!(bots = app.bots.load().live_bots().count(), "listening on http://{address}");
    sandbox::introduce(&app, address);

    supervise(&app, "due work", due::work);
    supervise(&app, "schedules", schedule::work);
    supervise(&app, "bot files", bots::watch);

    let stopping = app.clone();
    tokio::spawn(async move {
        stop.await;
        tracing::info!("stopping: what runs finishes");
        stopping.stop.cancel();
    });
    let shutdown = app.stop.clone().cancelled_owned();
    let server = axum::serve(listener, router::service(app.clone())).with_graceful_shutdown(shutdown).into_future();
    let serving = tokio::spawn(server);
    app.stop.cancelled().await;

    let ended = tokio::time::timeout(stop_within, async {
        let served = serving.await;
        app.tasks.close();
        app.tasks.wait().await;
        served
    });
    match ended.await {
        Ok(served) => served.context("the server failed")?.context("the server failed")?,
        Err(_) => {
            tracing::warn!("work was still under way after {} seconds; it is settled at the next start", stop_within.as_secs());
            return Ok(());
        }
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
