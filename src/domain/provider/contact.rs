//! Whom the gateway's operator rings at a provider.

/// The person at work who answers for a case that is silent or overdue. No patient, and
/// nobody's private number: it stands in the operator's queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Who; a name or a desk.
    pub name: String,
    /// What they are there, where it is said.
    pub role: Option<String>,
    /// A telephone number at work, as written.
    pub telephone: Option<String>,
    /// An e-mail address at work.
    pub email: Option<String>,
}

impl Contact {
    /// One line for a queue: name, role, telephone, e-mail, as far as they are known.
    pub fn line(&self) -> String {
        let role = self.role.as_ref().map(|role| format!(" ({role})"));
        let mut line = format!("{}{}", self.name, role.unwrap_or_default());
        for way in [&self.telephone, &self.email].into_iter().flatten() {
            line.push_str(", ");
            line.push_str(way);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_what_is_known_and_leaves_out_the_rest() {
        let mut contact = Contact {
            name: "Duty desk".into(),
            role: None,
            telephone: Some("01632 960123".into()),
            email: None,
        };
        assert_eq!(contact.line(), "Duty desk, 01632 960123");
        contact.role = Some("team lead".into());
        contact.email = Some("desk@lantern.example".into());
        assert_eq!(
            contact.line(),
            "Duty desk (team lead), 01632 960123, desk@lantern.example"
        );
    }
}
