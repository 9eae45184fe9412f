use toml::Value;

use super::{layers::defaults, *};

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let lookup = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Settings::read(text, FILE, lookup, &Flags::default())
}

/// No setting has a default but in the file, and an unknown one is refused: file and struct name the same settings.
#[test]
fn the_file_names_every_setting() {
    let settings = read("", &[]).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert!(!settings.is_connected());
    let mut without = defaults();
    for key in defaults().keys() {
        let removed = without.remove(key).unwrap();
        let error = serde_path_to_error::deserialize::<_, Settings>(Value::Table(without.clone())).unwrap_err();
        assert!(error.to_string().contains(key.as_str()), "{key}: {error}");
        without.insert(key.clone(), removed);
    }
}

#[test]
fn every_variable_sets_a_setting_of_the_file() {
    for (name, path) in VARIABLES {
        let found = path.split('.').try_fold(Value::Table(defaults()), |value, key| value.get(key).cloned());
        assert!(found.is_some(), "{name}: {path}");
        assert!(DEFAULTS.contains(name), "{name} is not explained");
    }
}

#[test]
fn flags_come_before_the_environment_before_the_file() {
    let file = "listen = \"127.0.0.1:1\"\nbots = \"file\"\nstore = \"file\"";
    let lookup = |name: &str| match name {
        "SALESBOT_LISTEN" => Some("127.0.0.1:2".to_owned()),
        "SALESBOT_BOTS" => Some("environment".to_owned()),
        "SALESBOT_STORE" => Some("  ".to_owned()),
        _ => None,
    };
    let flags = Flags { listen: Some("127.0.0.1:3".into()), ..Flags::default() };
    let settings = Settings::read(file, FILE, lookup, &flags).unwrap();
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.bots, PathBuf::from("environment"));
    assert_eq!(settings.store, "file", "an empty variable counts as not set");
}

#[test]
fn prices_of_models_are_exact_and_whole() {
    let priced = "[openai]\nmodel = \"m\"\ncurrency = \"BRL\"\n[openai.models.small]\nmodel = \"s\"\nprompt_price = \"0.15\"\n\
                  answer_price = \"0.6\"\ntokens_per_day = 5";
    let models = read(priced, &[]).unwrap().openai.models();
    assert_eq!((models[0].prices.as_ref(), models[0].tokens_per_day), (None, 0), "another model's price is not guessed");
    let prices = models[1].prices.as_ref().unwrap();
    let cost = prices.cost(steps::asked::Tokens { prompt: 1_000_000, answer: 0 }).unwrap();
    assert_eq!((cost.to_string().as_str(), models[1].tokens_per_day), ("0.15 BRL", 5));
    let half = "[openai]\nmodel = \"m\"\nprompt_price = \"0.15\"";
    assert!(read(half, &[]).unwrap_err().to_string().contains("[openai] has one price and not the other"));
    for wrong in ["0.15", "\"0,15\"", "\"cheap\""] {
        let error = read(&format!("[openai]\nprompt_price = {wrong}\nanswer_price = \"1\""), &[]).unwrap_err().to_string();
        assert!(error.contains("a price for a million tokens as text"), "{error}");
    }
}

#[test]
fn prices_are_what_bots_are_held_to() {
    let settings = read("[prices]\nmarketing = 0.35\nutility = 1", &[]).unwrap();
    let environment = settings.environment([0; 32]);
    assert_eq!([Category::Marketing, Category::Utility, Category::Service].map(|of| environment.price(of)), [0.35, 1.0, 0.0]);
    assert!(read("[prices]\nmarketting = 1", &[]).unwrap_err().to_string().contains("marketting"));
}

#[test]
fn mistakes_name_the_setting() {
    let error = |text: &str| read(text, &[]).unwrap_err().to_string();
    assert!(error("listn = 1").contains("listn"));
    assert!(error("[limits]\nalerts = \"many\"").contains("limits.alerts"));
    assert!(error("listen = ").contains("line 1") || error("listen = ").contains("salesbot.toml"));
    assert!(error("listen = \"0.0.0.0:80\"").contains("SALESBOT_API_TOKEN"));
    assert!(error("api_token = \"short\"").contains("at least 16"));
    assert!(error("[whatsapp]\ngraph_url = \"http://graph.example\"").contains("https://"));
    assert!(error("[whatsapp]\nphone_number_id = \"1\"").contains("WHATSAPP_APP_SECRET"));
    assert!(error("country = \"Brazil\"").contains("ISO 3166"));
    for (log, named) in
        [("verbose", "verbose"), ("zzz=,,", "trace, debug, info, warn, error, off"), ("info,salesbot=loud", "loud")]
    {
        assert!(error(&format!("log = {log:?}")).contains(named), "{log}");
    }
    let twice = "[whatsapp]\nphone_number_id = \"1\"\naccess_token = \"t\"\napp_secret = \"s\"\n[[whatsapp.numbers]]\nphone_number_id = \"1\"";
    assert!(error(twice).contains("\"1\" is connected twice"));
}

#[test]
fn knowledge_of_all_bots_is_checked_as_that_of_one() {
    let settings = read("[knowledge.shop]\nfile = \"knowledge/shop.md\"\nlanguage = \"pt-BR\"", &[]).unwrap();
    assert_eq!(settings.environment([0; 32]).knowledge["shop"].file.as_deref(), Some("knowledge/shop.md"));
    let error = read("[knowledge.shop]\nurl = \"ftp://shop.example\"", &[]).unwrap_err().to_string();
    assert!(error.contains("knowledge.shop.url") && error.contains("https://"), "{error}");
    assert!(read("[knowledge.shop]\nlanguage = \"pt\"", &[]).unwrap_err().to_string().contains("exactly one of"));
}

