//! A translator: HTTP exchanges in, SDK events out. For hosts that see traffic instead of events.

use crate::bindings::{exchange as wit, words};
use crate::engine::Engine;
use crate::error::Error;
use crate::exchange::{Exchange, Translation};
use crate::fault::Fault;
use crate::idle::Idle;
use crate::instance::Instance;
use std::sync::Arc;
use wasmtime::component::ResourceAny;

/// The translator with its settings. Clones share it, and so may threads: each call takes an instance of its own.
#[derive(Clone)]
pub struct Translator {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    settings: String,
    idle: Idle<Opened>,
}

/// An instance with a translator's settings.
struct Opened {
    instance: Instance,
    translator: ResourceAny,
}

impl Translator {
    /// Checks the settings by making the first instance.
    pub(crate) fn new(engine: Engine, settings: &str) -> Result<Self, Error> {
        engine.check_settings(settings)?;
        let idle = Idle::new(engine.most_idle());
        let translator = Self { shared: Arc::new(Shared { engine, settings: settings.to_owned(), idle }) };
        translator.shared.idle.put_back(translator.open()?);
        Ok(translator)
    }

    /// Tells an exchange in SDK events, which [`Filter::audit`](crate::Filter::audit) takes. The same exchange always gives the
    /// same bytes. What it does not say is left out, and [`Translation::unknown`] says what and why.
    ///
    /// Told once without its answer and once with it, an exchange gives events of the same EventId at the same places: the second
    /// take the place of the first.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the bodies are larger than an instance may be, [`Error::Fault`] when the translator fails on the
    /// exchange, [`Error::Host`] when no instance can be made.
    pub fn translate(&self, exchange: &Exchange) -> Result<Translation, Error> {
        self.shared.engine.check_length(exchange.bytes())?;
        let mut opened = match self.shared.idle.take() {
            Some(opened) => opened,
            None => self.open()?,
        };
        let translation = opened.translate(&exchange.clone().into())?;
        if opened.instance.is_worth_keeping() {
            self.shared.idle.put_back(opened);
        }
        Ok(translation.into())
    }

    fn open(&self) -> Result<Opened, Error> {
        let Shared { engine, settings, .. } = &*self.shared;
        let mut instance = engine.instance()?;
        match instance.call(|component, store| component.exchange.translator().call_open(store, settings))? {
            Ok(translator) => Ok(Opened { instance, translator }),
            Err(errors) => Err(Error::Settings(words(errors))),
        }
    }
}

impl Opened {
    fn translate(&mut self, exchange: &wit::Exchange) -> Result<wit::Translation, Fault> {
        let translator = self.translator;
        self.instance.call(|component, store| component.exchange.translator().call_translate(store, translator, exchange))
    }
}

impl std::fmt::Debug for Translator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Translator").field("engine", &self.shared.engine).field("idle", &self.shared.idle).finish_non_exhaustive()
    }
}
