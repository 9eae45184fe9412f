use jiff::civil::date;
use serde_json::json;

use super::*;

/// Each text with a value, and whether the text holds it. Today is a Wednesday.
fn check(kind: FieldKind, cases: &[(&str, Value, bool)]) {
    for (text, value, expected) in cases {
        assert_eq!(stands_in_on(text, kind, value, date(2026, 12, 2)), *expected, "{text}: {value}");
    }
}

#[test]
fn numbers_stand_in_figures_or_words() {
    check(
        FieldKind::Integer,
        &[
            ("somos 12", json!(12), true),
            ("somos 12", json!(13), false),
            ("somos 12", json!(1), false),
            ("somos dois", json!(2), true),
            ("somos dois, às 20h", json!(2), true),
            ("somos dois", json!("2"), true),
            ("quiero una docena", json!(12), true),
            ("dois mil e quinhentos", json!(2_500), true),
            ("mesa para veinticinco", json!(25), true),
            ("a table for the two of us", json!(2), true),
            ("twenty-two people", json!(22), true),
            ("nós, um casal", json!(2), true),
            ("sin niños", json!(0), true),
            ("hola", json!(7), false),
            ("buenos dias quiero informacion", json!(123_456), false),
            ("uno solo", json!(500), false),
            ("oi, quero reservar", json!(4), false),
            ("hello there", json!(1), false),
            ("mi tel 600111222", json!(600), false),
            ("mi tel 600.111.222", json!(600), false),
            ("pedido A-4512", json!(45), false),
            ("pedido A-4512", json!(4512), true),
            ("ana45@casa.es", json!(45), false),
            ("custa 1.500,00", json!(1_500), true),
            ("custa 1 500", json!(1_500), true),
            ("20kg", json!(20), true),
        ],
    );
    check(
        FieldKind::Number,
        &[
            ("tenho 10 mil", json!(10_000), true),
            ("uns 10k", json!(10_000), true),
            ("custa 1.500,50", json!(1500.5), true),
            ("$1,500.50", json!(1500.5), true),
            ("1'500.50", json!(1500.5), true),
            ("2,5 kg", json!(2.5), true),
            ("dos kilos y medio, 2 y medio", json!(2.5), true),
            ("50%", json!(0.5), true),
            ("pedido 7, desconto por favor", json!(50), false),
            ("menos 5", json!(-5), true),
        ],
    );
}

