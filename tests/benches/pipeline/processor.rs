//! Seconds of processor time that a process has used, as the system counts it in hundredths (proc(5)).

/// Of this process.
pub fn own() -> f64 {
    of("self")
}

/// Of the process with this id.
pub fn of(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name, which may hold anything, ends with the last bracket.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
