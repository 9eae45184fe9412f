//! Announcements reach those who listen.

use std::sync::Arc;
use std::time::Duration;

use servers::wait_until;
use store::Store;
use tokio::time::timeout;

/// How long a word may take until it is said once more. Passing it fails no test.
const AGAIN: Duration = Duration::from_millis(200);

pub(crate) async fn who_listens_hears_what_is_announced(store: &Arc<dyn Store>) {
    let (mut bots, mut servers) = (store.announcements(), store.announcements());
    // The first may be heard because the connection has just been made, which tells that others were missed.
    for _ in 0..3 {
        wait_until("an announcement", async || {
            store.announce("bots").await.unwrap();
            timeout(AGAIN, bots.of("bots")).await.ok()
        })
        .await;
    }
    while timeout(AGAIN, servers.of("servers")).await.is_ok() {}
    store.announce("bots").await.unwrap();
    assert!(timeout(AGAIN, servers.of("servers")).await.is_err(), "topics are apart");
}
