//! The published schema: made from the model by schemars, kept in `schema.json`, and compared here.
//!
//! `ACTLOG_OVERWRITE=1 cargo test -p actlog-guest exchange::settings::schema` writes the file anew after a change of the
//! model.

use super::{SCHEMA, Settings};
use crate::settings::schema::{check_described, check_kept};

#[test]
fn schema_file_is_what_the_model_gives() {
    check_kept::<Settings>(SCHEMA, "/src/exchange/settings/schema.json");
}

#[test]
fn schema_every_key_is_described() {
    check_described(SCHEMA);
}
