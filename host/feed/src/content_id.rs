//! The names that blobs have for collectors.

use uuid::Uuid;

/// What a content id says: `{created}${number}${tenant}general{feed}$04`. It is opaque to collectors, and no two blobs have the
/// same, even when the feed's file is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentId {
    /// Milliseconds since 1970.
    pub(crate) created: i64,
    pub(crate) number: i64,
    pub(crate) tenant: Uuid,
    pub(crate) feed: Uuid,
}

/// What stands between tenant and feed.
const KIND: &str = "general";
const END: &str = "04";

impl ContentId {
    pub(crate) fn write(&self) -> String {
        format!("{}${}${}{KIND}{}${END}", self.created, self.number, self.tenant.simple(), self.feed.simple())
    }

    /// Only what [`write`](Self::write) gives is one.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut pieces = text.split('$');
        let (created, number) = (pieces.next()?.parse().ok()?, pieces.next()?.parse().ok()?);
        let (tenant, feed) = pieces.next()?.split_once(KIND)?;
        let id = ContentId { created, number, tenant: Uuid::try_parse(tenant).ok()?, feed: Uuid::try_parse(feed).ok()? };
        (id.write() == text).then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_what_was_written_and_nothing_else() {
        let id = ContentId { created: 1_520_033_156_000, number: 7, tenant: Uuid::from_u128(1), feed: Uuid::from_u128(2) };
        let text = id.write();
        assert_eq!(ContentId::read(&text), Some(id));
        for wrong in
            ["", "$", "$$$", "a$b$c$04", &text[1..].replace("520", "x"), &format!("{text} "), &format!("0{text}"), &text[..text.len() - 1]]
        {
            assert_eq!(ContentId::read(wrong), None, "{wrong}");
        }
    }
}
