//! What the end to end tests stand on.
//!
//! [`mock`] is a strict stand-in for the WhatsApp Cloud API: tests point a server to it, and the binary
//! `mock-cloud-api` lets people do the same by hand. [`harness`] runs the server under test, [`chaos`] lets what it stands on die under
//! load. The tests themselves live in `tests/`.

pub mod bots;
pub mod chaos;
pub mod harness;
pub mod knowledge;
pub mod kommo;
pub mod mock;
