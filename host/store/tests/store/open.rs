//! Opening, and what keeps a store from being opened.

use actlog_store::{Error, Options, Reader, Store, VERSION, verify};

use crate::folder::{Folder, RECORDS};

fn open(folder: &Folder) -> Result<Store, Error> {
    Store::open(folder.db(), Options::default())
}

#[test]
fn open_while_another_writes_is_locked() {
    let folder = Folder::new();
    let store = folder.store();
    assert!(matches!(open(&folder), Err(Error::Locked)));
    drop(store);
    assert!(open(&folder).is_ok());
}

#[test]
fn open_newer_version_is_refused() {
    let folder = Folder::new();
    drop(folder.store());
    folder.raw().pragma_update(None, "user_version", VERSION + 1).unwrap();
    assert!(matches!(open(&folder), Err(Error::TooNew { found, known: VERSION }) if found == VERSION + 1));
    assert!(matches!(Reader::open(folder.db()), Err(Error::TooNew { .. })));
}

#[test]
fn open_what_is_no_store_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let text = b"This is a letter to my grandmother.".repeat(200);
    std::fs::write(folder.db(), &text).unwrap();
    assert!(matches!(open(&folder), Err(Error::NotAStore(_))));
    assert_eq!(std::fs::read(folder.db()).unwrap(), text);
    std::fs::remove_file(folder.db()).unwrap();
    folder.raw().execute_batch("CREATE TABLE letters (text TEXT)").unwrap();
    assert!(matches!(open(&folder), Err(Error::NotAStore(_))));
    assert!(matches!(verify(folder.db(), None), Err(Error::NotAStore(_))));
}

#[test]
fn open_damaged_file_says_so() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(RECORDS).unwrap();
    store.close().unwrap();
    let mut bytes = std::fs::read(folder.db()).unwrap();
    for byte in bytes.iter_mut().skip(4096) {
        *byte = 0x55;
    }
    std::fs::write(folder.db(), bytes).unwrap();
    let error = open(&folder).map(drop).unwrap_err();
    assert!(matches!(error, Error::Damaged(_)), "{error}");
}

#[test]
fn open_reader_where_there_is_no_file_is_an_error_and_makes_none() {
    let folder = Folder::new();
    assert!(matches!(Reader::open(folder.db()), Err(Error::File { .. })));
    assert!(!folder.db().exists());
}

#[test]
fn open_key_that_is_missing_or_another_is_refused() {
    let folder = Folder::new();
    drop(folder.store());
    let key = folder.path().join("audit.db.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    assert!(matches!(open(&folder), Err(Error::KeyMissing(_))));
    let other = Folder::new();
    drop(other.store());
    std::fs::copy(other.path().join("audit.db.key"), &key).unwrap();
    assert!(matches!(open(&folder), Err(Error::KeyMismatch(_))));
    std::fs::write(&key, "not a key").unwrap();
    assert!(matches!(open(&folder), Err(Error::KeyUnusable { .. })));
    std::fs::write(&key, kept).unwrap();
    assert!(open(&folder).is_ok());
}

#[cfg(unix)]
#[test]
fn open_key_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    drop(folder.store());
    let key = folder.path().join("audit.db.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(open(&folder), Err(Error::KeyUnusable { .. })));
}

#[test]
fn open_after_seals_were_removed_is_refused_until_somebody_insists() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(RECORDS).unwrap();
    store.close().unwrap();
    folder.raw().execute_batch("DELETE FROM seal WHERE number = (SELECT max(number) FROM seal)").unwrap();
    assert!(matches!(open(&folder), Err(Error::Head { .. })));
    let store = Store::open(folder.db(), Options { renew_head: true, ..Options::default() }).unwrap();
    store.close().unwrap();
    std::fs::remove_file(folder.path().join("audit.db.head")).unwrap();
    assert!(matches!(open(&folder), Err(Error::Head { .. })));
}

#[test]
fn open_elsewhere_key_and_head_are_used() {
    let folder = Folder::new();
    let (key, head) = (folder.path().join("my.key"), folder.path().join("my.head"));
    let options = Options { key: Some(key.clone()), head: Some(head.clone()), ..Options::default() };
    let mut store = Store::open(folder.db(), options).unwrap();
    store.append(RECORDS).unwrap();
    store.close().unwrap();
    assert!(key.exists() && head.exists());
    let report = actlog_store::verify_with(&folder.db(), None, &head).unwrap();
    assert!(report.is_intact(), "{report:?}");
    assert!(!verify(folder.db(), None).unwrap().is_intact());
}
