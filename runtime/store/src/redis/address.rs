//! The addresses that a Redis store can be opened at, and what of them may be shown to people.
//!
//! | form | |
//! | --- | --- |
//! | `redis://[user][:password]@host[:6379][/db]` | one server |
//! | `rediss://…` | the same over TLS |
//! | `redis+sentinel://[user][:password]@host[:26379],host,…/master[/db]` | the master that these Sentinels name; user and password are Redis's |
//! | `redis+cluster://[user][:password]@host[:6379],host,…` | a Cluster that these hosts know |
//!
//! The last two take `?tls=true`; Sentinels that ask for a password take `sentinel_user` and
//! `sentinel_password` there. With TLS any of them takes `?ca=FILE`: certificates are checked against this one, in PEM form, in place
//! of the system's. Characters such as `@` and `/` in a password are written as `%40`, `%2F`.

use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo, TlsCertificates, TlsMode};
use tokio::sync::Mutex;

use super::RedisOptions;
use crate::StoreError;

const SENTINEL_PORT: u16 = 26379;

/// How a certificate in PEM form begins.
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// An address that was understood.
pub(super) struct Address {
    /// As people know it: without user, password and options.
    pub(super) shown: String,
    form: Form,
    /// Whose certificates count, in PEM form; else those that the system trusts.
    ca: Option<Vec<u8>>,
}

enum Form {
    Server(ConnectionInfo),
    Sentinel { hosts: Vec<ConnectionAddr>, master: String, login: RedisConnectionInfo, sentinel: Login, tls: bool },
    Cluster { nodes: Vec<ConnectionInfo>, login: RedisConnectionInfo, tls: bool },
}

#[derive(Default)]
struct Login {
    user: Option<String>,
    password: Option<String>,
}

/// What makes connections to where an address leads.
pub(super) enum Source {
    Server(Box<Client>),
    /// The client keeps its connections to the Sentinels; one attempt at a time uses it.
    Sentinel(Box<Mutex<SentinelClient>>),
    /// With its nodes one by one.
    Cluster {
        client: Box<ClusterClient>,
        nodes: Vec<Client>,
    },
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let parts = Parts::of(url).ok_or_else(|| refused("redis", "the form is redis://user:password@host:6379/0"))?;
        let shown = parts.shown();
        let form = match parts.scheme {
            "redis" | "rediss" => {
                let server = url.split('?').next().unwrap_or_default();
                let info = server.into_connection_info().map_err(|error| refused(&shown, &error.to_string()))?;
                Form::Server(info)
            }
            "redis+sentinel" => parts.sentinel().map_err(|reason| refused(&shown, &reason))?,
            "redis+cluster" => parts.cluster().map_err(|reason| refused(&shown, &reason))?,
            other => {
                let known = "redis://, rediss://, redis+sentinel:// and redis+cluster:// are known";
                return Err(refused(&format!("{other}://…"), known));
            }
        };
        let ca = parts.ca(form.has_tls()).map_err(|reason| refused(&shown, &reason))?;
        Ok(Self { shown, form, ca })
    }

    /// Whether keys of different lanes lie on different servers.
    pub(super) fn is_cluster(&self) -> bool {
        matches!(self.form, Form::Cluster { .. })
    }

    pub(super) fn source(&self, options: &RedisOptions) -> Result<Source, StoreError> {
        let made = match &self.form {
            Form::Server(info) => self.client(info.clone()).map(|client| Source::Server(Box::new(client))),
            Form::Sentinel { .. } => self.sentinels().map(|client| Source::Sentinel(Box::new(Mutex::new(client)))),
            Form::Cluster { nodes, login, tls } => {
                let mut builder = ClusterClientBuilder::new(nodes.clone())
                    .connection_timeout(options.connect_timeout)
                    .response_timeout(options.response_timeout)
                    .overall_response_timeout(Some(options.response_timeout))
                    // The library would send a commit once more whose answer was lost. What was
                    // certainly not applied is tried again in `link`.
                    .retries(0);
                if let Some(user) = login.username() {
                    builder = builder.username(user);
                }
                if let Some(password) = login.password() {
                    builder = builder.password(password);
                }
                if *tls {
                    builder = builder.tls(TlsMode::Secure);
                }
                if let Some(certificates) = self.certificates() {
                    builder = builder.certs(certificates);
                }
                let nodes: redis::RedisResult<Vec<Client>> = nodes.iter().map(|node| self.client(node.clone())).collect();
                nodes.and_then(|nodes| Ok(Source::Cluster { client: Box::new(builder.build()?), nodes }))
            }
        };
        made.map_err(|error| refused(&self.shown, &error.to_string()))
    }

    fn client(&self, server: impl IntoConnectionInfo) -> redis::RedisResult<Client> {
        match self.certificates() {
            Some(certificates) => Client::build_with_tls(server, certificates),
            None => Client::open(server),
        }
    }

    fn sentinels(&self) -> redis::RedisResult<SentinelClient> {
        let Form::Sentinel { hosts, master, login, sentinel, tls } = &self.form else {
            unreachable!("asked of a Sentinel address only, by `source`");
        };
        let mut builder =
            SentinelClientBuilder::new(hosts.clone(), master, SentinelServerType::Master)?.set_client_to_redis_db(login.db());
        if let Some(user) = login.username() {
            builder = builder.set_client_to_redis_username(user);
        }
        if let Some(password) = login.password() {
            builder = builder.set_client_to_redis_password(password);
        }
        if let Some(user) = &sentinel.user {
            builder = builder.set_client_to_sentinel_username(user);
        }
        if let Some(password) = &sentinel.password {
            builder = builder.set_client_to_sentinel_password(password);
        }
        if *tls {
            builder = builder.set_client_to_redis_tls_mode(TlsMode::Secure).set_client_to_sentinel_tls_mode(TlsMode::Secure);
        }
        if let Some(certificates) = self.certificates() {
            builder =
                builder.set_client_to_redis_certificates(certificates.clone()).set_client_to_sentinel_certificates(certificates);
        }
        builder.build()
    }

    fn certificates(&self) -> Option<TlsCertificates> {
        self.ca.clone().map(|ca| TlsCertificates { client_tls: None, root_cert: Some(ca) })
    }
}

