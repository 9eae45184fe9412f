//! Bots of Kommo's: whatever the file, it is refused or becomes a bot that the checker takes and that ends or waits.

#![no_main]

use std::sync::Arc;

use interpreter::dialog::branches;
use libfuzzer_sys::fuzz_target;
use steps::{
    check::load,
    environment::Environment,
    ids::BotId,
    import::kommo::{Mapping, Options, import},
};

fuzz_target!(|source: &str| {
    let mut mapping = Mapping::default();
    let Ok(imported) = import("fuzzed", source, &mut mapping, &Options::default()) else { return };
    let environment = Arc::new(Environment::default());
    for bot in imported.bots.iter().take(2) {
        let id = BotId::new(&bot.id).expect("an imported bot has a right id");
        let checked = load(&id, &bot.document.to_string(), &environment);
        let bot = checked.bot.expect("what is accepted passes the checker");
        branches(&bot, &[], &environment, &|code| whatsapp::errors::new(code, ""));
    }
    Mapping::read(&mapping.write()).expect("a map that was written can be read");
});
