//! Messages that went out and came in, as far as a contact remembers them: rows, for there are many.

use std::fmt::Write;

use super::*;
use crate::event::Delivery;

/// A message that went out. As a row: `entry hash at session step state frame`, with `-` for what there is not, and `t` behind the
/// state of a template.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "SentInFormat1")]
pub struct Sent {
    pub entry: EntryId,
    /// Of its message id: statuses name their entry too, so the whole id need not be kept.
    pub hash: u64,
    pub at: Moment,
    pub session: Option<SessionId>,
    pub step: Option<StepId>,
    pub state: Option<Delivery>,
    pub template: bool,
    /// The frame whose step sent it: [`Frame::id`].
    pub frame: u32,
}

/// In a row, what there is not.
const NONE: &str = "-";

impl Row for Sent {
    fn write(&self, text: &mut String) {
        let Sent { entry, hash, at, session, step, state, template, frame } = self;
        // A text takes all that is written to it.
        let _ = write!(text, "{entry} {hash:x} {} ", at.0);
        let _ = match session {
            Some(session) => write!(text, "{session} "),
            None => write!(text, "{NONE} "),
        };
        text.push_str(step.as_ref().map_or(NONE, StepId::as_str));
        text.push(' ');
        text.push(match state {
            None => '-',
            Some(Delivery::Sent) => 's',
            Some(Delivery::Failed) => 'f',
            Some(Delivery::Delivered) => 'd',
            Some(Delivery::Read) => 'r',
            Some(Delivery::Played) => 'p',
        });
        if *template {
            text.push('t');
        }
        let _ = write!(text, " {frame}");
    }

    fn read(row: &str) -> Option<Self> {
        let mut words = row.split(' ');
        let mut word = || words.next();
        let present = |word: &str| (word != NONE).then(|| word.to_owned());
        let entry = EntryId(word()?.parse().ok()?);
        let hash = u64::from_str_radix(word()?, 16).ok()?;
        let at = Moment(word()?.parse().ok()?);
        let session = match word()? {
            NONE => None,
            session => Some(SessionId(session.parse().ok()?)),
        };
        let step = match present(word()?) {
            None => None,
            Some(step) => Some(StepId::new(&step).ok()?),
        };
        let flags = word()?;
        let state = match flags.chars().next()? {
            '-' => None,
            's' => Some(Delivery::Sent),
            'f' => Some(Delivery::Failed),
            'd' => Some(Delivery::Delivered),
            'r' => Some(Delivery::Read),
            'p' => Some(Delivery::Played),
            _ => return None,
        };
        let frame = word()?.parse().ok()?;
        Some(Sent { entry, hash, at, session, step, state, template: flags.ends_with('t'), frame })
    }
}

/// A message that went out, as contact format 1 had it.
#[derive(Deserialize)]
struct SentInFormat1(EntryId, u64, Moment, Option<SessionId>, Option<StepId>, Option<Delivery>, u8, u32);

impl From<SentInFormat1> for Sent {
    fn from(SentInFormat1(entry, hash, at, session, step, state, template, frame): SentInFormat1) -> Self {
        Sent { entry, hash, at, session, step, state, template: template != 0, frame }
    }
}

/// A message id that was seen, as a short hash, with the moment of its message. As a row: `hash at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Seen(pub u64, pub Moment);

impl Row for Seen {
    fn write(&self, text: &mut String) {
        let _ = write!(text, "{:x} {}", self.0, self.1.0);
    }

    fn read(row: &str) -> Option<Self> {
        let (hash, at) = row.split_once(' ')?;
        Some(Seen(u64::from_str_radix(hash, 16).ok()?, Moment(at.parse().ok()?)))
    }
}

impl Rows<Seen> {
    /// Whether a message id of this hash is among them.
    pub fn has(&self, hash: u64) -> bool {
        !self.is_empty() && self.any_begins_with(&format!("{hash:x} "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let full = Sent {
            entry: EntryId(7),
            hash: (1 << 48) - 1,
            at: Moment(1_772_445_600_123),
            session: Some(SessionId(2)),
            step: StepId::new("ask_email").ok(),
            state: Some(Delivery::Read),
            template: true,
            frame: 3,
        };
        let bare = Sent { session: None, step: None, state: None, template: false, frame: 0, ..full.clone() };
        for sent in [&full, &bare] {
            let mut row = String::new();
            sent.write(&mut row);
            assert_eq!(Sent::read(&row).as_ref(), Some(sent), "{row}");
        }
        for state in [Delivery::Sent, Delivery::Failed, Delivery::Delivered, Delivery::Played] {
            let sent = Sent { state: Some(state), ..bare.clone() };
            let mut row = String::new();
            sent.write(&mut row);
            assert_eq!(Sent::read(&row), Some(sent), "{row}");
        }
    }

    #[test]
    fn what_is_no_row_is_none() {
        for bad in ["", "7", "x ff 1 - - - 0", "7 ff 1 - - x 0", "7 ff 1 - Step - 0", "7 ff 1 2 ask -"] {
            assert_eq!(Sent::read(bad), None, "{bad}");
        }
        for bad in ["", "ff", "ff x", "xx 1"] {
            assert_eq!(Seen::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_contact_of_format_1_is_read() {
        let stored = r#"{"format":1,"id":"c1","created":0,"identity":{"phone":"+5511999999999"},
            "conversations":{"1":{"sent":[[4,195017394440478,1772445600000,2,"greet","read",1,0]]}},
            "seen":[[254803062665655,1772445600000]],"next_id":5}"#;
        let contact = Contact::read(stored.as_bytes()).unwrap();
        assert!(contact.seen.has(254_803_062_665_655) && !contact.seen.has(1));
        let sent = contact.sent().next().unwrap();
        assert_eq!((sent.entry, sent.state, sent.template), (EntryId(4), Some(Delivery::Read), true));
        let written = String::from_utf8(contact.write(0).unwrap()).unwrap();
        assert!(written.contains(r#""sent":"4 b15e0685491e 1772445600000 2 greet rt 0""#), "{written}");
        assert_eq!(Contact::read(written.as_bytes()).unwrap(), contact);
    }
}
