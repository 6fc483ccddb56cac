//! What the console keeps in browsers; the server itself stores nothing.

use kernel::Module;
use kernel::map::{ClientKey, Necessary, purpose};

/// What the console keeps in the browser; `console/src/storage.json` is its own list.
pub const CLIENT_KEYS: &[ClientKey] = &[COLOUR_SCHEME, SCROLL];

/// A preference, so it waits for a yes to functionality. Without it the colours are the system's.
const COLOUR_SCHEME: ClientKey = ClientKey::optional(
    "fairhold-colour-scheme",
    &purpose::FUNCTIONALITY,
    "light or dark, once you chose it; without it the pages follow your system's setting",
    0,
)
.stored_in("local_storage")
.in_console();

/// Going back shows the page where it was left.
const SCROLL: ClientKey = ClientKey::necessary(
    "tsr-scroll-restoration-v1_3",
    &purpose::ACCOUNT,
    Necessary::Navigation,
    "how far each page was scrolled, so that going back shows the place that you left",
    0,
)
.stored_in("session_storage")
.in_console();

/// The server's own part of the map.
pub fn module() -> Module {
    Module { client_keys: CLIENT_KEYS, ..Module::named("server") }
}
