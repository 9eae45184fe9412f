//! What the package promises to the server, through its public names only: webhooks in, messages out.

mod samples;
mod webhooks;
