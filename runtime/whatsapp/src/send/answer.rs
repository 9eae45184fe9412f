//! The answer to a send: accepted, refused, or nobody knows.

use serde_json::Value;
use steps::{event::SendOutcome, ids::MessageId};

use crate::errors;

/// What the API answered to a send.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub outcome: SendOutcome,
    /// Accepted, but held back: Meta first looks how the template fares with others (`held_for_quality_assessment`, `paused`). A
    /// status tells what becomes of it, perhaps hours later; until then it is neither sent nor failed.
    pub held: bool,
}

/// Reads the answer to a send.
///
/// Accepted needs a whole success with the message's id, refused an error object. Anything else (a proxy's page, a body cut off, a
/// success without an id) is [`SendOutcome::Unknown`]: the message may be on its way.
pub fn answer(status: u16, body: &[u8]) -> Answer {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Answer { outcome: SendOutcome::Unknown, held: false };
    };
    if body["error"].is_object() {
        return Answer { outcome: SendOutcome::Refused(errors::read(&body["error"])), held: false };
    }
    let message = &body["messages"][0];
    let id = message["id"].as_str().filter(|id| !id.is_empty() && (200..300).contains(&status));
    let contact = |key: &str| body["contacts"][0][key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let outcome = id.map_or(SendOutcome::Unknown, |id| SendOutcome::Accepted {
        message_id: MessageId::new(id),
        wa_id: contact("wa_id"),
        user_id: contact("user_id"),
    });
    let held = matches!(message["message_status"].as_str(), Some("held_for_quality_assessment" | "paused"));
    Answer { held: held && outcome != SendOutcome::Unknown, outcome }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steps::event::Reaction;

    use super::*;

    fn read(status: u16, body: Value) -> Answer {
        answer(status, body.to_string().as_bytes())
    }

    #[test]
    fn accepted_tells_the_recipient_as_whatsapp_knows_them() {
        let body = json!({"messaging_product": "whatsapp", "contacts": [{"input": "+5511987654321", "wa_id": "551187654321", "user_id": "BR.77"}], "messages": [{"id": "wamid.B1"}]});
        let outcome = SendOutcome::Accepted {
            message_id: "wamid.B1".into(),
            wa_id: Some("551187654321".into()),
            user_id: Some("BR.77".into()),
        };
        assert_eq!(read(200, body), Answer { outcome, held: false });
    }

    #[test]
    fn a_held_template_is_accepted() {
        for (status, held) in [("accepted", false), ("held_for_quality_assessment", true), ("paused", true)] {
            assert_eq!(read(200, json!({"messages": [{"id": "wamid.B1", "message_status": status}]})).held, held, "{status}");
        }
    }

    #[test]
    fn an_error_is_a_refusal_whatever_the_status_says() {
        let body =
            json!({"error": {"message": "(#131056) Pair rate limit hit", "code": 131_056, "error_data": {"details": "Wait."}}});
        for status in [200, 400, 500] {
            let SendOutcome::Refused(error) = read(status, body.clone()).outcome else { panic!() };
            assert_eq!((error.name.as_str(), error.text.as_str(), error.reaction), ("pair_rate_limit", "Wait.", Reaction::Retry));
        }
    }

    #[test]
    fn what_is_no_whole_answer_is_unknown() {
        let unknown = Answer { outcome: SendOutcome::Unknown, held: false };
        for body in [
            "",
            "<html>502</html>",
            "{\"messages\":[{\"id\":\"wam",
            "{}",
            "null",
            "[]",
            "{\"messages\":[]}",
            "{\"messages\":[{\"id\":\"\"}]}",
            "{\"error\":\"down\"}",
        ] {
            assert_eq!(answer(200, body.as_bytes()), unknown, "{body}");
        }
        assert_eq!(read(502, json!({"messages": [{"id": "wamid.B1", "message_status": "paused"}]})), unknown);
    }
}
