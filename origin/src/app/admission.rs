//! Whose requests are counted, and where: in Redis where the mail is there, so that all nodes count together.

use std::sync::Arc;

use crate::{
    admission::{Drawn, memory::OwnCount},
    config::{Config, Counted, Engine},
    http::Admit,
    ports::{Admissions, Chance},
};

/// As the configuration says.
pub(super) fn admit(config: &Config, chance: &Arc<dyn Chance>) -> Admit {
    let Counted::Clients { uncounted, header } = &config.http.counted else { return Admit::Everybody };
    let admissions: Arc<dyn Admissions> = match &config.store.engine {
        Engine::Embedded | Engine::Redis { .. } => Arc::new(OwnCount::new(Drawn::new(Arc::clone(chance)))),
    };
    Admit::Counted { admissions, uncounted: uncounted.clone(), header: header.clone() }
}
