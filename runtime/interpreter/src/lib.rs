//! The interpreter: `turn(bots, contact, event, now)`, a pure function that everything else calls. Production, preview, dialog tests,
//! replay, fuzz and simulation run this one function.
//!
//! It owns sessions, waits, triggers, windows and what is pending. It does nothing itself: no clock, no network, no chance that is not
//! in its arguments. Where it needs something that lies elsewhere it returns [`Need`], and the caller runs the turn again with it.

mod bots;
mod crm;
mod delivery;
pub mod dialog;
mod fields;
mod handover;
mod identity;
mod inbound;
mod keeping;
mod machine;
mod merge;
mod moves;
pub mod outbox;
pub mod rehearsal;
mod start;
mod summary;
mod timers;
mod turn;
mod voice;

pub use bots::{Bots, Succession, Successor, Successors};
pub use fields::{FieldProblem, check_fields};
pub use identity::{aliases, contact_id};
pub use moves::stays;
pub use steps::turn::{Need, Supplied};
pub use turn::{Receipt, Turned, turn};
