//! Services: components that use components.

mod deploy;
mod failures;
mod identity;
mod shop;
mod under_way;
