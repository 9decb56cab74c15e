//! What this installation decides about reading and writing BaRS.

use crate::config::{Policy, Settings};
use crate::standards::bars::headers::{CoreVersion, HeaderPolicy};
use crate::standards::bars::response::Ours;
use crate::standards::bars::{Grade, ReadPolicy};
use crate::standards::fhir::Limits;

/// The decisions, made once at start.
#[derive(Debug)]
pub struct Reading {
    /// For the headers of a request.
    pub headers: HeaderPolicy,
    /// For the body of a message.
    pub body: ReadPolicy,
    /// Form limits of a body.
    pub limits: Limits,
    /// Who we are in the messages we send.
    pub ours: Ours,
}

impl Reading {
    /// From the settings.
    pub fn of(settings: &Settings) -> Self {
        let bars = &settings.bars;
        let core_version = CoreVersion::parse(&bars.core_version).unwrap_or(CoreVersion::DEFAULT);
        let grade = |policy| {
            if policy == Policy::Refuse {
                Grade::Refuse
            } else {
                Grade::Warn
            }
        };
        let services: Vec<_> = bars
            .services
            .iter()
            .map(|service| service.address.clone())
            .collect();
        let flat = |list: fn(&crate::config::Service) -> &Vec<String>| {
            let mut words: Vec<String> = bars.services.iter().flat_map(list).cloned().collect();
            words.sort();
            words.dedup();
            words
        };
        Self {
            headers: HeaderPolicy {
                services: services.clone(),
                core_version,
            },
            body: ReadPolicy {
                services: services.clone(),
                use_cases: flat(|service| &service.use_cases),
                application_versions: flat(|service| &service.application_versions),
                nhs_number_check: grade(bars.policies.nhs_number_check),
                dangling: grade(bars.policies.dangling_reference),
                application_fields: grade(bars.policies.application_gaps),
                sender_without_ods: grade(bars.policies.referrer_sender_without_ods),
                organisation: Some(settings.gateway.organisation_ods.clone()),
                receiver_not_ours: grade(bars.policies.receiver_not_ours),
                ..ReadPolicy::default()
            },
            limits: Limits {
                depth: bars.limits.depth,
                ..Limits::default()
            },
            ours: Ours {
                ods: settings.gateway.organisation_ods.clone(),
                name: settings.gateway.name.clone(),
                desk: settings.gateway.operator.clone(),
                telephone: settings.returns.telephone.clone(),
                software: settings.gateway.software.clone(),
                software_version: env!("CARGO_PKG_VERSION").to_owned(),
                core_version,
            },
        }
    }
}
