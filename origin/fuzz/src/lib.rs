//! What the fuzz targets do with the octets that the fuzzer makes up: never more than compare. Each function panics
//! where a promise is broken, and says which.

mod archive;
mod command;
mod data;
mod dialog;
mod line;
mod mime;
mod split;

pub use self::{archive::archive, command::command, data::data, dialog::bdat, line::line, mime::mime};
