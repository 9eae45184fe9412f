//! Measures how well knowledge is found: the share of questions whose answer is among the best passages.

use anyhow::Result;
use clap::Parser;
use tests::knowledge::{
    AT, Way,
    embeddings::{Embeddings, Letters},
    recall, subjects,
};

/// Recall of knowledge by language: by words, by meaning, by both.
#[derive(Parser)]
struct Arguments {
    /// The address below which a server has `/embeddings`; left out: one of our own, which knows letters and no meanings
    #[arg(long, value_name = "URL", requires = "model")]
    embeddings: Option<String>,
    /// Its model
    #[arg(long, requires = "embeddings")]
    model: Option<String>,
    /// Name the questions whose answer is not found
    #[arg(long)]
    missed: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let own = match arguments.embeddings {
        Some(_) => None,
        None => Some(Letters::start().await?),
    };
    let (url, model) = match (&own, arguments.embeddings, arguments.model) {
        (Some(own), ..) => (own.url.clone(), "letters".to_owned()),
        (None, url, model) => (url.unwrap_or_default(), model.unwrap_or_default()),
    };
    let subjects = subjects(Some(&Embeddings { url, model: model.clone() })).await?;
    for subject in &subjects {
        println!("{}: {} passages, {} questions", subject.language, subject.passages(), subject.questions());
    }
    println!("\n{:<28} {:>14} {:>14} {:>14} {:>14}", format!("recall at {} / {}", AT[0], AT[1]), "pt", "es", "en", "all");
    for (way, name) in
        [(Way::Words, "words".to_owned()), (Way::Meaning, format!("meaning ({model})")), (Way::Both, "both".to_owned())]
    {
        let recall = recall(&subjects, way)?;
        let cells = ["pt", "es", "en", ""].map(|language| {
            let [first, best] = recall[language];
            format!("{:>3.0} % / {:>3.0} %", first * 100.0, best * 100.0)
        });
        println!("{name:<28} {:>14} {:>14} {:>14} {:>14}", cells[0], cells[1], cells[2], cells[3]);
        for subject in subjects.iter().filter(|_| arguments.missed) {
            for question in subject.missed(way, AT[1])? {
                println!("  {} not found: {}", subject.language, question.question);
            }
        }
    }
    Ok(())
}
