//! The queue as a page: plain HTML that needs no script, a list of cards that reads in
//! order, on a telephone and by ear (WCAG 2.2 AA).

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::domain::queue::QueueKind;
use crate::gateway::read::queue::{QueuePage, Waiting};
use crate::problem::Problem;
use crate::problem::page::capital;
use crate::surfaces::waiting::{
    CALLED_NOBODY, NOT_NAMED, ToDo, due_words, holder_words, kind_words, moment, plain, ring_words,
    what_to_do, why,
};

/// What is shown.
pub(super) struct View<'a> {
    /// The gateway's name.
    pub gateway: &'a str,
    /// The entries.
    pub page: &'a QueuePage,
    /// The kind that was asked for.
    pub kind: Option<QueueKind>,
    /// The case that was asked for, as it was written.
    pub case: &'a str,
    /// Now.
    pub now: Timestamp,
}

impl View<'_> {
    /// Whether less than the whole queue was asked for.
    const fn is_filtered(&self) -> bool {
        self.kind.is_some() || !self.case.is_empty()
    }
}

/// Where the link at the top of the page leads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// To the list of entries, which has the id itself.
    Entries,
    /// To everything below the header.
    Main,
}

/// The page.
pub(super) fn render(view: &View<'_>) -> String {
    let mut body = String::from("<h1>What waits for a person</h1>\n");
    let count = view.page.waiting.len();
    push(
        &mut body,
        format_args!(
            "<p>{}. This is how it stood on {}.</p>\n",
            shown(count, view.page.next.is_some(), view.is_filtered()),
            moment(view.now)
        ),
    );
    if count == 0 && view.is_filtered() {
        body.push_str("<p><a href=\"/admin/queue.html\">Show the whole queue</a></p>\n");
    }
    body.push_str(&form(view));
    if count > 0 {
        body.push_str(
            "<p>What stands in capitals in a command is yours to fill in; the verb with \
             <code>--help</code> lists the words.</p>\n\
             <ol class=\"cards\" id=\"queue\" tabindex=\"-1\">\n",
        );
        for waiting in &view.page.waiting {
            body.push_str(&card(waiting, view.now));
        }
        body.push_str("</ol>\n");
    }
    if let Some(next) = view.page.next {
        let kind = view.kind.map_or("", QueueKind::code);
        push(
            &mut body,
            format_args!(
                "<nav aria-label=\"Pages of the queue\"><p><a href=\"/admin/queue.html?kind={kind}\
             &amp;case={}&amp;after={next}\">Show the entries after these</a></p></nav>\n",
                address(view.case)
            ),
        );
    }
    // The link at the top goes past the form to the entries, where there are some.
    let target = if count > 0 {
        Target::Entries
    } else {
        Target::Main
    };
    document(view.gateway, "What waits for a person", &body, target)
}

/// The page of a question that cannot be answered.
pub(super) fn refusal(gateway: &str, problem: &Problem) -> String {
    let entry = problem.entry;
    let place = problem.path.as_deref().unwrap_or_default();
    let body = format!(
        "<h1>{}</h1>\n<p>{} {place}</p>\n<p>{}</p>\n<p>{}</p>\n\
         <p><a href=\"/admin/queue.html\">Show the whole queue</a></p>\n",
        escaped(&capital(entry.title)),
        entry.code,
        with_code(entry.meaning),
        with_code(entry.advice),
    );
    document(gateway, "The queue cannot be shown", &body, Target::Main)
}

fn shown(count: usize, more: bool, filtered: bool) -> String {
    match (count, more) {
        (0, _) if filtered => "Nothing waits with this filter".to_owned(),
        (0, _) => "Nothing waits here".to_owned(),
        (1, false) => "1 entry".to_owned(),
        (count, false) => format!("{count} entries, a crisis first, then the oldest"),
        (count, true) => {
            format!("The first {count} of more entries, a crisis first, then the oldest")
        }
    }
}

