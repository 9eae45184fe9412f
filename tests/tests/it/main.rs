//! Stories of customers, bots and trouble, told to the real server: it talks to the strict mock of the Cloud API, and what counts is what
//! the mock received and what the server's own API says.

mod assistant;
mod attacks;
mod calls;
mod catalogs;
mod commands;
mod crashes;
mod crm;
mod crm_builtin;
mod crm_names;
mod crm_reads;
mod dialog;
mod edge;
mod erasing;
mod failures;
mod fleet;
mod knowledge;
mod kommo;
mod models;
mod once;
mod pace;
mod people;
mod publishing;
mod recorded;
mod refusals;
mod samples;
mod shipped;
mod shop;
mod stopping;
mod stores;
mod summaries;
mod timers;
mod triggers;
mod usage;
mod voice;
