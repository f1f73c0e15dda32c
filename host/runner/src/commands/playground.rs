//! `actlog playground`

use std::path::Path;
use std::time::Duration;

use actlog_engine::Engine;
use anyhow::Context;
use tokio::net::TcpListener;

use crate::cli::PlaygroundArgs;
use crate::console::{Console, GOOD};
use crate::exit::End;
use crate::interrupt::Interrupt;
use crate::listen;
use crate::serve::playground;

/// How often it is looked whether the program is to stop.
const GLANCE: Duration = Duration::from_millis(50);

/// Shows the playground at an address until a signal stops it, or writes its files.
///
/// # Errors
/// When the address is taken, or the folder cannot be written.
pub fn playground(args: &PlaygroundArgs) -> anyhow::Result<End> {
    let engine = Engine::new()?;
    match &args.output {
        Some(folder) => write(folder, engine.component_bytes()),
        None => serve(args.listen, engine.component_bytes()),
    }
}

fn write(folder: &Path, component: &[u8]) -> anyhow::Result<End> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (name, content) in playground::files(component) {
        let path = folder.join(name);
        std::fs::write(&path, &content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let page = folder.join("index.html");
    Console::plain().say(&format!("{GOOD}written:{GOOD:#} {}; it opens in a browser as it is, and from any web server", page.display()));
    Ok(End::Done)
}

fn serve(listen: std::net::SocketAddr, component: &[u8]) -> anyhow::Result<End> {
    let interrupt = Interrupt::watch().context("cannot watch for Ctrl-C")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
        let address = listener.local_addr().context("the address is not known")?;
        Console::plain().say(&format!("{GOOD}listening:{GOOD:#} http://{address}/"));
        listen::answer(listener, playground::site(component), stopped(interrupt)).await;
        anyhow::Ok(())
    })?;
    // A signal is how it is meant to end.
    Ok(End::Done)
}

async fn stopped(interrupt: Interrupt) {
    while interrupt.signal().is_none() {
        tokio::time::sleep(GLANCE).await;
    }
}
