use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;

use super::read::Damage;
use super::*;

fn head() -> Head {
    Head {
        kind: "numbers".into(),
        version: 3,
        ..Head::default()
    }
}

fn written(rows: &BTreeMap<Vec<u8>, Vec<u8>>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("numbers.places");
    let mut writer = Writer::begin(folder.path()).expect("a writer");
    for (key, value) in rows {
        writer.add(key, value).expect("the keys grow");
    }
    writer.finish(head(), &path).expect("a file");
    (folder, path)
}

fn numbers(count: u32) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let numbers = 0..count;
    numbers
        .map(|n| (format!("{n:07}").into_bytes(), n.to_le_bytes().to_vec()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_look_up_finds_what_a_map_finds(
        rows in prop::collection::btree_map(
            prop::collection::vec(1_u8..=255, 1..=12),
            prop::collection::vec(any::<u8>(), 0..200),
            0..400,
        ),
        others in prop::collection::vec(prop::collection::vec(1_u8..=255, 0..=14), 0..40),
    ) {
        let (_folder, path) = written(&rows);
        let table = Table::open(&path, "numbers", 3).expect("a whole file");
        prop_assert_eq!(table.verify(), Ok(()));
        prop_assert_eq!(table.head().entries, rows.len() as u64);
        for key in rows.keys().chain(&others) {
            prop_assert_eq!(table.find(key).expect("readable"), rows.get(key).cloned());
        }
    }
}

#[test]
fn a_file_of_many_blocks_is_found_in_from_its_first_key_to_its_last() {
    let rows = numbers(20_000);
    let (_folder, path) = written(&rows);
    let table = Table::open(&path, "numbers", 3).expect("a whole file");
    for n in [0_u32, 1, 585, 586, 9_999, 19_999] {
        let found = table.find(format!("{n:07}").as_bytes()).expect("readable");
        assert_eq!(found, Some(n.to_le_bytes().to_vec()), "{n}");
    }
    for key in ["", "0", "0020000", "zzzzzzz", "000000000000"] {
        assert_eq!(table.find(key.as_bytes()).expect("readable"), None, "{key}");
    }
}

#[test]
fn keys_that_do_not_grow_are_never_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::begin(folder.path()).expect("a writer");
    writer.add(b"B", b"").expect("the first");
    for key in [&b"B"[..], b"A", b"", b"CCCCCCCCCCCCC"] {
        assert!(writer.add(key, b"").is_err(), "{key:?}");
    }
    drop(writer);
    let left = std::fs::read_dir(folder.path())
        .expect("the folder")
        .count();
    assert_eq!(left, 0, "what was not finished leaves nothing behind");
}

#[test]
fn a_cut_file_is_never_opened() {
    let (folder, path) = written(&numbers(5_000));
    let whole = std::fs::read(&path).expect("the file");
    let cut = folder.path().join("cut.places");
    for length in (0..whole.len()).step_by(997).chain([whole.len() - 1]) {
        std::fs::write(&cut, &whole[..length]).expect("a shorter file");
        let opened = Table::open(&cut, "numbers", 3);
        assert_eq!(opened.map(drop), Err(Damage::Cut), "{length} bytes");
    }
}

#[test]
fn a_changed_byte_is_found_by_the_check_at_the_latest() {
    let (folder, path) = written(&numbers(3_000));
    let whole = std::fs::read(&path).expect("the file");
    let changed = folder.path().join("changed.places");
    for at in (0..whole.len())
        .step_by(503)
        .chain(whole.len() - 400..whole.len())
    {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        std::fs::write(&changed, &bytes).expect("a changed file");
        let found = Table::open(&changed, "numbers", 3).and_then(|table| table.verify());
        assert!(found.is_err(), "byte {at}");
    }
}

#[test]
fn a_file_of_another_kind_or_version_is_not_read() {
    let (folder, path) = written(&numbers(1));
    for (kind, version) in [("letters", 3), ("numbers", 4)] {
        let opened = Table::open(&path, kind, version).map(drop);
        assert_eq!(opened, Err(Damage::OtherVersion));
    }
    let other = folder.path().join("other");
    std::fs::write(&other, "postcode,la\n".repeat(20)).expect("a file");
    let opened = Table::open(&other, "numbers", 3).map(drop);
    assert_eq!(opened, Err(Damage::NotOurs));
}

#[test]
fn an_open_file_stays_as_it_was_when_another_takes_its_place() {
    let (folder, path) = written(&numbers(10));
    let table = Table::open(&path, "numbers", 3).expect("a whole file");
    let mut writer = Writer::begin(folder.path()).expect("a writer");
    writer.add(b"new", b"new").expect("a key");
    writer.finish(head(), &path).expect("a file");
    assert!(table.find(b"0000003").expect("readable").is_some());
    let fresh = Table::open(&path, "numbers", 3).expect("a whole file");
    assert!(fresh.find(b"0000003").expect("readable").is_none());
}
