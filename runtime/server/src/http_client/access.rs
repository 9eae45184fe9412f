//! Which addresses may be reached: all public ones, and those inside that the settings name.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
    sync::LazyLock,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;

/// `[http]` of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Hosts and networks inside that may be reached all the same.
    pub allow_private: Vec<Allowed>,
    /// The only ports that may be reached; empty: any.
    pub ports: Vec<u16>,
}

/// What may be reached although it is not public.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Allowed {
    /// A network, or one address.
    Network(IpNet),
    /// A name, whatever its addresses; in lower case.
    Host(String),
}

/// An entry of `allow_private` that is neither a network nor a host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a network (`10.0.0.0/8`), an address (`10.1.2.3`) nor a host (`crm.internal`)")]
pub struct AllowedError(String);

/// Decides for each address.
#[derive(Clone, Debug, Default)]
pub struct Access {
    rules: Rules,
}

/// IPv4 networks that are not public, from the IANA IPv4 Special-Purpose Address Registry; and multicast.
const INSIDE_V4: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// Where IPv6's public addresses lie (IANA IPv6 Address Space).
const PUBLIC_V6: &str = "2000::/3";
/// Networks in it that are not public (IANA IPv6 Special-Purpose Address Registry): protocol assignments with Teredo, documentation, 6to4.
const INSIDE_V6: &[&str] = &["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];
/// NAT64 (RFC 6052): where a network has IPv6 only, its resolver gives public IPv4 hosts such addresses.
const NAT64: &str = "64:ff9b::/96";

/// Addresses at which clouds hand out credentials to whoever asks from inside. An allowed network does not allow them; only their own
/// address does.
const METADATA: &[&str] = &[
    // Amazon, Google, Microsoft, Oracle, DigitalOcean, Hetzner, …
    "169.254.169.254",
    // Amazon's containers and pods.
    "169.254.170.2",
    "169.254.170.23",
    // Alibaba.
    "100.100.100.200",
    // Microsoft: a public address that every machine of theirs reaches.
    "168.63.129.16",
    // Oracle.
    "192.0.0.192",
    // Amazon, Google.
    "fd00:ec2::254",
    "fd20:ce::254",
];

static NETWORKS: LazyLock<Networks> = LazyLock::new(|| Networks {
    inside_v4: INSIDE_V4.iter().map(|text| constant(text)).collect(),
    public_v6: constant(PUBLIC_V6),
    inside_v6: INSIDE_V6.iter().map(|text| constant(text)).collect(),
    nat64: constant(NAT64),
    metadata: METADATA.iter().map(|text| constant(text)).collect(),
});

struct Networks {
    inside_v4: Vec<Ipv4Net>,
    public_v6: Ipv6Net,
    inside_v6: Vec<Ipv6Net>,
    nat64: Ipv6Net,
    metadata: Vec<IpAddr>,
}

fn constant<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| unreachable!("{text} is an address: a test reads all of them"))
}

impl Access {
    pub fn new(rules: Rules) -> Self {
        let mut rules = rules;
        for allowed in &mut rules.allow_private {
            if let Allowed::Host(host) = allowed {
                *host = host_name(host);
            }
        }
        Access { rules }
    }

    /// Whether a name's address may be connected to.
    pub fn takes(&self, name: &str, address: IpAddr) -> bool {
        let name = host_name(name);
        let is_named = self.rules.allow_private.iter().any(|allowed| matches!(allowed, Allowed::Host(host) if *host == name));
        is_named || self.takes_literal(address)
    }

    /// Whether an address that was written as such may be connected to.
    pub fn takes_literal(&self, address: IpAddr) -> bool {
        let address = untranslated(address);
        if NETWORKS.metadata.contains(&address) {
            return self.networks().any(|network| network.addr() == address && network.prefix_len() == network.max_prefix_len());
        }
        is_public(address) || self.networks().any(|network| network.contains(&address))
    }

    pub fn takes_port(&self, port: u16) -> bool {
        self.rules.ports.is_empty() || self.rules.ports.contains(&port)
    }

    fn networks(&self) -> impl Iterator<Item = &IpNet> {
        self.rules.allow_private.iter().filter_map(|allowed| match allowed {
            Allowed::Network(network) => Some(network),
            Allowed::Host(_) => None,
        })
    }
}

/// The address that a NAT64 gateway connects to. The other forms that hold an IPv4 address (mapped, compatible, 6to4, Teredo) have no
/// good use here, and are refused as they are.
fn untranslated(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(translated) if NETWORKS.nat64.contains(&translated) => {
            let [.., a, b, c, d] = translated.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        other => other,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !NETWORKS.inside_v4.iter().any(|network| network.contains(&address))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    NETWORKS.public_v6.contains(&address) && !NETWORKS.inside_v6.iter().any(|network| network.contains(&address))
}

/// A name for comparing: in lower case, without the dot that may end it.
fn host_name(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

impl TryFrom<String> for Allowed {
    type Error = AllowedError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Allowed {
    type Err = AllowedError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let error = || AllowedError(text.to_owned());
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Allowed::Network(network.trunc()));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Allowed::Network(address.into()));
        }
        match url::Host::parse(text) {
            // `10.0` is an address to a URL; whoever writes it here means something else.
            Ok(url::Host::Domain(host)) => Ok(Allowed::Host(host_name(&host))),
            _ => Err(error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(allowed: &[&str]) -> Access {
        let allow_private = allowed.iter().map(|text| text.parse().unwrap()).collect();
        Access::new(Rules { allow_private, ports: Vec::new() })
    }

    fn takes(access: &Access, address: &str) -> bool {
        access.takes_literal(address.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_reached() {
        let access = access(&[]);
        for address in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808"] {
            assert!(takes(&access, address), "{address}");
        }
    }

    #[test]
    fn nothing_inside_is_reached_in_whatever_form() {
        let access = access(&[]);
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.2.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001:0:7f00:1::",
            "2001:db8::1",
            "3fff::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "100::1",
        ] {
            assert!(!takes(&access, address), "{address}");
        }
    }

    #[test]
    fn the_settings_allow_networks_and_hosts() {
        let access = access(&["10.0.0.0/8", "CRM.internal", "fd00::/8", "169.254.0.0/16"]);
        assert!(takes(&access, "10.9.9.9") && takes(&access, "fd12::1"));
        assert!(!takes(&access, "192.168.0.1"));
        assert!(access.takes("crm.INTERNAL.", "192.168.0.1".parse().unwrap()));
        assert!(!access.takes("other.internal", "192.168.0.1".parse().unwrap()));
    }

    #[test]
    fn credentials_of_a_cloud_are_reached_only_by_their_own_address() {
        let wide = access(&["169.254.0.0/16", "fd00::/8"]);
        assert!(takes(&wide, "169.254.1.1") && !takes(&wide, "169.254.169.254") && !takes(&wide, "fd00:ec2::254"));
        assert!(takes(&access(&["169.254.169.254"]), "169.254.169.254"));
    }

    #[test]
    fn ports_are_any_unless_named() {
        assert!(access(&[]).takes_port(8080));
        let named = Access::new(Rules { ports: vec![443], ..Rules::default() });
        assert!(named.takes_port(443) && !named.takes_port(80));
    }

    #[test]
    fn an_entry_that_is_nothing_is_an_error() {
        for text in ["", "10.0.0.0/64", "a b", "http://x"] {
            assert!(text.parse::<Allowed>().is_err(), "{text:?}");
        }
        assert_eq!("10.1.2.3".parse(), Ok(Allowed::Network("10.1.2.3/32".parse().unwrap())));
    }
}
