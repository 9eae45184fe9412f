//! The bot language: its types, its checker, and what each step does.
//!
//! Pure: no clock, no network, no chance. What a step needs comes in through [`turn::Turn`]; what it does goes out as data.

pub mod asked;
pub mod bot;
pub mod catalog;
pub mod check;
pub mod contact;
pub mod crm;
pub mod crm_names;
pub mod data;
pub mod environment;
pub mod event;
pub mod expression;
pub mod fact;
pub mod hours;
pub mod ids;
pub mod import;
pub mod knowledge;
pub mod language;
pub mod limits;
pub mod message;
pub mod migrate;
pub mod moment;
pub mod option;
pub mod pace;
pub mod path;
pub mod pattern;
pub mod reference;
pub mod reply_id;
pub mod schema;
pub mod secrets;
pub mod state;
pub mod step;
pub mod template;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod trace;
pub mod trigger;
pub mod turn;
pub mod who;
pub mod window;
pub mod write;
