//! What the gateway answered, as a practice's system reads it.

use serde_json::Value;
use uuid::Uuid;

use crate::conformance::parties::referral::bundle::resources;

/// An answer to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Media type with parameters.
    pub content_type: String,
    /// Whether both X-Request-Id and X-Correlation-Id came back as sent.
    pub ids_echoed: bool,
    /// The body; null when it is not JSON.
    pub body: Value,
}

impl Answer {
    pub(super) async fn read(
        response: reqwest::Response,
        (request_id, correlation_id): (Uuid, Uuid),
    ) -> Result<Self, reqwest::Error> {
        let header = |name| {
            let value = response.headers().get(name);
            value
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        let echoed = |name, id: Uuid| Uuid::try_parse(&header(name)) == Ok(id);
        let ids_echoed =
            echoed("x-request-id", request_id) && echoed("x-correlation-id", correlation_id);
        let (status, content_type) = (response.status().as_u16(), header("content-type"));
        let bytes = response.bytes().await?;
        Ok(Self {
            status,
            content_type,
            ids_echoed,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        })
    }

    /// Whether it is the synchronous 200 with the echoed message.
    pub fn accepted(&self) -> bool {
        self.status == 200 && self.body["resourceType"] == "Bundle"
    }

    /// The human-readable reference: the identifier of the planned Encounter.
    pub fn case_reference(&self) -> Option<&str> {
        resources(&self.body, "Encounter")
            .find(|encounter| encounter["status"] == "planned")?["identifier"][0]["value"]
            .as_str()
    }

    /// The id that the gateway minted for the ServiceRequest.
    pub fn service_request_id(&self) -> Option<&str> {
        resources(&self.body, "ServiceRequest").next()?["id"].as_str()
    }

    /// The codes of an OperationOutcome's details: `REC_...` and the gateway's own.
    pub fn codes(&self) -> Vec<&str> {
        let issues = self.body["issue"].as_array().into_iter().flatten();
        let codings = issues.flat_map(|i| i["details"]["coding"].as_array().into_iter().flatten());
        let mut codes: Vec<&str> = codings
            .filter_map(|coding| coding["code"].as_str())
            .collect();
        codes.dedup();
        codes
    }

    /// `code` of each issue of an OperationOutcome.
    pub fn issue_types(&self) -> Vec<&str> {
        let issues = self.body["issue"].as_array().into_iter().flatten();
        issues.filter_map(|issue| issue["code"].as_str()).collect()
    }
}
