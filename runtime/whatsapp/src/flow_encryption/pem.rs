//! PEM, as far as private keys need it.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::KeyError;

/// The DER of a private key in PKCS#8, from PKCS#8 or PKCS#1.
pub(super) fn pkcs8(pem: &str) -> Result<Vec<u8>, KeyError> {
    if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || pem.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(KeyError::Encrypted);
    }
    if let Some(der) = block(pem, "PRIVATE KEY") {
        return Ok(der);
    }
    block(pem, "RSA PRIVATE KEY").map(|der| wrap(&der)).ok_or(KeyError::NoKey)
}

/// DER as PEM, in lines of 64 characters.
pub(super) fn write(label: &str, der: &[u8]) -> String {
    let mut pem = format!("-----BEGIN {label}-----\n");
    for (at, character) in STANDARD.encode(der).chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str(&format!("\n-----END {label}-----\n"));
    pem
}

fn block(pem: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (base64, _) = rest.split_once(&format!("-----END {label}-----"))?;
    // A key in an environment variable often has its line ends written as `\n`.
    let base64: String = base64.replace("\\n", "").chars().filter(|character| !character.is_whitespace()).collect();
    STANDARD.decode(base64).ok()
}

/// An RSA key of PKCS#1 in the envelope of PKCS#8: version 0, algorithm rsaEncryption without parameters, the key (RFC 5958).
fn wrap(pkcs1: &[u8]) -> Vec<u8> {
    const VERSION: [u8; 3] = [0x02, 0x01, 0x00];
    const RSA_ENCRYPTION: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let key = tagged(0x04, pkcs1);
    tagged(0x30, &[&VERSION[..], &RSA_ENCRYPTION, &key].concat())
}

/// A DER value: tag, length, content.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut der = vec![tag];
    match significant {
        [] => der.push(0),
        [short] if *short < 0x80 => der.push(*short),
        // The first byte tells how many bytes of length follow; there are eight at most.
        long => {
            der.push(0x80 | long.len() as u8);
            der.extend(long);
        }
    }
    der.extend(content);
    der
}
