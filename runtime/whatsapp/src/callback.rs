//! What we put into `biz_opaque_callback_data`, so that a status tells which contact and entry it is about, even when the answer to
//! the send was lost.
//!
//! The form is versioned and carries a check sum: what another program on the same account wrote, or what was cut, is no callback.
//! It is no secret and proves nothing; that a status comes from Meta is proven by the webhook's signature.

use aws_lc_rs::digest::{SHA256, digest};
use steps::{
    ids::{ContactId, EntryId},
    limits::CALLBACK_DATA,
    moment::Moment,
};

/// The form that this version writes.
const VERSION: &str = "s2";
/// The form before, which did not name the time. Statuses come for 30 days.
const WITHOUT_TIME: &str = "s1";
/// Bytes of the check sum.
const CHECK: usize = 4;

/// Whose message a status is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    pub contact: ContactId,
    pub entry: EntryId,
    /// When the entry was queued: tells it from one of the same number that a store lost.
    pub queued: Option<Moment>,
}

/// Writes contact, entry and time: `s2:<contact>:<entry>:<milliseconds>:<check sum>`; None when the contact's id is too long for the 512 characters that
/// WhatsApp keeps. Such a message is matched by its id alone.
pub fn encode(contact: &ContactId, entry: EntryId, queued: Moment) -> Option<String> {
    let content = format!("{VERSION}:{contact}:{entry}:{}", queued.0);
    let text = format!("{content}:{}", check(&content));
    (steps::limits::length(&text) <= CALLBACK_DATA).then_some(text)
}

/// Reads what [`encode`] wrote; None for anything else.
pub fn decode(text: &str) -> Option<Callback> {
    let (content, sum) = text.rsplit_once(':')?;
    if sum != check(content) {
        return None;
    }
    let (version, rest) = content.split_once(':')?;
    let (rest, queued) = match version {
        VERSION => rest.rsplit_once(':').and_then(|(rest, queued)| Some((rest, Some(Moment(queued.parse().ok()?)))))?,
        WITHOUT_TIME => (rest, None),
        _ => return None,
    };
    let (contact, entry) = rest.rsplit_once(':')?;
    Some(Callback { contact: ContactId::new(contact), entry: EntryId(entry.parse().ok()?), queued })
}

fn check(content: &str) -> String {
    hex::encode(&digest(&SHA256, content.as_bytes()).as_ref()[..CHECK])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUEUED: Moment = Moment(1_772_445_600_123);

    #[test]
    fn the_form_is_stable() {
        // Statuses come for 30 days: what is written today must be read then.
        let (contact, entry) = (ContactId::new("US.1349"), EntryId(7));
        let before = Callback { contact: contact.clone(), entry, queued: None };
        assert_eq!(decode("s1:US.1349:7:c8e474fa"), Some(before.clone()));
        let text = encode(&contact, entry, QUEUED).unwrap();
        assert_eq!(text, "s2:US.1349:7:1772445600123:b0792849");
        assert_eq!(decode(&text), Some(Callback { queued: Some(QUEUED), ..before }));
    }

    #[test]
    fn foreign_and_damaged_values_are_none() {
        let text = encode(&ContactId::new("US.1349"), EntryId(7), QUEUED).unwrap();
        for foreign in ["", "some data", ":::", "s1:US.1349:7", &text[1..], &text[..text.len() - 1], &text.replace('7', "8")] {
            assert_eq!(decode(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_later_version_is_left_alone() {
        let content = "s3:US.1349:7:1";
        assert_eq!(decode(&format!("{content}:{}", check(content))), None);
    }

    #[test]
    fn an_id_without_room_is_not_cut() {
        assert_eq!(encode(&ContactId::new("x".repeat(600)), EntryId(1), QUEUED), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(contact in "\\PC{0,100}", entry: u32, queued: i64) {
            let (contact, entry, queued) = (ContactId::new(contact), EntryId(entry), Moment(queued));
            let text = encode(&contact, entry, queued).expect("100 characters have room");
            prop_assert_eq!(decode(&text), Some(Callback { contact, entry, queued: Some(queued) }));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC*") {
            decode(&text);
        }
    }
}
