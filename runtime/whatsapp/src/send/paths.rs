//! Paths of the Graph API, below its address with version (`https://graph.facebook.com/v26.0`).

use std::fmt::Write;

use steps::ids::NumberId;

/// `POST`: send a message, mark one as read.
pub fn messages(number: &NumberId) -> String {
    format!("/{}/messages", segment(number.as_str()))
}

/// `POST`: upload a medium.
pub fn media_upload(number: &NumberId) -> String {
    format!("/{}/media", segment(number.as_str()))
}

/// `GET`: resolve a medium's id to its address, which lives five minutes. `DELETE`: delete it.
pub fn media(id: &str) -> String {
    format!("/{}", segment(id))
}

/// `GET`: facts on a number.
pub fn number(number: &NumberId) -> String {
    format!("/{}", segment(number.as_str()))
}

/// `POST`: the public key for forms with an endpoint.
pub fn encryption(number: &NumberId) -> String {
    format!("/{}/whatsapp_business_encryption", segment(number.as_str()))
}

/// `GET`: the templates of an account.
pub fn templates(account: &str) -> String {
    format!("/{}/message_templates", segment(account))
}

/// `POST`: route the account's webhooks to the app; `GET`: whether they are. Without it no webhook comes.
pub fn subscribed_apps(account: &str) -> String {
    format!("/{}/subscribed_apps", segment(account))
}

/// An id as one segment of a path: whatever could end the segment is escaped.
fn segment(id: &str) -> String {
    let mut segment = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            segment.push(byte.into());
        } else {
            write!(segment, "%{byte:02X}").expect("writing to a text can't fail");
        }
    }
    // Nothing has dots only for its id, and such a segment would climb, escaped or not.
    if segment.bytes().all(|byte| byte == b'.') { segment.replace('.', "_") } else { segment }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_their_object() {
        assert_eq!(messages(&NumberId::new("1001")), "/1001/messages");
        assert_eq!(subscribed_apps("2001"), "/2001/subscribed_apps");
    }

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(media("../1001/messages?x=1"), "/..%2F1001%2Fmessages%3Fx%3D1");
        assert_eq!(media(".."), "/__");
        assert_eq!(media("é"), "/%C3%A9");
    }
}
