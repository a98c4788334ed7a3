//! The edge: a Wasm worker at every point of presence.
//!
//! A request is admitted ([`admission`]), routed ([`routes`]), and answered from KV ([`record`], [`listing`], [`deliveries`]) with
//! the keys that take its wrapping off ([`keys`]), by
//! the home region ([`region`]), or refused ([`refusal`]). Where the client showed its capability, mail is opened
//! for that one answer ([`opening`], [`events`]). Everything outside [`runtime`] is pure and is tested on any
//! machine; [`runtime`] alone touches KV, Durable Objects, other servers and the clock.
//!
//! Never logs a request, and never keeps anything of a person: no address, no plaintext, no capability.

pub mod admission;
pub mod batches;
pub mod creation;
pub mod credential;
pub mod deliveries;
pub mod events;
pub mod headers;
pub mod keys;
pub mod listing;
pub mod opening;
pub mod query;
pub mod record;
pub mod refusal;
pub mod region;
pub mod routes;
pub mod runtime;
pub mod windows;