#[test]
fn the_model_of_embeddings_is_a_named_one_or_the_default_servers() {
    let model = |text: &str| read(text, &[]).unwrap().openai.embedding_model().map(|model| (model.model, model.base_url));
    assert_eq!(model(""), None);
    let default = "https://api.openai.com/v1".to_owned();
    assert_eq!(model("[openai]\nembedding_model = \"small\""), Some(("small".to_owned(), default)));
    let named = "[openai]\nembedding_model = \"local\"\n[openai.models.local]\nmodel = \"bge-m3\"\nbase_url = \"http://127.0.0.1:11434/v1\"";
    assert_eq!(model(named), Some(("bge-m3".to_owned(), "http://127.0.0.1:11434/v1".to_owned())));
}

#[test]
fn mistakes_name_their_source() {
    let wrong = |variables: &[(&str, &str)], flags: &Flags, text: &str| {
        let lookup = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Settings::read(text, "my.toml", lookup, flags).unwrap_err().to_string()
    };
    let none = Flags::default();
    let flag = Flags { listen: Some("nonsense".to_owned()), ..Flags::default() };
    assert!(wrong(&[("SALESBOT_LISTEN", "127.0.0.1:1")], &flag, "").starts_with("listen (from the flag --listen): \"nonsense\""));
    let found = wrong(&[("SALESBOT_LISTEN", "zzz")], &none, "listen = \"127.0.0.1:1\"");
    assert!(found.starts_with("listen (from the environment variable SALESBOT_LISTEN): \"zzz\""), "{found}");
    assert!(wrong(&[], &none, "listen = \"zzz\"").starts_with("listen (from my.toml): \"zzz\""));
    assert!(wrong(&[("SALESBOT_LOG", "loud")], &none, "").contains("SALESBOT_LOG"));
    assert!(wrong(&[("SALESBOT_LISTEN", "0.0.0.0:80")], &none, "").contains("SALESBOT_LISTEN"));
    assert!(wrong(&[("WHATSAPP_GRAPH_URL", "nonsense")], &none, "").contains("WHATSAPP_GRAPH_URL"));
}

#[test]
fn localhost_is_this_machine() {
    for (text, expected) in [("localhost:8081", "127.0.0.1:8081"), ("LOCALHOST:1", "127.0.0.1:1"), ("[::1]:2", "[::1]:2")] {
        assert_eq!(read("", &[("SALESBOT_LISTEN", text)]).unwrap().listen.to_string(), expected);
    }
    for text in ["localhost", "localhost:99999", "localhost.evil.example:1", "8080"] {
        assert!(read("", &[("SALESBOT_LISTEN", text)]).is_err(), "{text}");
    }
}

#[test]
fn an_empty_text_counts_as_not_set() {
    let text = "listen = \"\"\nbots = \" \"\nlog = \"\"\nlog_format = \"\"\nmore_api_tokens = [\"\"]\n\
                [whatsapp]\ngraph_url = \"\"\n[secrets]\ncrm = \"\"\n[pipelines.sales]\ntitle = \"\"\nstages = [\"new\", \"\"]";
    let settings = read(text, &[]).unwrap();
    assert_eq!((settings.listen.port(), settings.bots.to_str(), settings.log.as_str()), (8080, Some("bots"), "info"));
    assert_eq!((settings.log_format, settings.whatsapp.graph_url.is_empty()), (LogFormat::Text, false));
    assert_eq!((settings.secrets.len(), settings.pipelines["sales"].stages.len()), (0, 1));
    let flags = Flags { bots: Some(String::new()), ..Flags::default() };
    assert_eq!(Settings::read("", FILE, |_| None, &flags).unwrap().bots, PathBuf::from("bots"));
}

#[test]
fn what_is_odd_is_said_at_the_start() {
    let text = "[whatsapp]\naccess_token = \"t\"\n[secrets]\ncrm = \"CRM\"\nerp = \"ERP\"\n[pipelines.sales]\nstages = []";
    let warnings = read(text, &[]).unwrap().warnings(|name| (name == "ERP").then(|| "x".to_owned()));
    let all = warnings.join("\n");
    assert_eq!(warnings.len(), 3, "{all}");
    assert!(["WHATSAPP_PHONE_NUMBER_ID", "secrets.crm", "any stage"].iter().all(|words| all.contains(words)), "{all}");
    assert!(read("", &[]).unwrap().warnings(|_| None).is_empty());
}

#[test]
fn secrets_are_not_shown() {
    let settings = read("", &[("SALESBOT_API_TOKEN", "0123456789abcdef-token")]).unwrap();
    assert!(!format!("{settings:?}").contains("0123456789abcdef"));
}

#[test]
fn numbers_belong_to_the_app_that_signs_for_them() {
    let text = "[whatsapp]\nphone_number_id = \"1\"\naccess_token = \"t\"\napp_secret = \"a\"\nmore_app_secrets = [\"old\"]\n\
                [[whatsapp.numbers]]\nphone_number_id = \"2\"\n\
                [[whatsapp.numbers]]\nphone_number_id = \"3\"\napp_secret = \"b\"\naccess_token = \"u\"";
    let settings = read(text, &[]).unwrap();
    let apps = settings.apps();
    let numbers = |app: &MetaApp| app.numbers.iter().map(|number| number.id.to_string()).collect::<Vec<_>>();
    assert_eq!((numbers(&apps[0]), apps[0].secrets.len()), (vec!["1".into(), "2".into()], 2));
    assert_eq!((numbers(&apps[1]), apps[1].secrets.len()), (vec!["3".into()], 1));
    assert_eq!(settings.numbers()[1].access_token.expose_secret(), "t");
    assert_eq!(settings.default_number().as_str(), "1");
}
