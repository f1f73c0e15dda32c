//! Which events, and how many of each.

/// Shares of the events. Percentages are of all events and are met by chance, not to the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    /// How many of 100 events are reads: Retrieve, RetrieveMultiple with FetchXML and result ids, exports, searches.
    pub reads: u8,
    /// How many of 100 events are creates and updates with 5 to 40 fields. What is left to 100 are messages that
    /// activity logging never logs.
    pub writes: u8,
    /// How many of 100 events come as RemoteExecutionContext; the others are SdkEvents.
    pub remote: u8,
    /// How many of 100 reads and writes are made so large that their record has to be split, beside those that are
    /// large by chance: 100 to 250 result ids, some with a query of several thousand characters, or texts of such
    /// a length.
    pub large: u8,
    /// How many of 100 events are damaged so that they have to be rejected: cut off, a required key missing, a GUID
    /// that is none, a key that stands twice.
    pub damaged: u8,
}

impl Mix {
    /// 60 % reads, 30 % writes, 10 % excluded messages; every fifth event a RemoteExecutionContext; 1 % large; none
    /// damaged. An event has between 1 and 2 KB on average.
    pub const DEFAULT: Mix = Mix { reads: 60, writes: 30, remote: 20, large: 1, damaged: 0 };
    /// The default, but SdkEvents only.
    pub const SDK_EVENTS: Mix = Mix { remote: 0, ..Mix::DEFAULT };
    /// Reads only, as SdkEvents.
    pub const READS: Mix = Mix { reads: 100, writes: 0, ..Mix::SDK_EVENTS };
    /// Creates and updates only, as SdkEvents.
    pub const WRITES: Mix = Mix { reads: 0, writes: 100, ..Mix::SDK_EVENTS };
    /// The default, but RemoteExecutionContexts only.
    pub const REMOTE: Mix = Mix { remote: 100, ..Mix::DEFAULT };
}

impl Default for Mix {
    fn default() -> Self {
        Self::DEFAULT
    }
}
