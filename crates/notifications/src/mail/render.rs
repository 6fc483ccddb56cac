//! Turns a template and its values into a mail. Text and HTML come from one source, so they
//! cannot say different things.

use kernel::{Error, Result};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};

use super::links::pieces;
use super::model::{Content, Mail, Template};

const MESSAGE: &str = "message.html";
const MAILBOX: &str = "mailbox.html";

fn failed(error: minijinja::Error) -> Error {
    Error::internal("a mail template cannot be rendered").caused_by(error)
}

fn environment() -> Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    environment.add_template(MESSAGE, include_str!("../../templates/message.html")).map_err(failed)?;
    environment.add_template(MAILBOX, include_str!("../../templates/mailbox.html")).map_err(failed)?;
    for template in Template::ALL {
        environment.add_template(template.key(), template.source()).map_err(failed)?;
    }
    Ok(environment)
}

/// The paragraphs of `text`, each in pieces, as templates read them.
fn paragraphs(text: &str) -> Value {
    let piece = |piece: super::links::Piece| context! { text => piece.text, link => piece.link };
    let paragraph = |text: &str| Value::from(pieces(text).into_iter().map(piece).collect::<Vec<Value>>());
    Value::from(text.trim().split("\n\n").map(paragraph).collect::<Vec<Value>>())
}

/// The mail that `template` makes of `values`; `name` greets, `sender` signs.
///
/// # Errors
/// `Internal` when a value that the template needs is missing.
pub(super) fn render(template: Template, name: &str, sender: &str, values: &[(&'static str, String)]) -> Result<Content> {
    let environment = environment()?;
    let given = Value::from_pairs(values.iter().map(|(key, value)| (*key, value)));
    let rendered = environment.get_template(template.key()).and_then(|template| template.render(context! { name, sender, ..given })).map_err(failed)?;
    let (subject, text) = rendered.split_once('\n').ok_or_else(|| Error::internal("a mail template has no text"))?;
    // A header is one line, whatever a value has in it.
    let subject: String = subject.chars().filter(|letter| !letter.is_control()).collect();
    let page = context! { subject => &subject, paragraphs => paragraphs(text) };
    let html = environment.get_template(MESSAGE).and_then(|message| message.render(page)).map_err(failed)?;
    Ok(Content { subject, text: format!("{}\n", text.trim()), html })
}

/// The page of the demonstration's mailbox.
///
/// # Errors
/// `Internal` when the page cannot be rendered.
pub(super) fn mailbox(mails: &[Mail]) -> Result<String> {
    let shown = |mail: &Mail| {
        context! { subject => &mail.content.subject, to => &mail.to.email, at => mail.queued_at.to_string(), at_words => mail.queued_at.in_words(), paragraphs => paragraphs(&mail.content.text) }
    };
    let mails = Value::from(mails.iter().map(shown).collect::<Vec<Value>>());
    environment()?.get_template(MAILBOX).and_then(|page| page.render(context! { mails })).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_renders_with_its_values() {
        let values = [
            ("link", "https://x.example/app/verify#tok"),
            ("number", "F-1"),
            ("total", "EUR 5.00"),
            ("machine", "vm"),
            ("disk", "data"),
            ("document", "invoice"),
            ("bills", "F-1"),
            ("request", "req_1"),
            ("due", "2026-12-24"),
            ("since", "2026-12-24"),
            ("inviter", "Eve"),
            ("organisation", "Keep"),
            ("date", "1 May 2030"),
        ];
        let values = values.map(|(key, value)| (key, value.to_owned()));
        for template in Template::ALL {
            let content = render(*template, "Ada", "Example Hosting", &values).unwrap();
            assert!(!content.subject.is_empty() && content.subject.len() < 80, "{}", content.subject);
            assert!(content.text.contains("Ada") && content.text.contains("Example Hosting"), "{}", content.text);
            assert!(content.text.contains("https://x.example/app/verify#tok"));
            assert!(content.html.contains("<a href=\"https:&#x2f;&#x2f;x.example&#x2f;app&#x2f;verify#tok\""), "{}", content.html);
            assert!(!content.text.contains("{{") && !content.html.contains("{{"));
            assert_eq!(Template::from_key(template.key()), Some(*template));
        }
    }

    #[test]
    fn names_cannot_write_html_or_headers() {
        let values =
            [("link", "https://x"), ("number", "1\r\nBcc: all@example"), ("total", "2"), ("document", "invoice")].map(|(key, value)| (key, value.to_owned()));
        let content = render(Template::InvoiceIssued, "<b>\nEve", "S", &values).unwrap();
        assert!(!content.html.contains("<b>"));
        assert!(!content.subject.contains(['\r', '\n']));
    }

    #[test]
    fn a_missing_value_is_an_error() {
        assert!(render(Template::VerifyEmail, "Ada", "S", &[]).is_err());
    }
}
