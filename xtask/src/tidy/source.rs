//! The files that the laws look at: what git knows of, and Rust parsed.

use std::fs;

use anyhow::{Context as _, Result};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::{command::Job, workspace::Workspace};

/// One file.
pub(super) struct Source {
    /// Its path in the checkout, with `/`.
    pub(super) path: String,
    /// Its text.
    pub(super) text: String,
    /// Its syntax, if it is Rust.
    pub(super) rust: Option<Rust>,
}

/// A Rust file, parsed.
pub(super) struct Rust {
    /// Its items.
    pub(super) syntax: syn::File,
    /// Every path that it names, in imports, expressions, types and macros alike.
    pub(super) names: Vec<Name>,
}

/// A path as written, imports flattened: `use a::{b, c::*}` names `a::b` and `a::c::*`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Its segments.
    pub(super) segments: Vec<String>,
    /// Its line, from 1.
    pub(super) line: usize,
}

impl Source {
    /// Parses a file; Rust that does not parse is an error.
    pub(super) fn new(path: &str, text: String) -> Result<Self> {
        let rust = path.ends_with(".rs").then(|| Rust::parse(&text)).transpose();
        let rust = rust.with_context(|| format!("{path} is not Rust"))?;
        Ok(Self { path: path.to_owned(), text, rust })
    }

    /// Whether it holds tests only: they may name what the code may not.
    pub(super) fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs")
            || self.path.ends_with(".test.ts")
            || self.path.split('/').any(|folder| folder == "tests" || folder == "benches")
    }

    /// Its name without folder and ending.
    pub(super) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.split('.').next().unwrap_or(name)
    }
}

impl Rust {
    fn parse(text: &str) -> Result<Self> {
        let tokens: TokenStream = text.parse().map_err(|error| anyhow::anyhow!("{error}"))?;
        let mut names = Vec::new();
        collect(tokens, &[], &mut names);
        Ok(Self { syntax: syn::parse_file(text)?, names })
    }
}

/// All files of the checkout that git knows of or would add, but for those that are not text.
pub(super) fn all(workspace: &Workspace) -> Result<Vec<Source>> {
    let listed = Job::new("listing the files", "git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .advice("tidy looks at what git knows of: run it in a clone")
        .within(&workspace.root)
        .quiet()?;
    let paths = listed.split_terminator('\0').filter(|path| workspace.at(path).is_file());
    let sources = paths.filter_map(|path| {
        let text = String::from_utf8(fs::read(workspace.at(path)).ok()?).ok()?;
        Some(Source::new(path, text))
    });
    sources.collect()
}

/// Collects the paths in `tokens`, each after `prefix`.
fn collect(tokens: TokenStream, prefix: &[String], names: &mut Vec<Name>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut path: Vec<String> = Vec::new();
    let mut line = 0;
    // Whether the last tokens were `::`, so that what comes belongs to the path.
    let mut joined = !prefix.is_empty();
    let finish = |path: &mut Vec<String>, line: usize, names: &mut Vec<Name>| {
        if !path.is_empty() {
            names.push(Name { segments: [prefix, path.as_slice()].concat(), line });
            path.clear();
        }
    };
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "as" => {
                // What follows is a name of this file's own, or a type: a type's path has more segments.
                finish(&mut path, line, names);
                if !prefix.is_empty() {
                    tokens.next();
                }
                joined = false;
            }
            TokenTree::Ident(ident) => {
                if !joined {
                    finish(&mut path, line, names);
                }
                line = if path.is_empty() { ident.span().start().line } else { line };
                path.push(ident.to_string());
                joined = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                let double = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
                if double {
                    tokens.next();
                    joined = true;
                } else {
                    finish(&mut path, line, names);
                    joined = false;
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '*' && joined && !(path.is_empty() && prefix.is_empty()) => {
                line = if path.is_empty() { punct.span().start().line } else { line };
                path.push("*".to_owned());
                finish(&mut path, line, names);
                joined = false;
            }
            TokenTree::Group(group) => {
                let imports = joined && !path.is_empty() && group.delimiter() == Delimiter::Brace;
                if imports {
                    collect(group.stream(), &[prefix, path.as_slice()].concat(), names);
                    path.clear();
                } else {
                    finish(&mut path, line, names);
                    collect(group.stream(), &[], names);
                }
                joined = false;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {
                finish(&mut path, line, names);
                joined = !prefix.is_empty();
            }
        }
    }
    finish(&mut path, line, names);
}

#[cfg(test)]
mod tests;