#[test]
fn what_the_text_tells_of_a_day_holds_for_the_date() {
    check(
        FieldKind::Date,
        &[
            ("dia 5 de maio", json!("2027-05-05"), true),
            ("dia 5 de maio", json!("2027-06-05"), false),
            ("05/12, às 10h", json!("2026-12-05"), true),
            ("05/12", json!("2027-05-12"), true),
            ("05/12", json!("2027-03-05"), false),
            ("20261205", json!("2026-12-05"), true),
            ("em 3 dias", json!("2026-12-05"), true),
            ("pedido 42", json!("2026-12-05"), false),
            ("oi", json!("2026-12-24"), false),
            ("hello book it", json!("2030-01-01"), false),
            ("bom dia, quero reservar", json!("2026-12-05"), false),
            ("buenos días", json!("2026-12-05"), false),
            ("amanhã", json!("2026-12-03"), true),
            ("amanhã", json!("2026-12-05"), false),
            ("pasado mañana", json!("2026-12-04"), true),
            ("pasado mañana", json!("2026-12-03"), false),
            ("hoje ou amanhã", json!("2026-12-02"), true),
            ("mesa para 4 amanhã", json!("2026-12-03"), true),
            ("table for 4 tomorrow", json!("2026-12-03"), true),
            ("mesa para 4 mañana", json!("2026-12-04"), false),
            ("às 20h amanhã", json!("2026-12-03"), true),
            ("mesa para 4 no sábado às 20h", json!("2026-12-05"), true),
            ("mesa para 4 no sábado às 20h", json!("2026-12-04"), false),
            ("el viernes, somos 6", json!("2026-12-04"), true),
            ("hoje não, sábado", json!("2026-12-05"), true),
            ("hoje é quarta, quero para amanhã", json!("2026-12-03"), true),
            ("sábado dia 12", json!("2026-12-12"), true),
            ("sábado dia 12", json!("2026-12-05"), false),
            ("on the 15th", json!("2026-12-15"), true),
            ("on the 15th", json!("2026-12-16"), false),
            ("dia quinze", json!("2026-12-15"), true),
            ("15", json!("2026-12-15"), true),
            ("15", json!("2026-12-16"), false),
            ("às 20h", json!("2026-12-20"), false),
            ("em janeiro", json!("2027-01-10"), true),
            ("em janeiro", json!("2027-02-10"), false),
            ("dec 5", json!("2026-12-05"), true),
            ("next weekend", json!("2026-12-05"), true),
            ("no Natal, somos 10", json!("2026-12-25"), true),
            ("mesa dia 7", json!("2026-12-07"), true),
            ("mesa dia 7", json!("2031-11-07"), false),
            ("31/12/2030", json!("2030-12-31"), true),
            ("31/12/2030", json!("2031-12-31"), false),
            ("nasci em 01.02.85", json!("1985-02-01"), true),
            ("5 de maio de 85", json!("1985-05-05"), true),
            ("born on May 5, 1985", json!("1985-05-05"), true),
            ("may I book for tomorrow?", json!("2026-12-03"), true),
            ("sou o Marco, mesa no sábado", json!("2026-12-05"), true),
        ],
    );
    assert!(stands_in("amanhã", FieldKind::Date, &json!("2026-12-03")), "today is not known");
    assert!(!stands_in("hello book it", FieldKind::Date, &json!("2030-01-01")));
    assert!(!stands_in("hello book it", FieldKind::Date, &json!("01/01/2030")));
}

#[test]
fn addresses_are_no_part_of_others() {
    check(
        FieldKind::Email,
        &[
            ("escreve para Ana@Example.com.", json!("ana@example.com"), true),
            ("e-mail:ana@casa.es, gracias", json!("ana@casa.es"), true),
            ("<ana@casa.es>", json!("ana@casa.es"), true),
            ("não tenho e-mail", json!("ana@example.com"), false),
            ("juana@casa.es", json!("ana@casa.es"), false),
            ("ana@casa.es.com", json!("ana@casa.es"), false),
            ("x.ana@casa.es", json!("ana@casa.es"), false),
            ("_ana@casa.es", json!("_ana@casa.es"), true),
        ],
    );
    check(
        FieldKind::Url,
        &[
            ("veja www.loja.example", json!("https://www.loja.example/"), true),
            ("veja www.loja.example/!", json!("https://loja.example"), true),
            ("veja", json!("https://www.loja.example"), false),
            ("minhaloja.com.br", json!("https://loja.com.br"), false),
            ("loja.com.br", json!("https://loja.com"), false),
            ("https://loja.com.br/menu?x=1", json!("https://loja.com.br/menu?x=1"), true),
            ("https://loja.com.br/menu", json!("https://loja.com.br/me"), false),
        ],
    );
}

#[test]
fn phones_are_whole_groups_of_figures() {
    check(
        FieldKind::Phone,
        &[
            ("meu zap é (11) 98765-4321", json!("+5511987654321"), true),
            ("600 111 222", json!("+34600111222"), true),
            ("600111222, somos 4", json!("+34600111222"), true),
            ("somos 4 600 111 222", json!("+34600111222"), true),
            ("0034 600 111 222", json!("+34600111222"), true),
            ("me liga", json!("+5511987654321"), false),
            ("600111222333", json!("+34600111222"), false),
            ("900600111222", json!("+600111222"), false),
        ],
    );
}

#[test]
fn other_kinds_are_believed() {
    check(FieldKind::Text, &[("azul", json!("blue"), true)]);
    check(FieldKind::Time, &[("à noite", json!("20:00"), true)]);
}
