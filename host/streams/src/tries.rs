//! How often an event was tried alone, remembered by the servers: whoever tries may not live to remember it.

use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::LastRawMessageErrorKind;
use tokio_util::sync::CancellationToken;

use crate::put::PutError;
use crate::{Link, backoff};

/// Notes that a try begins, and says how many there were before. Two workers that note at the same moment may count as one.
pub(crate) async fn note(link: &Link, key: &str, stop: &CancellationToken) -> Result<u32, PutError> {
    let mut failures = 0;
    loop {
        let noted = tokio::select! {
            () = stop.cancelled() => return Err(PutError::Stopped),
            noted = note_once(link, key) => noted,
        };
        match noted {
            Ok(before) => return Ok(before),
            Err(why) => {
                failures += 1;
                tracing::warn!("streams: a try could not be noted: {why}");
                tokio::select! {
                    () = stop.cancelled() => return Err(PutError::Stopped),
                    () = tokio::time::sleep(backoff::wait(failures, link.config.retry(), link.config.answer())) => {}
                }
            }
        }
    }
}

async fn note_once(link: &Link, key: &str) -> Result<u32, String> {
    let subject = link.names.tries_subject(key);
    let stream = link.context.get_stream_no_info(link.names.tries_stream()).await.map_err(|error| error.to_string())?;
    let before = match stream.get_last_raw_message_by_subject(&subject).await {
        Ok(found) => std::str::from_utf8(&found.payload).ok().and_then(|text| text.parse().ok()).unwrap_or(0),
        Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => 0u32,
        Err(error) => return Err(error.to_string()),
    };
    let publish = PublishMessage::build().payload((before + 1).to_string().into());
    link.context.send_publish(subject, publish).await.map_err(|error| error.to_string())?.await.map_err(|error| error.to_string())?;
    Ok(before)
}

/// Forgets: the event was worked, so that a further delivery is nobody's fault. Where this fails, its tries count on.
pub(crate) async fn forget(link: &Link, key: &str) {
    if let Ok(stream) = link.context.get_stream_no_info(link.names.tries_stream()).await {
        let _ = stream.purge().filter(link.names.tries_subject(key)).await;
    }
}
