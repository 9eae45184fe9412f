//! `location_request`: asks the customer to share a location.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shared::{
    expect::{Expected, ExpectedKind},
    request::{Request, RequestKeys},
};
use crate::message::Message;

/// Asks the customer for a location, with a button that shares it.
///
/// `save` keeps it with its parts: `latitude`, `longitude`, `name`, `address`. A text that is typed instead is an answer that nothing matched.
/// The text has up to 1,024 characters. Only inside the customer service window.
///
/// ```json
/// {"type": "location_request", "text": "Onde fica a entrega?", "save": "vars.place", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LocationRequest {
    #[serde(flatten)]
    pub keys: RequestKeys,
}

impl Request for LocationRequest {
    const SHARED: Expected = Expected::Kind(ExpectedKind::Location);

    fn keys(&self) -> &RequestKeys {
        &self.keys
    }

    fn message(text: String) -> Message {
        Message::LocationRequest { text }
    }
}
