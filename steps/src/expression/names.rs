//! The names that an expression may begin with, and which known name a misspelt one probably meant.

/// Every root name of the bot language, in the order of its reference page. `item`, `index`, `answer`, `reply`, `child` and `found` exist in
/// some places only; reading them elsewhere gives a missing value, and the checker says so.
pub const ROOTS: &[&str] = &[
    "message",
    "answer",
    "contact",
    "lead",
    "company",
    "conversation",
    "vars",
    "flow",
    "trigger",
    "error",
    "window",
    "hours",
    "now",
    "bot",
    "secrets",
    "reply",
    "child",
    "found",
    "item",
    "index",
];

pub(crate) fn is_root(name: &str) -> bool {
    ROOTS.contains(&name)
}

/// The candidate that `name` most likely meant, or none when nothing is close.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // One slip for each three letters: `contct` finds `contact`, `x` finds nothing.
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replace = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(above[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swapped {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_root() {
        let find = |name| nearest(name, ROOTS.iter().copied());
        assert_eq!(find("contct"), Some("contact"));
        assert_eq!(find("var"), Some("vars"));
        assert_eq!(find("Lead"), Some("lead"));
        assert_eq!(find("mesasge"), Some("message"));
        assert_eq!(find("x"), None);
        assert_eq!(find("customer"), None);
    }
}
