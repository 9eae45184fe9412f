use std::{fs, path::Path};

use serde_json::json;

use super::*;

const MENU: &str = "id;Name;Price;Onde fica\np1;Pizza;12,50;1º andar\np2;Pizza doce;9.9;\n;;;\np1;Other;1;\nx;Tea;cheap;\n";

fn catalogs(folder: &Path, files: &[(&str, &str)]) -> Arc<Catalogs> {
    let declared = files.iter().map(|(id, file)| ((*id).to_owned(), Declared { name: String::new(), file: (*file).to_owned() }));
    Arc::new(Catalogs::new(folder.to_owned(), declared.collect()))
}

async fn names(catalogs: &Arc<Catalogs>, id: &str, value: &str) -> Result<Vec<String>, String> {
    let found = catalogs.find(id, "name", value, Nearness::Words).await.unwrap()?;
    Ok(found.into_iter().map(|found| found.name).collect())
}

#[tokio::test]
async fn tables_and_lists_are_read_as_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("menu.csv"), MENU).unwrap();
    fs::write(folder.path().join("branches.json"), r#"[{"id": 7, "name": "Centro", "open": ["mon"]}, {"name": "Norte"}]"#)
        .unwrap();
    let catalogs = catalogs(folder.path(), &[("menu", "menu.csv"), ("branches", "branches.json")]);
    let found = catalogs.find("menu", "name", "pizza", Nearness::Words).await.unwrap().unwrap();
    let told = serde_json::to_value(&found).unwrap();
    assert_eq!(
        told,
        json!([
            {"id": "p1", "name": "Pizza", "price": 12.5, "fields": {"onde_fica": "1º andar"}},
            {"id": "p2", "name": "Pizza doce", "price": 9.9},
        ])
    );
    let states = catalogs.states().await;
    let problems = &states[0].problems;
    assert_eq!((states[0].items, problems.len()), (Some(3), 3), "{problems:?}");
    assert!(problems[0].starts_with("menu.csv: row 4: it has no `name`"), "{problems:?}");
    let centro = catalogs.find("branches", "id", "7", Nearness::Exact).await.unwrap().unwrap();
    assert_eq!(serde_json::to_value(&centro).unwrap(), json!([{"id": "7", "name": "Centro", "fields": {"open": ["mon"]}}]));
    assert_eq!(names(&catalogs, "branches", "").await.unwrap(), ["Centro", "Norte"]);
    assert!(catalogs.find("other", "name", "x", Nearness::Words).await.is_none());
}

#[tokio::test]
async fn a_changed_file_is_read_again_and_a_broken_one_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("promo.csv");
    let catalogs = catalogs(folder.path(), &[("promo", "promo.csv")]);
    assert!(names(&catalogs, "promo", "a").await.unwrap_err().contains("promo.csv"), "it is not there yet");
    fs::write(&path, "name\nA1\n").unwrap();
    assert_eq!(names(&catalogs, "promo", "").await.unwrap(), ["A1"]);
    fs::write(&path, "name\nA1\nB2 and more\n").unwrap();
    assert_eq!(names(&catalogs, "promo", "").await.unwrap(), ["A1", "B2 and more"]);
    fs::write(&path, "title\nA1\nB2 and more\nC3\n").unwrap();
    assert_eq!(names(&catalogs, "promo", "").await.unwrap(), ["A1", "B2 and more"]);
    assert!(catalogs.states().await[0].problems[0].contains("no column `name`"));
    fs::remove_file(&path).unwrap();
    assert_eq!(names(&catalogs, "promo", "").await.unwrap(), ["A1", "B2 and more"]);
}

#[tokio::test]
async fn a_catalog_lies_inside_of_the_folder_of_bots() {
    let outside = Declared { name: String::new(), file: "../secret.csv".to_owned() };
    assert!(outside.fault().is_some());
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("menu.txt"), "x").unwrap();
    let states = catalogs(folder.path(), &[("menu", "menu.txt")]).states().await;
    assert!(states[0].problems[0].contains(".csv and .json"), "{states:?}");
}
