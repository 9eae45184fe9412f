//! Why no whole reply came.

use std::{error::Error, io, time::Duration};

use super::{MAX_REDIRECTS, resolver::Refused};

/// Why a call brought nothing. Texts name the host, never a path or a header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    #[error("{0}")]
    InvalidUrl(String),
    #[error("`{0}` is not a public address; `allow_private` in [http] of the settings can allow it")]
    AddressRefused(String),
    #[error("port {port} of `{host}` is not among `ports` in [http] of the settings")]
    PortRefused { host: String, port: u16 },
    #[error("`{from}` redirects to `{to}`, which would be sent a secret that is in the body")]
    SecretRedirected { from: String, to: String },
    #[error("more than {MAX_REDIRECTS} redirects, the last to `{0}`")]
    Redirects(String),
    #[error("no whole reply within {} seconds", .0.as_secs_f64())]
    Timeout(Duration),
    #[error("the reply of `{host}` is larger than {} KiB", most / 1024)]
    TooLarge { host: String, most: usize },
    #[error("no secure connection to `{host}`: {reason}")]
    Tls { host: String, reason: String },
    #[error("`{host}` can't be reached: {reason}")]
    Unreachable { host: String, reason: String },
}

impl HttpError {
    /// A stable word for branches: `error.name` in a bot.
    pub fn name(&self) -> &'static str {
        match self {
            HttpError::InvalidUrl(_) => "invalid_url",
            HttpError::AddressRefused(_) | HttpError::PortRefused { .. } | HttpError::SecretRedirected { .. } => {
                "address_refused"
            }
            HttpError::Redirects(_) => "redirects",
            HttpError::Timeout(_) => "timeout",
            HttpError::TooLarge { .. } => "too_large",
            HttpError::Tls { .. } => "tls",
            HttpError::Unreachable { .. } => "unreachable",
        }
    }

    /// What went wrong between us and `host`. The cause lies deep: the layers above it only say that they failed.
    pub(super) fn of(error: &reqwest::Error, host: &str) -> Self {
        let host = host.to_owned();
        let mut cause: Option<&(dyn Error + 'static)> = error.source();
        let mut deepest = None;
        while let Some(found) = cause {
            if found.downcast_ref::<Refused>().is_some() {
                return HttpError::AddressRefused(host);
            }
            if let Some(io) = found.downcast_ref::<io::Error>() {
                // What rustls says of a handshake comes as "invalid data"; while connecting, nothing else does.
                if error.is_connect() && io.kind() == io::ErrorKind::InvalidData {
                    return HttpError::Tls { host, reason: io.to_string() };
                }
            }
            deepest = Some(found);
            cause = below(found);
        }
        let reason = match deepest {
            _ if error.is_connect() && error.is_timeout() => "it does not answer".to_owned(),
            Some(cause) => cause.to_string(),
            None => "the connection failed".to_owned(),
        };
        HttpError::Unreachable { host, reason }
    }
}

/// The error below. One inside an `io::Error` is no source of it, so it is asked for.
fn below<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}
