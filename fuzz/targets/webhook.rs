//! Webhooks: whatever the body, reading it ends in events, quarantined parts, or an error, and never in a panic; and no signature but
//! the right one verifies.

#![no_main]

use libfuzzer_sys::fuzz_target;
use steps::moment::Moment;
use whatsapp::webhook;

/// 2026-03-02 10:00 UTC.
const ARRIVED: Moment = Moment(1_772_445_600_000);

fuzz_target!(|body: &[u8]| {
    if let Ok(items) = webhook::read(body, ARRIVED) {
        for item in items {
            // The words for logs and pages, too.
            let _ = item.to_string();
        }
    }
    let header = body.split(|byte| *byte == b'\n').next().and_then(|line| std::str::from_utf8(line).ok());
    assert!(webhook::verify(&["a secret that the fuzzer does not find"], header, body).is_err());
});
