//! Files of the origin under a model checker's atomics (loom): the tests run them in every order of steps, and with every
//! value that the memory model lets a thread see.
//!
//! Never a copy: the very files are compiled, and [`atomic`] takes the place of the origin's own. Their unit tests are the
//! origin's, so there is nothing here to be tested but by the folder `tests`.
#![cfg(not(test))]

/// What the origin's `atomic` is in a model.
pub mod atomic {
    pub use loom::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
}

#[path = "../../src/budget.rs"]
pub mod budget;
