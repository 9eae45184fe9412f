//! The two connections to PostgreSQL, made when first needed and again after a failure, and what is
//! said of failures.

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Error, Transaction};

use super::tls::Tls;
use super::{DEADLINE, unsigned};
use crate::StoreError;

const CONNECT_DEADLINE: Duration = Duration::from_secs(3);

/// Connections to the server that a URL names.
pub(super) fn open(url: &str) -> Result<(Writer, Reader), StoreError> {
    let mut config: Config = url.parse().map_err(|error: Error| StoreError::CannotOpen {
        path: "postgres://…".into(),
        reason: format!("its address can't be read: {error}; the form is postgres://user:password@host:5432/database"),
    })?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_DEADLINE);
    }
    if config.get_application_name().is_none() {
        config.application_name("salesbot");
    }
    let place = place(&config);
    let server = Arc::new(Server { config, tls: Tls::new(), place });
    Ok((Writer { server: Arc::clone(&server), client: Mutex::default() }, Reader { server, client: Mutex::default() }))
}

/// The server's address as people know it, without user and password.
fn place(config: &Config) -> PathBuf {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => folder.display().to_string(),
        _ => "localhost".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    format!("postgres://{host}:{port}/{}", config.get_dbname().unwrap_or("")).into()
}

struct Server {
    config: Config,
    tls: Tls,
    place: PathBuf,
}

impl Server {
    async fn connect(&self) -> Result<Client, StoreError> {
        let connecting = timeout(CONNECT_DEADLINE, self.config.connect(self.tls.clone())).await;
        let (client, connection) = connecting.map_err(|_| self.slow())?.map_err(|error| self.unavailable(&error))?;
        // It ends with its client, or with the server; either way the next request finds out.
        tokio::spawn(connection);
        Ok(client)
    }

    fn slow(&self) -> StoreError {
        StoreError::Unavailable { reason: format!("{} does not answer; check it", self.place.display()) }
    }

    /// The error of a statement, with what to do about it.
    fn unavailable(&self, error: &Error) -> StoreError {
        let place = self.place.display();
        let code = error.code();
        let message = error.as_db_error().map_or_else(|| of_the_client(error), |error| error.message().to_owned());
        let cure = if code == Some(&SqlState::INVALID_PASSWORD) || code == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) {
            "mend the user and password in its address"
        } else if code == Some(&SqlState::INVALID_CATALOG_NAME) {
            "make it: createdb"
        } else if code == Some(&SqlState::DISK_FULL) {
            "free some space, work then goes on by itself"
        } else if code == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) {
            "it is a replica; name the primary, or add target_session_attrs=read-write"
        } else if code == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
            "let the user create a schema in this database"
        } else {
            "check the server"
        };
        StoreError::Unavailable { reason: format!("{place}: {message}; {cure}") }
    }
}

/// The client's own errors tell their cause one level down.
fn of_the_client(error: &Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// The connection that writes, one transaction at a time: they would wait for the ledger anyway.
pub(super) struct Writer {
    server: Arc<Server>,
    client: Mutex<Option<Client>>,
}

impl Writer {
    pub(super) fn place(&self) -> &Path {
        &self.server.place
    }

    /// The same failure, met when the store is opened.
    pub(super) fn cannot_open(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Unavailable { reason } => StoreError::CannotOpen { path: self.place().to_owned(), reason },
            other => other,
        }
    }

    /// Does some work in a transaction, and answers when that is durable.
    pub(super) async fn transact<T>(
        &self,
        deadline: Duration,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        // Held while the transaction runs, which is what it is for; whoever waits has a deadline too.
        let mut held = timeout(deadline, self.client.lock()).await.map_err(|_| self.server.slow())?;
        let mut client = match held.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => self.server.connect().await?,
        };
        let run = async {
            let transaction = client.transaction().await?;
            let done = work(&transaction).await?;
            transaction.commit().await?;
            Ok(done)
        };
        match timeout(deadline, run).await {
            Ok(Ok(done)) => {
                *held = Some(client);
                Ok(done)
            }
            // A client that failed or hangs is dropped, and its transaction with it.
            Ok(Err(error)) => Err(self.server.unavailable(&error)),
            Err(_) => Err(self.server.slow()),
        }
    }
}

/// The connection that reads: queries of many tasks follow each other on it.
pub(super) struct Reader {
    server: Arc<Server>,
    client: Mutex<Option<Arc<Client>>>,
}

impl Reader {
    pub(super) async fn read<T>(&self, query: impl AsyncFnOnce(Arc<Client>) -> Result<T, Error>) -> Result<T, StoreError> {
        let client = self.client().await?;
        match timeout(DEADLINE, query(client)).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(self.server.unavailable(&error)),
            Err(_) => {
                self.client.lock().await.take();
                Err(self.server.slow())
            }
        }
    }

    async fn client(&self) -> Result<Arc<Client>, StoreError> {
        // Held while it connects, so that one does it for all who wait.
        let mut held = self.client.lock().await;
        if let Some(client) = held.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(self.server.connect().await?);
        *held = Some(Arc::clone(&client));
        Ok(client)
    }
}

/// Reads a column that is never negative.
pub(super) fn number(row: &tokio_postgres::Row, column: usize) -> Result<u64, Error> {
    row.try_get(column).map(unsigned)
}
