//! Serves the records of a store to one collector on loopback, for trying collectors out.
//!
//! `serve STORE`: makes the store if there is none, takes more records, one a line, from standard input as they come, and prints
//! one line of JSON: where it listens and who may ask.

use std::io::BufRead;

use actlog_feed::{Clients, Feed, Options, router};
use actlog_store::Store;
use uuid::Uuid;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [store, tenants @ ..] = arguments.as_slice() else { return Err("usage: serve STORE TENANT…".into()) };
    let tenants = tenants.iter().map(|tenant| tenant.parse()).collect::<Result<Vec<Uuid>, _>>()?;
    let mut writer = Store::open(store, actlog_store::Options::default())?;
    let mut clients = Clients::default();
    let (id, secret) = clients.add("collector", tenants)?;
    let cut_every = std::time::Duration::from_millis(300);
    let feed = Feed::new(store.as_ref(), clients, Options { page: 3, blob_records: 7, cut_every, ..Options::default() })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    println!(r#"{{"url":"http://{}","client_id":"{id}","client_secret":"{secret}"}}"#, listener.local_addr()?);
    let answers = router(feed.clone());
    runtime.spawn(async move { axum::serve(listener, answers).await });
    runtime.spawn(feed.run(std::future::pending()));
    for line in std::io::stdin().lock().lines() {
        writer.append(line?.as_bytes())?;
    }
    Ok(())
}
