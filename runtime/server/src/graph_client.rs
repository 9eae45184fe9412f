//! Requests to the Graph API: all that the server needs of the network towards Meta. An argument of [`App`](crate::app::App), so that
//! the simulation has a network of its own.

use std::{future::Future, pin::Pin, time::Duration};

use reqwest::{Client, Method, Response, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// How long a connection may take to stand, within the request's deadline.
const CONNECT: Duration = Duration::from_secs(5);

/// One request.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    pub method: &'r Method,
    pub url: &'r str,
    pub query: &'r [(&'r str, &'r str)],
    pub body: Option<&'r Value>,
    /// Which kind of answer is wanted, as the header `Accept` says it.
    pub accept: &'r str,
    pub token: &'r SecretString,
    /// For the whole of it, the end of the answer included.
    pub deadline: Duration,
}

/// Why a request has no whole answer. The texts name no address: it may hold a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// Nothing was sent.
    #[error("no connection: {0}")]
    NoConnection(String),
    /// It may have been taken.
    #[error("{0}")]
    Broken(String),
}

impl From<reqwest::Error> for NoAnswer {
    fn from(error: reqwest::Error) -> Self {
        let is_connect = error.is_connect();
        let text = error.without_url().to_string();
        if is_connect { NoAnswer::NoConnection(text) } else { NoAnswer::Broken(text) }
    }
}

/// What [`GraphClient::begin`] returns, so that the server can hold an `Arc<dyn GraphClient>`.
pub type Begun<'a> = Pin<Box<dyn Future<Output = Result<Response, NoAnswer>> + Send + 'a>>;

/// Makes requests, each within its deadline.
pub trait GraphClient: Send + Sync + 'static {
    /// Resolves when the answer begins; its body is read by the caller.
    fn begin<'a>(&'a self, request: Request<'a>) -> Begun<'a>;
}

/// Over the network: no proxy, no redirects, so that a token goes nowhere else.
pub struct Network(Client);

impl Network {
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            .user_agent(concat!("salesbot/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Network(client))
    }
}

impl GraphClient for Network {
    fn begin<'a>(&'a self, request: Request<'a>) -> Begun<'a> {
        let Request { method, url, query, body, accept, token, deadline } = request;
        let mut request = self.0.request(method.clone(), url).query(query);
        if let Some(body) = body {
            request = request.json(body);
        }
        let request = request.header(header::ACCEPT, accept).bearer_auth(token.expose_secret()).timeout(deadline);
        Box::pin(async move { Ok(request.send().await?) })
    }
}
