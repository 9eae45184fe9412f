//! What a server is started with.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::server::Server;
use crate::mock::Mock;

/// The options of a [`Server`]. Without any it has no bots and no token, and runs on its sandbox channel.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    pub(super) variables: Vec<(String, String)>,
    settings: String,
    bots: Vec<(String, Value)>,
    files: Vec<(String, String)>,
    folders: Vec<PathBuf>,
    pub(super) token: Option<String>,
}

impl Setup {
    /// A bot of this id, as a file in the server's folder of bots.
    #[must_use]
    pub fn bot(mut self, id: &str, document: Value) -> Self {
        self.bots.push((id.to_owned(), document));
        self
    }

    /// Another file in the server's folder of bots.
    #[must_use]
    pub fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((name.to_owned(), text.to_owned()));
        self
    }

    /// All bots of a folder, copied.
    #[must_use]
    pub fn bots_of(mut self, folder: &Path) -> Self {
        self.folders.push(folder.to_owned());
        self
    }

    /// Adds to `salesbot.toml`.
    #[must_use]
    pub fn settings(mut self, toml: &str) -> Self {
        self.settings.push_str(toml);
        self.settings.push('\n');
        self
    }

    /// An environment variable. The server inherits none.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// On this store: its address, or its folder.
    #[must_use]
    pub fn on(self, store: &str) -> Self {
        self.variable("SALESBOT_STORE", store)
    }

    /// So many servers that share a Redis, and a PostgreSQL for the journal.
    pub fn sharing(self, redis: &str, postgres: &str, count: usize) -> Vec<Self> {
        vec![self.on(redis).variable("SALESBOT_JOURNAL", postgres); count]
    }

    /// An API token, which all calls of the harness then carry.
    #[must_use]
    pub fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self.variable("SALESBOT_API_TOKEN", token)
    }

    /// Starts a server that sends to `mock`, and sends it the webhooks of `mock`, after the verification call.
    ///
    /// # Panics
    /// If it doesn't become ready.
    pub async fn start(self, mock: &Mock) -> Server {
        let server = self.start_beside(mock).await;
        mock.connect(&server.webhook_url()).await.expect("the server answers the verification call");
        server
    }

    /// Starts a server that sends to `mock`, which sends its webhooks where it sent them before.
    ///
    /// # Panics
    /// If it doesn't become ready.
    pub async fn start_beside(mut self, mock: &Mock) -> Server {
        for (name, value) in mock.environment() {
            self = self.variable(name, value);
        }
        Server::start(self).await
    }

    /// Starts a server without a number: on its sandbox channel, unless variables or settings connect one.
    ///
    /// # Panics
    /// If it doesn't become ready.
    pub async fn start_alone(self) -> Server {
        Server::start(self).await
    }

    /// Starts a server that is to end by itself, and tells its exit code and what it said.
    ///
    /// # Panics
    /// If it runs on.
    pub async fn start_in_vain(self) -> (Option<i32>, String) {
        Server::start_in_vain(self).await
    }

    /// Makes the server's folder: `salesbot.toml`, and the bots.
    pub(super) fn lay_out(&self) -> std::io::Result<TempDir> {
        let folder = tempfile::Builder::new().prefix("salesbot-test-").tempdir()?;
        let bots = folder.path().join("bots");
        std::fs::create_dir(&bots)?;
        std::fs::write(folder.path().join("salesbot.toml"), &self.settings)?;
        for (id, document) in &self.bots {
            std::fs::write(bots.join(format!("{id}.json")), format!("{document:#}"))?;
        }
        for (name, text) in &self.files {
            std::fs::write(bots.join(name), text)?;
        }
        for from in &self.folders {
            for file in std::fs::read_dir(from)? {
                let file = file?;
                std::fs::copy(file.path(), bots.join(file.file_name()))?;
            }
        }
        Ok(folder)
    }
}
