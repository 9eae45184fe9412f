//! A `salesbot` server to test: the real program in a process of its own, with its own folders, port and settings.
//!
//! [`Setup`] says what it is started with, [`Server`] is the running process: it can be called, killed, stopped and started again on the
//! same data. It owns its process and folders, and nothing outlives it. What WhatsApp does is the [`mock`](crate::mock)'s part.

mod balancer;
mod binary;
mod client;
mod process;
mod quiet;
mod server;
mod setup;

pub use balancer::Balancer;
pub use binary::{BINARY, program};
pub use client::{Answer, Request};
pub use quiet::is_quiet;
pub(crate) use quiet::is_quiet_within;
pub use server::{DEADLINE, Server};
pub use setup::Setup;
