//! Our own definitions as they are published, word for word: what `GET /StructureDefinition`
//! and the like give.

/// Every canonical address of ours is this, the type and the id.
const BASE: &str = "https://workwell-gateway.example";

/// One definition of `profiles/workwell`.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// Resource type and id, joined as in the name of its file.
    name: &'static str,
    /// The resource, FHIR JSON.
    pub text: &'static str,
}

impl Published {
    /// Resource type.
    pub fn kind(&self) -> &'static str {
        self.name.split_once('-').map_or("", |(kind, _)| kind)
    }

    /// Logical id, the last step of the canonical address.
    pub fn id(&self) -> &'static str {
        self.name.split_once('-').map_or("", |(_, id)| id)
    }

    /// Canonical address.
    pub fn url(&self) -> String {
        format!("{BASE}/{}/{}", self.kind(), self.id())
    }
}

/// The definition of this type with this id.
pub fn read(kind: &str, id: &str) -> Option<&'static Published> {
    ALL.iter().find(|one| one.kind() == kind && one.id() == id)
}

/// The definitions of this type: all of them, or the one of a canonical address, with or
/// without a version behind it.
pub fn search(kind: &str, url: Option<&str>) -> Vec<&'static Published> {
    let wanted = url.map(|url| url.split('|').next().unwrap_or(url));
    let is_meant = |one: &&Published| wanted.is_none_or(|wanted| one.url() == wanted);
    ALL.iter()
        .filter(|one| one.kind() == kind)
        .filter(is_meant)
        .collect()
}

/// A searchset of definitions, FHIR JSON. `base_url` is where this service is reached.
pub fn searchset(base_url: &str, found: &[&Published]) -> String {
    let base = base_url.trim_end_matches('/');
    let entries: Vec<String> = found
        .iter()
        .map(|one| {
            let (kind, id, text) = (one.kind(), one.id(), one.text.trim_end());
            format!(
                "{{\"fullUrl\":\"{base}/{kind}/{id}\",\"resource\":{text},\
                 \"search\":{{\"mode\":\"match\"}}}}"
            )
        })
        .collect();
    // R4 has no empty lists.
    let entry = if entries.is_empty() {
        String::new()
    } else {
        format!(",\"entry\":[{}]", entries.join(","))
    };
    let total = found.len();
    format!("{{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":{total}{entry}}}")
}

macro_rules! definition {
    ($name:literal) => {
        Published {
            name: $name,
            text: include_str!(concat!("../../../profiles/workwell/", $name, ".json")),
        }
    };
}

