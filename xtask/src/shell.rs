//! Commands that are printed as anyone can type them, and then run.

use std::{
    env,
    fmt::{self, Display},
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result};

/// A command to run: what a person would type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Line {
    pub fn new(program: impl Into<String>) -> Self {
        Line { program: program.into(), ..Line::default() }
    }

    pub fn args<T: Into<String>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }
}

/// A command of cargo. The words are split at spaces.
pub fn cargo(words: &str) -> Line {
    Line::new("cargo").args(words.split(' '))
}

impl Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.environment {
            write!(formatter, "{name}={} ", quoted(value))?;
        }
        write!(formatter, "{}", quoted(&self.program))?;
        self.arguments.iter().try_for_each(|argument| write!(formatter, " {}", quoted(argument)))
    }
}

/// As a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,@+%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Runs commands at the root of the repository.
pub struct Shell {
    pub root: PathBuf,
}

impl Shell {
    pub fn at_root() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
        Shell { root: root.to_owned() }
    }

    /// Where cargo builds.
    pub fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), |folder| self.root.join(folder))
    }

    /// Prints and runs a command; whether it ended well.
    pub fn passes(&self, line: &Line) -> Result<bool> {
        println!("$ {line}");
        let status = self.command(line).status().with_context(|| format!("running `{line}`"))?;
        Ok(status.success())
    }

    /// The same, with everything that the command prints as the result too.
    pub fn watch(&self, line: &Line) -> Result<(bool, String)> {
        println!("$ {line}");
        let mut command = self.command(line);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.with_context(|| format!("running `{line}`"))?;
        let errors = child.stderr.take().map(|stream| thread::spawn(move || pass_on(stream, &mut std::io::stderr())));
        let mut printed = child.stdout.take().map(|stream| pass_on(stream, &mut std::io::stdout())).unwrap_or_default();
        if let Some(errors) = errors {
            printed += &errors.join().unwrap_or_default();
        }
        let status = child.wait().with_context(|| format!("waiting for `{line}`"))?;
        Ok((status.success(), printed))
    }

    /// What a command prints, which is not shown; None where it fails or is not there.
    pub fn output(&self, line: &Line) -> Option<String> {
        let output = self.command(line).stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok()
    }

    fn command(&self, line: &Line) -> Command {
        let mut command = Command::new(&line.program);
        command.args(&line.arguments).envs(line.environment.iter().map(|(name, value)| (name, value))).current_dir(&self.root);
        command
    }
}

/// Shows a stream as it comes, and keeps it.
fn pass_on(stream: impl Read, to: &mut impl Write) -> String {
    let mut kept = String::new();
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // A reader that went away must not end the tests.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        kept += &String::from_utf8_lossy(&line);
        line.clear();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_as_it_is_typed() {
        let line = cargo("clippy --workspace").args(["--", "-D", "warnings"]).env("RUSTDOCFLAGS", "-Dwarnings");
        assert_eq!(line.to_string(), "RUSTDOCFLAGS=-Dwarnings cargo clippy --workspace -- -D warnings");
        assert_eq!(Line::new("echo").args(["a b", "it's", ""]).to_string(), r"echo 'a b' 'it'\''s' ''");
    }

    #[test]
    fn what_a_command_prints_is_kept() {
        let line = Line::new("sh").args(["-c", "echo one; echo two >&2; exit 3"]);
        let (passed, printed) = Shell::at_root().watch(&line).unwrap();
        assert!(!passed);
        assert_eq!(printed, "one\ntwo\n");
    }
}
