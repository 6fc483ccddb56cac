//! What the drivers that run guests on this very host have in common. It knows neither QEMU nor a container runtime.
//!
//! [`process`] runs tools and knows processes again, [`record`] writes what must be remembered, [`lock`] lets one change happen at a
//! time, [`folder`] names and removes folders, [`room`] tells how much disk there is, [`port`] hands out ports for SSH, [`supervisor`]
//! starts the small process that stays with each guest, [`ring`] and [`line`](mod@line) are what that process does with the serial
//! line, [`network`] makes private networks, [`tool`] and [`package`] serve the builders of templates, [`template`] keeps what they built.

pub mod folder;
pub mod line;
pub mod lock;
pub mod network;
pub mod package;
pub mod port;
pub mod process;
pub mod record;
pub mod ring;
pub mod room;
pub mod supervisor;
pub mod template;
pub mod tool;
