//! Categorize: what kind of access a message is, from its name alone.
//!
//! The specification's prefixes come first, the longest first. What they leave open is decided by our own rows: a row for
//! the whole name before rows for its beginning, and of those the longest. Case never counts: the specification writes
//! `RollUp` where the SDK says `Rollup`.
//!
//! Our own beginnings match whole words: `Is` matches `IsPaiEnabled` and not `IssueInvoice`. A name with the publisher
//! prefix of a Microsoft app (`msdyn_CreateActionFlow`) that no row matches is looked up once more without the prefix;
//! the specification's prefixes do not match it, since it does not begin with them. A customer's own action
//! (`contoso_UpdateLimit`) is `Execute`, whatever its name promises.

use crate::tables::categories::{OTHERWISE, PREFIXES, ROWS, Rule};
use crate::tables::entities;
use crate::tables::names::begins;
use serde::{Serialize, Serializer};

/// What kind of access a message is. `ReadMultiple` and `Read` are the specification's, the others our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Reads many records: views, searches, exports to Excel.
    ReadMultiple,
    /// Reads one record, or something else than records.
    Read,
    /// Makes records.
    Create,
    /// Changes records, their state included.
    Update,
    /// Deletes records, or a definition with its data.
    Delete,
    /// Links records, puts them into lists and teams, gives roles.
    Associate,
    /// The opposite of `Associate`.
    Disassociate,
    /// Gives records to another owner, queue or worker.
    Assign,
    /// Gives, changes or takes away access to records.
    Share,
    /// A user comes in.
    SignIn,
    /// A user leaves.
    SignOut,
    /// Hands data out as a file.
    Export,
    /// Brings data or a solution in.
    Import,
    /// Puts customizations, rules or products in force, or out of it.
    Publish,
    /// Changes definitions: entities, attributes, option sets, forms, what solutions hold.
    Customize,
    /// Turns something on or off.
    Activate,
    /// Sends e-mail or another message.
    Send,
    /// Asks or computes; touches no record.
    Check,
    /// Runs something: custom actions, workflows, and all that no row names.
    Execute,
}

impl Category {
    /// Every category, in order.
    pub const ALL: [Category; 19] = [
        Category::ReadMultiple,
        Category::Read,
        Category::Create,
        Category::Update,
        Category::Delete,
        Category::Associate,
        Category::Disassociate,
        Category::Assign,
        Category::Share,
        Category::SignIn,
        Category::SignOut,
        Category::Export,
        Category::Import,
        Category::Publish,
        Category::Customize,
        Category::Activate,
        Category::Send,
        Category::Check,
        Category::Execute,
    ];

    /// The name that records print.
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// What the category means, in a few words.
    pub fn meaning(self) -> &'static str {
        self.words().1
    }

    /// Whether data is handed out and nothing changed: what "Start Read Auditing" switches. `Export` is such, as the
    /// specification's own prefixes make exports reads; `Check` is not, for it hands out no record.
    pub fn is_read(self) -> bool {
        matches!(self, Category::ReadMultiple | Category::Read | Category::Export)
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Category::ReadMultiple => ("ReadMultiple", "reads many records: views, searches, exports to Excel"),
            Category::Read => ("Read", "reads one record, or something else than records"),
            Category::Create => ("Create", "makes records"),
            Category::Update => ("Update", "changes records, their state included"),
            Category::Delete => ("Delete", "deletes records, or a definition with its data"),
            Category::Associate => ("Associate", "links records, puts them into lists and teams, gives roles"),
            Category::Disassociate => ("Disassociate", "unlinks records, takes them out of lists and teams, takes roles away"),
            Category::Assign => ("Assign", "gives records to another owner, queue or worker"),
            Category::Share => ("Share", "gives, changes or takes away access to records"),
            Category::SignIn => ("SignIn", "a user comes in"),
            Category::SignOut => ("SignOut", "a user leaves"),
            Category::Export => ("Export", "hands data out as a file"),
            Category::Import => ("Import", "brings data or a solution in"),
            Category::Publish => ("Publish", "puts customizations, rules or products in force, or out of it"),
            Category::Customize => ("Customize", "changes definitions: entities, attributes, option sets, forms, what solutions hold"),
            Category::Activate => ("Activate", "turns something on or off"),
            Category::Send => ("Send", "sends e-mail or another message"),
            Category::Check => ("Check", "asks or computes; touches no record"),
            Category::Execute => ("Execute", "runs something: custom actions, workflows, and all that no row names"),
        }
    }
}

