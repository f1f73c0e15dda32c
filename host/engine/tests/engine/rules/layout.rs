//! Where things stand in a rule's memory, worked out from the contract.

use crate::common;
use std::sync::OnceLock;
use wit_parser::{Resolve, SizeAlign, Type, TypeDefKind, TypeId};

/// Sizes and offsets of the types that a rule gets and gives.
pub struct Layout {
    /// Bytes of an activity.
    pub activity: usize,
    /// Its columns by name: where each option begins, and where its value.
    pub columns: Vec<(String, usize, usize)>,
    /// Bytes of a verdict, and where what it carries begins.
    pub verdict: (usize, usize),
    /// Cases of a verdict, by name.
    pub verdicts: Vec<String>,
    /// Bytes of a target, and where what it carries begins.
    pub target: (usize, usize),
    /// Bytes of a manifest.
    pub manifest: usize,
    /// Its fields by name: where each begins.
    pub manifest_fields: Vec<(String, usize)>,
    /// The same of an interest.
    pub interest_fields: Vec<(String, usize)>,
    /// Names of the categories.
    pub categories: Vec<String>,
}

/// The contract's layout.
pub fn layout() -> &'static Layout {
    static LAYOUT: OnceLock<Layout> = OnceLock::new();
    LAYOUT.get_or_init(|| {
        let (resolve, _) = common::contract(common::CONTRACT);
        let mut sizes = SizeAlign::default();
        sizes.fill(&resolve);
        let reader = Reader { resolve, sizes };
        let activity = reader.fields("activity");
        let columns = activity.iter().map(|(name, at, ty)| (name.clone(), *at, at + reader.payload(*ty))).collect();
        let plain = |name| reader.fields(name).into_iter().map(|(name, at, _)| (name, at)).collect();
        Layout {
            activity: reader.size("activity"),
            columns,
            verdict: (reader.size("verdict"), reader.payload(Type::Id(reader.id("verdict")))),
            verdicts: reader.cases("verdict"),
            target: (reader.size("target"), reader.payload(Type::Id(reader.id("target")))),
            manifest: reader.size("manifest"),
            manifest_fields: plain("manifest"),
            interest_fields: plain("interest"),
            categories: reader.cases("category"),
        }
    })
}

impl Layout {
    /// The position of a column in the flags that ask for it.
    pub fn flag(&self, column: &str) -> usize {
        self.columns.iter().position(|(name, ..)| name == column).expect("a column of the contract")
    }

    /// Where the option of a column begins, and where its value.
    pub fn column(&self, column: &str) -> (usize, usize) {
        let (_, option, value) = self.columns[self.flag(column)];
        (option, value)
    }
}

/// Where a field begins.
pub fn at(fields: &[(String, usize)], name: &str) -> usize {
    fields.iter().find(|(known, _)| known == name).expect("a field of the contract").1
}

struct Reader {
    resolve: Resolve,
    sizes: SizeAlign,
}

impl Reader {
    /// A type by its name; not the alias under which another interface uses it.
    fn id(&self, name: &str) -> TypeId {
        let named = |ty: &wit_parser::TypeDef| ty.name.as_deref() == Some(name) && !matches!(ty.kind, TypeDefKind::Type(_));
        self.resolve.types.iter().find(|(_, ty)| named(ty)).expect("a type of the contract").0
    }

    fn kind(&self, name: &str) -> &TypeDefKind {
        &self.resolve.types[self.id(name)].kind
    }

    fn size(&self, name: &str) -> usize {
        self.sizes.size(&Type::Id(self.id(name))).size_wasm32()
    }

    /// Fields of a record: name, offset, type.
    fn fields(&self, name: &str) -> Vec<(String, usize, Type)> {
        let TypeDefKind::Record(record) = self.kind(name) else { panic!("{name} is no record") };
        let offsets = self.sizes.field_offsets(record.fields.iter().map(|field| &field.ty));
        let fields = record.fields.iter().zip(offsets);
        fields.map(|(field, (offset, ty))| (field.name.clone(), offset.size_wasm32(), *ty)).collect()
    }

    fn cases(&self, name: &str) -> Vec<String> {
        match self.kind(name) {
            TypeDefKind::Variant(variant) => variant.cases.iter().map(|case| case.name.clone()).collect(),
            TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| case.name.clone()).collect(),
            _ => panic!("{name} has no cases"),
        }
    }

    /// Where the value of a variant or an option begins.
    fn payload(&self, ty: Type) -> usize {
        let Type::Id(id) = ty else { panic!("{ty:?} has no cases") };
        let offset = match &self.resolve.types[id].kind {
            TypeDefKind::Variant(variant) => self.sizes.payload_offset(variant.tag(), variant.cases.iter().map(|case| case.ty.as_ref())),
            TypeDefKind::Option(some) => self.sizes.payload_offset(wit_parser::Int::U8, [None, Some(some)]),
            TypeDefKind::Type(same) => return self.payload(*same),
            other => panic!("{other:?} has no cases"),
        };
        offset.size_wasm32()
    }
}