impl Form {
    fn has_tls(&self) -> bool {
        match self {
            Self::Server(info) => matches!(info.addr(), ConnectionAddr::TcpTls { .. }),
            Self::Sentinel { tls, .. } | Self::Cluster { tls, .. } => *tls,
        }
    }
}

/// An address taken apart, nothing of it decoded yet.
struct Parts<'u> {
    scheme: &'u str,
    /// What stands before the `@`, with it.
    login: &'u str,
    hosts: &'u str,
    path: &'u str,
    query: &'u str,
}

impl<'u> Parts<'u> {
    fn of(url: &'u str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, hosts) = match authority.rfind('@') {
            Some(at) => authority.split_at(at + 1),
            None => ("", authority),
        };
        Some(Self { scheme, login, hosts, path, query })
    }

    fn shown(&self) -> String {
        let slash = if self.path.is_empty() { "" } else { "/" };
        format!("{}://{}{slash}{}", self.scheme, self.hosts, self.path)
    }

    fn sentinel(&self) -> Result<Form, String> {
        let (master, db) = self.path.split_once('/').unwrap_or((self.path, "0"));
        if master.is_empty() {
            return Err("the master's name is missing: redis+sentinel://host:26379,host:26379/mymaster".into());
        }
        let tls = self.tls()?;
        let hosts = self.nodes(tls, Some(SENTINEL_PORT), db)?;
        let login = hosts[0].redis_settings().clone();
        let hosts = hosts.iter().map(|host| host.addr().clone()).collect();
        let sentinel = Login { user: self.option("sentinel_user")?, password: self.option("sentinel_password")? };
        Ok(Form::Sentinel { hosts, master: master.to_owned(), login, sentinel, tls })
    }

    fn cluster(&self) -> Result<Form, String> {
        if !matches!(self.path, "" | "0") {
            return Err("a Cluster has database 0 only: leave out the path".into());
        }
        let tls = self.tls()?;
        let nodes = self.nodes(tls, None, "0")?;
        let login = nodes[0].redis_settings().clone();
        Ok(Form::Cluster { nodes, login, tls })
    }

    /// The hosts, each read as the address of one server; at least one.
    fn nodes(&self, tls: bool, port: Option<u16>, db: &str) -> Result<Vec<ConnectionInfo>, String> {
        let scheme = if tls { "rediss" } else { "redis" };
        let node = |host: &str| {
            let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
            let port = port.filter(|_| !has_port).map(|port| format!(":{port}")).unwrap_or_default();
            let url = format!("{scheme}://{}{host}{port}/{db}", self.login);
            url.into_connection_info().map_err(|error| format!("{host:?}: {error}"))
        };
        self.hosts.split(',').map(|host| node(host.trim())).collect()
    }

    fn tls(&self) -> Result<bool, String> {
        match self.option("tls")?.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(format!("tls={other:?} is neither true nor false")),
        }
    }

    fn ca(&self, has_tls: bool) -> Result<Option<Vec<u8>>, String> {
        let Some(file) = self.option("ca")? else { return Ok(None) };
        if !has_tls {
            return Err("ca= says whom to trust over TLS, which this address does not ask for: rediss://, or tls=true".into());
        }
        let read = std::fs::read(&file).map_err(|error| format!("the certificate ca={file} can't be read: {error}"))?;
        let has_one = read.windows(PEM.len()).any(|window| window == PEM);
        has_one.then_some(Some(read)).ok_or_else(|| format!("ca={file} holds no certificate in PEM form"))
    }

    fn option(&self, name: &str) -> Result<Option<String>, String> {
        const KNOWN: [&str; 4] = ["tls", "ca", "sentinel_user", "sentinel_password"];
        let mut found = None;
        for pair in self.query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !KNOWN.contains(&key) {
                return Err(format!("the option {key:?} is unknown; there are {}", KNOWN.join(", ")));
            }
            if key == name {
                found = Some(decoded(value)?);
            }
        }
        Ok(found)
    }
}

