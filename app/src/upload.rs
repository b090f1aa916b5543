//! Uploads with progress. `fetch` tells nothing about how far an upload is, so this
//! is `XMLHttpRequest`.

use std::cell::RefCell;

use contract::Sha256Digest;
use js_sys::Promise;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ProgressEvent, XmlHttpRequest};

use crate::{
    fetch::{self, Failure},
    model::{UploadId, UploadReceipt},
    num, paths,
};

thread_local! {
    /// The upload under way; there is one at a time.
    static UNDER_WAY: RefCell<Option<XmlHttpRequest>> = const { RefCell::new(None) };
}

/// Uploads `file`, telling `progress` how many bytes are gone.
pub(crate) async fn put(
    upload: UploadId,
    file: &File,
    mime_type: &str,
    digest: &Sha256Digest,
    progress: impl Fn(u64) + 'static,
) -> Result<UploadReceipt, Failure> {
    let request = XmlHttpRequest::new().map_err(|_| Failure::Unreachable)?;
    let on_progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        progress(num::bytes(event.loaded()));
    });
    if let Ok(target) = request.upload() {
        target.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    }
    let sent = (|| {
        request.open("PUT", &paths::upload(upload))?;
        request.set_request_header(fetch::HEADER.0, fetch::HEADER.1)?;
        request.set_request_header("Content-Type", mime_type)?;
        // RFC 9530.
        request.set_request_header("Content-Digest", &["sha-256=:", &digest.base64(), ":"].concat())?;
        request.send_with_opt_blob(Some(file))
    })();
    sent.map_err(|_| Failure::Unreachable)?;

    UNDER_WAY.set(Some(request.clone()));
    // `loadend` comes after success, failure and abort alike.
    let ended = Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
    let _ = JsFuture::from(ended).await;
    let aborted = UNDER_WAY.take().is_none();

    let answer = request.response_text().ok().flatten().unwrap_or_default();
    match request.status().unwrap_or_default() {
        0 if aborted => Err(Failure::Cancelled),
        0 => Err(Failure::Unreachable),
        200..300 => fetch::read(answer),
        status => Err(fetch::refused(status, &answer)),
    }
}

/// Stops the upload under way, if there is one.
pub(crate) fn abort() {
    if let Some(request) = UNDER_WAY.take() {
        // Aborting does not fail.
        let _ = request.abort();
    }
}
