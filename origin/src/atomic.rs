//! What threads count by: the standard library's here. The models (`origin/models`) put a checker's in its place, and compile
//! the same files.

pub(crate) use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
