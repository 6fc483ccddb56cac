//! The data map: one entry for every stored column, cookie, log field and outbound host.
//! Policy text, export, erasure, retention, the gate and egress all read these values; nothing
//! about personal data is said anywhere else.

mod entry;
mod inventory;
mod lint;
mod lint_words;
mod registry;
mod table;
mod vocabulary;

pub use entry::{Entry, ExportAs, Protection, Source};
pub use inventory::{Endpoint, Goes, Inventory, Provider, Used};
pub use lint::{Fault, LiveSchema};
pub use registry::DataMap;
pub use table::{ClientKey, End, LogField, Necessary, OPERATORS_CHOICE, Owned, Pages, Recipient, Retention, Table, Trigger};
pub use vocabulary::{Basis, Category, Class, Plane, Purpose, Subject, Use, category, purpose};
