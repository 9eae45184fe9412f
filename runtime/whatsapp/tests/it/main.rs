//! What the package promises to the server, through its public names only: webhooks in, messages out.

mod meta_examples;
mod samples;
mod sends;
mod tolerance;
mod webhooks;
