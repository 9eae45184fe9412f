//! What several steps share: the keys of those that send and of those that wait, how options are shown and answers matched.

pub mod choices;
pub mod expect;
mod media;
mod sending;
mod waiting;

pub use media::{ContactCard, Degrees, Location, Media};
pub use sending::{Content, OutsideWindow, Sending};
pub use waiting::{Group, Matching, Question, Save, Timeout, Waiting};
