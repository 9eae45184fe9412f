//! When nothing is under way any more.

use super::server::{DEADLINE, Server};
use crate::mock::Mock;

/// Waits until nothing is under way at a server: no webhook, no send, no call.
///
/// # Panics
/// If something still is by the deadline.
pub async fn is_quiet(mock: &Mock, server: &Server) {
    let quiet = async |server: &Server| {
        let before = mock.webhook_counts();
        let idle = mock.wait_for_webhooks(DEADLINE).await && server.metric("salesbot_work_under_way", "").await == 0.0;
        (idle && mock.webhook_counts() == before).then_some(())
    };
    server.until("the end of all sends and calls", quiet).await;
}