fn form(view: &View<'_>) -> String {
    let mut options = String::from("<option value=\"\">All</option>");
    for kind in QueueKind::ALL {
        let selected = if view.kind == Some(*kind) {
            " selected"
        } else {
            ""
        };
        push(
            &mut options,
            format_args!(
                "<option value=\"{}\"{selected}>{}</option>",
                kind.code(),
                kind_words(*kind)
            ),
        );
    }
    format!(
        "<form method=\"get\" action=\"/admin/queue.html\" aria-label=\"What to show\">\n\
         <p><label for=\"kind\">What is wrong</label>\n\
         <select id=\"kind\" name=\"kind\">{options}</select></p>\n\
         <p><label for=\"case\">Case reference, for example \
         <span class=\"whole\">WW-4K7M-9QXD-T2P</span></label>\n\
         <input id=\"case\" name=\"case\" value=\"{}\" autocomplete=\"off\" \
         spellcheck=\"false\"></p>\n\
         <p><button type=\"submit\">Show these</button></p>\n</form>\n",
        escaped(view.case)
    )
}

fn card(waiting: &Waiting, now: Timestamp) -> String {
    let (row, case) = (&waiting.row, &waiting.case);
    let entry = &row.entry;
    let mut card = format!(
        "<li>\n<article aria-labelledby=\"entry-{0}\">\n\
         <h2 id=\"entry-{0}\">{1}: <span class=\"whole\">{2}</span></h2>\n<dl>\n",
        row.number,
        kind_words(entry.kind),
        escaped(case.reference.as_str())
    );
    let due = due_words(entry.due_at, now);
    let due = if entry.due_at <= now {
        format!("<strong>{due}</strong>")
    } else {
        due
    };
    for (term, words) in [
        ("Why", with_code(&why(row))),
        ("Whose", escaped(&entry.owner)),
        ("Due", due),
        ("Waits since", moment(row.raised_at)),
        ("The case stands at", plain(case.status.code())),
        (
            "Who has the person",
            escaped(&holder_words(&case.responsible)),
        ),
    ] {
        push(
            &mut card,
            format_args!("<div><dt>{term}</dt><dd>{words}</dd></div>\n"),
        );
    }
    if let Some(contact) = &waiting.contact {
        let contact = escaped(contact);
        push(
            &mut card,
            format_args!("<div><dt>Whom to ring there</dt><dd>{contact}</dd></div>\n"),
        );
    }
    if waiting.called_nobody {
        push(
            &mut card,
            format_args!(
                "<div><dt>Alert</dt><dd>{}</dd></div>\n",
                capital(CALLED_NOBODY)
            ),
        );
    }
    if let Some(ring) = &waiting.ring {
        let whom = ring_words(ring).unwrap_or_else(|| NOT_NAMED.to_owned());
        let whom = escaped(&whom);
        push(
            &mut card,
            format_args!("<div><dt>Who referred</dt><dd>{whom}</dd></div>\n"),
        );
    }
    if let Some(told) = row.told_at {
        push(
            &mut card,
            format_args!(
                "<div><dt>Referrer told that there is no news</dt><dd>{}</dd></div>\n",
                moment(told)
            ),
        );
    }
    push(
        &mut card,
        format_args!(
            "</dl>\n<h3>What to do about <span class=\"whole\">{}</span></h3>\n\
             <ol class=\"steps\">\n",
            escaped(case.reference.as_str())
        ),
    );
    for step in what_to_do(row, case, waiting.ring.as_ref()) {
        card.push_str(&item(&step, case.reference.as_str()));
    }
    card.push_str("</ol>\n</article>\n</li>\n");
    card
}

fn item(step: &ToDo, reference: &str) -> String {
    let whole = format!("<span class=\"whole\">{}</span>", escaped(reference));
    let words = with_code(&step.words).replace(reference, &whole);
    match &step.command {
        Some(command) => format!(
            "<li>{words}:<br><code>{}</code></li>\n",
            whole_words(command)
        ),
        None => format!("<li>{words}.</li>\n"),
    }
}

/// For the text of an element: what stands between backticks as code.
fn with_code(text: &str) -> String {
    let mut safe = String::new();
    let pieces: Vec<&str> = text.split('`').collect();
    let closed = pieces.len() % 2 == 1;
    for (index, piece) in pieces.iter().enumerate() {
        match index % 2 {
            1 if closed => push(&mut safe, format_args!("<code>{}</code>", escaped(piece))),
            _ => safe.push_str(&escaped(piece)),
        }
    }
    safe
}

