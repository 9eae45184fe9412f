//! When nothing is under way any more.

use std::time::Duration;

use tokio::time::Instant;

use super::server::{DEADLINE, LOOK, Server};
use crate::mock::Mock;

/// Waits until nothing is under way at a server: no webhook, no send, no call.
///
/// # Panics
/// If something still is by the deadline; it says what.
pub async fn is_quiet(mock: &Mock, server: &Server) {
    is_quiet_within(mock, server, DEADLINE).await;
}

/// The same where there is much to catch up with.
pub(crate) async fn is_quiet_within(mock: &Mock, server: &Server, deadline: Duration) {
    let until = Instant::now() + deadline;
    loop {
        let before = mock.webhook_counts();
        let delivered = mock.wait_for_webhooks(until.saturating_duration_since(Instant::now())).await;
        let under_way = server.metric("salesbot_work_under_way", "").await;
        let after = mock.webhook_counts();
        if delivered && under_way == 0.0 && after == before {
            return;
        }
        assert!(
            Instant::now() < until,
            "after {deadline:?} there still are {under_way} sends and calls under way, and webhooks {}: {before:?}, then {after:?}",
            if delivered { "come" } else { "are not answered" }
        );
        tokio::time::sleep(LOOK).await;
    }
}
