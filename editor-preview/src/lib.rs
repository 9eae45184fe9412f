//! Chats drawn as the customer's phone shows them, and as text for the terminal.
//!
//! One way leads from a message to its picture: [`view`] is the chat (who said what, when, how far it came), [`face`] is what one
//! bubble shows, and [`html`] and [`text`] paint that. A new kind of message is one arm in `face`; both pictures follow. [`story`] makes
//! a chat from the facts of a journal. [`flow`] draws the forms that a message opens. What the drawings say themselves stands in [`words`], in each of their languages.
//!
//! The pictures are pure: no clock, no network, no script. Taps, forms and live updates are the caller's. [`studio`] holds the files of
//! the web editor, whose sources are in `web/`.

pub mod face;
pub mod flow;
pub mod gallery;
pub mod html;
pub mod markup;
pub mod picture;
pub mod story;
pub mod studio;
pub mod text;
pub mod view;
pub mod words;
