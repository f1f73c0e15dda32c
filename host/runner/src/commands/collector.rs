//! `actlog collector`

use std::path::Path;

use actlog_feed::Error;

use crate::cli::CollectorCommand;
use crate::console::{Console, GOOD};
use crate::exit::{End, usage};
use crate::serve::collecting;
use crate::table::Grid;

/// Adds, lists and takes away the collectors that may pull from `actlog serve`.
///
/// # Errors
/// When the file of collectors cannot be read or written, or a name is taken.
pub fn collector(command: &CollectorCommand) -> anyhow::Result<End> {
    match command {
        CollectorCommand::Add { name, tenants, file } => {
            let path = Path::new(file);
            let mut clients = collecting::read(path)?;
            let mut tenants = tenants.clone();
            tenants.sort_unstable();
            tenants.dedup();
            let (id, secret) = clients.add(name, tenants).map_err(|error| match error {
                Error::Option(why) => usage(why),
                other => other.into(),
            })?;
            collecting::write(path, &clients)?;
            Console::plain().say("The secret is shown once; only its hash is kept.");
            super::print(&format!("client_id={id}\nclient_secret={secret}\n"))
        }
        CollectorCommand::List { file } => {
            let mut grid = Grid::new(["Name", "Client id", "Tenants"]);
            for client in collecting::read(Path::new(file))?.clients {
                let tenants: Vec<String> = client.tenants.iter().map(ToString::to_string).collect();
                grid.row([client.name, client.id.to_string(), tenants.join(", ")]);
            }
            super::print(&(grid.text() + "\n"))
        }
        CollectorCommand::Remove { name, file } => {
            let path = Path::new(file);
            let mut clients = collecting::read(path)?;
            if !clients.remove(name) {
                return Err(usage(format!("there is no collector {name}")));
            }
            collecting::write(path, &clients)?;
            Console::plain().say(&format!("{GOOD}removed:{GOOD:#} {name}"));
            Ok(End::Done)
        }
    }
}
