//! Numbers in words, in Portuguese, Spanish and English, and the commonest of French, German and Italian.

/// What is added up, folded.
const ADDED: &[(&[&str], f64)] = &[
    (
        &[
            "zero", "cero", "nenhum", "nenhuma", "ningun", "ninguno", "ninguna", "ninguem", "nadie", "none", "nobody", "no",
            "nao", "nada",
        ],
        0.0,
    ),
    (&["sem", "sin", "without", "nunca", "never"], 0.0),
    (&["um", "uma", "un", "uno", "una", "one", "une", "ein", "eine", "eins", "sozinho", "sozinha", "solo", "sola", "alone"], 1.0),
    (&["eu", "yo", "me", "myself", "primeiro", "primeira", "primero", "primera", "primer", "first"], 1.0),
    (&["dois", "duas", "dos", "two", "deux", "zwei", "due", "ambos", "ambas", "both", "segundo", "second"], 2.0),
    (&["casal", "pareja", "couple", "dupla", "duo"], 2.0),
    (&["tres", "three", "trois", "drei", "tre", "trio", "terceiro", "terceira", "tercero", "tercera", "tercer", "third"], 3.0),
    (&["quatro", "cuatro", "four", "quatre", "vier", "quattro", "quarto", "cuarto", "fourth"], 4.0),
    (&["cinco", "five", "cinq", "funf", "cinque", "quinto", "fifth"], 5.0),
    (&["seis", "six", "sechs", "sei", "meia", "sexto", "sixth"], 6.0),
    (&["sete", "siete", "seven", "sept", "sieben", "sette", "setimo", "septimo", "seventh"], 7.0),
    (&["oito", "ocho", "eight", "huit", "acht", "otto", "oitavo", "octavo", "eighth"], 8.0),
    (&["nove", "nueve", "nine", "neuf", "neun", "nono", "noveno", "ninth"], 9.0),
    (&["dez", "diez", "ten", "dix", "zehn", "dieci", "decimo", "tenth"], 10.0),
    (&["onze", "once", "eleven", "elf", "undici", "eleventh"], 11.0),
    (&["doze", "doce", "twelve", "douze", "zwolf", "dodici", "twelfth"], 12.0),
    (&["treze", "trece", "thirteen", "treize", "thirteenth"], 13.0),
    (&["quatorze", "catorze", "catorce", "fourteen", "fourteenth"], 14.0),
    (&["quinze", "quince", "fifteen", "fifteenth"], 15.0),
    (&["dezesseis", "dezasseis", "dieciseis", "sixteen", "seize", "sixteenth"], 16.0),
    (&["dezessete", "dezassete", "diecisiete", "seventeen", "seventeenth"], 17.0),
    (&["dezoito", "dieciocho", "eighteen", "eighteenth"], 18.0),
    (&["dezenove", "dezanove", "diecinueve", "nineteen", "nineteenth"], 19.0),
    (&["vinte", "veinte", "twenty", "vingt", "zwanzig", "venti", "twentieth"], 20.0),
    (&["veintiun", "veintiuno", "veintiuna"], 21.0),
    (&["veintidos"], 22.0),
    (&["veintitres"], 23.0),
    (&["veinticuatro"], 24.0),
    (&["veinticinco"], 25.0),
    (&["veintiseis"], 26.0),
    (&["veintisiete"], 27.0),
    (&["veintiocho"], 28.0),
    (&["veintinueve"], 29.0),
    (&["trinta", "treinta", "thirty", "trente", "dreissig", "trenta", "thirtieth"], 30.0),
    (&["quarenta", "cuarenta", "forty", "quarante"], 40.0),
    (&["cinquenta", "cincuenta", "fifty", "cinquante"], 50.0),
    (&["sessenta", "sesenta", "sixty"], 60.0),
    (&["setenta", "seventy"], 70.0),
    (&["oitenta", "ochenta", "eighty"], 80.0),
    (&["noventa", "ninety"], 90.0),
    (&["cem", "cento", "cien", "ciento", "cent", "hundert"], 100.0),
    (&["duzentos", "duzentas", "doscientos", "doscientas"], 200.0),
    (&["trezentos", "trezentas", "trescientos", "trescientas"], 300.0),
    (&["quatrocentos", "quatrocentas", "cuatrocientos", "cuatrocientas"], 400.0),
    (&["quinhentos", "quinhentas", "quinientos", "quinientas"], 500.0),
    (&["seiscentos", "seiscentas", "seiscientos", "seiscientas"], 600.0),
    (&["setecentos", "setecentas", "setecientos", "setecientas"], 700.0),
    (&["oitocentos", "oitocentas", "ochocientos", "ochocientas"], 800.0),
    (&["novecentos", "novecentas", "novecientos", "novecientas"], 900.0),
];

