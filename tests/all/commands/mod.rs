//! Commands that components bring.

mod bounds;
mod names;
mod run;
