//! `actlog token`

use std::path::Path;

use crate::cli::TokenCommand;
use crate::console::{Console, GOOD};
use crate::exit::{End, usage};
use crate::serve::access::Tokens;
use crate::table::Grid;

/// Gives out, lists and takes away tokens.
///
/// # Errors
/// When the file of tokens cannot be read or written, or a name is taken.
pub fn token(command: &TokenCommand) -> anyhow::Result<End> {
    match command {
        TokenCommand::Add { role, name, file } => {
            let path = Path::new(file);
            let mut tokens = Tokens::read(path)?;
            let token = tokens.add(name.as_deref().unwrap_or(&role.to_string()), *role).map_err(|error| usage(error.to_string()))?;
            tokens.write(path)?;
            Console::plain().say("This token is shown once; only its hash is kept.");
            super::print(&format!("{token}\n"))
        }
        TokenCommand::List { file } => {
            let mut grid = Grid::new(["Name", "Role"]);
            Tokens::read(Path::new(file))?.tokens.iter().for_each(|token| grid.row([token.name.clone(), token.role.to_string()]));
            super::print(&(grid.text() + "\n"))
        }
        TokenCommand::Remove { name, file } => {
            let path = Path::new(file);
            let mut tokens = Tokens::read(path)?;
            if !tokens.remove(name) {
                return Err(usage(format!("there is no token for {name}")));
            }
            tokens.write(path)?;
            Console::plain().say(&format!("{GOOD}removed:{GOOD:#} {name}"));
            Ok(End::Done)
        }
    }
}
