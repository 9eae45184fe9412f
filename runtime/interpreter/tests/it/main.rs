//! Stories of Ana, her bots and trouble, told to the interpreter: one event at a time to `turn`, or as a rehearsal.

mod answers;
mod as_in_kommo;
mod asked;
mod bounds;
mod busy;
mod crm;
mod dialogs;
mod imported;
mod liveness;
mod merges;
mod messages;
mod people;
mod previews;
mod properties;
mod sends;
mod starts;
mod statuses;
mod story;
mod tasks;
mod triggers;
mod versions;
mod voice;
