//! Carries operations out: takes them by lease, runs one step after the other under a fence,
//! and decides what a result means. Any number of workers share one database.

mod intercept;
mod run;
mod worker;

pub use intercept::{Interceptor, Intervention, Moment, Point};
pub use worker::Worker;
