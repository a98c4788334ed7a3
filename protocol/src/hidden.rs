//! `Debug` for what must never be printed: mail, addresses and capabilities. It says the type's name and nothing more.

/// Implements `Debug` for types that hold what a log must not.
macro_rules! hidden {
    ($($name:ident),+ $(,)?) => {
        $(impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}

pub(crate) use hidden;

#[cfg(test)]
mod tests;
