//! The `salesbot` server: webhooks in, turns committed, messages out, and the API around it.
//!
//! [`app::App`] is what all parts share; [`router::router`] is its HTTP side, built in a function so that tests call it without a
//! port; [`serve::serve`] runs it with its workers. What a turn does is the interpreter's, how data is kept the store's, what WhatsApp's
//! JSON looks like `whatsapp`'s: here they are only brought together.

pub mod alerts;
pub mod api;
pub mod app;
mod body;
pub mod bots;
pub mod caller;
pub mod calls;
pub mod catalogs;
pub mod channel;
pub mod cli;
pub mod connection;
mod cookie;
mod crm;
pub mod due;
pub mod edge;
mod erasure;
pub mod fleet;
mod flows;
pub mod graph_client;
pub mod guard;
pub mod http_client;
pub mod journal;
pub mod knowledge;
mod listen;
mod listing;
pub mod live;
pub mod media;
pub mod metrics;
pub mod models;
pub mod pace;
pub mod pages;
pub mod problem;
pub mod process;
mod read_models;
pub mod records;
mod retention;
pub mod router;
pub mod sandbox;
pub mod schedule;
pub mod sender;
pub mod serve;
pub mod settings;
pub mod studio;
pub mod templates;
#[cfg(test)]
mod testing;
mod watching;
