//! What a component sees and can do: HTTP both ways, instances, its log, secrets, work all the time, other versions of WASI, the example.

mod chat;
mod classic;
mod guestbook;
mod http;
mod instances;
mod javascript;
mod log;
mod secrets;
mod work;
