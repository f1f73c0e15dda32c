//! The translator in force: the settings' section `[exchange]`, with the names of the upstream's `$metadata`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use actlog_engine::{Engine, Error, Translator};
use serde_json::Value as Json;

/// The key of the section under which the names stand.
const NAMES: &str = "names";

/// The translator in force. It is made anew when the settings or the names change. Clones share it.
#[derive(Clone)]
pub struct Translating(Arc<Shared>);

struct Shared {
    engine: Engine,
    made_of: Mutex<MadeOf>,
    current: RwLock<Translator>,
}

/// A translator that is ready to be put in force.
pub struct Ready {
    made_of: MadeOf,
    translator: Translator,
}

#[derive(Clone)]
struct MadeOf {
    section: Json,
    names: Option<Json>,
}

impl Translating {
    /// Begins with the section as the settings have it, and with names if they are known already.
    ///
    /// # Errors
    /// [`Error::Settings`] with everything that is wrong with the section.
    pub fn new(engine: Engine, section: Json, names: Option<Json>) -> Result<Self, Error> {
        let made_of = MadeOf { section, names };
        let current = make(&engine, &made_of)?;
        Ok(Self(Arc::new(Shared { engine, made_of: Mutex::new(made_of), current: RwLock::new(current) })))
    }

    /// What translates now; whoever has it goes on with it.
    pub fn get(&self) -> Translator {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the settings list names themselves: then those of the upstream are not wanted.
    pub fn has_own_names(&self) -> bool {
        own_names(&self.made_of().section)
    }

    /// Makes ready what another section comes to, with the names that are known. Nothing changes yet.
    ///
    /// # Errors
    /// [`Error::Settings`] with everything that is wrong with the section.
    pub fn with_section(&self, section: Json) -> Result<Ready, Error> {
        let made_of = MadeOf { section, ..self.made_of().clone() };
        Ok(Ready { translator: make(&self.0.engine, &made_of)?, made_of })
    }

    /// Puts in force what was made ready.
    pub fn put(&self, Ready { made_of, translator }: Ready) {
        let mut current = self.made_of();
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = translator;
        *current = made_of;
    }

    /// Puts names in force: what [`Engine::metadata`] gives. Whether they are others than before.
    ///
    /// # Errors
    /// [`Error::Settings`] when they are none; then what was in force goes on.
    pub fn set_names(&self, names: Json) -> Result<bool, Error> {
        if self.made_of().names.as_ref() == Some(&names) {
            return Ok(false);
        }
        let made_of = MadeOf { names: Some(names), ..self.made_of().clone() };
        self.put(Ready { translator: make(&self.0.engine, &made_of)?, made_of });
        Ok(true)
    }

    // It is replaced as a whole.
    fn made_of(&self) -> MutexGuard<'_, MadeOf> {
        self.0.made_of.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn own_names(section: &Json) -> bool {
    section.get(NAMES).is_some()
}

fn make(engine: &Engine, MadeOf { section, names }: &MadeOf) -> Result<Translator, Error> {
    let mut settings = section.clone();
    if let (Some(names), Some(sections), false) = (names, settings.as_object_mut(), own_names(section)) {
        sections.insert(NAMES.to_owned(), names.clone());
    }
    engine.translator(&settings.to_string())
}
