//! What is on record.

mod activity_list;