impl Serialize for Category {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The category of a message. Every name has one.
#[inline]
pub fn categorize(message: &str) -> Category {
    rule(message).category
}

/// The row that decides the category of a message.
pub fn rule(message: &str) -> &'static Rule {
    let of_specification = longest(PREFIXES, message);
    of_specification.or_else(|| own(message)).or_else(|| entities::without_microsoft_prefix(message).and_then(own)).unwrap_or(&OTHERWISE)
}

fn longest(rules: &'static [Rule], message: &str) -> Option<&'static Rule> {
    // The first letter alone rules out most messages.
    if !matches!(message.as_bytes().first(), Some(b'R' | b'r' | b'E' | b'e' | b'S' | b's' | b'G' | b'g')) {
        return None;
    }
    rules.iter().filter(|rule| begins(message, rule.name)).max_by_key(|rule| rule.name.len())
}

fn own(message: &str) -> Option<&'static Rule> {
    let letter = usize::from(message.as_bytes().first()?.to_ascii_lowercase().wrapping_sub(b'a'));
    let &(from, to) = LETTERS.get(letter)?;
    let mut best: Option<&'static Rule> = None;
    for rule in ROWS.get(from..to)? {
        if !begins(message, rule.name) {
            continue;
        }
        if rule.name.len() == message.len() {
            return Some(rule);
        }
        // A longer beginning stands after the shorter one that it begins with.
        if !rule.whole && word_ends(message, rule.name.len()) {
            best = Some(rule);
        }
    }
    best
}

