//! Fuzzes `mayfly_fuzz::mime`.
#![no_main]

libfuzzer_sys::fuzz_target!(|made_up: &[u8]| mayfly_fuzz::mime(made_up));