/// What is so many times what stands before it, folded.
const TIMES: &[(&[&str], f64)] = &[
    (&["par", "pares", "pair", "pairs"], 2.0),
    (&["duzia", "duzias", "docena", "docenas", "dozen", "dozens"], 12.0),
    (&["hundred", "hundreds"], 100.0),
    (&["k", "mil", "thousand", "thousands", "mille", "tausend"], 1_000.0),
    (&["milhao", "milhoes", "millon", "millones", "million", "millions"], 1_000_000.0),
];

/// What stands between the parts of a number.
const JOINING: &[&str] = &["e", "y", "and", "et", "und", "a"];

/// Half of something, folded.
const HALVES: &[&str] = &["meia", "meio", "media", "medio", "half"];

/// How often what stands before a word counts; None where the word says nothing of that.
pub(super) fn times(word: &str) -> Option<f64> {
    among(TIMES, word)
}

pub(super) fn is_half(word: &str) -> bool {
    HALVES.contains(&word)
}

fn among(words: &[(&[&str], f64)], word: &str) -> Option<f64> {
    words.iter().find(|(names, _)| names.contains(&word)).map(|(_, value)| *value)
}

/// The numbers that a folded text has in words; of `two thousand` the two as well, as of `a dozen` the dozen.
pub(super) fn numbers(text: &str) -> Vec<f64> {
    let mut found = Vec::new();
    // What is said together, as `two adults` and `one child` are not.
    for said in text.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, ' ' | '-')) {
        let mut sum = Sum::default();
        for word in said.split([' ', '-']).filter(|word| !word.is_empty()) {
            if let Some(times) = times(word) {
                sum.multiply(times, &mut found);
            } else if let Some(value) = among(ADDED, word) {
                sum.add(value, is_half(word), &mut found);
            } else if is_half(word) {
                sum.add(0.5, true, &mut found);
            } else if !JOINING.contains(&word) {
                sum.end(&mut found);
            }
        }
        sum.end(&mut found);
    }
    found
}

/// A number as it is read, word by word.
#[derive(Default)]
struct Sum {
    /// Whole thousands and millions.
    large: f64,
    /// What is below them; None before the first word.
    small: Option<f64>,
    half: bool,
}

impl Sum {
    fn add(&mut self, value: f64, half: bool, found: &mut Vec<f64>) {
        // After a part comes a smaller one: `twenty`, `two`, but not `two`, `three`.
        let fits = |small: f64| {
            small == 0.0 || small % 10.0 == 0.0 && value > 0.0 && (value < 10.0 || small % 100.0 == 0.0 && value < 100.0)
        };
        if self.small.is_some_and(|small| !fits(small) || half) {
            let whole = self.large + self.small.unwrap_or_default();
            if half {
                found.push(whole + 0.5);
            }
            self.end(found);
        }
        self.small = Some(self.small.unwrap_or_default() + value);
        self.half = half;
    }

    fn multiply(&mut self, times: f64, found: &mut Vec<f64>) {
        let before = self.small.take();
        found.extend(before);
        let before = if self.half { 0.5 } else { before.filter(|before| *before > 0.0).unwrap_or(1.0) };
        self.half = false;
        let value = before * times;
        match times >= 1_000.0 {
            true => {
                self.large += value;
                self.small = None;
            }
            false => self.small = Some(value),
        }
    }

    fn end(&mut self, found: &mut Vec<f64>) {
        if self.half {
            found.push(0.5);
        }
        if self.small.is_some() || self.large > 0.0 {
            found.push(self.large + self.small.unwrap_or_default());
        }
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_say_them() {
        for (text, number) in [
            ("somos dois", 2.0),
            ("vinte e cinco", 25.0),
            ("dois mil e quinhentos", 2_500.0),
            ("meia duzia", 6.0),
            ("treinta y dos personas", 32.0),
            ("mil doscientos", 1_200.0),
            ("un par", 2.0),
            ("dos y medio", 2.5),
            ("twenty-two", 22.0),
            ("two hundred and fifty thousand", 250_000.0),
            ("a dozen", 12.0),
            ("two dozen", 24.0),
            ("half a dozen", 6.0),
            ("one hundred", 100.0),
            ("two million", 2_000_000.0),
        ] {
            assert!(numbers(text).contains(&number), "{text}: {:?}", numbers(text));
        }
        assert_eq!(numbers("dois adultos, tres criancas"), [2.0, 3.0]);
        assert_eq!(numbers("dois ou tres"), [2.0, 3.0]);
        assert_eq!(numbers("vinte e dois"), [22.0]);
        assert!(numbers("bom dia").is_empty());
    }
}
