//! What several steps share: the keys of those that send and of those that wait, how options are shown and answers matched.

mod branch;
pub mod call;
pub mod choices;
pub mod expect;
pub mod field;
mod matching;
mod media;
mod question;
pub mod request;
mod sending;
mod waiting;

pub use branch::Branch;
pub use field::{Field, FieldKind};
pub use matching::holds_words;
pub use media::{ContactCard, Degrees, Location, Media};
pub use question::Question;
pub use sending::{Content, OutsideWindow, Sending};
pub use waiting::{Matching, Save, Timeout, Waiting, until};
