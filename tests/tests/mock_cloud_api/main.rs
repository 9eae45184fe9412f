//! The mock Cloud API keeps its own promises: what it refuses, reports, delivers and breaks.

mod api;
mod customers;
mod examples;
mod faults;
mod flow_endpoint;
mod management;
mod media;
mod receiver;
mod rules;
mod sending;
mod statuses;
mod templates;
mod webhooks;
