//! From the bytes of a rule to something that can be put into a chain.

use super::compiler::{CompileError, Compiler, compile_in_child};
use super::error::RuleError;
use super::limits::RuleLimits;
use super::manifest::Manifest;
use super::reviewer::Reviewer;
use super::sample;
use super::ticker::Ticker;
use crate::bindings::{self, rule};
use crate::cache::{self, Cache, Start};
use crate::component::{self, ComponentError};
use crate::fault::{Fault, FaultKind};
use crate::folder::Folder;
use crate::limits::Limits;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::component::{Component, InstancePre};
use wasmtime::{Config, Engine};

/// Bytes that a component may have.
const MOST_BYTES: u64 = 64 << 20;
/// How a component begins, and how a core module does.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
const MODULE: &[u8] = b"\0asm\x01\0\0\0";
/// Where machine code of rules is kept, within the cache's folder.
const FOLDER: &str = "rules";

/// Loads rules. Clones share it.
#[derive(Clone)]
pub struct Rules {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    ticker: Arc<Ticker>,
    cache: Cache,
    compiler: Compiler,
}

/// How [`Rules`] are to be made.
#[derive(Clone, Debug, Default)]
pub struct RulesBuilder {
    cache: Cache,
    compiler: Compiler,
}

impl RulesBuilder {
    /// Where machine code is kept from one start to the next: in a folder `rules` within that of the cache.
    #[must_use]
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = cache;
        self
    }

    /// How rules are compiled; in this process if not said.
    #[must_use]
    pub fn compiler(mut self, compiler: Compiler) -> Self {
        self.compiler = compiler;
        self
    }

    /// Makes it.
    ///
    /// # Errors
    /// [`RuleError::Host`] where this machine cannot run WebAssembly, or has no thread for deadlines.
    pub fn build(self) -> Result<Rules, RuleError> {
        let engine = engine().map_err(|error| RuleError::Host(format!("{error:#}")))?;
        let ticker = Ticker::start(&engine).map_err(|error| RuleError::Host(format!("no thread for deadlines: {error}")))?;
        let Self { cache, compiler } = self;
        Ok(Rules { shared: Arc::new(Shared { engine, ticker: Arc::new(ticker), cache, compiler }) })
    }
}

/// The engine of rules: its code looks at the epoch, so that it can be ended.
pub(super) fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.memory_init_cow(true);
    config.generate_address_map(false);
    Engine::new(&config)
}

impl Rules {
    /// Loads rules compiled in this process, with the user's cache.
    ///
    /// # Errors
    /// As for [`RulesBuilder::build`].
    pub fn new() -> Result<Self, RuleError> {
        Self::builder().build()
    }

    /// Rules that differ from [`Rules::new`].
    pub fn builder() -> RulesBuilder {
        RulesBuilder::default()
    }

    /// Loads a rule from a file. Of a large file only its first bytes are read.
    ///
    /// # Errors
    /// As for [`Rules::load`].
    pub fn load_file(&self, path: &Path, limits: RuleLimits) -> Result<Rule, RuleError> {
        let unreadable = |source| ComponentError::Unreadable { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
        self.load(&bytes, limits)
    }

    /// Loads a rule: compiles it or takes its machine code from the cache, checks that it imports nothing and fits the contract,
    /// asks it what it is, and tries it with made-up activities, all within its limits.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn load(&self, bytes: &[u8], limits: RuleLimits) -> Result<Rule, RuleError> {
        let since = Instant::now();
        if bytes.len() as u64 > MOST_BYTES {
            return Err(RuleError::TooLarge { bytes: bytes.len() as u64, limit: MOST_BYTES });
        }
        let invalid = |why: &str| Err(ComponentError::Invalid(why.to_owned()).into());
        match bytes.get(..8) {
            Some(COMPONENT) => {}
            Some(MODULE) => {
                return invalid("it is a core module; link it with wasm-component-ld, or encode it with wasm-tools component new");
            }
            _ => return invalid("it does not begin as WebAssembly does"),
        }
        let Shared { engine, ticker, cache, compiler } = &*self.shared;
        let folder = Folder::open(cache).and_then(|folder| folder.within(FOLDER));
        let (component, start) = cache::load(engine, bytes, folder, || compile(engine, compiler, bytes, &limits))?;
        let pre = component::check(engine, &component)?;
        let indices = rule::GuestIndices::new(&pre).map_err(|error| misfit(engine, &component, &error))?;
        let load_time = since.elapsed();
        let image = Image { pre, indices, limits, ticker: ticker.clone() };
        let (_, said) = Reviewer::start(&image, image.until()).map_err(fails)?;
        let compiled = Compiled { image, manifest: Manifest::of(&said)?, said };
        compiled.try_out()?;
        Ok(Rule { compiled: Arc::new(compiled), bytes: bytes.len(), start, load_time })
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").field("cache", &self.shared.cache).field("compiler", &self.shared.compiler).finish()
    }
}

