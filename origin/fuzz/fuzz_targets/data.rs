//! Fuzzes `mayfly_fuzz::data`.
#![no_main]

libfuzzer_sys::fuzz_target!(|made_up: &[u8]| mayfly_fuzz::data(made_up));
