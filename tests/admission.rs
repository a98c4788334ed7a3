//! A hundred requests in any minute, exactly.

use std::sync::Arc;

use anyhow::{Result, ensure};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::world::World;

pub(crate) async fn the_101st_request_in_a_minute_is_refused(world: Arc<World>) -> Result<()> {
    let reader = world.reader()?;
    for n in 1..=100 {
        let answer = reader.send(Method::GET, "/v1/domains", None, None).await?;
        ensure!(answer.status() == StatusCode::OK, "request {n}: {}", answer.status());
        ensure!(answer.headers().contains_key("ratelimit") && answer.headers().contains_key("ratelimit-policy"));
    }
    let refused = reader.send(Method::GET, "/v1/domains", None, None).await?;
    ensure!(refused.status() == StatusCode::TOO_MANY_REQUESTS, "{}", refused.status());
    let wait: u64 = refused.headers()["retry-after"].to_str()?.parse()?;
    ensure!((1..=60).contains(&wait), "{wait} seconds");
    ensure!(refused.headers()["content-type"] == "application/problem+json");
    let problem: Value = refused.json().await?;
    ensure!(problem["status"] == 429, "{problem}");

    // Somebody else is not limited by it.
    let other = world.reader()?.send(Method::GET, "/v1/domains", None, None).await?;
    ensure!(other.status() == StatusCode::OK, "{}", other.status());

    // And when the window has slid, it goes on.
    world.advance(wait * 1000).await?;
    let again = reader.send(Method::GET, "/v1/domains", None, None).await?;
    ensure!(again.status() == StatusCode::OK, "after {wait} seconds: {}", again.status());
    Ok(())
}
