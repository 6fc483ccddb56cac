//! Puts the domains together and serves them: configuration, context, HTTP layers, public pages,
//! console assets, workers and periodic jobs. It knows every domain and decides nothing.

pub mod app;
mod assets;
pub mod backup;
pub mod config;
pub mod data_map;
mod http;
mod inventory;
pub mod log;
pub mod modules;
mod pages;
mod schedule;
mod wiring;

pub use app::{App, Running};
pub use config::Config;
pub use wiring::{build_images, clusters, setup_link};