/// Whether a word of `message` ends before byte `at`. In a name all of one case no word can be told from the next.
fn word_ends(message: &str, at: usize) -> bool {
    let small = message.as_bytes().get(at).is_some_and(u8::is_ascii_lowercase);
    !small || !message.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Where the rows of each letter stand in [`ROWS`].
const LETTERS: [(usize, usize); 26] = {
    let mut letters = [(0, 0); 26];
    let (mut letter, mut row) = (0, 0);
    while letter < 26 {
        let from = row;
        while row < ROWS.len() && ROWS[row].name.as_bytes()[0] == b'A' + letter as u8 {
            row += 1;
        }
        letters[letter] = (from, row);
        letter += 1;
    }
    letters
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::messages::MESSAGES;
    use proptest::prelude::*;

    #[test]
    fn category_all_in_order_with_distinct_names() {
        assert!(Category::ALL.windows(2).all(|pair| pair[0] < pair[1] && pair[0].name() != pair[1].name()));
        for category in Category::ALL {
            assert_eq!(format!("{category:?}"), category.name());
        }
        let reads: Vec<Category> = Category::ALL.into_iter().filter(|category| category.is_read()).collect();
        assert_eq!(reads, [Category::ReadMultiple, Category::Read, Category::Export]);
    }

    #[test]
    fn letters_cover_every_row() {
        assert_eq!(LETTERS[25].1, ROWS.len());
        assert!(ROWS.iter().all(|row| own(row.name) == Some(row)), "a row does not match its own name");
    }

    #[test]
    fn longest_letters_are_those_of_the_prefixes() {
        assert!(PREFIXES.iter().all(|row| longest(PREFIXES, row.name) == Some(row)));
    }

    #[test]
    fn categorize_each_case() {
        let cases = [
            // The specification's prefixes, the longest first, whatever the case.
            ("RetrieveMultiple", Category::ReadMultiple),
            ("Retrieve", Category::Read),
            ("RetrieveAttributeChangeHistory", Category::Read),
            ("RetrieveRecordChangeHistory", Category::Read),
            ("RetrieveRecordWall", Category::ReadMultiple),
            ("RetrieveEntitiesForAggregateQuery", Category::ReadMultiple),
            ("ExportToExcel", Category::ReadMultiple),
            ("ExportToWord", Category::Read),
            ("Rollup", Category::ReadMultiple),
            ("rollup", Category::ReadMultiple),
            ("ExecuteFetch", Category::ReadMultiple),
            ("SEARCHBYTITLE", Category::Read),
            ("Getaway", Category::Read),
            // Excluded messages have categories too.
            ("WhoAmI", Category::Check),
            ("RetrieveAttribute", Category::Read),
            // Whole names before beginnings, the longest beginning first, whole words.
            ("CreateAttribute", Category::Customize),
            ("CreateAttributes", Category::Create),
            ("DeleteAttribute", Category::Delete),
            ("createmultiple", Category::Create),
            ("CancelContract", Category::Update),
            ("CanBeReferenced", Category::Check),
            ("IsDataEncryptionActive", Category::Check),
            ("IssueInvoice", Category::Execute),
            ("AddressCheck", Category::Execute),
            ("ExecuteByIdSavedQuery", Category::ReadMultiple),
            ("ExecuteWorkflow", Category::Execute),
            ("Deliverance", Category::Execute),
            ("ActivateProcess", Category::Activate),
            ("DeactivateProcess", Category::Activate),
            ("DisableAdminMode", Category::Activate),
            ("UserSignIn", Category::SignIn),
            ("UserSignOut", Category::SignOut),
            ("GrantAccessUsingSharedLink", Category::Share),
            ("DownloadSolutionExportData", Category::Export),
            // The publisher prefixes of Microsoft's apps are looked through, those of customers are not.
            ("msdyn_RetrieveKnowledgeSuggestions", Category::Read),
            ("MSDYN_createactionflow", Category::Create),
            ("msdyn_ExportToPdf", Category::Export),
            ("adx_GetSite", Category::Read),
            ("msdyn_SearchArticles", Category::Read),
            ("msdyn_", Category::Execute),
            ("contoso_RetrieveEverything", Category::Execute),
            ("new_CreateInvoice", Category::Execute),
            ("", Category::Execute),
            ("Überprüfen", Category::Execute),
        ];
        for (message, category) in cases {
            assert_eq!(categorize(message), category, "{message}");
        }
    }

    #[test]
    fn rule_of_the_specification_says_so() {
        assert!(rule("Rollup").specification && rule("Rollup").name == "RollUp");
        assert!(!rule("msdyn_RetrieveSearchProviders").specification);
        assert!(*rule("contoso_X") == OTHERWISE);
    }

    #[test]
    fn categorize_known_messages_whatever_their_case() {
        for message in MESSAGES {
            assert_eq!(categorize(message), categorize(&message.to_lowercase()), "{message}");
            assert_eq!(categorize(message), categorize(&message.to_uppercase()), "{message}");
        }
    }

    /// A row that is lost or added moves at least one known message.
    #[test]
    fn categorize_known_messages_by_category() {
        let count = |category: Category| MESSAGES.iter().filter(|message| categorize(message) == category).count();
        let counts: Vec<String> = Category::ALL.iter().map(|&category| format!("{} {}", category.name(), count(category))).collect();
        let expected = "ReadMultiple 15, Read 180, Create 45, Update 78, Delete 21, Associate 21, Disassociate 17, Assign 10, Share 15, \
            SignIn 1, SignOut 1, Export 7, Import 29, Publish 11, Customize 34, Activate 2, Send 11, Check 33, Execute 24";
        assert_eq!(counts.join(", "), expected);
    }

    /// What is left as `Execute` was looked at one by one; a new message lands here only on purpose.
    #[test]
    fn categorize_known_messages_left_as_execute() {
        let left: Vec<&str> = MESSAGES.iter().copied().filter(|message| categorize(message) == Category::Execute).collect();
        let expected = "AlmHandler AnalyzeSentiment Appointment BatchPrediction CategorizeText Default DetectLanguage Execute \
            ExecuteAsync ExecuteMultiple ExecuteTransaction ExecuteWorkflow ExtractKeyPhrases ExtractTextEntities Handle \
            PowerAutomateProxy Predict PredictByReference ProcessOneMemberBulkOperation PvaAuthorize QuickTest RecognizeText \
            SchedulePrediction Train";
        assert_eq!(left.join(" "), expected);
    }

    proptest! {
        /// The specification read literally: the longest of its prefixes decides, however the name goes on.
        #[test]
        fn rule_any_name_under_a_prefix_of_the_specification(row in 0..PREFIXES.len(), rest in "\\PC{0,12}", upper: bool) {
            let name = format!("{}{rest}", PREFIXES[row].name);
            let name = if upper { name.to_uppercase() } else { name };
            let folded = name.to_lowercase();
            let expected = PREFIXES.iter().filter(|row| folded.starts_with(&row.name.to_lowercase())).max_by_key(|row| row.name.len());
            prop_assert_eq!(rule(&name), expected.expect("it begins with one"));
        }

        #[test]
        fn rule_any_name_has_a_row(name in "\\PC{0,24}") {
            prop_assert!(Category::ALL.contains(&rule(&name).category));
        }
    }
}