/// A value with its `%40`s read, by the same code that reads a password before the `@`.
fn decoded(value: &str) -> Result<String, String> {
    // In a path a slash may stand as it is.
    let info = format!("redis://:{}@host", value.replace('/', "%2F")).into_connection_info();
    let info = info.map_err(|_| "an option can't be read: write special characters as %40".to_owned())?;
    Ok(info.redis_settings().password().unwrap_or_default().to_owned())
}

fn refused(place: &str, reason: &str) -> StoreError {
    StoreError::CannotOpen { path: place.into(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        Address::parse(url).err().expect("the address should have been refused").to_string()
    }

    #[test]
    fn what_is_shown_has_no_secrets() {
        for (url, shown) in [
            ("redis://user:secret@host:6380/3", "redis://host:6380/3"),
            ("rediss://:secret@host", "rediss://host"),
            ("redis+sentinel://:se%40cret@a,b:7/mymaster/2?sentinel_password=secret", "redis+sentinel://a,b:7/mymaster/2"),
            ("redis+cluster://:secret@a:1,b:2,c:3?tls=true", "redis+cluster://a:1,b:2,c:3"),
        ] {
            assert_eq!(Address::parse(url).unwrap().shown, shown);
        }
    }

    #[test]
    fn sentinels_and_their_master_are_read() {
        let url = "redis+sentinel://bot:p%40ss@a,b:7/mymaster/2?sentinel_password=s%2Ft";
        let Form::Sentinel { hosts, master, login, sentinel, tls } = Address::parse(url).unwrap().form else { panic!() };
        assert_eq!(hosts, [ConnectionAddr::Tcp("a".into(), 26379), ConnectionAddr::Tcp("b".into(), 7)]);
        assert_eq!((master.as_str(), login.db(), tls), ("mymaster", 2, false));
        assert_eq!((login.username(), login.password()), (Some("bot"), Some("p@ss")));
        assert_eq!((sentinel.user, sentinel.password.as_deref()), (None, Some("s/t")));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (url, part) in [
            ("redis+sentinel://a,b", "master's name is missing"),
            ("redis+cluster://a/1", "database 0 only"),
            ("redis+cluster://a?tsl=true", "\"tsl\" is unknown"),
            ("redis+cluster://a?tls=yes", "neither true nor false"),
            ("redis://a?ca=x", "rediss://, or tls=true"),
            ("rediss://a?ca=no/such.pem", "no/such.pem can't be read"),
            ("rediss://a?ca=Cargo.toml", "no certificate in PEM form"),
            ("rediss://a/0?acl=x", "\"acl\" is unknown"),
            ("memcached://a", "redis+sentinel://"),
            ("localhost", "redis://user:password@host"),
        ] {
            let refusal = refusal(url);
            assert!(refusal.contains(part), "{refusal}");
        }
        assert!(!refusal("redis+cluster://:secret@a?x=1").contains("secret"));
    }
}
