//! One attempt over a leg's channel: where to, with what secret, under which headers.

use std::path::Path;

use super::Gateway;
use super::tell_referrer::address_of;
use crate::adapters::channels::{Attempt, Destination, Parcel, Secret, SigningKeys};
use crate::adapters::store::{LegKind, LegWithCase};
use crate::domain::provider::Channel;
use crate::problem::{Problem, area::channel as problems};
use crate::standards::bars::response;

impl Gateway {
    /// Sends; never fails otherwise than as an attempt.
    pub(super) async fn send(&self, found: &LegWithCase) -> Attempt {
        let destination = match self.destination(found) {
            Ok(destination) => destination,
            Err(problem) => return Attempt::Park { problem },
        };
        let parcel = Parcel {
            effect_key: found.leg.effect_key.clone(),
            content_type: found.leg.content_type.clone(),
            body: found.payload.clone(),
            headers: self.headers(found),
            attempt: found.leg.attempts,
        };
        self.channels
            .send(&destination, &parcel, self.clock.now())
            .await
    }

    fn destination(&self, found: &LegWithCase) -> Result<Destination, Problem> {
        if found.leg.kind == LegKind::Respond {
            let base = address_of(&found.leg.destination).and_then(|address| {
                self.settings
                    .bars
                    .outbound
                    .address_for(&address)
                    .map(str::to_owned)
            });
            return base
                .map(|base_url| Destination::Bars { base_url })
                .ok_or_else(|| Problem::new(&problems::NO_ADDRESS).at("bars.outbound.base_url"));
        }
        let tables = self.tables();
        let slug = &found.leg.destination;
        let provider = tables
            .provider(slug)
            .ok_or_else(|| Problem::new(&problems::NO_ADDRESS).at(format!("provider {slug}")))?;
        match &provider.channel {
            Channel::Webhook { url, secret_file } => Ok(Destination::Webhook {
                url: url.clone(),
                secret: SigningKeys::read(&secret_path(slug, secret_file.as_deref())?)?,
            }),
            Channel::FhirRest {
                base_url,
                secret_file,
            } => Ok(Destination::Fhir {
                base_url: base_url.clone(),
                bearer: secret_file
                    .as_deref()
                    .map(|file| Secret::read(Path::new(file)))
                    .transpose()?,
            }),
            Channel::CsvBatch {
                folder,
                window_minutes,
            } => Ok(Destination::CsvBatch {
                folder: folder.into(),
                provider: slug.clone(),
                window: *window_minutes,
            }),
            Channel::Collect => Err(Problem::new(&problems::NO_ADDRESS)
                .at(format!("provider {slug}"))
                .with("the provider collects; nothing is sent to it")),
        }
    }

    fn headers(&self, found: &LegWithCase) -> Vec<(String, String)> {
        if found.leg.kind != LegKind::Respond {
            return Vec::new();
        }
        let Some(target) = address_of(&found.leg.destination) else {
            return Vec::new();
        };
        let envelope = response::Envelope {
            target: &target,
            request_id: &found.leg.effect_key,
            correlation_id: found.case.correlation_id,
            use_case: &found.case.use_case,
            ours: &self.policies.ours,
        };
        let headers = response::headers(&envelope).into_iter();
        headers
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

fn secret_path<'a>(
    slug: &str,
    file: Option<&'a str>,
) -> Result<std::borrow::Cow<'a, Path>, Problem> {
    file.map(|file| std::borrow::Cow::Borrowed(Path::new(file)))
        .ok_or_else(|| {
            Problem::new(&problems::SECRET)
                .at(format!("providers.{slug}.secret_file"))
                .with("a webhook needs a signing secret")
        })
}
