//! Customers who write numbered messages, and Meta, which sends again what was not taken.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{CONVERSATIONS, Plan};
use crate::mock::{Inbound, Mock};

/// How many messages are on their way at the same time.
const SENDERS: usize = 8;

/// How far the customers are.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Messages of which the first delivery has begun.
    pub(super) begun: usize,
    /// Messages that were answered with 200.
    pub(super) accepted: usize,
    /// Deliveries that were answered with anything else, or not at all.
    pub(super) refused: u64,
}

/// The phone number of a conversation's customer.
pub fn phone(conversation: usize) -> String {
    format!("+55119600{conversation:05}")
}

/// Writes all messages of a plan. Every sender has its own conversations, round by round; a conversation's next message comes only after
/// the last was accepted.
pub(super) async fn write(mock: &Arc<Mock>, plan: &Plan, progress: &watch::Sender<Progress>, allowed: &watch::Receiver<usize>) {
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let (mock, plan, progress, mut allowed) = (Arc::clone(mock), plan.clone(), progress.clone(), allowed.clone());
        senders.spawn(async move {
            for round in 1..=plan.rounds {
                for conversation in (sender..CONVERSATIONS).step_by(SENDERS) {
                    let message = mock.customer(&phone(conversation)).text(&format!("m{round}"));
                    begin(&progress, &mut allowed).await;
                    let refused = insist(message.at(mock.clock().now())).await;
                    progress.send_modify(|progress| {
                        progress.accepted += 1;
                        progress.refused += refused;
                    });
                    tokio::time::sleep(plan.pause).await;
                }
            }
        });
    }
    while let Some(sender) = senders.join_next().await {
        sender.expect("a sender goes on until its messages are accepted");
    }
}

/// Waits until one more message may be begun, and counts it.
async fn begin(progress: &watch::Sender<Progress>, allowed: &mut watch::Receiver<usize>) {
    loop {
        let begun = progress.borrow().begun;
        let most =
            *allowed.wait_for(|allowed| *allowed > begun).await.expect("all may be begun at last, unless the killer failed");
        // Another sender may have been quicker.
        let begins = progress.send_if_modified(|progress| {
            let begins = progress.begun < most;
            progress.begun += usize::from(begins);
            begins
        });
        if begins {
            return;
        }
    }
}

/// Sends a message as Meta does: again until it is answered with 200. Tells how often it was not.
async fn insist(message: Inbound) -> u64 {
    let mut refused = 0;
    loop {
        match message.clone().deliver().await {
            Ok(answers) if answers.last() == Some(&StatusCode::OK) => return refused + answers.len() as u64 - 1,
            Ok(answers) => refused += answers.len() as u64,
            Err(_) => refused += 1,
        }
    }
}
