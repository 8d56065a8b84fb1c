//! Packages as any tool may make them, and their upload over the control API.

use crate::{Answer, Server};

/// The custom section that holds the text of `component.toml`.
const MANIFEST_SECTION: &str = "guesthouse:manifest";

/// Appends a manifest to a component, or to bytes that are none.
pub fn pack(component: &[u8], manifest: &str) -> Vec<u8> {
    with_section(component, MANIFEST_SECTION, manifest)
}

/// Appends a custom section.
pub fn with_section(component: &[u8], name: &str, text: &str) -> Vec<u8> {
    let mut contents = with_length(name.as_bytes());
    contents.extend_from_slice(text.as_bytes());
    let mut longer = component.to_vec();
    longer.push(0);
    longer.extend(with_length(&contents));
    longer
}

/// The number of bytes in LEB128, and the bytes.
pub fn with_length(bytes: &[u8]) -> Vec<u8> {
    let (mut encoded, mut rest) = (Vec::new(), bytes.len());
    while rest > 0x7f {
        encoded.push(rest as u8 & 0x7f | 0x80);
        rest >>= 7;
    }
    encoded.push(rest as u8);
    encoded.extend_from_slice(bytes);
    encoded
}

impl Server {
    /// The value of `Authorization` that opens the control API.
    pub fn control_authorization(&self) -> String {
        let token = std::fs::read_to_string(self.data().join("secrets/control-token")).expect("the server made it");
        format!("Bearer {}", token.trim())
    }

    /// Deploys a package over the network, with a query such as `?accept_grants=true`.
    #[track_caller]
    pub fn upload(&self, package: &[u8], query: &str) -> Answer {
        let request = self.request("POST", &format!("/_/control/components{query}"));
        request
            .header("authorization", &self.control_authorization())
            .body(package)
            .send()
    }
}
