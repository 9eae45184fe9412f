//! Announcements by Redis's pub/sub: a connection of their own listens, and comes back by itself.
//!
//! A replica, and any node of a Cluster, passes on what is published at a master: so it does not matter which one a server listens
//! at, and a failover goes unnoticed or breaks the connection.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use redis::RedisResult;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::connector::Connector;
use super::keys;
use super::link::Link;
use crate::StoreError;
use crate::announce::Announcer;

/// Pause before the next try, where nobody can be listened to.
const PAUSE: Duration = Duration::from_secs(1);

/// After so long without a word the connection is tried: one that was cut says nothing either.
const SILENCE: Duration = Duration::from_secs(20);

/// How long the answer to that may take.
const ANSWER: Duration = Duration::from_secs(5);

pub(super) async fn announce(link: &Link, topic: &str) -> Result<(), StoreError> {
    link.command(redis::cmd("PUBLISH").arg(keys::ANNOUNCEMENTS).arg(topic)).await
}

/// The task that listens, which ends with this.
pub(super) struct Listener(JoinHandle<()>);

impl Listener {
    pub(super) fn start(connector: Arc<Connector>, announcer: Announcer) -> Self {
        Self(tokio::spawn(async move {
            let mut is_told = false;
            loop {
                match listen(&connector, &announcer).await {
                    Ok(()) => is_told = false,
                    Err(error) if !is_told => {
                        is_told = true;
                        tracing::warn!(%error, "what other servers announce is not heard now, and found out later: {error}");
                    }
                    Err(_) => {}
                }
                sleep(PAUSE).await;
            }
        }))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Hands on what is heard, until the connection breaks.
async fn listen(connector: &Connector, announcer: &Announcer) -> RedisResult<()> {
    let mut subscription = connector.subscription().await?;
    subscription.subscribe(keys::ANNOUNCEMENTS).await?;
    announcer.may_have_missed();
    let (mut sink, mut messages) = subscription.split();
    loop {
        match timeout(SILENCE, messages.next()).await {
            Ok(Some(message)) => announcer.announce(&message.get_payload::<String>()?),
            Ok(None) => return Ok(()),
            Err(_) => match timeout(ANSWER, sink.ping::<redis::Value>()).await {
                Ok(answer) => answer.map(drop)?,
                Err(_) => return Ok(()),
            },
        }
    }
}
