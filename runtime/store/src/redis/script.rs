//! Scripts: sent by their hash, and whole to a server that does not know them.
//!
//! `redis::Script` would load an unknown script on every master of a Cluster first, which fails while
//! one of them is away. `EVAL` runs it where it is needed, and the server remembers it.

use redis::{Cmd, ErrorKind, RedisError, ServerErrorKind};

pub(super) struct Script {
    code: String,
    /// Computes the hash that Redis goes by.
    hashed: redis::Script,
}

impl Script {
    pub(super) fn new(code: String) -> Self {
        Self { hashed: redis::Script::new(&code), code }
    }

    pub(super) fn command(&self, keys: &[&[u8]], args: &[&[u8]]) -> Cmd {
        call("EVALSHA", self.hashed.get_hash(), keys, args)
    }

    pub(super) fn whole(&self, keys: &[&[u8]], args: &[&[u8]]) -> Cmd {
        call("EVAL", &self.code, keys, args)
    }

    /// Whether the server said that it does not know a script: it was started anew, or flushed.
    pub(super) fn is_unknown(error: &RedisError) -> bool {
        error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
    }
}

fn call(command: &str, script: &str, keys: &[&[u8]], args: &[&[u8]]) -> Cmd {
    let bytes: usize = keys.iter().chain(args).map(|part| part.len()).sum();
    let mut call = Cmd::with_capacity(3 + keys.len() + args.len(), 64 + script.len() + bytes);
    call.arg(command).arg(script).arg(keys.len());
    for part in keys.iter().chain(args) {
        call.arg(*part);
    }
    call
}
