//! Which region serves a client: the nearest that is healthy.

use serde::{Deserialize, Serialize};

use crate::{batch::VerifyingKey, bytes::Base64, time::Timestamp};

/// Regions in one table: more than there are places worth a data centre; bounds what one request can try.
pub const REGIONS: usize = 64;

/// Keys of one region: the one in use, the one before, the one to come.
pub const REGION_KEYS: usize = 4;

/// Longest name of a region in octets.
pub const REGION_NAME_OCTETS: usize = 32;

/// The earth's mean radius in kilometres (IUGG).
const EARTH_KM: f64 = 6_371.0;

/// A place on earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// North positive, -90 to 90.
    pub latitude: f64,
    /// East positive, -180 to 180.
    pub longitude: f64,
}

/// One region as the edge is configured with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Its name: lower-case letters, digits and hyphens, at most 32.
    pub name: String,
    /// The base URL of its origin, without a final slash.
    pub url: String,
    /// Where it is.
    pub place: Place,
    /// The Ed25519 public keys that may sign its batches: more than one while a key is rotated.
    pub keys: Vec<Base64>,
}

/// What the edge knows of a region's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answered last time, or was never asked.
    Healthy,
    /// It failed; until then it is asked last.
    Suspect {
        /// When it counts as healthy again.
        until: Timestamp,
    },
}

/// The regions, checked: names are unique and well formed, places and URLs are usable.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionTable {
    regions: Vec<Region>,
}

/// Why a table is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// Not JSON of the documented form.
    #[error("the region table is not of the documented form: {0}")]
    Malformed(String),
    /// No region at all.
    #[error("the region table is empty; name at least one region")]
    Empty,
    /// A region that cannot be used.
    #[error("region {name}: {reason}")]
    Region {
        /// Which.
        name: String,
        /// Why.
        reason: &'static str,
    },
}

/// Whether `name` is lower-case letters, digits and hyphens, at most [`REGION_NAME_OCTETS`], and not empty.
#[must_use]
pub fn is_region_name(name: &str) -> bool {
    (1..=REGION_NAME_OCTETS).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl Place {
    /// Whether it lies on earth.
    #[must_use]
    pub fn is_on_earth(&self) -> bool {
        // A range holds neither infinities nor NaN.
        (-90.0..=90.0).contains(&self.latitude) && (-180.0..=180.0).contains(&self.longitude)
    }

    /// The great-circle distance to `other` in kilometres, by the haversine formula: exact enough at
    /// small distances too, where the cosine rule loses its digits.
    #[must_use]
    pub fn distance_km(&self, other: Self) -> f64 {
        let half = |one: f64, two: f64| ((two - one).to_radians() / 2.0).sin();
        let (north, east) = (half(self.latitude, other.latitude), half(self.longitude, other.longitude));
        let shrink = self.latitude.to_radians().cos() * other.latitude.to_radians().cos();
        let chord = (north * north + shrink * east * east).clamp(0.0, 1.0);
        2.0 * EARTH_KM * chord.sqrt().asin()
    }
}

impl Health {
    /// Until when it is suspect; none where it is healthy at `now`.
    fn suspect_until(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Suspect { until } if until > now => Some(until),
            Self::Suspect { .. } | Self::Healthy => None,
        }
    }
}

impl RegionTable {
    /// Reads a JSON array of [`Region`].
    ///
    /// # Errors
    /// [`RegionError`].
    pub fn parse(json: &str) -> Result<Self, RegionError> {
        let regions: Vec<Region> = serde_json::from_str(json).map_err(|e| RegionError::Malformed(e.to_string()))?;
        if regions.is_empty() {
            return Err(RegionError::Empty);
        }
        if regions.len() > REGIONS {
            return Err(RegionError::Malformed(format!("{} regions; at most {REGIONS}", regions.len())));
        }
        for (n, region) in regions.iter().enumerate() {
            let twice = regions.iter().take(n).any(|other| other.name == region.name);
            let fault = if twice { Some("its name is used twice") } else { fault(region) };
            if let Some(reason) = fault {
                return Err(RegionError::Region { name: region.name.clone(), reason });
            }
        }
        Ok(Self { regions })
    }

    /// All regions, as configured.
    #[must_use]
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// By name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Region> {
        self.regions.iter().find(|region| region.name == name)
    }

    /// The order in which to ask: healthy before suspect, nearest first (great-circle distance), names
    /// breaking ties; suspect ones by when their time ends. Without a place, the table's order. Never empty.
    #[must_use]
    pub fn order(&self, client: Option<Place>, health: impl Fn(&str) -> Health, now: Timestamp) -> Vec<&Region> {
        let mut ranked: Vec<_> = self
            .regions
            .iter()
            .map(|region| {
                let until = health(&region.name).suspect_until(now);
                let distance = client.filter(Place::is_on_earth).map(|client| client.distance_km(region.place));
                (until, distance, region)
            })
            .collect();
        // The sort is stable, so that equals keep the table's order.
        ranked.sort_by(|(until, distance, region), (other_until, other_distance, other)| {
            until.cmp(other_until).then_with(|| match (distance, other_distance) {
                (Some(one), Some(two)) => one.total_cmp(two).then_with(|| region.name.cmp(&other.name)),
                _ => core::cmp::Ordering::Equal,
            })
        });
        ranked.into_iter().map(|(_, _, region)| region).collect()
    }
}

/// What is wrong with a region, if anything.
fn fault(region: &Region) -> Option<&'static str> {
    if !is_region_name(&region.name) {
        return Some("a name is 1 to 32 lower-case letters, digits and hyphens");
    }
    if !is_base_url(&region.url) {
        return Some("url must be http:// or https://, a host, and neither a final slash nor a query");
    }
    if !region.place.is_on_earth() {
        return Some("place must be a latitude from -90 to 90 and a longitude from -180 to 180");
    }
    if region.keys.len() > REGION_KEYS {
        return Some("at most four keys");
    }
    let is_key =
        |key: &Base64| <&[u8; 32]>::try_from(key.as_slice()).is_ok_and(|bytes| VerifyingKey::from_bytes(bytes).is_ok());
    if !region.keys.iter().all(is_key) {
        return Some("each key must be an Ed25519 public key of 32 octets in base64url");
    }
    None
}

/// Whether paths can be appended to `url`.
fn is_base_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'@' | b'\\' | b'"' | b'<' | b'>');
        !rest.is_empty() && !rest.starts_with('/') && !rest.ends_with('/') && rest.bytes().all(plain)
    })
}

#[cfg(test)]
mod tests;
