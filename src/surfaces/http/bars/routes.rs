//! The routes as data: the router and the CapabilityStatement are both made from this
//! table, so neither can claim what the other lacks.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::routing::{MethodRouter, get, post};

use super::{definitions, message, published, referrals};
use crate::gateway::Gateway;
use crate::standards::bars::capability::SearchParameter;
use crate::surfaces::http::path_id::PathId;

/// What a route does, in the words of a CapabilityStatement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    /// `GET /metadata`.
    TellCapabilities,
    /// The operation `$process-message`.
    ProcessMessage,
    /// Reading one resource of this type.
    Read(&'static str),
    /// Searching this type by these parameters.
    Search(&'static str, &'static [SearchParameter]),
}

/// One route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    /// The path as axum writes it.
    pub path: &'static str,
    /// What it does.
    pub does: Does,
}

const fn parameter(
    name: &'static str,
    kind: &'static str,
    documentation: &'static str,
) -> SearchParameter {
    SearchParameter {
        name,
        kind,
        documentation,
    }
}

const URL: SearchParameter = parameter(
    "url",
    "uri",
    "Canonical address of one of the WorkWell definitions; a version behind it is not looked at",
);

const CANONICAL: &[SearchParameter] = &[URL];

const CONTEXT: &[SearchParameter] = &[
    parameter(
        "context",
        "token",
        "Twice: the service id and the use case, each system|value",
    ),
    URL,
];

const REFERRAL_SEARCH: &[SearchParameter] = &[
    parameter("patient:identifier", "token", "NHS number with its system"),
    parameter(
        "patient:name",
        "string",
        "Family name; with birth date and postcode",
    ),
    parameter(
        "patient:birthdate",
        "date",
        "eqYYYY-MM-DD; with name and postcode",
    ),
    parameter(
        "patient:address-postalcode",
        "string",
        "Postcode; with name and birth date",
    ),
    parameter(
        "ServiceRequest.identifier",
        "token",
        "The sender's identifier, system|value",
    ),
];

/// Every route of the BaRS listener.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        path: "/metadata",
        does: Does::TellCapabilities,
    },
    Route {
        path: "/MessageDefinition",
        does: Does::Search("MessageDefinition", CONTEXT),
    },
    Route {
        path: "/MessageDefinition/{id}",
        does: Does::Read("MessageDefinition"),
    },
    Route {
        path: "/$process-message",
        does: Does::ProcessMessage,
    },
    Route {
        path: "/ServiceRequest/{id}",
        does: Does::Read("ServiceRequest"),
    },
    Route {
        path: "/ServiceRequest",
        does: Does::Search("ServiceRequest", REFERRAL_SEARCH),
    },
    Route {
        path: "/StructureDefinition",
        does: Does::Search("StructureDefinition", CANONICAL),
    },
    Route {
        path: "/StructureDefinition/{id}",
        does: Does::Read("StructureDefinition"),
    },
    Route {
        path: "/ValueSet",
        does: Does::Search("ValueSet", CANONICAL),
    },
    Route {
        path: "/ValueSet/{id}",
        does: Does::Read("ValueSet"),
    },
    Route {
        path: "/CodeSystem",
        does: Does::Search("CodeSystem", CANONICAL),
    },
    Route {
        path: "/CodeSystem/{id}",
        does: Does::Read("CodeSystem"),
    },
];

impl Route {
    /// The handler of this route.
    pub(crate) fn handler(&self) -> MethodRouter<Arc<Gateway>> {
        match self.does {
            Does::TellCapabilities => get(definitions::metadata),
            Does::ProcessMessage => post(message::process),
            Does::Read("ServiceRequest") => get(referrals::read),
            Does::Read(kind) => get(
                move |gateway: State<Arc<Gateway>>, map: HeaderMap, id: PathId| async move {
                    published::read(kind, gateway, &map, id)
                },
            ),
            Does::Search("ServiceRequest", _) => get(referrals::search),
            Does::Search("MessageDefinition", _) => get(definitions::search),
            Does::Search(kind, _) => get(
                move |gateway: State<Arc<Gateway>>, map: HeaderMap, query: RawQuery| async move {
                    published::search(kind, gateway, &map, query)
                },
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_page_names_every_route_and_every_search_parameter() {
        let page = include_str!("../../../../docs/reference/http.md");
        for route in ROUTES {
            assert!(page.contains(&format!("{}`", route.path)), "{}", route.path);
            if let Does::Search(_, parameters) = route.does {
                for parameter in parameters {
                    let name = format!("`{}`", parameter.name);
                    assert!(page.contains(&name), "{name}");
                }
            }
        }
    }
}
