//! Where a client is, and which regions are not to be asked first for a while.

use std::collections::HashMap;

use protocol::{
    region::{Health, Place},
    time::{Millis, Timestamp},
};

/// How long a region that failed is asked last.
pub const SUSPICION: Millis = Millis::from_secs(10);

/// What this isolate remembers of the regions' health.
#[derive(Clone, Debug, Default)]
pub struct HealthBook {
    suspects: HashMap<String, Timestamp>,
}

impl HealthBook {
    /// Notes that `region` failed at `now`. Only names of the region table are noted, so that the book is no larger.
    pub fn failed(&mut self, region: &str, now: Timestamp) {
        self.suspects.insert(region.to_owned(), now.plus(SUSPICION));
    }

    /// Notes that `region` answered.
    pub fn answered(&mut self, region: &str) {
        self.suspects.remove(region);
    }

    /// How `region` stands.
    #[must_use]
    pub fn health(&self, region: &str) -> Health {
        self.suspects.get(region).map_or(Health::Healthy, |until| Health::Suspect { until: *until })
    }
}

/// The client's place from the two texts that the platform gives; none where they are no place on earth.
#[must_use]
pub fn place(latitude: Option<&str>, longitude: Option<&str>) -> Option<Place> {
    let read = |text: Option<&str>| text.and_then(|text| text.trim().parse::<f64>().ok());
    let place = Place { latitude: read(latitude)?, longitude: read(longitude)? };
    place.is_on_earth().then_some(place)
}

#[cfg(test)]
mod tests;
