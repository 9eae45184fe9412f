//! Stories of customers, bots and trouble, told to the real server: it talks to the strict mock of the Cloud API, and what counts is what
//! the mock received and what the server's own API says.

mod calls;
mod commands;
mod crashes;
mod dialog;
mod edge;
mod erasing;
mod failures;
mod fleet;
mod once;
mod pace;
mod people;
mod publishing;
mod refusals;
mod samples;
mod shipped;
mod shop;
mod stopping;
mod stores;
mod timers;
mod triggers;
