//! A business to test: a mock of WhatsApp and a server that is connected to it.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::Value;
pub(crate) use tests::bots::bot;
pub(crate) use tests::harness::is_quiet;
use tests::harness::{DEADLINE, Server, Setup};
use tests::mock::{Customer, Inbound, Mock, Sent};

/// A customer's phone number.
pub(crate) const ANA: &str = "+5511987654321";
/// Another customer's.
pub(crate) const BIA: &str = "+5511912345678";

/// A server with a number, and the WhatsApp that it is connected to.
pub(crate) struct Shop {
    pub(crate) mock: Mock,
    pub(crate) server: Server,
}

impl Shop {
    /// With one bot.
    pub(crate) async fn with_bot(id: &str, document: Value) -> Self {
        Self::open(Server::with().bot(id, document)).await
    }

    /// With this setup, and a mock that is strict in all.
    pub(crate) async fn open(setup: Setup) -> Self {
        Self::open_at(Mock::start().await, setup).await
    }

    pub(crate) async fn open_at(mock: Mock, setup: Setup) -> Self {
        let server = setup.start(&mock).await;
        Self { mock, server }
    }

    pub(crate) fn ana(&self) -> Customer {
        self.mock.customer(ANA).named("Ana Souza")
    }

    /// Waits until that many messages were sent to a customer, and returns them; there are no more.
    pub(crate) async fn sent_to(&self, customer: &str, count: usize) -> Vec<Arc<Sent>> {
        let sent = self.mock.wait_for_to(customer, count, DEADLINE).await.unwrap();
        let texts: Vec<String> = sent.iter().map(|sent| sent.text()).collect();
        assert_eq!(sent.len(), count, "{texts:?}");
        sent
    }

    /// The texts of all that was sent to a customer, of which there are that many.
    pub(crate) async fn texts_to(&self, customer: &str, count: usize) -> Vec<String> {
        self.sent_to(customer, count).await.iter().map(|sent| sent.text()).collect()
    }

    /// The last of that many messages to a customer.
    pub(crate) async fn last_to(&self, customer: &str, count: usize) -> Arc<Sent> {
        self.sent_to(customer, count).await.pop().expect("at least one message was waited for")
    }

    /// Waits until nothing is under way: no webhook, no send, no call. Then all has been sent that these events bring about.
    pub(crate) async fn is_quiet(&self) {
        is_quiet(&self.mock, &self.server).await;
    }
}

/// Delivers, and expects that all was accepted.
pub(crate) async fn deliver(inbound: Inbound) {
    let answers = inbound.deliver().await.unwrap();
    assert!(answers.iter().all(|answer| *answer == StatusCode::OK), "{answers:?}");
}