/// Every one, in the order of type and id.
static ALL: &[Published] = &[
    definition!("CodeSystem-audit-fact"),
    definition!("CodeSystem-closure-reason"),
    definition!("CodeSystem-condition-group"),
    definition!("CodeSystem-employment-status"),
    definition!("CodeSystem-problem"),
    definition!("CodeSystem-sickness-absence"),
    definition!("CodeSystem-source-route"),
    definition!("CodeSystem-stop-reason"),
    definition!("CodeSystem-use-case"),
    definition!("CodeSystem-workwell-answer"),
    definition!("CodeSystem-workwell-consent"),
    definition!("CodeSystem-workwell-flag"),
    definition!("CodeSystem-workwell-observation"),
    definition!("CodeSystem-workwell-status"),
    definition!("MessageDefinition-workwell-cancellation"),
    definition!("MessageDefinition-workwell-referral"),
    definition!("MessageDefinition-workwell-status-response"),
    definition!("StructureDefinition-WorkWell-AuditEvent"),
    definition!("StructureDefinition-WorkWell-Bundle-Cancellation"),
    definition!("StructureDefinition-WorkWell-Bundle-Referral"),
    definition!("StructureDefinition-WorkWell-Bundle-StatusResponse"),
    definition!("StructureDefinition-WorkWell-CarePlan"),
    definition!("StructureDefinition-WorkWell-Condition"),
    definition!("StructureDefinition-WorkWell-Consent-DirectCare"),
    definition!("StructureDefinition-WorkWell-Consent-Explicit"),
    definition!("StructureDefinition-WorkWell-Encounter-Receipt"),
    definition!("StructureDefinition-WorkWell-Encounter-Referral"),
    definition!("StructureDefinition-WorkWell-Encounter-Status"),
    definition!("StructureDefinition-WorkWell-Flag-CommunicationNeed"),
    definition!("StructureDefinition-WorkWell-Flag-ReasonableAdjustment"),
    definition!("StructureDefinition-WorkWell-Flag-SafeContact"),
    definition!("StructureDefinition-WorkWell-Flag-Safeguarding"),
    definition!("StructureDefinition-WorkWell-Flag-StaffRisk"),
    definition!("StructureDefinition-WorkWell-HealthcareService"),
    definition!("StructureDefinition-WorkWell-MessageHeader-Cancellation"),
    definition!("StructureDefinition-WorkWell-MessageHeader-Referral"),
    definition!("StructureDefinition-WorkWell-MessageHeader-StatusResponse"),
    definition!("StructureDefinition-WorkWell-Observation-AbsenceStart"),
    definition!("StructureDefinition-WorkWell-Observation-Employer"),
    definition!("StructureDefinition-WorkWell-Observation-EmploymentStatus"),
    definition!("StructureDefinition-WorkWell-Observation-FitNote"),
    definition!("StructureDefinition-WorkWell-Observation-Occupation"),
    definition!("StructureDefinition-WorkWell-Observation-SicknessAbsence"),
    definition!("StructureDefinition-WorkWell-Observation-WeeksOutOfWork"),
    definition!("StructureDefinition-WorkWell-Organization"),
    definition!("StructureDefinition-WorkWell-Patient"),
    definition!("StructureDefinition-WorkWell-Patient-StatusResponse"),
    definition!("StructureDefinition-WorkWell-Practitioner"),
    definition!("StructureDefinition-WorkWell-PractitionerRole"),
    definition!("StructureDefinition-WorkWell-ServiceRequest"),
    definition!("StructureDefinition-WorkWell-ServiceRequest-Cancellation"),
    definition!("StructureDefinition-WorkWell-ServiceRequest-StatusResponse"),
    definition!("StructureDefinition-WorkWell-Task"),
    definition!("StructureDefinition-audit-leaf"),
    definition!("StructureDefinition-audit-position"),
    definition!("StructureDefinition-source-route"),
    definition!("ValueSet-answer-absent"),
    definition!("ValueSet-audit-fact"),
    definition!("ValueSet-cancel-reason"),
    definition!("ValueSet-cancel-status"),
    definition!("ValueSet-closure-reason"),
    definition!("ValueSet-condition-autism"),
    definition!("ValueSet-condition-cardio-respiratory"),
    definition!("ValueSet-condition-group"),
    definition!("ValueSet-condition-learning"),
    definition!("ValueSet-condition-mental-health"),
    definition!("ValueSet-condition-msk"),
    definition!("ValueSet-condition-neurological"),
    definition!("ValueSet-consent-policy"),
    definition!("ValueSet-consent-status"),
    definition!("ValueSet-employment-status"),
    definition!("ValueSet-fit-note"),
    definition!("ValueSet-fit-note-adjustment"),
    definition!("ValueSet-fit-note-snomed"),
    definition!("ValueSet-flag-reasonable-adjustment"),
    definition!("ValueSet-flag-safeguarding"),
    definition!("ValueSet-flag-staff-risk"),
    definition!("ValueSet-referral-care-plan-status"),
    definition!("ValueSet-referral-encounter-status"),
    definition!("ValueSet-rejection-reason"),
    definition!("ValueSet-request-reason"),
    definition!("ValueSet-response-encounter-status"),
    definition!("ValueSet-sickness-absence"),
    definition!("ValueSet-source-route"),
    definition!("ValueSet-stop-reason"),
    definition!("ValueSet-workwell-answer"),
    definition!("ValueSet-workwell-consent"),
    definition!("ValueSet-workwell-flag"),
    definition!("ValueSet-workwell-observation"),
    definition!("ValueSet-workwell-status"),
    definition!("ValueSet-workwell-status-shown"),
];

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value;

    use super::*;
    use crate::standards::fhir::Limits;
    use crate::standards::profile::{Ask, Finding, inspect};

    #[test]
    fn every_definition_of_the_folder_is_published_and_says_of_itself_what_its_name_says() {
        let kinds = [
            "CodeSystem",
            "MessageDefinition",
            "StructureDefinition",
            "ValueSet",
        ];
        let mut files: Vec<String> = fs::read_dir("profiles/workwell")
            .expect("the folder")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()))
            .filter(|name| kinds.iter().any(|kind| name.starts_with(kind)))
            .collect();
        files.sort();
        let names: Vec<&str> = ALL.iter().map(|one| one.name).collect();
        assert_eq!(names, files);
        for one in ALL {
            let resource: Value = serde_json::from_str(one.text).expect("JSON");
            assert_eq!(resource["resourceType"], one.kind(), "{}", one.name);
            assert_eq!(resource["id"], one.id(), "{}", one.name);
            assert_eq!(resource["url"], one.url().as_str(), "{}", one.name);
        }
    }

    #[test]
    fn what_is_published_conforms() {
        for kind in [
            "CodeSystem",
            "MessageDefinition",
            "StructureDefinition",
            "ValueSet",
        ] {
            let set = searchset("https://gateway.example/bars/", &search(kind, None));
            let found = inspect(set.into_bytes(), &Limits::default(), &Ask::everything()).findings;
            let errors: Vec<Finding> = found.into_iter().filter(Finding::is_error).collect();
            assert!(errors.is_empty(), "{kind}: {errors:#?}");
        }
    }

    #[test]
    fn a_definition_is_found_by_its_address_or_not_at_all() {
        let url = "https://workwell-gateway.example/CodeSystem/closure-reason";
        let found = search("CodeSystem", Some(&format!("{url}|0.1.0")));
        assert_eq!(found.len(), 1);
        assert_eq!(
            read("CodeSystem", "closure-reason").map(Published::url),
            Some(url.to_owned())
        );
        assert!(search("ValueSet", Some(url)).is_empty());
        assert!(read("ValueSet", "no-such").is_none());
        let none = searchset("https://gateway.example", &[]);
        assert!(!none.contains("entry") && none.contains("\"total\":0"));
    }
}
