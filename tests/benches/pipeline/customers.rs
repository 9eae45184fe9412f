//! Customers who go through the qualification dialog side by side: what each says next, as a signed webhook of Meta's; and what Meta tells
//! of the answers.

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use interpreter::{aliases, contact_id};
use salesbot::app::ACCOUNT;
use serde_json::{Value, json};
use std::fmt::Write as _;
use steps::{event::Identity, ids::ContactId};

/// The bot that they talk to.
pub const QUALIFICATION: &str = include_str!("../../../runtime/interpreter/benches/dialog/qualification.json");
pub const SECRET: &str = "app-secret";
const BUSINESS_ACCOUNT: &str = "5001";
/// Numbers enough that none comes near the pace that Meta allows it.
const NUMBERS: usize = 2_000;

/// What each customer says, in this order (None: a tap on the first button), and how many messages answer it.
pub const SAYS: [(Option<&str>, usize); 6] = [
    (Some("hi, I want a quote"), 2),
    (Some("Ana Souza"), 1),
    (None, 2),
    (Some("it's ana at example"), 1),
    (Some("ana.souza@example.com"), 1),
    (Some("we are 42"), 2),
];
/// Sends that answer a message, on average.
pub const SENDS: f64 = 1.5;

/// The id and the title of a button.
pub type Button = (String, String);

/// A webhook, ready to be sent.
pub struct Webhook {
    pub signature: String,
    pub body: Vec<u8>,
}

/// The settings of a server that has all the numbers.
pub fn settings(graph: &str) -> String {
    let mut settings = format!(
        "[whatsapp]\nphone_number_id = \"{}\"\nbusiness_account_id = \"{BUSINESS_ACCOUNT}\"\naccess_token = \"token\"\n\
         app_secret = \"{SECRET}\"\nverify_token = \"verify\"\ngraph_url = \"{graph}\"\n",
        number(0)
    );
    for place in 1..NUMBERS {
        // Writing to a text can't fail.
        let _ = write!(settings, "[[whatsapp.numbers]]\nphone_number_id = \"{}\"\n", number(place));
    }
    settings
}

fn number(place: usize) -> String {
    (100_000 + place % NUMBERS).to_string()
}

/// A customer by their place among all.
#[derive(Clone, Copy)]
pub struct Customer(pub usize);

impl Customer {
    pub fn digits(self) -> String {
        format!("5511{:09}", 900_000_000 + self.0)
    }

    /// The customer whose digits these are.
    pub fn of(digits: &str) -> Option<Self> {
        Some(Customer(digits.strip_prefix("5511")?.parse::<usize>().ok()?.checked_sub(900_000_000)?))
    }

    fn identity(self) -> Identity {
        let digits = self.digits();
        Identity { phone: Some(format!("+{digits}")), wa_id: Some(digits), ..Identity::default() }
    }

    pub fn alias(self) -> String {
        aliases(&self.identity()).remove(0)
    }

    pub fn contact(self) -> ContactId {
        contact_id(ACCOUNT, &self.alias())
    }

    /// Message `turn` of the dialog, at so many milliseconds since 1970. `button`: what the last message showed.
    pub fn says(self, turn: usize, button: Option<&Button>, now: i64) -> Webhook {
        let digits = self.digits();
        let mut message = json!({
            "from": digits,
            "id": format!("wamid.HBgNNTUx{:010X}ORUCABIYFDNBMjBD{turn:02X}{now:012X}AA==", self.0),
            "timestamp": (now / 1_000).to_string(),
        });
        match (SAYS[turn].0, button) {
            (Some(text), _) => {
                message["type"] = "text".into();
                message["text"] = json!({ "body": text });
            }
            (None, button) => {
                let (id, title) = button.expect("the bot asked with buttons");
                message["type"] = "interactive".into();
                message["interactive"] = json!({ "type": "button_reply", "button_reply": { "id": id, "title": title } });
            }
        }
        let contacts = json!([{ "profile": { "name": "Ana" }, "wa_id": digits }]);
        self.webhook(json!({ "contacts": contacts, "messages": [message] }))
    }

    /// What Meta tells of a message to the customer.
    pub fn status(self, wamid: &str, state: &str, callback: &str, now: i64) -> Webhook {
        let status = json!({
            "id": wamid, "status": state, "timestamp": (now / 1_000).to_string(), "recipient_id": self.digits(),
            "biz_opaque_callback_data": callback,
            "pricing": { "billable": true, "pricing_model": "PMP", "category": "service", "type": "regular" },
        });
        self.webhook(json!({ "statuses": [status] }))
    }

    fn webhook(self, mut value: Value) -> Webhook {
        value["messaging_product"] = "whatsapp".into();
        value["metadata"] = json!({ "display_phone_number": "15550001001", "phone_number_id": number(self.0) });
        let changes = json!([{ "field": "messages", "value": value }]);
        signed(&json!({ "object": "whatsapp_business_account", "entry": [{ "id": BUSINESS_ACCOUNT, "changes": changes }] }))
    }
}

fn signed(body: &Value) -> Webhook {
    let body = body.to_string().into_bytes();
    let signature = hmac::sign(&Key::new(HMAC_SHA256, SECRET.as_bytes()), &body);
    Webhook { signature: format!("sha256={}", hex::encode(signature)), body }
}
