//! A deterministic simulation of the whole server: webhooks, turns, commits, due work, sends and statuses, with several real servers on
//! one simulated store, a simulated Graph API, and time that passes at once.
//!
//! [`run()`] lives through what a [`Plan`] says and checks the promises at the end. Everything that is drawn comes from the plan's seed, so a
//! run that broke a promise can be run again, and its log read. What a server does is never decided here: the servers are
//! [`App`](salesbot::app::App)s with their router and their workers, built as `salesbot serve` builds them, but for the port.

pub mod bots;
mod chance;
mod chaos;
mod customer;
mod day;
mod ears;
mod graph;
mod ledger;
mod life;
mod log;
mod meta;
mod plan;
mod promises;
mod run;
mod server;
mod store;
mod webhook;
mod world;

pub use day::day;
pub use plan::{GraphFaults, Plan, Sabotage};
pub use promises::Broken;
pub use run::{Figures, Outcome, run};
