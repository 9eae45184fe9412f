use super::*;

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
fn prices_are_what_bots_are_held_to() {
    let settings = read("[prices]\nmarketing = 0.35\nutility = 1", &[]).unwrap();
    let environment = settings.environment([0; 32]);
    assert_eq!([Category::Marketing, Category::Utility, Category::Service].map(|of| environment.price(of)), [0.35, 1.0, 0.0]);
    assert!(read("[prices]\nmarketting = 1", &[]).unwrap_err().to_string().contains("marketting"));
}

#[test]
fn mistakes_name_the_setting() {
    let error = |text| read(text, &[]).unwrap_err().to_string();
    assert!(error("listn = 1").contains("listn"));
    assert!(error("[limits]\nalerts = \"many\"").contains("limits.alerts"));
    assert!(error("listen = ").contains("line 1") || error("listen = ").contains("salesbot.toml"));
    assert!(error("listen = \"0.0.0.0:80\"").contains("SALESBOT_API_TOKEN"));
    assert!(error("api_token = \"short\"").contains("at least 16"));
    assert!(error("[whatsapp]\ngraph_url = \"http://graph.example\"").contains("https://"));
    assert!(error("[whatsapp]\nphone_number_id = \"1\"").contains("WHATSAPP_APP_SECRET"));
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
