//! Where the values that rules may ask for stand in a source record, noted while it is rendered: nobody has to look for
//! them a second time.

/// A value that is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Name of the SDK message.
    Message,
    /// Success or the kind of failure.
    ResultStatus,
    /// Name of the entity.
    EntityName,
    /// Which product the event is from.
    Workload,
    /// URL of the record.
    ItemUrl,
    /// User principal name.
    UserUpn,
    /// PUID or directory id.
    UserKey,
    /// Address of the user or gateway.
    ClientIp,
    /// Browser or client.
    UserAgent,
    /// The query's filter.
    Query,
    /// Ids of the records that came back.
    QueryResults,
    /// What was created or updated.
    Fields,
}

impl Place {
    const COUNT: usize = Place::Fields as usize + 1;
}

/// From which byte of the text to which a value stands, its quotes or brackets counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub from: usize,
    /// The byte after the last.
    pub to: usize,
}

impl Span {
    /// What stands there; nothing for a span of another text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.from..self.to).unwrap_or_default()
    }
}

/// The noted values of one record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    values: [Span; Place::COUNT],
    /// Byte at which the columns stand that rules add.
    pub seam: usize,
}

impl Spans {
    /// Notes a value.
    #[inline]
    pub fn put(&mut self, place: Place, span: Span) {
        self.values[place as usize] = span;
    }

    /// Where a value stands; none where the record has no such value.
    #[inline]
    pub fn get(&self, place: Place) -> Option<Span> {
        let span = self.values[place as usize];
        (span.to > span.from).then_some(span)
    }
}
