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
pub(super) async fn write(mock: &Arc<Mock>, plan: &Plan, progress: &watch::Sender<Progress>, deaths: &watch::Receiver<usize>) {
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let (mock, plan, progress, mut deaths) = (Arc::clone(mock), plan.clone(), progress.clone(), deaths.clone());
        senders.spawn(async move {
            for round in 1..=plan.rounds {
                for conversation in (sender..CONVERSATIONS).step_by(SENDERS) {
                    // It waits for its death before it takes its number, or none of those who wait would be the one that brings it.
                    let message = mock.customer(&phone(conversation)).text(&format!("m{round}"));
                    let due = |begun: usize| (begun / plan.messages_a_death()).min(plan.deaths);
                    loop {
                        let next = due(progress.borrow().begun);
                        deaths.wait_for(|deaths| *deaths >= next).await.expect("the killer goes on");
                        let begins = progress.send_if_modified(|progress| {
                            let begins = due(progress.begun) <= *deaths.borrow();
                            progress.begun += usize::from(begins);
                            begins
                        });
                        if begins {
                            break;
                        }
                    }
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
