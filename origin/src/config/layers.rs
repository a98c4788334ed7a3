//! Defaults, file, environment and flags laid over one another; where each value came from is kept.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use super::{
    ConfigError,
    keys::{ALL, Description, Key, Shown},
};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// A flag on the command line.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// All settings with their sources.
#[derive(Clone, Debug)]
pub struct Settings(BTreeMap<Key, (String, Source)>);

/// What is laid over the defaults, weakest first.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// The file's path and text.
    pub file: Option<(PathBuf, String)>,
    /// The environment: only variables beginning with `MAYFLY_` are looked at.
    pub environment: Vec<(String, String)>,
    /// Flags: their names, settings and values.
    pub flags: Vec<(&'static str, Key, String)>,
}

/// Variables that are ours and no settings: where xtask finds its tools, for one.
const NOT_SETTINGS: [&str; 3] = ["MAYFLY_TOOLS", "MAYFLY_BLESS", "MAYFLY_SPF_SUITE"];

impl Settings {
    /// Lays the layers over one another.
    ///
    /// # Errors
    /// [`ConfigError::File`] where the file is no TOML, [`ConfigError::Unknown`] for a key that does
    /// not exist, in the file or in the environment.
    pub fn lay(layers: Layers) -> Result<Self, ConfigError> {
        let mut settings = Self(ALL.iter().map(|d| (d.key, (d.default.to_owned(), Source::Default))).collect());
        if let Some((path, text)) = layers.file {
            let table: toml::Table = text.parse().map_err(|error: toml::de::Error| ConfigError::File {
                path: path.clone(),
                reason: error.message().to_owned(),
            })?;
            settings.lay_table("", &table, &Source::File(path))?;
        }
        for (name, value) in layers.environment {
            if name.starts_with("MAYFLY_") && !NOT_SETTINGS.contains(&name.as_str()) {
                let found = ALL.iter().find(|d| d.variable() == name);
                let key = found.map(|d| d.key).ok_or_else(|| unknown(&name, Source::Environment(name.clone())))?;
                settings.0.insert(key, (value, Source::Environment(name)));
            }
        }
        for (flag, key, value) in layers.flags {
            settings.0.insert(key, (value, Source::Flag(flag)));
        }
        Ok(settings)
    }

    fn lay_table(&mut self, prefix: &str, table: &toml::Table, source: &Source) -> Result<(), ConfigError> {
        for (name, value) in table {
            let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            if let toml::Value::Table(inner) = value {
                // Tables nest no deeper than the names have dots, so this ends soon.
                if !ALL.iter().any(|d| d.name.starts_with(&format!("{name}."))) {
                    return Err(unknown(&name, source.clone()));
                }
                self.lay_table(&name, inner, source)?;
                continue;
            }
            let key =
                ALL.iter().find(|d| d.name == name).map(|d| d.key).ok_or_else(|| unknown(&name, source.clone()))?;
            self.0.insert(key, (flat(value), source.clone()));
        }
        Ok(())
    }

    /// The value of `key` through `parse`.
    ///
    /// # Errors
    /// [`ConfigError::Value`] saying what it should be, where `parse` has no answer.
    pub fn parse<T>(
        &self,
        key: Key,
        wanted: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        self.0.get(&key).and_then(|(value, _)| parse(value)).ok_or_else(|| self.refuse(key, wanted))
    }

    /// The value of `key`, where it is set to something.
    #[must_use]
    pub fn optional(&self, key: Key) -> Option<&str> {
        self.0.get(&key).map(|(value, _)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// An error about the value of `key`.
    #[must_use]
    pub fn refuse(&self, key: Key, wanted: &'static str) -> ConfigError {
        let source_ = self.0.get(&key).map_or(Source::Default, |(_, source)| source.clone());
        ConfigError::Value { key: key.describe().name, source_, wanted }
    }
}

impl fmt::Display for Settings {
    /// The effective configuration as TOML that may be a configuration file: each setting with its meaning above it
    /// and its source beside it. A secret is told to be set, never shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, (value, source)) in &self.0 {
            let Description { name, meaning, shown, .. } = key.describe();
            writeln!(f, "# {meaning}")?;
            match (shown, value.as_str()) {
                (_, "") => writeln!(f, "# {name} is not set\n")?,
                (Shown::Never, _) => writeln!(f, "# {name} is set, and not shown  # {source}\n")?,
                (Shown::Plainly, value) if value.parse::<u64>().is_ok_and(|number| number.to_string() == value) => {
                    writeln!(f, "{name} = {value}  # {source}\n")?;
                }
                (Shown::Plainly, value) => {
                    writeln!(f, "{name} = {}  # {source}\n", toml::Value::from(value))?;
                }
            }
        }
        Ok(())
    }
}

fn flat(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(flat).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn unknown(key: &str, source_: Source) -> ConfigError {
    // In the form that it was written in.
    let form = |description: &Description| match source_ {
        Source::Environment(_) => description.variable(),
        Source::Default | Source::File(_) | Source::Flag(_) => description.name.to_owned(),
    };
    let likeness = |description: &Description| strsim::jaro_winkler(&form(description), key);
    let nearest = ALL.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).map(form).unwrap_or_default();
    ConfigError::Unknown { key: key.to_owned(), source_, nearest }
}
