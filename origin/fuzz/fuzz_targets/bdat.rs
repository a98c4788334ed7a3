//! Fuzzes `mayfly_fuzz::bdat`.
#![no_main]

libfuzzer_sys::fuzz_target!(|made_up: &[u8]| mayfly_fuzz::bdat(made_up));
