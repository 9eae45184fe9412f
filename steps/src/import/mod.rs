//! Bots of other tools, read as ours. Pure: a file's text comes in, bots and a report go out.

pub mod kommo;
