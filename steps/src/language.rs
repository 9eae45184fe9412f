//! Which language a customer reads: WhatsApp names none, so the country of the phone stands for it until the contact says otherwise.

/// Country codes whose main language is one that bots are commonly written in. Longest first where one begins another.
const BY_COUNTRY_CODE: &[(&str, &str)] = &[
    ("+55", "pt-BR"),
    ("+351", "pt-PT"),
    ("+244", "pt"),
    ("+258", "pt"),
    ("+238", "pt"),
    ("+34", "es-ES"),
    ("+52", "es-MX"),
    ("+54", "es-AR"),
    ("+57", "es-CO"),
    ("+56", "es-CL"),
    ("+51", "es-PE"),
    ("+58", "es"),
    ("+593", "es"),
    ("+591", "es"),
    ("+595", "es"),
    ("+598", "es-UY"),
    ("+502", "es"),
    ("+503", "es"),
    ("+504", "es"),
    ("+505", "es"),
    ("+506", "es"),
    ("+507", "es"),
    ("+53", "es"),
    ("+1809", "es"),
    ("+1829", "es"),
    ("+1849", "es"),
    ("+1787", "es"),
    ("+1939", "es"),
    ("+1", "en"),
    ("+44", "en-GB"),
    ("+61", "en-AU"),
    ("+64", "en-NZ"),
    ("+353", "en-IE"),
    ("+33", "fr"),
    ("+49", "de"),
    ("+43", "de"),
    ("+39", "it"),
    ("+31", "nl"),
    ("+90", "tr"),
    ("+62", "id"),
    ("+7", "ru"),
    ("+380", "uk"),
    ("+48", "pl"),
    ("+81", "ja"),
];

/// The language of a phone number in E.164, where its country has one main language.
pub fn of_phone(phone: &str) -> Option<&'static str> {
    BY_COUNTRY_CODE
        .iter()
        .filter(|(code, _)| phone.starts_with(code))
        .max_by_key(|(code, _)| code.len())
        .map(|(_, language)| *language)
}

/// Whether a text has the form of a language tag: two or three letters, then subtags.
pub fn is_tag(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let first = parts.next().unwrap_or_default();
    let is_subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (2..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic()) && parts.all(is_subtag)
}

/// `pt_BR` and `pt-BR` alike: subtags joined by `-`.
pub fn same(left: &str, right: &str) -> bool {
    let parts = |text: &str| text.split(['-', '_']).map(str::to_ascii_lowercase).collect::<Vec<_>>();
    parts(left) == parts(right)
}

/// The languages to look for, the nearest first: `pt-BR`, `pt`; `zh-Hant-TW`, `zh-Hant`, `zh`.
pub fn chain(language: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(language), |longer| longer.rfind(['-', '_']).map(|end| &longer[..end]))
        .filter(|tag| !tag.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_country_code_counts() {
        assert_eq!(of_phone("+5511999999999"), Some("pt-BR"));
        assert_eq!(of_phone("+18095551234"), Some("es"));
        assert_eq!(of_phone("+16505551234"), Some("en"));
        assert_eq!(of_phone("+3725551234"), None);
    }

    #[test]
    fn chains_go_from_the_region_to_the_language() {
        assert_eq!(chain("pt_BR").collect::<Vec<_>>(), ["pt_BR", "pt"]);
        assert_eq!(chain("es").collect::<Vec<_>>(), ["es"]);
        assert_eq!(chain("zh-Hant-TW").collect::<Vec<_>>(), ["zh-Hant-TW", "zh-Hant", "zh"]);
        assert_eq!(chain("").count(), 0);
        assert!(same("pt_BR", "pt-br"));
    }
}
