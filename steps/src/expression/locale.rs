//! How languages write numbers and dates. Portuguese, Spanish and English in full, and the names of French, German and Italian; any other language
//! reads numbers and dates as most of the world does, with a decimal comma and the day first, and takes English names.

/// A language tag taken apart: `pt-BR` and `pt_BR` alike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Locale<'a> {
    language: &'a str,
    region: &'a str,
}

impl<'a> Locale<'a> {
    pub(crate) fn new(tag: &'a str) -> Self {
        let mut parts = tag.split(['-', '_']);
        let language = parts.next().unwrap_or_default();
        // The region has two letters; a script such as `Latn` may come before it.
        let region = parts.find(|part| part.len() == 2).unwrap_or_default();
        Self { language, region }
    }

    pub(crate) fn speaks(self, language: &str) -> bool {
        self.language.eq_ignore_ascii_case(language)
    }

    fn lives_in(self, regions: &[&str]) -> bool {
        regions.iter().any(|region| self.region.eq_ignore_ascii_case(region))
    }

    /// Whether `1.234,56` is how a number is written; else `1,234.56`. Source: Unicode CLDR, number symbols.
    pub(crate) fn decimal_comma(self) -> bool {
        const POINT_IN_SPANISH: &[&str] = &["MX", "US", "PR", "DO", "GT", "HN", "NI", "PA", "SV", "PE"];
        const POINT: &[&str] =
            &["en", "zh", "ja", "ko", "th", "he", "hi", "bn", "ta", "te", "ur", "ms", "fil", "sw", "am", "yo", "ha", "ig"];
        if POINT.iter().any(|language| self.speaks(language)) {
            return false;
        }
        !(self.speaks("es") && self.lives_in(POINT_IN_SPANISH))
    }

    /// Whether `12/31` is how a day is written; else `31/12`. Source: Unicode CLDR, short dates of `en`.
    pub(crate) fn month_first(self) -> bool {
        self.speaks("en") && (self.region.is_empty() || self.lives_in(&["US", "PH", "PR", "AS", "GU", "MP", "VI"]))
    }

    pub(crate) fn month(self, month: i8) -> &'static str {
        name(self.months(), month - 1)
    }

    /// The name of a weekday, Monday being 0.
    pub(crate) fn weekday(self, offset: i8) -> &'static str {
        name(self.weekdays(), offset)
    }

    fn months(self) -> &'static [&'static str] {
        self.names().map_or(&ENGLISH.months, |names| &names.months)
    }

    fn weekdays(self) -> &'static [&'static str] {
        self.names().map_or(&ENGLISH.weekdays, |names| &names.weekdays)
    }

    fn names(self) -> Option<&'static Names> {
        NAMES.iter().find(|names| self.speaks(names.language))
    }

    /// An amount of money: `R$ 1.234,56`, `1.234,56 €`, `$1,234.56`. The currency is an ISO 4217 code; one without a known sign stands as it is.
    pub(crate) fn money(self, amount: f64, currency: &str) -> String {
        let currency = currency.trim().to_ascii_uppercase();
        let (sign, decimals) = currency_sign(&currency);
        let number = self.number(amount.abs(), decimals);
        let minus = if amount < 0.0 { "-" } else { "" };
        if self.speaks("en") && sign != currency {
            format!("{minus}{sign}{number}")
        } else if self.speaks("es") && sign == "€" {
            format!("{minus}{number} {sign}")
        } else if self.speaks("es") && !self.decimal_comma() && sign != currency {
            format!("{minus}{sign}{number}")
        } else {
            format!("{minus}{sign} {number}")
        }
    }

    /// A number with its thousands apart and a fixed number of decimals.
    pub(crate) fn number(self, number: f64, decimals: usize) -> String {
        let (group, point) = if self.decimal_comma() { ('.', ',') } else { (',', '.') };
        let fixed = rounded(number, decimals);
        let (whole, fraction) = fixed.split_once('.').unwrap_or((&fixed, ""));
        let (minus, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
        let mut out = String::from(minus);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push(group);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push(point);
            out.push_str(fraction);
        }
        out
    }
}

/// Rounded half away from zero, as a person rounds the decimals that they see: `1.005` is `1.01` though its binary fraction lies below.
fn rounded(number: f64, decimals: usize) -> String {
    let shown = super::convert::plain_number(number);
    match shown.split_once('.') {
        Some((_, fraction)) if fraction.len() > decimals => {
            let nudged = number + number.signum() * number.abs().max(1.0) * 4.0 * f64::EPSILON;
            format!("{nudged:.decimals$}")
        }
        _ => format!("{number:.decimals$}"),
    }
}

fn name(names: &'static [&'static str], index: i8) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
}

/// The sign of a currency as its country writes it, and its decimals (ISO 4217).
fn currency_sign(code: &str) -> (&str, usize) {
    match code {
        "BRL" => ("R$", 2),
        "USD" => ("US$", 2),
        "EUR" => ("€", 2),
        "GBP" => ("£", 2),
        "MXN" | "ARS" | "COP" => ("$", 2),
        "CLP" => ("$", 0),
        "PEN" => ("S/", 2),
        "UYU" => ("$U", 2),
        "PYG" => ("₲", 0),
        "BOB" => ("Bs", 2),
        "INR" => ("₹", 2),
        "JPY" => ("¥", 0),
        "KRW" | "VND" => (code, 0),
        _ => (code, 2),
    }
}

/// How a language names months and weekdays.
pub(crate) struct Names {
    pub(crate) language: &'static str,
    pub(crate) months: [&'static str; 12],
    /// From Monday on.
    pub(crate) weekdays: [&'static str; 7],
}

const ENGLISH: Names = Names {
    language: "en",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
};

/// The languages whose names are written and read. No name means another month or weekday in another of them.
pub(crate) const NAMES: [Names; 6] = [
    Names {
        language: "pt",
        months: [
            "janeiro",
            "fevereiro",
            "março",
            "abril",
            "maio",
            "junho",
            "julho",
            "agosto",
            "setembro",
            "outubro",
            "novembro",
            "dezembro",
        ],
        weekdays: ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"],
    },
    Names {
        language: "es",
        months: [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
        weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    },
    ENGLISH,
    Names {
        language: "fr",
        months: [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        weekdays: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    },
    Names {
        language: "de",
        months: [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        weekdays: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    },
    Names {
        language: "it",
        months: [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
        weekdays: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_as_at_home() {
        for (language, amount, currency, text) in [
            ("pt-BR", 1234.56, "BRL", "R$ 1.234,56"),
            ("pt_BR", -0.5, "BRL", "-R$ 0,50"),
            ("pt", 1_000_000.0, "USD", "US$ 1.000.000,00"),
            ("es-ES", 1234.5, "EUR", "1.234,50 €"),
            ("es-MX", 1234.5, "MXN", "$1,234.50"),
            ("es-CL", 1234.5, "CLP", "$ 1.235"),
            ("en", 1234.5, "usd", "US$1,234.50"),
            ("en", 10.0, "XYZ", "XYZ 10.00"),
            ("pt-BR", 1.005, "BRL", "R$ 1,01"),
        ] {
            assert_eq!(Locale::new(language).money(amount, currency), text, "{language}");
        }
    }

    #[test]
    fn languages_differ_in_their_signs() {
        assert!(Locale::new("pt-BR").decimal_comma());
        assert!(!Locale::new("es_MX").decimal_comma());
        assert!(!Locale::new("en-GB").decimal_comma());
        assert!(Locale::new("en").month_first());
        assert!(!Locale::new("en-GB").month_first());
        assert!(!Locale::new("").month_first());
    }
}
