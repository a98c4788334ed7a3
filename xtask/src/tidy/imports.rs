//! Who may name whom: stages never name one another, and `app.rs` with its folder alone names concrete adapters.

use super::{
    Finding, Law,
    purity::TECHNOLOGY,
    source::{Name, Source},
};

/// The stages of the origin.
const STAGES: &[&str] =
    &["intake", "judge", "seal", "store", "sync", "jobs", "admission", "failover", "rotation", "webhooks", "http"];

/// What stands above the stages and names them: no stage names these.
const ABOVE: &[&str] = &["app", "cli", "pipeline"];

/// Adapters that sit beside the stages.
const ADAPTERS_BESIDE: &[&str] = &["clock", "chance"];

/// Folders beside the stages that hold a noun for all, and adapters.
const SHARED: &[&str] = &["certificates", "dns"];

/// Who puts the parts together.
const ASSEMBLY: &str = "app";

const ORIGIN: &str = "origin/src/";

/// Checks both laws.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let Some(rust) = &source.rust else { return Vec::new() };
    if source.is_test() || !source.path.starts_with(ORIGIN) {
        return Vec::new();
    }
    let module = module(&source.path);
    let judged = rust.names.iter().filter_map(|name| {
        let (law, what) = judge(&module, &resolve(name, &module)?)?;
        Some(Finding { law, path: source.path.clone(), line: name.line, what })
    });
    judged.collect()
}

/// What is wrong with naming `named`, a path from the crate's root, in `module`.
fn judge(module: &[String], named: &[String]) -> Option<(Law, String)> {
    let first = named.first()?.as_str();
    let own = module.first().map(String::as_str);
    if let Some(stage) = own.filter(|own| STAGES.contains(own)) {
        if first == "*" {
            return Some((Law::Stages, format!("stage {stage} imports the whole crate")));
        }
        if (STAGES.contains(&first) && first != stage) || ABOVE.contains(&first) {
            return Some((Law::Stages, format!("stage {stage} names {}", named.join("::"))));
        }
    }
    let inside = named.get(1).is_some_and(|second| TECHNOLOGY.contains(&second.as_str()));
    let adapter = ((STAGES.contains(&first) || SHARED.contains(&first)) && inside && own != Some(first))
        || (ADAPTERS_BESIDE.contains(&first) && own != Some(first));
    // `pub mod clock;` in the crate's root declares, it does not name.
    let declares = named.len() == 1;
    if adapter && !declares && own != Some(ASSEMBLY) {
        return Some((Law::Adapters, format!("names the adapter {}", named.join("::"))));
    }
    None
}

/// A name as a path from the crate's root; `None` for what is outside the crate or local.
fn resolve(name: &Name, module: &[String]) -> Option<Vec<String>> {
    let mut segments = name.segments.iter().peekable();
    let mut base: Vec<String> = match segments.next()?.as_str() {
        "crate" | "origin" => Vec::new(),
        "self" => module.to_vec(),
        "super" => {
            let mut base = module.to_vec();
            base.pop();
            while segments.next_if(|segment| *segment == "super").is_some() {
                base.pop();
            }
            base
        }
        _ => return None,
    };
    segments.peek()?;
    base.extend(segments.cloned());
    Some(base)
}

/// The module that a file of the origin is: `origin/src/intake/session.rs` is `intake::session`.
fn module(path: &str) -> Vec<String> {
    let inside = path.strip_prefix(ORIGIN).unwrap_or(path).trim_end_matches(".rs");
    let mut module: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        module.pop();
    }
    module
}

#[cfg(test)]
mod tests;
