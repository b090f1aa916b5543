//! `POST /tsa`: time stamps for anybody, over HTTP (RFC 3161 §3.4).

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::header;

use crate::{
    extract::{media_type, read_body},
    problem::ApiError,
    service::App,
};

/// Longest query in bytes. Usual ones have less than 100.
const QUERY_BYTES_MAX: usize = 16 * 1024;

/// Answers a query. What is wrong inside it is said in the reply, as the protocol wants it.
pub(crate) async fn stamp(State(app): State<App>, request: Request) -> Result<Response, ApiError> {
    if media_type(request.headers()).as_deref() != Some("application/timestamp-query") {
        return Err(ApiError::UnsupportedMediaType("the Content-Type must be application/timestamp-query"));
    }
    let query = read_body(request, QUERY_BYTES_MAX).await?;
    let reply = app.authority.reply_to_time_stamp_query(&query, app.clock.now())?;
    Ok(([(header::CONTENT_TYPE, "application/timestamp-reply")], reply).into_response())
}
