//! Fuzzes `mayfly_fuzz::archive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|made_up: &[u8]| mayfly_fuzz::archive(made_up));
