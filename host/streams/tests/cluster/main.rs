//! Against real servers: nothing is lost and nothing stands twice, whatever fails. Run by `tests/streams/run`.

mod faults;
mod nodes;
mod parts;
mod relay;
mod running;
mod runs;
mod servers;
mod sinks;
mod stalls;
mod worker_process;
