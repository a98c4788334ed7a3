//! What must not be left in any text: marks of unfinished work, and the traces of one machine.

use super::{Finding, Law, source::Source};

/// Endings of files that people write, where a mark means what it says.
const WRITTEN: &[&str] = &["rs", "ts", "tsx", "mjs", "js", "css", "html", "md", "toml", "yml", "yaml", "sh"];

/// Words that say that something is unfinished. Put together here, so that this file is not found.
const UNFINISHED: &[&str] = &[
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("TO", "DO"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
];

/// Folders that exist on somebody's machine.
const FOLDERS: &[&str] = &[concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/Use", "rs/")];

/// Hosts of package registries: a lock file names packages and their sums, not where one machine got them.
const REGISTRIES: &[&str] = &[
    concat!("registry.npm", "js.org"),
    concat!("registry.yarn", "pkg.com"),
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("proxy.golang", ".org"),
    concat!("files.python", "hosted.org"),
];

/// Checks both laws.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let ending = source.path.rsplit('.').next().unwrap_or_default();
    let written = WRITTEN.contains(&ending);
    let mut findings = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let mut found = |law, what| findings.push(Finding { law, path: source.path.clone(), line: index + 1, what });
        if let Some(mark) = UNFINISHED.iter().find(|mark| written && has_word(line, mark)) {
            found(Law::Unfinished, format!("{mark} is left"));
        }
        if let Some(folder) = FOLDERS.iter().find(|folder| has_root(line, folder)) {
            found(Law::Machine, format!("a path under {folder} belongs to one machine"));
        }
        if let Some(host) = REGISTRIES.iter().find(|host| line.contains(*host)) {
            found(Law::Machine, format!("{host} belongs to one machine's settings"));
        }
        if source.path.ends_with("package-lock.json") && line.trim_start().starts_with("\"resolved\": \"http") {
            found(Law::Machine, "a lock file names where one machine got a package".to_owned());
        }
    }
    findings
}

/// Whether `word` stands in `line` as a whole word.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && (word.ends_with('!') || !after.is_some_and(is_word))
    })
}

/// Whether a path of `line` begins with `folder`, rather than having it in its middle.
fn has_root(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|before| is_word(before) || matches!(before, '.' | '~' | '-' | '/' | '}' | ')' | '*' | '>'))
    })
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests;
