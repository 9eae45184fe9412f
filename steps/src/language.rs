//! Which language a customer reads: WhatsApp names none, so the country of the phone stands for it until the contact says otherwise.

/// The longest country code, with the area codes that tell the countries of +1 apart.
const LONGEST_CODE: usize = 4;

/// The language of a phone number in E.164: that in which its country writes business.
pub fn of_phone(phone: &str) -> Option<&'static str> {
    let digits = phone.strip_prefix('+')?;
    (1..=LONGEST_CODE).rev().find_map(|length| of_code(digits.get(..length)?))
}

/// By country code (ITU-T E.164). The region stands where countries of one language differ in how they write dates and numbers, or in the
/// words that bots are translated into.
fn of_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "55" => "pt-BR",
        "351" => "pt-PT",
        "238" | "239" | "244" | "245" | "258" | "670" => "pt",
        "34" => "es-ES",
        "51" => "es-PE",
        "52" => "es-MX",
        "53" => "es-CU",
        "54" => "es-AR",
        "56" => "es-CL",
        "57" => "es-CO",
        "58" => "es-VE",
        "240" => "es-GQ",
        "502" => "es-GT",
        "503" => "es-SV",
        "504" => "es-HN",
        "505" => "es-NI",
        "506" => "es-CR",
        "507" => "es-PA",
        "591" => "es-BO",
        "593" => "es-EC",
        "595" => "es-PY",
        "598" => "es-UY",
        "1787" | "1939" => "es-PR",
        "1809" | "1829" | "1849" => "es-DO",
        "1" => "en-US",
        "27" => "en-ZA",
        "44" => "en-GB",
        "61" => "en-AU",
        "63" => "en-PH",
        "64" => "en-NZ",
        "65" => "en-SG",
        "91" => "en-IN",
        "92" => "en-PK",
        "211" => "en-SS",
        "220" => "en-GM",
        "230" => "en-MU",
        "231" => "en-LR",
        "232" => "en-SL",
        "233" => "en-GH",
        "234" => "en-NG",
        "246" => "en-IO",
        "247" | "290" => "en-SH",
        "248" => "en-SC",
        "250" => "en-RW",
        "254" => "en-KE",
        "256" => "en-UG",
        "260" => "en-ZM",
        "263" => "en-ZW",
        "264" => "en-NA",
        "265" => "en-MW",
        "266" => "en-LS",
        "267" => "en-BW",
        "268" => "en-SZ",
        "350" => "en-GI",
        "353" => "en-IE",
        "356" => "en-MT",
        "500" => "en-FK",
        "501" => "en-BZ",
        "592" => "en-GY",
        "672" => "en-NF",
        "674" => "en-NR",
        "675" => "en-PG",
        "676" => "en-TO",
        "677" => "en-SB",
        "678" => "en-VU",
        "679" => "en-FJ",
        "680" => "en-PW",
        "682" => "en-CK",
        "683" => "en-NU",
        "685" => "en-WS",
        "686" => "en-KI",
        "688" => "en-TV",
        "690" => "en-TK",
        "691" => "en-FM",
        "692" => "en-MH",
        "1242" => "en-BS",
        "1246" => "en-BB",
        "1264" => "en-AI",
        "1268" => "en-AG",
        "1284" => "en-VG",
        "1340" => "en-VI",
        "1345" => "en-KY",
        "1441" => "en-BM",
        "1473" => "en-GD",
        "1649" => "en-TC",
        "1664" => "en-MS",
        "1670" => "en-MP",
        "1671" => "en-GU",
        "1684" => "en-AS",
        "1721" => "en-SX",
        "1758" => "en-LC",
        "1767" => "en-DM",
        "1784" => "en-VC",
        "1868" => "en-TT",
        "1869" => "en-KN",
        "1658" | "1876" => "en-JM",
        "33" | "212" | "213" | "216" | "221" | "223" | "224" | "225" | "226" | "227" | "228" | "229" | "235" | "236" | "237"
        | "241" | "242" | "243" | "253" | "257" | "261" | "262" | "269" | "352" | "377" | "508" | "509" | "590" | "594"
        | "596" | "681" | "687" | "689" => "fr",
        "20" | "218" | "222" | "249" | "961" | "962" | "963" | "964" | "965" | "966" | "967" | "968" | "970" | "971" | "973"
        | "974" => "ar",
        "43" | "49" | "423" => "de",
        "41" => "de-CH",
        "39" | "378" | "379" => "it",
        "31" | "32" | "297" | "597" | "599" => "nl",
        "7" | "375" => "ru",
        "86" => "zh-CN",
        "852" => "zh-HK",
        "853" => "zh-MO",
        "886" => "zh-TW",
        "30" | "357" => "el",
        "36" => "hu",
        "40" | "373" => "ro",
        "45" | "299" => "da",
        "46" => "sv",
        "47" => "nb",
        "48" => "pl",
        "60" | "673" => "ms",
        "62" => "id",
        "66" => "th",
        "81" => "ja",
        "82" | "850" => "ko",
        "84" => "vi",
        "90" => "tr",
        "93" | "98" => "fa",
        "94" => "si",
        "95" => "my",
        "251" => "am",
        "252" => "so",
        "255" => "sw",
        "291" => "ti",
        "298" => "fo",
        "354" => "is",
        "355" | "383" => "sq",
        "358" => "fi",
        "359" => "bg",
        "370" => "lt",
        "371" => "lv",
        "372" => "et",
        "374" => "hy",
        "376" => "ca",
        "380" => "uk",
        "381" | "382" => "sr",
        "385" => "hr",
        "386" => "sl",
        "387" => "bs",
        "389" => "mk",
        "420" => "cs",
        "421" => "sk",
        "855" => "km",
        "856" => "lo",
        "880" => "bn",
        "960" => "dv",
        "972" => "he",
        "975" => "dz",
        "976" => "mn",
        "977" => "ne",
        "992" => "tg",
        "993" => "tk",
        "994" => "az",
        "995" => "ka",
        "996" => "ky",
        "998" => "uz",
        _ => return None,
    })
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
        assert_eq!(of_phone("+18095551234"), Some("es-DO"));
        assert_eq!(of_phone("+16505551234"), Some("en-US"));
        assert_eq!(of_phone("+46701234567"), Some("sv"));
        assert_eq!(of_phone("+3725551234"), Some("et"));
        assert_eq!(of_phone("+999123456"), None);
        assert_eq!(of_phone("+é1"), None);
        assert_eq!(of_phone(""), None);
    }

    /// The metadata of phone numbers knows which country codes are in use; those of no country (satellites, free numbers) have no language.
    #[test]
    fn every_country_has_a_language() {
        let international = ["800", "808", "870", "878", "881", "882", "883", "888", "979"];
        let codes = (1..=999_u16).filter(|code| phonenumber::metadata::DATABASE.by_code(code).is_some());
        let missing: Vec<String> = codes.map(|code| code.to_string()).filter(|code| of_code(code).is_none()).collect();
        assert_eq!(missing, international);
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
