//! The API: where it listens, and whose requests are counted.

use std::{net::SocketAddr, path::PathBuf};

use axum::http::HeaderName;

use super::{ADDRESS, ConfigError, NETWORKS, keys::Key, layers::Settings};
use crate::networks::Networks;

/// The API.
#[derive(Clone, Debug)]
pub struct Http {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder of the web page, where this origin serves it itself.
    pub page: Option<PathBuf>,
    /// Whose requests are counted.
    pub counted: Counted,
}

/// Whose requests to the API are counted, and refused beyond the limit.
#[derive(Clone, Debug)]
pub enum Counted {
    /// Nobody's: the edge has counted them, or the operator does.
    Nobody,
    /// Everybody's but those of some networks.
    Clients {
        /// Proxies and the operator's own.
        uncounted: Networks,
        /// The field in which those networks name the client that they stand for.
        header: Option<HeaderName>,
    },
}

pub(super) fn http(settings: &Settings) -> Result<Http, ConfigError> {
    Ok(Http {
        listen: settings.parse(Key::HttpListen, ADDRESS, |text| text.parse().ok())?,
        page: settings.optional(Key::HttpPage).map(PathBuf::from),
        counted: counted(settings)?,
    })
}

fn counted(settings: &Settings) -> Result<Counted, ConfigError> {
    let is_counted = settings.parse(Key::HttpCounted, "must be yes, no or auto", |text| match text {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        // The edge counts those who come to it, and all that it asks comes from few addresses.
        "auto" => Some(settings.optional(Key::SyncEdge).is_none()),
        _ => None,
    })?;
    let uncounted = settings.parse(Key::HttpUncounted, NETWORKS, |text| text.parse().ok())?;
    let header = match settings.optional(Key::HttpClientHeader) {
        None => None,
        Some(_) => Some(settings.parse(Key::HttpClientHeader, "must be the name of a header field", |text| {
            text.parse::<HeaderName>().ok()
        })?),
    };
    Ok(if is_counted { Counted::Clients { uncounted, header } } else { Counted::Nobody })
}
