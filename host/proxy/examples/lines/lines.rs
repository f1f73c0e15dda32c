//! A recorder that appends exchanges to a file, a line of JSON for each, and has them on the disk before it says so.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use actlog_proxy::{Body, Exchange, Headers, RecordError, Recorder};
use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Appends exchanges to a file. What comes again, because the process ended before it could say that it has it, is not written twice.
pub struct Lines(Arc<Mutex<Kept>>);

struct Kept {
    file: File,
    ids: HashSet<String>,
    whole: u64,
}

impl Lines {
    /// Opens a file, or makes it; a pipe or a device is only written to. A last line that is not whole is taken away: nobody was told that it is there.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).with_context(|| path.display().to_string())?;
        let mut text = String::new();
        if !file.metadata()?.is_file() {
            return Ok(Self(Arc::new(Mutex::new(Kept { file, ids: HashSet::new(), whole: 0 }))));
        }
        file.read_to_string(&mut text).with_context(|| path.display().to_string())?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut ids = HashSet::new();
        for line in text[..whole].lines() {
            let line: Value = serde_json::from_str(line).with_context(|| path.display().to_string())?;
            ids.extend(line["id"].as_str().map(str::to_owned));
        }
        let whole = whole as u64;
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self(Arc::new(Mutex::new(Kept { file, ids, whole }))))
    }
}

impl Recorder for Lines {
    async fn record(&self, exchanges: Vec<Exchange>) -> Result<(), RecordError> {
        let kept = self.0.clone();
        let written = tokio::task::spawn_blocking(move || kept.lock().unwrap_or_else(PoisonError::into_inner).write(&exchanges));
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(RecordError(error.to_string())),
            Err(error) => Err(RecordError(error.to_string())),
        }
    }
}

impl Kept {
    fn write(&mut self, exchanges: &[Exchange]) -> std::io::Result<()> {
        let fresh: Vec<_> = exchanges.iter().filter(|exchange| !self.ids.contains(&exchange.id.to_string())).collect();
        let text: String = fresh.iter().map(|exchange| format!("{}\n", line(exchange))).collect();
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // All of them come again.
            self.file.set_len(self.whole)?;
            return written;
        }
        self.whole += text.len() as u64;
        self.ids.extend(fresh.iter().map(|exchange| exchange.id.to_string()));
        Ok(())
    }
}

fn line(exchange: &Exchange) -> Value {
    json!({
        "id": exchange.id.to_string(),
        "began": exchange.began,
        "client": exchange.client.to_string(),
        "method": exchange.method,
        "target": exchange.target,
        "scheme": exchange.scheme,
        "authority": exchange.authority,
        "request_headers": headers(&exchange.request_headers),
        "request_body": body(&exchange.request_body),
        "status": exchange.status,
        "response_headers": headers(&exchange.response_headers),
        "response_body": body(&exchange.response_body),
        "ended": format!("{:?}", exchange.ended),
    })
}

fn headers(headers: &Headers) -> Value {
    headers.iter().map(|(name, value)| json!([name, String::from_utf8_lossy(value)])).collect()
}

fn body(body: &Body) -> Value {
    json!({ "base64": STANDARD.encode(&body.bytes), "whole": body.whole, "length": body.length, "readable": body.readable })
}
