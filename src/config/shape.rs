//! Which keys there are: those of `default.toml`, and those of the tables that an
//! operator fills with rows of their own.

use super::layers::{Items, Kind, Value};

/// Keys of rows. `[]` stands for a row's number, `*` for a name the operator chose.
const ROW_KEYS: &[(&str, Kind)] = &[
    ("bars.services[].system", Kind::Text),
    ("bars.services[].value", Kind::Text),
    ("bars.services[].use_cases", Kind::List),
    ("bars.services[].application_versions", Kind::List),
    ("bars.outbound.targets.*", Kind::Text),
    ("provider_api.tokens[].provider", Kind::Text),
    ("provider_api.tokens[].token_file", Kind::Text),
    ("provider_api.tokens[].sha256", Kind::Text),
    ("providers.*.url", Kind::Text),
    ("providers.*.secret_file", Kind::Text),
    ("validation.rules.*", Kind::Text),
    ("referrers.*.validation.layers.structure", Kind::Text),
    ("referrers.*.validation.layers.invariant", Kind::Text),
    ("referrers.*.validation.layers.base_binding", Kind::Text),
    ("referrers.*.validation.layers.message", Kind::Text),
    ("referrers.*.validation.layers.bars", Kind::Text),
    ("referrers.*.validation.layers.uk_core", Kind::Text),
    ("referrers.*.validation.layers.workwell", Kind::Text),
    ("referrers.*.validation.layers.local", Kind::Text),
    ("referrers.*.validation.rules.*", Kind::Text),
];

/// Words for a key whose value is never shown. `token` and the like are no keys of
/// ours, but somebody may try to write one.
const SECRET_WORDS: &[&str] = &[
    "sha256",
    "token",
    "secret",
    "password",
    "passphrase",
    "master_key",
    "key",
];

/// Whether the value of this key must not be shown.
pub fn is_secret(key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    SECRET_WORDS.contains(&last)
}

/// A value as it may be shown: no secret, and no address with a user and password.
pub fn shown(key: &str, value: &Value) -> String {
    let text = value.to_string();
    if is_secret(key) {
        "[secret]".to_owned()
    } else if text.contains('@') {
        "[not shown]".to_owned()
    } else {
        text
    }
}

/// The key with row numbers and chosen names taken out.
pub(super) fn pattern(key: &str) -> String {
    if key.starts_with("bars.outbound.targets.") {
        return "bars.outbound.targets.*".to_owned();
    }
    if key.starts_with("validation.rules.") {
        return "validation.rules.*".to_owned();
    }
    if let Some((_, rest)) = key
        .strip_prefix("referrers.")
        .and_then(|rest| rest.split_once('.'))
    {
        if rest.starts_with("validation.rules.") {
            return "referrers.*.validation.rules.*".to_owned();
        }
        return format!("referrers.*.{rest}");
    }
    if let Some(rest) = key.strip_prefix("providers.") {
        return match rest.rsplit_once('.') {
            Some((_, last)) => format!("providers.*.{last}"),
            None => key.to_owned(),
        };
    }
    let Some((table, rest)) = key.split_once('[') else {
        return key.to_owned();
    };
    match rest.split_once(']') {
        Some((_, tail)) => format!("{table}[]{tail}"),
        None => key.to_owned(),
    }
}

/// What kind of value a key takes; `None` for an unknown key.
pub(super) fn kind(defaults: &Items, key: &str) -> Option<Kind> {
    if let Some(item) = defaults.get(key) {
        return item.value.kind();
    }
    let pattern = pattern(key);
    let row = ROW_KEYS.iter().find(|(known, _)| *known == pattern);
    row.map(|(_, kind)| *kind)
}

/// Whether a table or list may stand empty under this key.
pub(super) fn may_be_empty(defaults: &Items, key: &str) -> bool {
    let inside = |known: &str| {
        let rest = known.strip_prefix(key);
        rest.is_some_and(|rest| rest.starts_with('.') || rest.starts_with('['))
    };
    let chosen_name = ["providers.", "referrers."].iter().any(|table| {
        let name = key.strip_prefix(table);
        name.is_some_and(|name| !name.contains('.'))
    });
    chosen_name || known_keys(defaults).any(|known| inside(&known))
}

/// Every known key, rows in their pattern form.
pub(super) fn known_keys(defaults: &Items) -> impl Iterator<Item = String> {
    let fixed = defaults
        .iter()
        .filter(|(key, item)| !key.contains('[') && item.value.kind().is_some())
        .map(|(key, _)| key.clone());
    fixed.chain(ROW_KEYS.iter().map(|(key, _)| (*key).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_numbers_and_chosen_names_are_taken_out_of_a_key() {
        for (key, expected) in [
            ("bars.services[12].value", "bars.services[].value"),
            ("providers.hope-works.url", "providers.*.url"),
            (
                "bars.outbound.targets.https://a.example|1",
                "bars.outbound.targets.*",
            ),
            ("store.url", "store.url"),
            ("validation.rules.pat-1", "validation.rules.*"),
            (
                "referrers.A12345.validation.rules.pat-1",
                "referrers.*.validation.rules.*",
            ),
            (
                "referrers.A12345.validation.layers.bars",
                "referrers.*.validation.layers.bars",
            ),
        ] {
            assert_eq!(pattern(key), expected);
        }
    }

    #[test]
    fn a_path_to_a_secret_may_be_shown_and_a_secret_may_not() {
        assert!(is_secret("provider_api.tokens[0].sha256"));
        assert!(is_secret("providers.hope-works.secret"));
        assert!(!is_secret("providers.hope-works.secret_file"));
    }

    #[test]
    fn every_key_of_a_row_is_explained_in_the_manual() {
        for (key, _) in ROW_KEYS {
            let (table, last) = key.rsplit_once('.').expect("row keys have a table");
            let head = table
                .trim_end_matches("[]")
                .split(".*")
                .next()
                .unwrap_or(table);
            let manual = super::super::DEFAULT;
            assert!(manual.contains(&format!("[{head}")), "{head}");
            assert!(
                last == "*" || manual.contains(&format!("{last} = ")),
                "{key}"
            );
        }
    }
}
