//! The address that Meta calls: verification, and webhooks, from raw bytes to committed turns.

mod items;
mod webhook;

pub use webhook::router;
