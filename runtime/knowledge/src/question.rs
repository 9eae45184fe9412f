//! What is looked for: the customer's last words.

/// The most characters of a question that are looked for.
pub const MAX_QUESTION: usize = 1_000;
/// A message with fewer words than this refers back to the one before it (*e o preço?*).
const WHOLE_QUESTION: usize = 5;

/// The question that a customer's messages end with, the latest last: the last one, together with the one before it where it is short.
pub fn question(messages: &[&str]) -> String {
    let Some((last, before)) = messages.split_last() else { return String::new() };
    let is_short = last.split_whitespace().count() < WHOLE_QUESTION;
    let question = match before.last() {
        Some(before) if is_short => format!("{before}\n{last}"),
        _ => (*last).to_owned(),
    };
    // The end of it is the latest.
    let too_many = question.chars().count().saturating_sub(MAX_QUESTION);
    question.chars().skip(too_many).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_message_is_read_with_the_one_before_it() {
        assert_eq!(question(&[]), "");
        assert_eq!(question(&["e o preço?"]), "e o preço?");
        assert_eq!(question(&["oi", "vocês fazem bolo de cenoura?", "e o preço?"]), "vocês fazem bolo de cenoura?\ne o preço?");
        assert_eq!(question(&["oi", "qual é o preço do bolo?"]), "qual é o preço do bolo?");
        assert_eq!(question(&[&"é".repeat(3_000)]).chars().count(), MAX_QUESTION);
    }
}
