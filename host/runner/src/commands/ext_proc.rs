//! `actlog ext-proc`

use actlog_ext_proc::{Address, Config, Listen, Processor};

use super::gateway::{self, Place, Standing};
use crate::cli::ExtProcArgs;
use crate::exit::{End, usage};

/// How a Unix socket is written.
const UNIX: &str = "unix:";

/// Answers Envoy and records what passes through it, until a signal stops it.
///
/// # Errors
/// When the settings are not valid, an address is taken, or the journal or the store cannot be opened.
pub fn ext_proc(args: &ExtProcArgs) -> anyhow::Result<End> {
    let config = config(args)?;
    let place = Place { upstream: args.upstream.as_deref(), upstream_ca: args.upstream_ca.as_deref(), appended: false };
    gateway::stand(&args.gateway, &place, async |standing| {
        let Standing { recorder, is_api } = standing;
        let running = Processor::bind(Config { is_api, ..config }, recorder).await?;
        let addresses = running.addresses().iter().map(|address| match address {
            Address::Tcp(address) => format!("http://{address}"),
            Address::Unix(path) => format!("{UNIX}{}", path.display()),
        });
        let (addresses, journal, stats) = (addresses.collect(), running.journal().clone(), running.stats());
        Ok(gateway::Running { addresses, journal, stats, stop: Box::new(move |grace| Box::pin(running.stop(grace))) })
    })
}

fn config(args: &ExtProcArgs) -> anyhow::Result<Config> {
    let listen: Result<Vec<Listen>, _> = args.listen.iter().map(|text| listen(text)).collect();
    let listen = listen?;
    let first = listen.first().cloned().ok_or_else(|| usage("--listen: at least one address"))?;
    let mut config = Config::new(first, args.gateway.journal.clone());
    config.listen = listen;
    config.allow_remote = args.allow_remote;
    config.limits.requests = args.max_requests as usize;
    config.journal = gateway::journal(&args.gateway, config.journal);
    config.on_failure = gateway::on_failure(&args.gateway);
    Ok(config)
}

fn listen(text: &str) -> anyhow::Result<Listen> {
    match text.strip_prefix(UNIX) {
        Some("") => Err(usage(format!("{text}: the path of a socket is missing"))),
        Some(path) => Ok(Listen::Unix(path.into())),
        None => text
            .parse()
            .map(Listen::Tcp)
            .map_err(|_| usage(format!("{text}: an address such as 127.0.0.1:7320, or {UNIX}/run/actlog.sock"))),
    }
}
