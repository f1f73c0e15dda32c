//! Made-up events of a customer relationship organization, for demonstrations, tests and benchmarks.
//!
//! The same seed gives the same events on every machine, for ever: a test holds a checksum of the first thousand. There
//! is no clock; time begins on a Monday in March 2024 and goes on by less than a second from event to event.
//!
//! ```
//! use actlog_generator::{Generator, Mix};
//!
//! let events: Vec<String> = Generator::new(7).take(3).collect();
//! assert_eq!(events, Generator::with_mix(7, Mix::DEFAULT).take(3).collect::<Vec<_>>());
//! assert!(events.iter().all(|event| event.starts_with('{') && !event.contains('\n')));
//! ```

#![forbid(unsafe_code)]

mod damage;
mod entities;
mod expression;
mod fetchxml;
mod json;
mod mix;
mod moment;
mod people;
mod plan;
mod random;
mod remote_context;
mod sdk_event;
mod values;
mod words;

pub use mix::Mix;

use moment::Moment;
use people::User;
use plan::Plan;
use random::Random;
use values::Source;

/// Gives events without end: each one line of JSON, without a line feed, in one of the two event forms. Every SdkEvent has
/// an EventId of its own, every RemoteExecutionContext an OperationId of its own.
#[derive(Debug)]
pub struct Generator {
    mix: Mix,
    random: Random,
    people: Vec<User>,
    now: Moment,
}

impl Generator {
    /// Events of the default mix, [`Mix::DEFAULT`].
    pub fn new(seed: u64) -> Self {
        Self::with_mix(seed, Mix::DEFAULT)
    }

    /// SdkEvents only, [`Mix::SDK_EVENTS`].
    pub fn sdk_events(seed: u64) -> Self {
        Self::with_mix(seed, Mix::SDK_EVENTS)
    }

    /// Events of any mix.
    pub fn with_mix(seed: u64, mix: Mix) -> Self {
        Self { mix, random: Random::new(seed), people: people::everybody(), now: moment::START }
    }
}

impl Iterator for Generator {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        self.now.0 += u64::from(self.random.below(900));
        let Self { mix, random, people, now } = self;
        let plan = Plan::new(mix, people, *now, random);
        let remote = random.percent(u32::from(mix.remote));
        let mut source = Source { random, people, now: *now };
        let event = if remote { remote_context::write(&plan, &mut source) } else { sdk_event::write(&plan, &mut source) };
        let damaged = random.percent(u32::from(mix.damaged));
        Some(if damaged { damage::damage(event, random) } else { event })
    }
}
