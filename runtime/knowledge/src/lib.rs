//! What bots know: sources read, split into passages, indexed, searched.
//!
//! Bytes and a [`Format`] come in, [`Part`]s come out ([`read`]); sources of parts become an [`Index`], which is never changed: a source that
//! changes makes another one, and who searches meanwhile has the old one. Full text needs no model. Where passages and question have a
//! [`Vector`] too, both ranks are fused.
//!
//! There is no client and no clock in here: where bytes and vectors come from, and when they are old, is the server's.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod format;
mod fusion;
mod index;
mod question;
mod reading;
mod splitting;
mod vector;
mod words;

pub use format::Format;
pub use index::{Hit, Index, IndexError, MAX_PASSAGES, Source};
pub use question::{MAX_QUESTION, question};
pub use reading::{MAX_PAGES, Unreadable, read};
pub use splitting::{LONGEST, Part, SHORTEST};
pub use vector::Vector;

use serde::Serialize;

/// How many passages a model is given: the best ones.
pub const BEST: usize = 5;

/// A part of a source that was found for a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Passage {
    /// The name of its source.
    pub source: String,
    /// The headings that it stands under.
    pub title: String,
    pub text: String,
    /// More is better; scores of different questions can't be compared.
    pub score: f32,
}
