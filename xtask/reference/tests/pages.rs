//! The generated pages under `docs/` are what the code says.

use std::process::Command;

#[test]
fn the_pages_are_what_the_code_says() {
    let output = Command::new(env!("CARGO_BIN_EXE_reference")).arg("--check").output().unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}
