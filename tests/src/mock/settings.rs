//! What the mock is strict about, and the account it plays.

use serde::{Deserialize, Serialize};

use super::payload::Number;

/// The rules that can be loosened, also while the mock runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Strictness {
    /// Which sends are checked against the schema and the rules beside it.
    pub validate: Validate,
    /// Free-form messages outside the service window fail with 131047.
    pub windows: bool,
    /// The throughput and pair limits answer 130429 and 131056.
    pub limits: bool,
    /// A template that the mock doesn't know is taken instead of answered with 132001.
    pub accept_unknown_templates: bool,
    /// A media id that the mock doesn't know is taken instead of failing with 131053.
    pub accept_unknown_media: bool,
    /// The account may send utility messages without a template (Direct Send); others get 100.
    pub direct_send: bool,
}

impl Default for Strictness {
    fn default() -> Self {
        Self {
            validate: Validate::Every,
            windows: true,
            limits: true,
            accept_unknown_templates: false,
            accept_unknown_media: false,
            direct_send: false,
        }
    }
}

/// How many sends are checked against schema and rules. A check takes a few microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validate {
    Every,
    /// One send in so many.
    Sample(u32),
    Off,
}

/// The business the mock plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub access_token: String,
    /// Signs webhooks.
    pub app_secret: String,
    /// For the verification call.
    pub verify_token: String,
    /// The WhatsApp Business Account id.
    pub business_account: String,
    /// At least one; the first is the default.
    pub numbers: Vec<Number>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            access_token: "mock-access-token".to_owned(),
            app_secret: "mock-app-secret".to_owned(),
            verify_token: "mock-verify-token".to_owned(),
            business_account: "102290129340398".to_owned(),
            numbers: vec![Number::new("106540352242922", "15550783881")],
        }
    }
}

impl Account {
    pub(crate) fn number(&self, id: &str) -> Option<&Number> {
        self.numbers.iter().find(|number| number.id == id)
    }

    pub(crate) fn default_number(&self) -> &Number {
        self.numbers.first().expect("the builder keeps at least one number")
    }
}
