//! `contact_request`: asks the customer for their phone number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shared::{
    expect::{Expected, ExpectedKind},
    request::{Request, RequestKeys},
};
use crate::message::Message;

/// Asks the customer for a phone number, with a button that shares it.
///
/// For customers who are known by their user name alone. `save` keeps the number in E.164 (`+5511999999999`), also where it was typed. The text
/// has up to 1,024 characters. Only inside the customer service window.
///
/// ```json
/// {"type": "contact_request", "text": "Qual é o seu telefone?", "save": "contact.phone", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactRequest {
    #[serde(flatten)]
    pub keys: RequestKeys,
}

impl Request for ContactRequest {
    const SHARED: Expected = Expected::Kind(ExpectedKind::Phone);

    fn keys(&self) -> &RequestKeys {
        &self.keys
    }

    fn message(text: String) -> Message {
        Message::ContactRequest { text }
    }
}
