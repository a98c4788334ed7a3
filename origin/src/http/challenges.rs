//! `/.well-known/acme-challenge/{token}`: what a certificate authority asks for to see that a name is ours
//! (RFC 8555 §8.3). Answers are no secret; there are some only while a certificate is ordered.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
    routing::get,
};

use super::answer;
use crate::{
    metrics::Metrics,
    ports::{ChallengeAnswers, ChallengeToken},
};

/// Where challenges are.
pub(super) const ROUTE: &str = "/.well-known/acme-challenge/{token}";

/// The one route, to be merged into [`super::router`] or served alone.
pub fn challenge_router(answers: Arc<dyn ChallengeAnswers>, metrics: Arc<Metrics>) -> Router {
    let routes = Router::new().route(ROUTE, get(show)).with_state(answers);
    answer::dress_all(answer::dress_operator(routes), metrics)
}

async fn show(State(answers): State<Arc<dyn ChallengeAnswers>>, Path(token): Path<String>) -> Response {
    let Some(token) = ChallengeToken::parse(&token) else { return answer::nothing_here().await };
    match answers.answer(token).await {
        Some(text) => ([(header::CONTENT_TYPE, "application/octet-stream")], text).into_response(),
        None => answer::nothing_here().await,
    }
}

#[cfg(test)]
mod tests;
