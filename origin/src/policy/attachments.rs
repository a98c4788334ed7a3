//! What the operator wants done about dangerous files.

use protocol::message::Danger;

/// What is done about attachments, by what is dangerous about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attachments {
    /// What becomes of a dangerous file.
    pub mode: Mode,
    /// Whether a document with macros or scripts counts as dangerous.
    pub macros: OnSuspect,
    /// Whether an archive that needs a password does.
    pub encrypted: OnSuspect,
    /// Whether an archive that cannot be looked through does.
    pub unreadable: OnSuspect,
}

/// What becomes of a dangerous file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The message is refused: `550 5.7.1`.
    #[default]
    Block,
    /// The message is taken without the file's octets, and the reader is told.
    Strip,
    /// The message is taken whole, and the reader is warned.
    Allow,
}

/// What is done about a file that honest people send too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnSuspect {
    /// The reader is warned.
    #[default]
    Tag,
    /// It is treated as a program is.
    Refuse,
}

/// What becomes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// The message is refused for it.
    Refuse,
    /// Its octets are taken out.
    Withhold,
    /// It stays, and the reader is warned.
    Warn,
}

impl Attachments {
    /// Whatever a file is, the reader gets it and is warned.
    pub const ALLOWED: Self =
        Self { mode: Mode::Allow, macros: OnSuspect::Tag, encrypted: OnSuspect::Tag, unreadable: OnSuspect::Tag };

    /// What becomes of a file with this danger.
    #[must_use]
    pub const fn treat(self, danger: Danger) -> Treatment {
        let suspect = match danger {
            Danger::Macros => self.macros,
            Danger::Encrypted => self.encrypted,
            Danger::Unreadable => self.unreadable,
            Danger::Program
            | Danger::Script
            | Danger::Shortcut
            | Danger::Installer
            | Danger::DiskImage
            | Danger::Disguised => OnSuspect::Refuse,
        };
        match (suspect, self.mode) {
            (OnSuspect::Tag, _) | (_, Mode::Allow) => Treatment::Warn,
            (OnSuspect::Refuse, Mode::Strip) => Treatment::Withhold,
            (OnSuspect::Refuse, Mode::Block) => Treatment::Refuse,
        }
    }
}
