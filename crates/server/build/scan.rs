//! Reads the sources of the program for what it uses: fields of log events and cookies. The lint
//! compares the lists with the data map. Nothing is guessed: a call that cannot be read is a fault,
//! and a fault fails the build.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What one file uses.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Names of log fields.
    pub log_fields: BTreeSet<String>,
    /// Names of the entries of cookies, as in `&data_map::NAME`.
    pub cookies: BTreeSet<String>,
    /// Why calls cannot be read.
    pub faults: Vec<&'static str>,
}

const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];
const COOKIE_CALLS: [&str; 2] = ["set_cookie", "end_cookie"];

/// Reads one file.
pub fn file(text: &str) -> Result<Found, String> {
    let tokens: TokenStream = text.parse().map_err(|error| format!("{error}"))?;
    let mut found = Found::default();
    walk(tokens, &mut found);
    Ok(found)
}

fn walk(tokens: TokenStream, found: &mut Found) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|before| trees.get(before));
        match tree {
            TokenTree::Ident(name) if name == "tracing" => {
                let rest = trees.get(at + 1..).unwrap_or_default();
                if !before(1).is_some_and(|tree| is(tree, ':')) {
                    macro_call(rest, found);
                }
            }
            TokenTree::Group(group) => {
                if let (Some(TokenTree::Ident(name)), Delimiter::Parenthesis) = (before(1), group.delimiter()) {
                    let defined = matches!(before(2), Some(TokenTree::Ident(keyword)) if keyword == "fn");
                    if !defined && COOKIE_CALLS.contains(&name.to_string().as_str()) {
                        cookie(group.stream(), found);
                    }
                }
                walk(group.stream(), found);
            }
            _ => {}
        }
    }
}

fn is(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// `tracing` is followed by `:: level ! ( … )`. Under another name, or as an attribute, events would hide their fields.
fn macro_call(rest: &[TokenTree], found: &mut Found) {
    let [first, second, next, then @ ..] = rest else { return };
    if !(is(first, ':') && is(second, ':')) {
        return;
    }
    let hides = match (next, then) {
        (TokenTree::Ident(level), [bang, TokenTree::Group(group), ..]) if is(bang, '!') && LEVELS.contains(&level.to_string().as_str()) => {
            event(group.stream(), found);
            false
        }
        (TokenTree::Ident(name), _) => writes(&name.to_string()),
        (TokenTree::Group(list), _) => list.stream().into_iter().any(|tree| matches!(tree, TokenTree::Ident(name) if writes(&name.to_string()))),
        _ => false,
    };
    if hides {
        found.faults.push("only tracing::trace!, debug!, info!, warn! and error! write to the log, by their full names: their fields can be checked");
    }
}

/// True for what writes fields: the levels, events of any level, spans, instrumented functions.
fn writes(name: &str) -> bool {
    LEVELS.contains(&name) || name.ends_with("span") || matches!(name, "event" | "instrument")
}

/// The arguments of one event: `name = value`, `%value.path`, and at the end a fixed sentence.
fn event(tokens: TokenStream, found: &mut Found) {
    for part in split_at_commas(tokens) {
        if let Some(TokenTree::Literal(sentence)) = part.first() {
            if sentence.to_string().contains('{') {
                found.faults.push("a log event's sentence is fixed; values go into fields");
            }
            found.log_fields.insert("message".to_owned());
            return;
        }
        let mut name = String::new();
        for tree in part.iter().skip_while(|tree| is(tree, '%') || is(tree, '?')) {
            match tree {
                TokenTree::Ident(ident) => name.push_str(ident.to_string().trim_start_matches("r#")),
                TokenTree::Punct(punct) if punct.as_char() == '.' => name.push('.'),
                _ => break,
            }
        }
        if name.is_empty() {
            found.faults.push("a log event whose fields cannot be read");
        } else {
            found.log_fields.insert(name);
        }
    }
}

fn split_at_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for tree in tokens {
        if is(&tree, ',') {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(tree);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The first argument is `&data_map::NAME`.
fn cookie(tokens: TokenStream, found: &mut Found) {
    let first = split_at_commas(tokens).into_iter().next().unwrap_or_default();
    match first.as_slice() {
        [and, TokenTree::Ident(module), one, two, TokenTree::Ident(name)] if is(and, '&') && module == "data_map" && is(one, ':') && is(two, ':') => {
            found.cookies.insert(name.to_string());
        }
        _ => found.faults.push("a cookie is set or ended as &data_map::NAME, so that the lint finds its entry"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> String {
        file(text).unwrap().log_fields.into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn fields_are_found_in_every_form_and_inside_other_macros() {
        assert_eq!(fields("fn a() { tracing::warn!(node = name, %error, \"it failed\"); }"), "error message node");
        assert_eq!(fields("fn a() { tracing::info!(%method, route, status = response.status().as_u16(), \"request\") }"), "message method route status");
        assert_eq!(fields("fn a() { tokio::select! { x = y => if let Err(error) = x { tracing::error!(%error, \"ended\") } } }"), "error message");
        assert_eq!(fields("fn a() { tracing::debug!(?row.id, f = g(1, 2), \"m\") }"), "f message row.id");
    }

    #[test]
    fn what_hides_a_field_is_a_fault() {
        for text in [
            "use tracing::info;",
            "use tracing::{Event, warn};",
            "fn a() { tracing::info!(\"user {email}\") }",
            "fn a() { tracing::event!(Level::INFO, x) }",
            "#[tracing::instrument] fn a() {}",
        ] {
            assert_eq!(file(text).unwrap().faults.len(), 1, "{text}");
        }
        assert_eq!(file("use tracing::{Event, Subscriber}; use tracing::field::Visit;").unwrap(), Found::default());
    }

    #[test]
    fn cookies_are_found_by_the_names_of_their_entries() {
        for text in ["fn a() { set_cookie(&data_map::SESSION, secret) }", "fn a() { kernel::http::end_cookie(&data_map::SESSION) }"] {
            assert!(file(text).unwrap().cookies.contains("SESSION"), "{text}");
        }
        assert_eq!(file("fn a() { set_cookie(&key, secret) }").unwrap().faults.len(), 1);
        assert_eq!(file("pub fn set_cookie(key: &ClientKey, value: &str) {}").unwrap(), Found::default());
    }
}
