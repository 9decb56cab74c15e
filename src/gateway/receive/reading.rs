//! What this installation decides about reading and writing BaRS.

use crate::config::{Policy, Service, Settings};
use crate::standards::bars::headers::{CoreVersion, HeaderPolicy};
use crate::standards::bars::response::Ours;
use crate::standards::bars::{Grade, ReadPolicy, Served};
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
        let addresses = bars.services.iter().map(|service| service.address.clone());
        Self {
            headers: HeaderPolicy {
                services: addresses.collect(),
                core_version,
            },
            body: ReadPolicy {
                services: bars.services.iter().map(served).collect(),
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

fn served(service: &Service) -> Served {
    Served {
        address: service.address.clone(),
        use_cases: service.use_cases.clone(),
        application_versions: service.application_versions.clone(),
    }
}
