//! The policy file of `validate`: `[layers]` and `[rules]`, each a name and `reject`,
//! `warn` or `ignore`, as under `[validation]` in the settings.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::standards::profile::{Action, Layer, Policy};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    layers: BTreeMap<String, String>,
    rules: BTreeMap<String, String>,
}

pub(super) fn read(path: &Path) -> Result<Policy, String> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    parse(&text).map_err(|reason| format!("{}: {reason}", path.display()))
}

fn parse(text: &str) -> Result<Policy, String> {
    let file: File = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let mut policy = Policy::default();
    for (name, word) in &file.layers {
        let code = name.replace('_', "-");
        let layer = Layer::ALL.into_iter().find(|layer| layer.code() == code);
        let Some(layer) = layer else {
            let known: Vec<&str> = Layer::ALL.iter().map(|layer| layer.code()).collect();
            return Err(format!("no layer is named {name}: {}", known.join(", ")));
        };
        let action = action(name, word)?;
        if (layer, action) == (Layer::Structure, Action::Ignore) {
            // As in the settings: it can be reported, never passed over in silence.
            return Err(format!("{name} is \"ignore\"; write reject or warn"));
        }
        policy.set_layer(layer, action);
    }
    for (name, word) in &file.rules {
        policy.set_rule(name, action(name, word)?);
    }
    match policy.unknown_rules()[..] {
        [] => Ok(policy),
        ref unknown => Err(format!("no rule is named {}", unknown.join(", "))),
    }
}

fn action(name: &str, word: &str) -> Result<Action, String> {
    Action::of(word).ok_or_else(|| format!("{name} is {word:?}; write reject, warn or ignore"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        assert!(parse("[layers]\nuk_core = \"reject\"\n[rules]\npat-1 = \"warn\"\n").is_ok());
        for (text, part) in [
            ("[layers]\nukcore = \"warn\"\n", "ukcore"),
            ("[layers]\nbars = \"off\"\n", "reject, warn or ignore"),
            ("[layers]\nstructure = \"ignore\"\n", "write reject or warn"),
            ("[rules]\npat-99 = \"warn\"\n", "pat-99"),
            ("[rule]\n", "rule"),
        ] {
            let reason = parse(text).expect_err("a fault");
            assert!(reason.contains(part), "{reason}");
        }
    }
}
