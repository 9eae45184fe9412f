//! What the end to end tests stand on.
//!
//! [`mock`] is a strict stand-in for the WhatsApp Cloud API: tests point a server to it, and the binary
//! `mock-cloud-api` lets people do the same by hand. [`harness`] runs the server under test. The tests themselves live in `tests/`.

pub mod harness;
pub mod mock;