fn compile(engine: &Engine, compiler: &Compiler, bytes: &[u8], limits: &RuleLimits) -> Result<Vec<u8>, RuleError> {
    match compiler {
        Compiler::Here => Ok(engine.precompile_component(bytes)?),
        Compiler::Child { program, arguments } => {
            let mut command = Command::new(program);
            command.args(arguments).arg(limits.compile_memory.to_string());
            compile_in_child(&mut command, bytes, limits.compile_time).map_err(|error| match error {
                CompileError::Invalid(why) => ComponentError::Invalid(why).into(),
                other => other.into(),
            })
        }
    }
}

/// What of the contract is missing; another version of it is told as such.
fn misfit(engine: &Engine, component: &Component, error: &wasmtime::Error) -> RuleError {
    let misfit = component::misfit(engine, component, error);
    let interface = bindings::RULE.split('@').next().unwrap_or_default();
    let other = |name: &&String| name.split('@').next() == Some(interface) && name.as_str() != bindings::RULE;
    match &misfit {
        ComponentError::Contract { exports, .. } => match exports.iter().find(other) {
            Some(found) => RuleError::OtherContract { found: found.clone(), wanted: bindings::RULE },
            None => misfit.into(),
        },
        _ => misfit.into(),
    }
}

/// A rule that was loaded. Clones share it.
#[derive(Clone)]
pub struct Rule {
    pub(super) compiled: Arc<Compiled>,
    bytes: usize,
    start: Start,
    load_time: Duration,
}

/// A rule's machine code, and its limits.
pub(super) struct Image {
    pub(super) pre: InstancePre<Limits>,
    pub(super) indices: rule::GuestIndices,
    pub(super) limits: RuleLimits,
    pub(super) ticker: Arc<Ticker>,
}

/// The same, with what it says of itself.
pub(super) struct Compiled {
    pub(super) image: Image,
    /// In the contract's words.
    pub(super) said: rule::Manifest,
    pub(super) manifest: Manifest,
}

impl Image {
    /// The moment at which what begins now must be done.
    pub(super) fn until(&self) -> Instant {
        Instant::now() + self.limits.deadline
    }
}

impl Compiled {
    /// A fresh instance. It must say of itself what the first one said.
    pub(super) fn start(&self, until: Instant) -> Result<Reviewer, Fault> {
        let (reviewer, said) = Reviewer::start(&self.image, until)?;
        if said != self.said {
            let explanation = "it does not always describe itself the same".to_owned();
            return Err(Fault { kind: FaultKind::BadAnswer, explanation });
        }
        Ok(reviewer)
    }

    /// Lets it review made-up activities.
    fn try_out(&self) -> Result<(), RuleError> {
        let activities = sample::activities(&self.said);
        let until = self.image.until();
        let mut reviewer = self.start(until).map_err(fails)?;
        let verdicts = reviewer.review(&self.image, &activities, until).map_err(fails)?;
        match verdicts.iter().find(|verdict| !self.manifest.covers(verdict)) {
            Some(verdict) => Err(fails(beyond(verdict))),
            None => Ok(()),
        }
    }
}

fn fails(fault: Fault) -> RuleError {
    RuleError::Fails { kind: fault.kind, explanation: fault.explanation }
}

/// A verdict that the manifest does not name.
pub(super) fn beyond(verdict: &crate::bindings::wit::Verdict) -> Fault {
    use crate::bindings::wit::Verdict;
    let answer = match verdict {
        Verdict::Keep => "keep",
        Verdict::Tag(_) => "tag",
        Verdict::Redact(_) => "redact",
        Verdict::Drop(_) => "drop",
    };
    Fault { kind: FaultKind::BadAnswer, explanation: format!("it answers {answer}, which its manifest does not say") }
}

impl Rule {
    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.compiled.manifest
    }

    /// What it may take.
    pub fn limits(&self) -> &RuleLimits {
        &self.compiled.image.limits
    }

    /// Bytes of the component.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How its machine code was come by.
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// How long it took to have its machine code.
    pub fn load_time(&self) -> Duration {
        self.load_time
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Manifest { name, version, .. } = self.manifest();
        f.debug_struct("Rule").field("name", name).field("version", version).field("bytes", &self.bytes).finish()
    }
}
