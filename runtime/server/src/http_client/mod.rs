//! The one client for addresses that people write into bots and settings: `http` steps now; outgoing webhooks, knowledge pages and media
//! links are to use it too. It reaches the public internet and what the settings allow, and nothing else: addresses are filtered after
//! resolving ([`access`]), redirects are followed by hand and looked at again, and credentials stay with the host that they were meant for.
//!
//! What it leaves to others: secrets (a request comes with their values), and what a reply means. It logs hosts and figures, never paths,
//! headers or bodies.

mod access;
mod error;
mod resolver;

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use futures_util::StreamExt;
use reqwest::{
    Client, Method, Response, StatusCode,
    header::{self, HeaderMap},
    redirect::Policy,
};
use url::{Host, Url};

pub use access::{Access, Allowed, AllowedError, Rules};
pub use error::HttpError;
use resolver::{Guarded, Lookup};

/// The most bytes of a reply that are taken: it becomes part of a contact's value.
pub const MAX_REPLY: usize = 1024 * 1024;
/// How many redirects are followed.
pub const MAX_REDIRECTS: usize = 5;
/// How long a connection may take to stand, within the deadline of the whole call.
const CONNECT: Duration = Duration::from_secs(5);

/// Headers that may follow a redirect to another host. All others may be credentials: every API has its own name for its key.
const HARMLESS: &[&str] = &["accept", "accept-language", "content-type", "idempotency-key"];
/// Headers that say how a request is written, which is the client's to say.
const FRAMING: &[&str] = &["host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "expect"];

/// The client. Cheap to clone; connections are shared.
#[derive(Clone)]
pub struct HttpClient {
    client: Client,
    access: Arc<Access>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
    /// The body holds a secret: it never goes to another host than the first.
    pub body_is_secret: bool,
}

/// What was answered, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: StatusCode,
    /// The media type, without its parameters; empty where there is none.
    pub content_type: String,
    pub body: Vec<u8>,
}

impl HttpClient {
    /// A client that reaches what `access` lets it.
    ///
    /// # Errors
    /// The system's certificates can't be read.
    pub fn new(access: Access) -> Result<Self, reqwest::Error> {
        Self::with_lookup(access, resolver::system())
    }

    fn with_lookup(access: Access, lookup: Lookup) -> Result<Self, reqwest::Error> {
        let access = Arc::new(access);
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(CONNECT)
            .dns_resolver(Arc::new(Guarded::new(access.clone(), lookup)))
            .user_agent(concat!("salesbot/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(HttpClient { client, access })
    }

    /// Asks, follows redirects, and reads the whole reply, all within the deadline.
    ///
    /// # Errors
    /// No whole reply came, or its address is refused.
    pub async fn fetch(&self, request: Request, deadline: Duration) -> Result<Reply, HttpError> {
        self.fetch_up_to(request, deadline, MAX_REPLY).await
    }

    /// The same, where a reply may have so many bytes.
    ///
    /// # Errors
    /// No whole reply came, or its address is refused.
    pub async fn fetch_up_to(&self, request: Request, deadline: Duration, most: usize) -> Result<Reply, HttpError> {
        tokio::time::timeout(deadline, self.follow(request, most)).await.unwrap_or(Err(HttpError::Timeout(deadline)))
    }

    async fn follow(&self, mut request: Request, most: usize) -> Result<Reply, HttpError> {
        for name in FRAMING {
            request.headers.remove(*name);
        }
        for _ in 0..=MAX_REDIRECTS {
            self.check(&request.url)?;
            let response = self.send(&request).await?;
            match redirect(&request.url, &response)? {
                None => return read(response, &request.url, most).await,
                Some(url) => request.redirect(url, response.status())?,
            }
        }
        Err(HttpError::Redirects(host(&request.url)))
    }

    /// What can be refused without resolving. A literal address never comes to the resolver.
    fn check(&self, url: &Url) -> Result<(), HttpError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(HttpError::InvalidUrl(format!("`{}:` is not followed; only https and http are", url.scheme())));
        }
        let refused = || HttpError::AddressRefused(host(url));
        let port = url.port_or_known_default().unwrap_or_default();
        if !self.access.takes_port(port) {
            return Err(HttpError::PortRefused { host: host(url), port });
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(HttpError::InvalidUrl("the address names no host".to_owned())),
        };
        if self.access.takes_literal(literal) { Ok(()) } else { Err(refused()) }
    }

    async fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let mut builder = self.client.request(request.method.clone(), request.url.clone()).headers(request.headers.clone());
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        builder.send().await.map_err(|error| HttpError::of(&error, &host(&request.url)))
    }
}

impl Request {
    /// Turns the request to where a redirect leads.
    fn redirect(&mut self, url: Url, status: StatusCode) -> Result<(), HttpError> {
        let becomes_get = match status {
            StatusCode::SEE_OTHER => self.method != Method::HEAD,
            // What every browser does, and so what servers mean.
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = None;
            self.body_is_secret = false;
            self.headers.remove(header::CONTENT_TYPE);
        }
        if url.origin() != self.url.origin() {
            if self.body.is_some() && self.body_is_secret {
                return Err(HttpError::SecretRedirected { from: host(&self.url), to: host(&url) });
            }
            self.headers = std::mem::take(&mut self.headers)
                .into_iter()
                .filter_map(|(name, value)| name.filter(|name| HARMLESS.contains(&name.as_str())).map(|name| (name, value)))
                .collect();
        }
        self.url = url;
        Ok(())
    }
}

/// Where a reply leads, if it is a redirect.
fn redirect(from: &Url, response: &Response) -> Result<Option<Url>, HttpError> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = response.headers().get(header::LOCATION).filter(|_| is_redirect) else { return Ok(None) };
    let location = std::str::from_utf8(location.as_bytes()).ok().and_then(|location| from.join(location).ok());
    location.map(Some).ok_or_else(|| HttpError::InvalidUrl(format!("{} redirects to what is no address", host(from))))
}

async fn read(response: Response, url: &Url, most: usize) -> Result<Reply, HttpError> {
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let too_large = || HttpError::TooLarge { host: host(url), most };
    if response.content_length().is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| HttpError::of(&error, &host(url)))?;
        if body.len() + chunk.len() > most {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    tracing::debug!(host = %host(url), status = status.as_u16(), bytes = body.len(), "a call was answered");
    Ok(Reply { status, content_type, body })
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
