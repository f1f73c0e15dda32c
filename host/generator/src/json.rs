//! Writing JSON the way the two kinds of senders write it.

use std::fmt::{Display, Write as _};

/// JSON text that grows at its end. Commas come by themselves.
#[derive(Debug, Default)]
pub(crate) struct Json {
    text: String,
    /// Whether to write as .NET's DataContractJsonSerializer does: slashes and all control characters escaped.
    data_contract: bool,
}

impl Json {
    /// Empty text, in the dialect of most senders or of DataContractJsonSerializer.
    pub(crate) fn new(data_contract: bool) -> Self {
        Self { text: String::with_capacity(2048), data_contract }
    }

    /// The text so far.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// Writes an object; `members` writes its keys and values.
    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.nested('{', '}', members);
    }

    /// Writes an array; `elements` writes its values.
    pub(crate) fn array(&mut self, elements: impl FnOnce(&mut Self)) {
        self.nested('[', ']', elements);
    }

    fn nested(&mut self, open: char, close: char, inside: impl FnOnce(&mut Self)) {
        self.comma();
        self.text.push(open);
        inside(self);
        self.text.push(close);
    }

    /// Writes a key; the next call writes its value.
    pub(crate) fn key(&mut self, name: &str) -> &mut Self {
        self.comma();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        self
    }

    /// Writes a string.
    pub(crate) fn text(&mut self, value: &str) {
        self.comma();
        self.text.push('"');
        let mut from = 0;
        for (at, byte) in value.bytes().enumerate() {
            if !(byte == b'"' || byte == b'\\' || byte < 0x20 || (byte == b'/' && self.data_contract)) {
                continue;
            }
            self.text.push_str(&value[from..at]);
            from = at + 1;
            match byte {
                b'\n' if !self.data_contract => self.text.push_str("\\n"),
                b'\r' if !self.data_contract => self.text.push_str("\\r"),
                b'\t' if !self.data_contract => self.text.push_str("\\t"),
                0..0x20 => self.bare_into(format_args!("\\u{byte:04x}")),
                other => self.text.extend(['\\', char::from(other)]),
            }
        }
        self.text.push_str(&value[from..]);
        self.text.push('"');
    }

    /// Writes a string that needs no escapes, by letting `write` append it.
    pub(crate) fn plain(&mut self, write: impl FnOnce(&mut String)) {
        self.comma();
        self.text.push('"');
        write(&mut self.text);
        self.text.push('"');
    }

    /// Writes a number, `true`, `false` or `null`.
    pub(crate) fn bare(&mut self, value: impl Display) {
        self.comma();
        self.bare_into(value);
    }

    fn bare_into(&mut self, value: impl Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{value}");
    }

    fn comma(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(data_contract: bool) -> String {
        let mut json = Json::new(data_contract);
        json.object(|json| {
            json.key("a").text("/x\n\"\\\u{1}ü");
            json.key("b").array(|json| {
                json.bare(1);
                json.bare("null");
                json.object(|_| {});
            });
            json.key("c").plain(|out| out.push_str("plain"));
        });
        json.finish()
    }

    #[test]
    fn write_each_kind_in_both_dialects() {
        assert_eq!(written(false), r#"{"a":"/x\n\"\\\u0001ü","b":[1,null,{}],"c":"plain"}"#);
        assert_eq!(written(true), r#"{"a":"\/x\u000a\"\\\u0001ü","b":[1,null,{}],"c":"plain"}"#);
    }

    #[test]
    fn write_both_dialects_mean_the_same() {
        let parse = |text: String| serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
        assert_eq!(parse(written(false)), parse(written(true)));
    }
}
