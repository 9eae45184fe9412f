//! The `salesbot` binary.

fn main() -> std::process::ExitCode {
    salesbot::cli::run()
}
