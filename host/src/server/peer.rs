//! The other end of a connection, and from it the address of the client: components are told of it, and no client chooses it.

use crate::capability::http_messages::CLIENT_ADDRESS;
use crate::control::Door;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

/// The proxies whose word counts, as `--trusted-proxies` names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

/// Where each proxy adds the address that it was called from at the end.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl FromStr for Proxies {
    type Err = String;

    /// Reads addresses and networks with commas between them.
    fn from_str(text: &str) -> Result<Self, String> {
        let one = |entry: &str| {
            let network = entry.parse().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| format!("`{entry}` is neither an address nor a network such as 10.0.0.0/8"))
        };
        text.split(',')
            .map(|entry| one(entry.trim()))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Proxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address behind all proxies that are trusted: what they say is believed one by one, from the last backwards. What
    /// stands before the first that is not trusted may have been made up by the client.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let fields = headers.get_all(FORWARDED_FOR).iter().rev();
        let entries = fields.flat_map(|field| field.to_str().unwrap_or_default().rsplit(','));
        let mut client = peer;
        for entry in entries {
            match forwarded(entry.trim()) {
                Some(address) if self.trusts(client) => client = address,
                _ => break,
            }
        }
        client
    }
}

/// An address as proxies write it, some of them with a port.
fn forwarded(entry: &str) -> Option<IpAddr> {
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || entry.parse().ok().map(|address: SocketAddr| address.ip());
    let address = entry.parse().ok().or_else(with_port).or_else(bracketed);
    address.map(|address: IpAddr| address.to_canonical())
}

/// The other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    pub door: Door,
    /// Its address, as it is and as components are told. The control socket has none.
    address: Option<(IpAddr, HeaderValue)>,
    /// The proxies, where it is one.
    proxies: Option<Arc<Proxies>>,
}

impl Peer {
    pub fn of_socket() -> Self {
        Self {
            door: Door::Socket,
            address: None,
            proxies: None,
        }
    }

    pub fn of_network(address: IpAddr, proxies: &Arc<Proxies>) -> Self {
        let address = address.to_canonical();
        Self {
            door: Door::Network,
            address: value(address).map(|text| (address, text)),
            proxies: proxies.trusts(address).then(|| proxies.clone()),
        }
    }

    /// Writes the client's address into the fields of a request, in place of what may have come by that name.
    pub fn name_client(&self, headers: &mut HeaderMap) {
        let address = match (&self.address, &self.proxies) {
            (Some((peer, _)), Some(proxies)) => value(proxies.client(*peer, headers)),
            (Some((_, text)), None) => Some(text.clone()),
            (None, _) => None,
        };
        match address {
            Some(address) => headers.insert(CLIENT_ADDRESS, address),
            None => headers.remove(CLIENT_ADDRESS),
        };
    }
}

/// Always some: an address is a valid value of a field.
fn value(address: IpAddr) -> Option<HeaderValue> {
    HeaderValue::try_from(address.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, fields: &[&str]) -> String {
        let proxies = Arc::new("127.0.0.1, 10.0.0.0/8,2001:db8::/32".parse().expect("networks"));
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(FORWARDED_FOR, field.parse().expect("a value"));
        }
        headers.insert(CLIENT_ADDRESS, HeaderValue::from_static("192.0.2.99"));
        let peer = Peer::of_network(peer.parse().expect("an address"), &proxies);
        peer.name_client(&mut headers);
        assert_eq!(headers.get_all(CLIENT_ADDRESS).iter().count(), 1);
        headers[CLIENT_ADDRESS].to_str().expect("text").to_owned()
    }

    #[test]
    fn what_is_no_network_is_refused_by_name() {
        for (wrong, named) in [
            ("", "``"),
            ("10.0.0.0/8,", "``"),
            ("proxy", "`proxy`"),
            ("10.0.0.0/33", "`10.0.0.0/33`"),
        ] {
            assert!(
                wrong.parse::<Proxies>().is_err_and(|said| said.contains(named)),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_client_does_not_choose_its_address() {
        assert_eq!(client("192.0.2.1", &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(client("127.0.0.1", &["203.0.113.9, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            client("127.0.0.1", &["203.0.113.9", "198.51.100.1, 10.1.2.3"]),
            "198.51.100.1"
        );
        assert_eq!(client("127.0.0.1", &["203.0.113.9, nonsense, 10.1.2.3"]), "10.1.2.3");
        let mut headers = HeaderMap::new();
        headers.insert(CLIENT_ADDRESS, HeaderValue::from_static("192.0.2.99"));
        Peer::of_socket().name_client(&mut headers);
        assert!(headers.is_empty());
    }

    #[test]
    fn the_address_behind_trusted_proxies_is_the_clients() {
        assert_eq!(client("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(client("::ffff:127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("2001:db8::1", &["10.0.0.1, 10.0.0.2"]), "10.0.0.1");
        for written in ["198.51.100.1", "198.51.100.1:443", "::ffff:198.51.100.1"] {
            assert_eq!(client("10.0.0.1", &[written]), "198.51.100.1");
        }
        for written in ["2001:db9::7", "[2001:db9::7]", "[2001:db9::7]:443"] {
            assert_eq!(client("10.0.0.1", &[written]), "2001:db9::7");
        }
    }
}
