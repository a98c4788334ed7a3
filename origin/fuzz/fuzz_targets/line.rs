//! Fuzzes `mayfly_fuzz::line`.
#![no_main]

libfuzzer_sys::fuzz_target!(|made_up: &[u8]| mayfly_fuzz::line(made_up));
