//! Fuzzes `mayfly_fuzz::command`.
#![no_main]

libfuzzer_sys::fuzz_target!(|made_up: &[u8]| mayfly_fuzz::command(made_up));
