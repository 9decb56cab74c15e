//! The table of message cardinalities (see [`crate::standards::profile::message`]).

use std::fmt::Write;

use super::read::{items, read, text};
use super::{CompileError, HEAD, Lean};

/// The table of message cardinalities of a lean set; other resources are passed over.
pub fn messages(lean: &Lean) -> Result<String, CompileError> {
    let mut out = String::from(HEAD);
    for source in lean.values() {
        let message = read(source.as_bytes())?;
        if text(&message, "resourceType") != "MessageDefinition" {
            continue;
        }
        let event = &message["eventCoding"];
        let line = ["url", "version"].map(|name| text(&message, name));
        let code = ["system", "code"].map(|name| text(event, name));
        let _ = writeln!(out, "M {} {} {} {}", line[0], line[1], code[0], code[1]);
        for focus in items(&message, "focus") {
            let (code, max) = (text(focus, "code"), text(focus, "max"));
            let _ = writeln!(
                out,
                " {code} {} {max} {}",
                focus["min"],
                text(focus, "profile")
            );
        }
    }
    Ok(out)
}
