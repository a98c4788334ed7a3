use std::{os::unix::fs::PermissionsExt as _, sync::Arc};

use super::*;

fn token(text: &str) -> ChallengeToken {
    ChallengeToken::parse(text).unwrap()
}

#[test]
fn both_shelves_keep_replace_and_forget() {
    let folder = tempfile::tempdir().unwrap();
    for shelf in [Shelf::in_memory(), Shelf::in_folder(folder.path()).unwrap()] {
        let items = [Item::Account, Item::Certificate, Item::Pause, Item::Answer(token("a-_9"))];
        for (at, item) in items.iter().enumerate() {
            assert!(shelf.read(item).unwrap().is_none());
            shelf.remove(item).unwrap();
            shelf.write(item, b"first").unwrap();
            shelf.write(item, &[at as u8]).unwrap();
        }
        for (at, item) in items.iter().enumerate() {
            assert_eq!(shelf.read(item).unwrap().unwrap().as_slice(), [at as u8]);
            shelf.remove(item).unwrap();
            assert!(shelf.read(item).unwrap().is_none());
        }
    }
}

#[test]
fn files_are_their_owners_alone_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in/acme");
    let shelf = Shelf::in_folder(&path).unwrap();
    shelf.write(&Item::Certificate, b"secret").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(&path).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{entry:?}");
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["certificate.pem", "lock"]);
}

#[test]
fn one_orders_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (Shelf::in_folder(folder.path()).unwrap(), Shelf::in_folder(folder.path()).unwrap());
    let turn = one.turn().unwrap();
    assert!(matches!(turn, Turn::Ours(_)));
    assert!(matches!(two.turn().unwrap(), Turn::Others));
    drop(turn);
    assert!(matches!(two.turn().unwrap(), Turn::Ours(_)));
}

#[test]
fn a_folder_that_cannot_be_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(Shelf::in_folder(&file.join("below")).is_err());
}

#[tokio::test]
async fn challenges_are_answered_from_either() {
    let folder = tempfile::tempdir().unwrap();
    for shelf in [Shelf::in_memory(), Shelf::in_folder(folder.path()).unwrap()] {
        let shelf = Arc::new(shelf);
        shelf.write(&Item::Answer(token("abc")), b"abc.def").unwrap();
        assert_eq!(shelf.answer(token("abc")).await.as_deref(), Some("abc.def"));
        assert_eq!(shelf.answer(token("abd")).await, None);
    }
}
