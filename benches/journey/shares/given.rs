//! What each stage is given: the results of the stages before it.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;
use workwell_gateway::adapters::places::Places;
use workwell_gateway::adapters::tables;
use workwell_gateway::config::{Clock, Settings};
use workwell_gateway::conformance::parties::gp::Sending;
use workwell_gateway::domain::case::{Case, MODEL_VERSION, Referral, SenderIds};
use workwell_gateway::domain::identifiers::{CaseId, CaseReference, ServiceRequestId};
use workwell_gateway::domain::provider::Provider;
use workwell_gateway::domain::routing::Subject;
use workwell_gateway::gateway::Tables;
use workwell_gateway::gateway::receive::Reading;
use workwell_gateway::gateway::tables::subject_of;
use workwell_gateway::standards::bars::accept::Minted;
use workwell_gateway::standards::bars::headers::{self, Headers, RequestKind};
use workwell_gateway::standards::bars::read;
use workwell_gateway::standards::fhir::Document;

use crate::journey::Fault;

/// What does not change from message to message.
pub struct House {
    /// The settings of the demonstration's service.
    pub settings: Settings,
    /// The shipped tables.
    pub tables: Tables,
    /// Today in England.
    pub today: Date,
    places: Places,
}

/// One message, read.
pub struct Given {
    /// Its headers.
    pub headers: Headers,
    /// Its tree.
    pub document: Document,
    /// The case it opens.
    pub case: Case,
}

impl House {
    /// Reads the shipped tables and places.
    pub fn open() -> Result<Self, Fault> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut settings = Settings::built_in();
        let service = &mut settings.bars.services[0];
        service.address = workwell_gateway::domain::identifiers::ServiceAddress::parse(
            "https://fhir.nhs.uk/Id/dos-service-id|2000099901",
        )
        .ok_or("the service is an address")?;
        service.use_cases = vec!["workwell-local-1".to_owned()];
        let tables = Tables::new(tables::load(&package.join("mappings")), &settings);
        let places = Places::open(&package.join("conformance/fixtures/places"));
        Ok(Self {
            tables,
            places: places.map_err(|_| "the places cannot be read")?,
            today: Clock::default().today(),
            settings,
        })
    }

    /// The provider that collects.
    pub fn provider(&self) -> Result<&Arc<Provider>, Fault> {
        let provider = self.tables.provider("borough-works");
        Ok(provider.ok_or("the provider is there")?)
    }

    /// The person as routing sees them.
    pub fn subject<'a>(&self, referral: &'a Referral) -> Subject<'a> {
        subject_of(&self.places, referral, self.today, self.today)
    }
}

impl Given {
    /// Reads a message to its case.
    pub fn read(sending: &Sending, reading: &Reading, house: &House) -> Result<Self, Fault> {
        let lookup = |name: &str| {
            let mut all = sending.headers.iter();
            let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        let headers = headers::read(RequestKind::Message, &reading.headers, &lookup);
        let headers = headers.map_err(|_| "the headers are refused")?;
        let document = Document::parse(sending.body.clone(), &reading.limits);
        let document = document.map_err(|_| "the message is no FHIR")?;
        let read = read::read(
            &document,
            &headers,
            &reading.body,
            house.tables.condition_groups(),
            Timestamp::now(),
        );
        if read.is_refused() {
            return Err(format!("the message is refused: {:?}", read.problems).into());
        }
        let id = CaseId::new(Uuid::now_v7());
        let case = Case {
            model_version: MODEL_VERSION.to_owned(),
            id,
            reference: CaseReference::of(Uuid::new_v4()),
            service_request_id: ServiceRequestId::new(Uuid::new_v4()),
            part_of: None,
            referred_on_by: None,
            test_person: true,
            has_red_flag: None,
            sender_ids: SenderIds::default(),
            received_at: Timestamp::now(),
            referral: read.referral.ok_or("the message is no referral")?,
        };
        Ok(Self {
            headers,
            document,
            case,
        })
    }

    /// What the 200 says.
    pub fn minted(&self) -> Minted<'static> {
        Minted {
            service_request_id: self.case.service_request_id,
            encounter_id: self.case.id.uuid(),
            reference: self.case.reference.clone(),
            now: self.case.received_at,
            hide_location: false,
            patient_id: Uuid::new_v4().to_string(),
            notice: None,
            warnings: &[],
        }
    }
}
