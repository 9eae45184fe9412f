//! The bots that ship: whatever they say in their dialogs is what WhatsApp takes.

use std::path::Path;
use std::sync::Arc;

use interpreter::dialog::{Dialogs, run};
use reqwest::Client;
use steps::bot::Bot;
use steps::check::load;
use steps::environment::Environment;
use steps::event::Identity;
use steps::ids::BotId;
use tests::mock::Mock;
use whatsapp::send::{Recipient, request};

fn bots() -> Vec<(String, Arc<Bot>, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bots");
    let mut bots = Vec::new();
    for file in std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()) {
        let Some(stem) = file.file_name().unwrap().to_str().unwrap().strip_suffix(".test.json").map(str::to_owned) else {
            continue;
        };
        let source = std::fs::read_to_string(folder.join(format!("{stem}.json"))).unwrap();
        let checked = load(&BotId::new(&stem).unwrap(), &source, &Environment::default());
        let bot = checked.bot.unwrap_or_else(|| panic!("{stem}: {:?}", checked.diagnostics));
        bots.push((stem, bot, std::fs::read_to_string(file).unwrap()));
    }
    bots
}

/// Each message goes to the strict mock as the sender would send it: schema and rules are checked, windows and templates are not.
#[tokio::test]
async fn whatever_a_shipped_bot_says_is_valid() {
    let builder = Mock::builder().limits(false).windows(false).accept_unknown_templates().accept_unknown_media();
    let mock = builder.start().await.unwrap();
    let client = Client::builder().no_proxy().build().unwrap();
    let account = mock.account().clone();
    let url = format!("{}/{}/messages", mock.graph_url(), account.numbers[0].id);
    let recipient = Identity { phone: Some("+5511987654321".to_owned()), ..Identity::default() };
    let recipient = Recipient::of(&recipient).unwrap();
    let environment = Arc::new(Environment { default_number: account.numbers[0].id.as_str().into(), ..Environment::default() });

    let bots = bots();
    let all: Vec<Arc<Bot>> = bots.iter().map(|(_, bot, _)| Arc::clone(bot)).collect();
    let mut said = 0;
    for (name, bot, dialogs) in &bots {
        for dialog in &Dialogs::read(dialogs).unwrap().dialogs {
            let report = run(bot, &all, &environment, dialog, &|code| whatsapp::errors::new(code, ""));
            assert!(report.failure.is_none(), "{name}: {}: {:?}", report.dialog, report.failure);
            for message in report.said {
                let body = request(&recipient, &message.message, "entry", None);
                let answer = client.post(&url).bearer_auth(&account.access_token).json(&body).send().await.unwrap();
                let (status, text) = (answer.status(), answer.text().await.unwrap());
                assert!(status.is_success(), "{name}: {}: {text}\n{body:#}", report.dialog);
                said += 1;
            }
        }
    }
    println!("{said} messages of {} bots", bots.len());
    assert!(said >= 300, "{said} messages");
}
