//! Finding the case in a payload. The payload is in the provider's own field names, as
//! its table says; a provider's system knows them, this stand-in looks for the shapes.

use serde_json::Value;
use uuid::Uuid;

/// The case reference: `WW-` and eleven letters and digits in groups.
pub(super) fn reference(payload: &Value) -> Option<String> {
    find(payload, &mut |_, value| {
        let text = value.as_str()?;
        let symbols = text.strip_prefix("WW-")?;
        let letters = symbols.bytes().filter(u8::is_ascii_alphanumeric).count();
        let hyphens = symbols.bytes().filter(|byte| *byte == b'-').count();
        (letters == 11 && letters + hyphens == symbols.len()).then(|| text.to_owned())
    })
}

/// The gateway's id of the case, where the payload has one under a telling name.
pub(super) fn case_id(payload: &Value) -> Option<String> {
    find(payload, &mut |name, value| {
        let text = value.as_str()?;
        let named = ["case_id", "caseId", "case"].contains(&name);
        (named && Uuid::try_parse(text).is_ok()).then(|| text.to_owned())
    })
}

/// Whether the payload stops a case instead of opening one: a cancelled or withdrawn
/// state in a member that tells one.
pub(super) fn is_stop(payload: &Value) -> bool {
    const STOPS: [&str; 7] = [
        "cancel",
        "cancelled",
        "revoked",
        "withdrawn",
        "entered-in-error",
        "deceased",
        "stop",
    ];
    find(payload, &mut |name, value| {
        let text = value.as_str()?;
        let telling = ["type", "event", "status", "action", "kind"].contains(&name);
        // `case.cancelled` and `workwell.case.stop` end in the word.
        let last = text.rsplit(['.', '_']).next().unwrap_or(text);
        (telling && STOPS.contains(&last)).then(String::new)
    })
    .is_some()
}

fn find(tree: &Value, look: &mut impl FnMut(&str, &Value) -> Option<String>) -> Option<String> {
    let mut open = vec![("", tree)];
    while let Some((name, value)) = open.pop() {
        if let Some(found) = look(name, value) {
            return Some(found);
        }
        match value {
            Value::Object(members) => {
                open.extend(members.iter().map(|(name, value)| (name.as_str(), value)));
            }
            Value::Array(items) => open.extend(items.iter().map(|item| (name, item))),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_case_is_found_under_any_field_name() {
        let payload = json!({"data": {"Unser Zeichen": "WW-7K3F-9Q2M-X41", "who": ["WW-1"]}});
        assert_eq!(reference(&payload).as_deref(), Some("WW-7K3F-9Q2M-X41"));
        assert_eq!(reference(&json!({"a": "WW-7K3F"})), None);
        let id = "0190d0a0-0000-7000-8000-000000000001";
        assert_eq!(case_id(&json!({"case_id": id})).as_deref(), Some(id));
        assert_eq!(case_id(&json!({"patient_id": id})), None);
    }

    #[test]
    fn a_stop_is_told_from_a_new_case() {
        assert!(is_stop(&json!({"type": "case.cancelled"})));
        assert!(is_stop(
            &json!({"entry": [{"resource": {"status": "revoked"}}]})
        ));
        assert!(!is_stop(
            &json!({"type": "case.new", "notes": "cancelled her holiday"})
        ));
    }
}
