//! What stands in a rule's memory from the start: verdicts, its manifest, and the table of what to do.

use super::layout::{at, layout};

/// What a rule answers about an activity, sound or not.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Keep,
    Tag(Vec<&'static str>),
    Redact(Vec<Target>),
    Drop(&'static str),
    /// A drop for a reason that is no text.
    DropBytes(&'static [u8]),
    /// A drop for a reason that is said to stand here: address and length.
    DropAt(u32, u32),
    /// A case that the contract does not have.
    NoCase,
}

/// What a rule redacts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    Field(&'static str),
    Text(&'static str),
    WholeQuery,
}

/// Bytes that are laid down one after another.
pub struct Image {
    base: usize,
    pub bytes: Vec<u8>,
}

impl Image {
    pub fn new(base: usize) -> Self {
        Self { base, bytes: Vec::new() }
    }

    /// Puts bytes at an address that is good for all of them.
    pub fn put(&mut self, bytes: &[u8]) -> usize {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let address = self.base + self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        address
    }

    /// The first address behind.
    pub fn end(&self) -> usize {
        (self.base + self.bytes.len()).next_multiple_of(8)
    }

    /// Address and length of a list, as they stand in memory.
    fn list(&mut self, items: &[Vec<u8>]) -> Vec<u8> {
        pair(self.put(&items.concat()), items.len())
    }

    fn text(&mut self, text: &[u8]) -> Vec<u8> {
        pair(self.put(text), text.len())
    }

    fn texts<S: AsRef<str>>(&mut self, texts: &[S]) -> Vec<u8> {
        let items: Vec<_> = texts.iter().map(|text| self.text(text.as_ref().as_bytes())).collect();
        self.list(&items)
    }

    /// A verdict as it stands in memory.
    pub fn verdict(&mut self, answer: &Answer) -> Vec<u8> {
        let (case, carried) = match answer {
            Answer::Keep => ("keep", Vec::new()),
            Answer::Tag(tags) => ("tag", self.texts(tags)),
            Answer::Redact(targets) => {
                let items: Vec<_> = targets.iter().map(|target| self.target(target)).collect();
                ("redact", self.list(&items))
            }
            Answer::Drop(reason) => ("drop", self.text(reason.as_bytes())),
            Answer::DropBytes(reason) => ("drop", self.text(reason)),
            Answer::DropAt(address, length) => ("drop", pair(*address as usize, *length as usize)),
            Answer::NoCase => ("", Vec::new()),
        };
        let case = layout().verdicts.iter().position(|known| known == case).unwrap_or(100);
        cased(layout().verdict, case, &carried)
    }

    fn target(&mut self, target: &Target) -> Vec<u8> {
        let (case, carried) = match target {
            Target::Field(name) => (0, self.text(name.as_bytes())),
            Target::Text(text) => (1, self.text(text.as_bytes())),
            Target::WholeQuery => (2, Vec::new()),
        };
        cased(layout().target, case, &carried)
    }

    /// Puts a manifest; gives its address.
    pub fn manifest(&mut self, manifest: &Manifest) -> usize {
        let layout = layout();
        let mut bytes = vec![0; layout.manifest];
        let mut set = |name: &str, value: &[u8]| {
            let from = at(&layout.manifest_fields, name);
            bytes[from..from + value.len()].copy_from_slice(value);
        };
        set("name", &self.text(manifest.name.as_bytes()));
        set("version", &self.text(manifest.version.as_bytes()));
        let categories: Vec<_> = manifest.categories.iter().map(|category| vec![position(&layout.categories, category)]).collect();
        let lists = [
            ("messages", self.texts(&manifest.messages)),
            ("categories", self.list(&categories)),
            ("entities", self.texts(&manifest.entities)),
        ];
        let mut interest = vec![0; layout.interest_fields.len() * 8];
        for (name, list) in lists {
            let from = at(&layout.interest_fields, name);
            interest[from..from + 8].copy_from_slice(&list);
        }
        set("interest", &interest);
        let columns = manifest.columns.iter().fold(0u32, |flags, column| flags | 1 << layout.flag(column));
        set("columns", &columns.to_le_bytes());
        for (name, flag) in [("tags", manifest.tags), ("redacts", manifest.redacts), ("drops", manifest.drops)] {
            set(name, &[u8::from(flag)]);
        }
        self.put(&bytes)
    }
}

/// What a rule says of itself.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub name: String,
    pub version: String,
    pub messages: Vec<String>,
    pub categories: Vec<&'static str>,
    pub entities: Vec<&'static str>,
    pub columns: Vec<&'static str>,
    pub tags: bool,
    pub redacts: bool,
    pub drops: bool,
}

fn position(names: &[String], name: &str) -> u8 {
    let position = names.iter().position(|known| known == name).expect("a name of the contract");
    u8::try_from(position).expect("few names")
}

fn pair(address: usize, length: usize) -> Vec<u8> {
    let word = |number: usize| u32::try_from(number).expect("32 bits").to_le_bytes();
    [word(address), word(length)].concat()
}

/// A case of a variant with what it carries.
fn cased((size, payload): (usize, usize), case: usize, carried: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; size];
    bytes[0] = u8::try_from(case).expect("few cases");
    bytes[payload..payload + carried.len()].copy_from_slice(carried);
    bytes
}