/// A command whose lines break between its words only: never within `--evidence`.
fn whole_words(command: &str) -> String {
    let words = command.split(' ');
    let words: Vec<String> = words
        .map(|word| format!("<span class=\"whole\">{}</span>", escaped(word)))
        .collect();
    words.join(" ")
}

fn document(gateway: &str, title: &str, body: &str, target: Target) -> String {
    let gateway = escaped(gateway);
    let main = match target {
        Target::Main => " id=\"queue\" tabindex=\"-1\"",
        Target::Entries => "",
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} - {gateway}</title>\n\
         <link rel=\"stylesheet\" href=\"/admin/queue.css\">\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#queue\">Skip to the queue</a>\n\
         <header><p>{gateway}</p></header>\n<main{main}>\n{body}</main>\n\
         <footer><p>Nothing of a person is shown here. A case is known by its reference.</p>\
         </footer>\n</body>\n</html>\n"
    )
}

fn push(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(words);
}

/// For the text of an element and for an attribute in double quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// For the query of a link: everything but letters, digits and hyphens as `%XX`.
fn address(text: &str) -> String {
    let mut safe = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            safe.push(char::from(byte));
        } else {
            push(&mut safe, format_args!("%{byte:02X}"));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty<'a>(page: &'a QueuePage, case: &'a str) -> View<'a> {
        View {
            gateway: "A & B <gateway>",
            page,
            kind: Some(QueueKind::Parked),
            case,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_was_asked_stays_in_the_form_and_can_never_become_markup() {
        let page = QueuePage {
            next: Some(7),
            ..QueuePage::default()
        };
        let html = render(&empty(&page, "\"><script>x</script>"));
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("value=\"&quot;&gt;&lt;script&gt;x&lt;/script&gt;\""));
        assert!(html.contains("case=%22%3E%3Cscript%3Ex%3C%2Fscript%3E&amp;after=7"));
        assert!(html.contains("<option value=\"parked\" selected>Parked</option>"));
        assert!(html.contains("A &amp; B &lt;gateway&gt;"));
    }

    #[test]
    fn an_empty_queue_says_so() {
        let page = QueuePage::default();
        let whole = View {
            kind: None,
            ..empty(&page, "")
        };
        let html = render(&whole);
        assert!(html.contains("<p>Nothing waits here. "), "{html}");
        assert!(!html.contains("<ol"), "{html}");
        assert!(
            html.contains("<main id=\"queue\" tabindex=\"-1\">"),
            "{html}"
        );
    }

    #[test]
    fn an_empty_page_under_a_filter_says_so_and_leads_to_everything() {
        let page = QueuePage::default();
        for view in [
            empty(&page, ""),
            View {
                kind: None,
                ..empty(&page, "WW-0000-0000-000")
            },
        ] {
            let html = render(&view);
            assert!(
                html.contains("<p>Nothing waits with this filter. "),
                "{html}"
            );
            assert!(!html.contains("Nothing waits here"), "{html}");
            let link = "<a href=\"/admin/queue.html\">Show the whole queue</a>";
            assert!(html.contains(link), "{html}");
        }
    }

    #[test]
    fn what_stands_in_backticks_is_code_and_a_reference_in_words_is_whole() {
        let entry = &crate::problem::area::queue::BAD_FILTER;
        let html = refusal("gateway", &Problem::new(entry).at("kind"));
        assert!(
            html.contains("<code>kind</code>") && !html.contains('`'),
            "{html}"
        );
        assert_eq!(with_code("<a> `b` c"), "&lt;a&gt; <code>b</code> c");
        let step = ToDo {
            words: "Ask lantern about WW-4K7M-9QXD-T2P".to_owned(),
            command: None,
        };
        let html = item(&step, "WW-4K7M-9QXD-T2P");
        assert!(
            html.contains("<span class=\"whole\">WW-4K7M-9QXD-T2P</span>"),
            "{html}"
        );
    }

    #[test]
    fn a_command_breaks_between_its_words_only_and_reads_as_it_is_typed() {
        let html = whole_words("cases resolve ID --evidence <REF>");
        assert!(
            html.contains("<span class=\"whole\">--evidence</span>"),
            "{html}"
        );
        let typed = html
            .replace("<span class=\"whole\">", "")
            .replace("</span>", "");
        assert_eq!(typed, "cases resolve ID --evidence &lt;REF&gt;");
    }
}
