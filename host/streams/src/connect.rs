//! The connection.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream::{Context, context::ContextBuilder};
use async_nats::{Client, ConnectOptions, Event};

use crate::names::Names;
use crate::seldom::Seldom;
use crate::{Config, Error, Lane, backoff};

/// A connection to the cluster. Cheap to clone; it finds its way back by itself, for as long as it takes.
#[derive(Clone)]
pub struct Link {
    pub(crate) client: Client,
    pub(crate) context: Context,
    pub(crate) config: Arc<Config>,
    pub(crate) names: Names,
    /// What was said last of messages that could not be written.
    pub(crate) said: Arc<Seldom>,
    /// The servers have said that they take no runs of records.
    pub(crate) one_by_one: Arc<AtomicBool>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("servers", &self.config.servers).finish_non_exhaustive()
    }
}

impl Link {
    /// Opens a connection. Where no server answers it returns all the same, and goes on trying.
    pub async fn open(config: Config) -> Result<Self, Error> {
        config.validate()?;
        let said = Arc::<Seldom>::default();
        let options = options(&config)?
            .name("actlog")
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(|failures| backoff::wait(failures, Duration::from_millis(100), Duration::from_secs(5)))
            .connection_timeout(config.answer())
            .request_timeout(Some(config.answer()))
            .ping_interval(Duration::from_millis(config.ping_ms))
            .event_callback(move |event| {
                tell(&event, &said);
                async {}
            });
        let client = options
            .connect(config.servers.as_slice())
            .await
            .map_err(|error| Error::server("connecting to the servers of streams", error))?;
        let context = ContextBuilder::new()
            .timeout(config.answer())
            .ack_timeout(config.answer())
            .max_ack_inflight(config.publishes_at_once)
            .backpressure_on_inflight(true)
            .build(client.clone());
        Ok(Self {
            client,
            context,
            names: Names::new(&config.prefix),
            config: Arc::new(config),
            said: Arc::default(),
            one_by_one: Arc::default(),
        })
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Waits until a server answers, so that it is known what it is.
    pub(crate) async fn reach(&self) -> Result<(), Error> {
        let doing = "reaching the servers of streams";
        match tokio::time::timeout(self.config.answer(), self.client.flush()).await {
            Ok(answered) => answered.map_err(|error| Error::server(doing, error)),
            Err(_) => Err(Error::server(doing, "no answer")),
        }
    }

    /// Whether the servers can take runs of records into the stream of records.
    pub(crate) fn can_ingest(&self) -> bool {
        !self.config.apart(Lane::Records) && self.client.is_server_compatible(2, 14, 0)
    }

    /// Whether to try runs of records.
    pub(crate) fn ingests(&self) -> bool {
        !self.one_by_one.load(Ordering::Relaxed) && self.can_ingest()
    }

    /// Sends what is still in the connection and ends it, `drain-ms` at the longest.
    pub async fn close(self) {
        let _ = tokio::time::timeout(self.config.drain(), async {
            let _ = self.client.flush().await;
            let _ = self.client.drain().await;
        })
        .await;
    }
}

fn tell(event: &Event, said: &Seldom) {
    if !said.is_due(&event.to_string()) {
        return;
    }
    match event {
        Event::Connected => tracing::info!("streams: connected"),
        Event::Draining | Event::Closed => tracing::debug!("streams: {event}"),
        Event::Disconnected => tracing::warn!("streams: the connection is lost; trying again"),
        other => tracing::warn!("streams: {other}"),
    }
}

fn options(config: &Config) -> Result<ConnectOptions, Error> {
    let mut options = ConnectOptions::new();
    if let Some(file) = &config.credentials_file {
        let text = secret_file("credentials-file", file)?;
        options = options.credentials(&text).map_err(|_| Error::Secret {
            key: "credentials-file",
            what: file.display().to_string(),
            why: "this is no credentials file".into(),
        })?;
    } else if let Some(file) = &config.nkey_file {
        options = options.nkey(secret_file("nkey-file", file)?.trim().to_owned());
    } else if let (Some(user), Some(variable)) = (&config.user, &config.password_env) {
        options = options.user_and_password(user.clone(), secret_variable("password-env", variable)?);
    } else if let Some(variable) = &config.token_env {
        options = options.token(secret_variable("token-env", variable)?);
    }
    let tls = &config.tls;
    options = options.require_tls(tls.required);
    if tls.first {
        options = options.tls_first();
    }
    if let Some(file) = &tls.ca_file {
        options = options.add_root_certificates(file.clone());
    }
    if let (Some(cert), Some(key)) = (&tls.cert_file, &tls.key_file) {
        options = options.add_client_certificate(cert.clone(), key.clone());
    }
    Ok(options)
}

fn secret_file(key: &'static str, file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(|error| Error::Secret { key, what: file.display().to_string(), why: error.to_string() })
}

fn secret_variable(key: &'static str, name: &str) -> Result<String, Error> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        _ => Err(Error::Secret { key, what: format!("the variable {name}"), why: "not set".into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_secret_is_told_by_key_and_place() {
        let mut config = Config::new(["nats://127.0.0.1:4222"]);
        config.token_env = Some("ACTLOG_TEST_NO_SUCH_VARIABLE".into());
        assert!(matches!(options(&config), Err(Error::Secret { key: "token-env", .. })));
        config.token_env = None;
        config.nkey_file = Some("/nowhere/at/all.nk".into());
        assert!(matches!(options(&config), Err(Error::Secret { key: "nkey-file", .. })));
    }

    #[test]
    fn bad_credentials_file_is_told_without_its_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("bad.creds");
        std::fs::write(&file, "very secret").expect("written");
        let mut config = Config::new(["nats://127.0.0.1:4222"]);
        config.credentials_file = Some(file);
        let told = options(&config).map(drop).expect_err("refused").to_string();
        assert!(told.contains("bad.creds") && !told.contains("secret"), "{told}");
    }
}
