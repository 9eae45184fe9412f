//! The bot language: its types, its checker, and what each step does.
//!
//! Pure: no clock, no network, no chance. What a step needs comes in through [`turn::Turn`]; what it does goes out as data.

pub mod event;
pub mod expression;
pub mod ids;
pub mod limits;
pub mod message;
pub mod moment;
pub mod pace;
pub mod who;
pub mod window;
