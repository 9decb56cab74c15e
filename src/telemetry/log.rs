//! How log lines look: short lines for people, or one JSON object a line.

use std::fmt;
use std::io::IsTerminal;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use crate::config::{Clock, Log, LogFormat, LogLevel};

/// Starts logging to the standard error for the whole program; does nothing when it
/// was started before. Colours only on a terminal.
pub fn start(log: Log) {
    let colours = super::colour::is_wanted(std::io::stderr().is_terminal());
    let layer = layer(log, std::io::stderr, colours);
    let _ = tracing_subscriber::registry().with(layer).try_init();
}

/// The layer that writes to `writer`. Only our own lines: a library's lines may
/// repeat an address or a header (DESIGN I4).
fn layer<W>(log: Log, writer: W, colours: bool) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let ours = Targets::new().with_target("workwell_gateway", level(log.level));
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    match log.format {
        LogFormat::Json => lines.json().flatten_event(true).with_filter(ours).boxed(),
        LogFormat::Text => lines
            .with_ansi(colours)
            .event_format(Lines {
                clock: Clock::System,
            })
            .with_filter(ours)
            .boxed(),
    }
}

const fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

/// `09:41:07 info  delivered  case.id=... channel=webhook`, in UTC.
struct Lines {
    clock: Clock,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (word, colour) = word(*event.metadata().level());
        let mut fields = Fields::default();
        event.record(&mut fields);
        let time = self.clock.now().strftime("%H:%M:%S");
        if writer.has_ansi_escapes() {
            write!(writer, "\x1b[2m{time}\x1b[0m \x1b[{colour}m{word}\x1b[0m ")?;
        } else {
            write!(writer, "{time} {word} ")?;
        }
        writeln!(writer, "{}{}", fields.message, fields.rest)
    }
}

/// The level in a word of five letters, and its colour on a terminal.
fn word(level: Level) -> (&'static str, u8) {
    match level {
        Level::ERROR => ("error", 31),
        Level::WARN => ("warn ", 33),
        Level::INFO => ("info ", 32),
        Level::DEBUG => ("debug", 34),
        Level::TRACE => ("trace", 35),
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    rest: String,
}

impl Fields {
    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        use fmt::Write;
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value}"),
            name => write!(self.rest, " {name}={value}"),
        };
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identifiers::{CaseId, CorrelationId, RequestId};
    use crate::telemetry::{Exchange, Telemetry};
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("one thread").write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(log: Log, colours: bool, happening: impl FnOnce()) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let layer = layer(log, move || writer.clone(), colours);
        tracing::subscriber::with_default(Registry::default().with(layer), happening);
        let bytes = buffer.0.lock().expect("one thread").clone();
        String::from_utf8(bytes).expect("log lines are UTF-8")
    }

    fn exchange() -> Exchange {
        Exchange {
            request: RequestId::new(uuid::Uuid::from_u128(8)),
            correlation: CorrelationId::new(uuid::Uuid::from_u128(9)),
        }
    }

    fn accepted() {
        let case = CaseId::new(uuid::Uuid::from_u128(7));
        Telemetry::default().referral_accepted(exchange(), case);
        tracing::info!(target: "hyper::client", "a library's line");
        tracing::debug!("too fine");
    }

    const CASE: &str = "00000000-0000-0000-0000-000000000007";

    const REQUEST: &str = "00000000-0000-0000-0000-000000000008";
    const CORRELATION: &str = "00000000-0000-0000-0000-000000000009";

    #[test]
    fn every_line_of_a_message_tells_its_ids() {
        let case = CaseId::new(uuid::Uuid::from_u128(7));
        let happening = || {
            let telemetry = Telemetry::default();
            telemetry.referral_accepted(exchange(), case);
            telemetry.referral_held(exchange(), case, "open-case");
            telemetry.referral_cancelled(exchange(), case);
            telemetry.message_refused(exchange(), &["WW-REF-001"]);
        };
        for format in [LogFormat::Text, LogFormat::Json] {
            let level = LogLevel::Info;
            let text = written(Log { format, level }, false, happening);
            assert_eq!(text.lines().count(), 4, "{text}");
            for line in text.lines() {
                assert!(
                    line.contains(REQUEST) && line.contains(CORRELATION),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn people_get_short_lines_without_colours_outside_a_terminal() {
        let log = Log {
            format: LogFormat::Text,
            level: LogLevel::Info,
        };
        let text = written(log, false, accepted);
        let expected = format!(
            " info  referral accepted referral.meaning=new case.id={CASE} \
             request.id={REQUEST} correlation.id={CORRELATION}\n"
        );
        assert_eq!(text.get(8..), Some(expected.as_str()), "{text}");
        assert!(written(log, true, accepted).contains("\x1b[32m"));
    }

    #[test]
    fn machines_get_one_object_a_line_and_no_library_s_lines() {
        let log = Log {
            format: LogFormat::Json,
            level: LogLevel::Info,
        };
        let text = written(log, false, accepted);
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: serde_json::Value = serde_json::from_str(&text).expect("a JSON object");
        assert_eq!(line["message"], "referral accepted");
        assert_eq!(line["case.id"], CASE);
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn lines_below_the_level_are_not_written() {
        let log = Log {
            format: LogFormat::Text,
            level: LogLevel::Warn,
        };
        assert_eq!(written(log, false, accepted), "");
    }
}
