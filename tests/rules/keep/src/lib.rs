//! A rule that keeps every activity, for benchmarks: what asking costs when nothing is done.

wit_bindgen::generate!({ world: "activity-rule", path: "../../../wit" });

use exports::actlog::activity::rule::{Activity, Columns, Guest, Interest, Manifest, Verdict};

struct Keep;

#[cfg(target_arch = "wasm32")]
export!(Keep);

impl Guest for Keep {
    fn describe() -> Manifest {
        let four = Columns::MESSAGE | Columns::CATEGORY | Columns::ENTITY_NAME | Columns::USER_ID;
        Manifest {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            interest: Interest { messages: Vec::new(), categories: Vec::new(), entities: Vec::new() },
            // Bits that stand for no column mean nothing.
            columns: if cfg!(feature = "every-column") { Columns::from_bits_retain(u32::MAX) } else { four },
            tags: false,
            redacts: false,
            drops: false,
        }
    }

    fn review(activities: Vec<Activity>) -> Vec<Verdict> {
        activities.iter().map(|_| Verdict::Keep).collect()
    }
}
