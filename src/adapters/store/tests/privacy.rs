//! No personal value lies in clear on the disk (DESIGN I11).

use super::given::{FAMILY, at, case_id, receipt};
use crate::adapters::store::{Store, Unit, UpdateKey};

/// Everything personal in the synthetic case, and words of its payloads.
const PERSONAL: &[&str] = &[
    FAMILY,
    "quincewhistle",
    "Zebulonia",
    "Marzipanby",
    "Lumbagosaurus",
    "ZE1 9ZZ",
    "9990000018",
    "1971-03-09",
    "https://gp.example/sr",
    "person.family",
    "oddresponseword",
];

fn clear_words(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("listed") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("read");
        for word in PERSONAL {
            let word_bytes = word.as_bytes();
            if bytes
                .windows(word_bytes.len())
                .any(|part| part == word_bytes)
            {
                found.push(format!("{word} in {}", path.display()));
            }
        }
    }
    found
}

#[tokio::test]
async fn no_personal_value_is_in_the_database_or_its_log() {
    let (store, folder) = Store::in_temp_dir().await.expect("a store");
    let mut unit = receipt(1);
    unit.update_key = Some(UpdateKey {
        case_id: case_id(1),
        provider: "northside".to_owned(),
        client_key: "9990000018-accepted".to_owned(),
        body_hash: [3; 32],
        http: 200,
        response: b"oddresponseword".to_vec(),
    });
    store.commit(unit, at(0)).await.expect("committed");
    assert_eq!(clear_words(folder.path()), Vec::<String>::new());

    store.checkpoint().await.expect("checkpointed");
    store.commit(receipt(2), at(1)).await.expect("committed");
    assert_eq!(clear_words(folder.path()), Vec::<String>::new());

    // The search itself works: what is in clear on purpose is found.
    let database = std::fs::read(folder.path().join("gateway.sqlite")).expect("read");
    assert!(database.windows(9).any(|part| part == b"northside"));
    let empty = Unit::default();
    assert!(store.commit(empty, at(2)).await.is_ok());
}
