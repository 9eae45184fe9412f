//! How many tests passed and failed, read from what the tools print.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Words for a test that did not pass, as cargo and nextest use them.
const FAILED: [&str; 4] = ["failed", "timed out", "exec failed", "leaky-failed"];

/// The sum of all results in what a tool printed: cargo's `test result: ok. 3 passed; 0 failed; …`, nextest's
/// `Summary [ 0.1s] 3 tests run: 3 passed, 0 skipped`, vitest's `Tests  1 failed | 2 passed (3)`, and `3 passed, 0 failed`.
pub fn results(printed: &str) -> Count {
    let mut count = Count::default();
    let lines: Vec<String> = printed.lines().map(|line| without_colours(line).trim().to_owned()).collect();
    // Nextest shows what a failed test printed, and that is a result of cargo's own.
    let has_summary = lines.iter().any(|line| line.starts_with("Summary ["));
    for line in lines.iter().filter(|line| !has_summary || line.starts_with("Summary [")) {
        let prefixed = ["test result: ", "Summary [", "Tests  "].iter().find_map(|prefix| line.strip_prefix(prefix));
        let result = prefixed.or_else(|| {
            let is_result = line.ends_with(" failed")
                && line.split_once(" passed, ").is_some_and(|(passed, _)| passed.parse::<u64>().is_ok());
            is_result.then_some(line.as_str())
        });
        let Some(result) = result else { continue };
        for part in result.split([';', ',', ':', '.', '(', '|']) {
            let Some((number, word)) = part.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            let word = word.trim();
            if word == "passed" {
                count.passed += number;
            } else if FAILED.contains(&word) {
                count.failed += number;
            }
        }
    }
    count
}

/// Text without the terminal's codes for colours.
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_s_result_is_read() {
        for (printed, passed, failed) in [
            ("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.05s", 12, 0),
            ("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.05s", 1, 2),
            ("     Summary [   0.015s] 5 tests run: 5 passed, 0 skipped", 5, 0),
            ("     Summary [   1.502s] 9 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 4 skipped", 6, 3),
            (
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.015s] \u{1b}[1m5\u{1b}[0m tests run: \u{1b}[1m5\u{1b}[0m passed, 0 skipped",
                5,
                0,
            ),
            (" Test Files  1 failed | 3 passed (4)\n      Tests  2 failed | 11 passed | 1 skipped (14)\n", 11, 2),
            ("\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m7 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (7)\u{1b}[39m", 7, 0),
            ("41 passed, 1 failed", 41, 1),
            ("the rest passed, none failed", 0, 0),
            ("error: 5 tests failed", 0, 0),
        ] {
            assert_eq!(results(printed), Count { passed, failed }, "{printed}");
        }
        let nested = "FAIL [ 0.2s] x\n  test result: FAILED. 0 passed; 1 failed\nSummary [ 0.3s] 2 tests run: 1 passed, 1 failed, 0 skipped";
        assert_eq!(results(nested), Count { passed: 1, failed: 1 });
        assert_eq!(results("1 passed, 0 failed\nx\n2 passed, 3 failed\n"), Count { passed: 3, failed: 3 });
    }
}
