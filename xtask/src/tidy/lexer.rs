//! Splitting source text into code and comments, line by line, with the insides of strings blanked.
//!
//! Rules that look for a word in code must not fire on a string, and rules about comments must not
//! fire on code. This is no parser: it knows strings, raw strings, characters and comments of Rust,
//! and (with `Dialect::Script`) those of TypeScript, which is all that the rules need.

/// Whose strings and comments are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Rust.
    Rust,
    /// TypeScript and JavaScript.
    Script,
}

/// One line, taken apart.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Line {
    /// Code, with the insides of strings removed.
    pub code: String,
    /// Text of the comments on this line, with their slashes, without doc comments.
    pub comment: String,
    /// Whether the comment is documentation (`///`, `//!`, `/**`).
    pub documents: bool,
}

#[derive(Clone, Copy)]
enum State {
    Code,
    LineComment,
    BlockComment { depth: usize },
    Text { quote: char },
    RawText { hashes: usize },
}

/// Takes the text apart; the result has one entry for each line.
pub fn lines(text: &str, dialect: Dialect) -> Vec<Line> {
    let letters: Vec<char> = text.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or('\0');
    let mut lines = vec![Line::default()];
    let mut state = State::Code;
    let mut index = 0;
    while index < letters.len() {
        let (letter, next) = (at(index), at(index + 1));
        if letter == '\n' {
            // A script's string ends with its line, so an apostrophe in a page's text does no harm below it.
            let ends_here = matches!(state, State::Text { quote } if quote != '`' && dialect == Dialect::Script);
            if ends_here || matches!(state, State::LineComment) {
                state = State::Code;
            }
            lines.push(Line::default());
            index += 1;
            continue;
        }
        let Some(line) = lines.last_mut() else { break };
        match state {
            State::Code => match (letter, next) {
                ('/', '/') => {
                    let third = at(index + 2);
                    line.documents = third == '!' || (third == '/' && at(index + 3) != '/');
                    state = State::LineComment;
                }
                ('/', '*') => {
                    line.documents = at(index + 2) == '*';
                    state = State::BlockComment { depth: 1 };
                    index += 2;
                }
                _ => {
                    let (after, width) = start_of_text(&letters, index, dialect);
                    line.code.push(letter);
                    state = after;
                    index += width;
                }
            },
            State::LineComment => {
                line.comment.push(letter);
                index += 1;
            }
            State::BlockComment { depth } => {
                let step = match (letter, next) {
                    ('*', '/') if depth == 1 => State::Code,
                    ('*', '/') => State::BlockComment { depth: depth - 1 },
                    ('/', '*') if dialect == Dialect::Rust => State::BlockComment { depth: depth + 1 },
                    _ => {
                        line.comment.push(letter);
                        index += 1;
                        continue;
                    }
                };
                state = step;
                index += 2;
            }
            State::Text { quote } => {
                if letter == '\\' {
                    // An escaped line end must still be counted as a line.
                    index += if next == '\n' { 1 } else { 2 };
                } else {
                    if letter == quote {
                        line.code.push(letter);
                        state = State::Code;
                    }
                    index += 1;
                }
            }
            State::RawText { hashes } => {
                let closes = letter == '"' && (1..=hashes).all(|offset| at(index + offset) == '#');
                if closes {
                    line.code.push('"');
                    state = State::Code;
                    index += 1 + hashes;
                } else {
                    index += 1;
                }
            }
        }
    }
    lines
}

/// What begins at `index` of code, and how many letters its opening takes.
fn start_of_text(letters: &[char], index: usize, dialect: Dialect) -> (State, usize) {
    let at = |index: usize| letters.get(index).copied().unwrap_or('\0');
    let letter = at(index);
    if dialect == Dialect::Script {
        return match letter {
            '"' | '\'' | '`' => (State::Text { quote: letter }, 1),
            _ => (State::Code, 1),
        };
    }
    let before = index.checked_sub(1).map_or(' ', at);
    let starts_word = !(before.is_alphanumeric() || before == '_') || before == 'b';
    match letter {
        '"' => (State::Text { quote: '"' }, 1),
        'r' if starts_word => {
            let hashes = letters.iter().skip(index + 1).take_while(|letter| **letter == '#').count();
            match at(index + 1 + hashes) {
                '"' => (State::RawText { hashes }, 2 + hashes),
                _ => (State::Code, 1),
            }
        }
        // `'x'` and `'\n'` are characters; `'a` alone is a lifetime.
        '\'' if at(index + 1) == '\\' => (State::Text { quote: '\'' }, 1),
        '\'' if at(index + 2) == '\'' => (State::Code, 3),
        _ => (State::Code, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Vec<String> {
        lines(text, Dialect::Rust).into_iter().map(|line| line.code).collect()
    }

    #[test]
    fn strings_are_blanked_and_lines_are_kept() {
        assert_eq!(code("let a = \"todo!\";\nb"), ["let a = \"\";", "b"]);
        assert_eq!(code("f(\"one \\\"two\\\"\", x)"), ["f(\"\", x)"]);
        assert_eq!(code("let a = \"one \\\n  two\";\nb"), ["let a = \"", "\";", "b"]);
        assert_eq!(code("r#\"say \"hi\" // no\"#; x"), ["r\"; x"]);
        assert_eq!(code("br\"\\\" y"), ["br\" y"]);
    }

    #[test]
    fn characters_and_lifetimes_differ() {
        assert_eq!(code("fn f<'a>(x: &'a str) { x == '\"' }"), ["fn f<'a>(x: &'a str) { x == ' }"]);
        assert_eq!(code("let q = '\\''; // c"), ["let q = ''; "]);
    }

    #[test]
    fn comments_are_kept_apart() {
        let all = lines("x // why\n/// doc\n/* a\nb */ y", Dialect::Rust);
        assert_eq!(all[0], Line { code: "x ".into(), comment: "// why".into(), documents: false });
        assert!(all[1].documents);
        assert_eq!(all[2].comment, " a");
        assert_eq!(all[3].code, " y");
    }

    #[test]
    fn scripts_have_their_own_strings() {
        let all = lines("a('it.only(') // `x`", Dialect::Script);
        assert_eq!(all[0].code, "a('') ");
        assert_eq!(all[0].comment, "// `x`");
        let all = lines("<p>Don't</p>\nfit()", Dialect::Script);
        assert_eq!(all[1].code, "fit()");
    }
}
