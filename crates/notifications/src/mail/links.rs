//! Finds the links in a text, so that HTML can make them clickable.

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The words, or the address.
    pub(crate) text: String,
    /// True for an address.
    pub(crate) link: bool,
}

/// Cuts `text` at its links: words that begin with `http://` or `https://`.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        if bare.starts_with("http://") || bare.starts_with("https://") {
            pieces.push(Piece { text: bare.to_owned(), link: true });
            pieces.push(Piece { text: word.strip_prefix(bare).unwrap_or_default().to_owned(), link: false });
        } else {
            match pieces.last_mut() {
                Some(last) if !last.link => last.text.push_str(word),
                _ => pieces.push(Piece { text: word.to_owned(), link: false }),
            }
        }
    }
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_cut_out_and_nothing_is_lost() {
        let text = "Open\nhttps://a.example/x#t-1_2\nor http://b.example now";
        let found = pieces(text);
        assert_eq!(found.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
        let links: Vec<&str> = found.iter().filter(|piece| piece.link).map(|piece| piece.text.as_str()).collect();
        assert_eq!(links, ["https://a.example/x#t-1_2", "http://b.example"]);
    }

    #[test]
    fn javascript_is_no_link() {
        assert!(pieces("javascript:alert(1) ftp://x").iter().all(|piece| !piece.link));
    }
}
