//! The `salesbot` binary.

/// Turns read and write many small values; with this allocator a turn took a tenth less time than with the system's
/// (`docs/performance.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    salesbot::cli::run()
}
