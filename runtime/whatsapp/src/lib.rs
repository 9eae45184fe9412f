//! The WhatsApp Cloud API as data: webhooks become events, messages become requests, codes become errors that say what to do.
//!
//! Pure: bytes in, data out. It owns every name of Meta's JSON; no other package knows one. The HTTP calls themselves, tokens and
//! retries are the server's; limits, windows and paces, which the checker and the interpreter need too, are in `steps`.

pub mod callback;
pub mod docs;
pub mod errors;
pub mod flow_encryption;
pub mod send;
pub mod templates;
pub mod webhook;
