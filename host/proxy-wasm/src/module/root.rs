//! The module as a whole: its configuration, its clock, and the calls that no stream makes.

use std::rc::Rc;
use std::time::UNIX_EPOCH;

use log::{error, info};
use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{BufferType, ContextType};

use super::counters::Counters;
use super::shared::{Shared, TICK};
use super::stream::Stream;
use crate::config::Config;

/// Ticks for which a module that is being replaced waits for its last events to be taken: ten seconds.
const MOST_LAST_TICKS: u32 = 200;

/// The module.
pub struct Root {
    id: u32,
    /// None where there is no configuration that holds: then nothing passes.
    shared: Option<Rc<Shared>>,
    last_ticks: Option<u32>,
}

impl Root {
    /// One that is not configured yet.
    pub fn new(id: u32) -> Self {
        Self { id, shared: None, last_ticks: None }
    }

    fn configure(&self) -> Option<Shared> {
        let document = hostcalls::get_buffer(BufferType::PluginConfiguration, 0, usize::MAX).ok().flatten().unwrap_or_default();
        let config = Config::parse(&document).map_err(|faults| {
            for fault in faults {
                error!("actlog: bad configuration: {fault}");
            }
        });
        let config = config.ok()?;
        let now = hostcalls::get_current_time().unwrap_or(UNIX_EPOCH);
        let Some(began) = now.duration_since(UNIX_EPOCH).ok().filter(|began| !began.is_zero()) else {
            error!("actlog: this host tells no time and has no ticks, so that nothing could be sent again; it cannot run this module");
            return None;
        };
        hostcalls::set_tick_period(TICK).ok()?;
        Some(Shared::new(config, Counters::define(), began))
    }
}

impl Context for Root {
    fn on_http_call_response(&mut self, call: u32, _headers: usize, body_size: usize, _trailers: usize) {
        if let Some(shared) = &self.shared {
            shared.answered(call, None, self.id, body_size);
        }
    }

    fn on_done(&mut self) -> bool {
        let empty = self.shared.as_ref().is_none_or(|shared| shared.is_empty());
        if !empty {
            self.last_ticks = Some(0);
        }
        empty
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, _size: usize) -> bool {
        self.shared = self.configure().map(Rc::new);
        if let Some(shared) = &self.shared {
            let mode = if shared.config.is_closed() { "closed" } else { "open" };
            info!("actlog: on failure {mode}, events go to cluster '{}'", shared.config.serve.cluster);
        }
        self.shared.is_some()
    }

    fn on_tick(&mut self) {
        let Some(shared) = &self.shared else { return };
        shared.tick();
        if let Some(ticks) = &mut self.last_ticks {
            *ticks += 1;
            if shared.is_empty() || *ticks == MOST_LAST_TICKS {
                let _ = hostcalls::done();
            }
        }
    }

    fn create_http_context(&self, id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream::new(id, self.shared.clone())))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}
