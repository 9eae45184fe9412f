//! The `salesbot` binary.

/// Turns read and write many small values; this allocator does that with a fifth less time than the system's (`BENCHMARKS.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    salesbot::cli::run()
}
