//! Resolves names, and keeps the addresses that may be reached: what is connected to is what was looked at, so no name can change its
//! address in between.

use std::{io, net::IpAddr, pin::Pin, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::access::Access;

/// Finds the addresses of a name.
pub(super) type Lookup = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> + Send + Sync>;

/// The operating system's resolver.
pub(super) fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// All addresses of a name are refused.
#[derive(Debug, thiserror::Error)]
#[error("no address of this name may be reached")]
pub(super) struct Refused;

/// A resolver that gives away only what may be reached.
pub(super) struct Guarded {
    access: Arc<Access>,
    lookup: Lookup,
}

impl Guarded {
    pub(super) fn new(access: Arc<Access>, lookup: Lookup) -> Self {
        Guarded { access, lookup }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let found = (self.lookup)(name.clone());
        let access = self.access.clone();
        Box::pin(async move {
            let mut found = found.await?;
            let any = !found.is_empty();
            found.retain(|address| access.takes(&name, *address));
            if any && found.is_empty() {
                return Err(Refused.into());
            }
            // The port is the address's own business: it is put in from the URL.
            let addresses: Addrs = Box::new(found.into_iter().map(|address| (address, 0).into()));
            Ok(addresses)
        })
    }
}
