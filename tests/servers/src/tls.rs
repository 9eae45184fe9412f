//! Certificates that nobody knows: an authority of its own, and what it vouches for.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// The files in a server's folder: the authority, the server's certificate and its key.
pub(crate) const CA: &str = "ca.pem";
pub(crate) const SERVER: &str = "server.pem";
pub(crate) const KEY: &str = "server.key";

/// Makes all three, for a server at 127.0.0.1.
pub(crate) fn write_certificates(folder: &Path) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    fs::write(folder.join(CA), authority.pem()).unwrap();
    fs::write(folder.join(SERVER), server.pem()).unwrap();
    fs::write(folder.join(KEY), key.serialize_pem()).unwrap();
}
