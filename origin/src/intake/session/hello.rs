//! Greeting, `EHLO`, `HELO`, `STARTTLS`.

use std::fmt::Write as _;

use super::{Action, Channel, Hello, Manner, Reply, Secret, Session, State, TlsOffer, reply};

impl Session {
    pub(super) fn open(&mut self) -> Action {
        let greeting = Reply::greeting(&self.site.hostname, self.site.protocol);
        self.say(State::Connected, greeting)
    }

    /// RFC 5321 §4.1.4: a second `EHLO` ends the transaction.
    pub(super) fn hello(&mut self, name: &str, manner: Manner) -> Action {
        let extensions = match manner {
            Manner::Helo => String::new(),
            Manner::Ehlo => self.extensions(),
        };
        let reply = Reply::hello(&self.site.hostname, &extensions);
        let state = State::Identified(Hello { name: Secret(name.to_owned()), manner });
        self.idle(state, reply)
    }

    /// RFC 3207 §4. A command that came too early was refused before.
    pub(super) fn start_tls(&mut self, state: State) -> Action {
        match (&state, self.channel, self.site.tls) {
            (_, Channel::Tls(_), _) => self.error(state, reply::TLS_ALREADY),
            (_, Channel::Plain, TlsOffer::Unavailable) => self.error(state, reply::NO_TLS),
            (_, Channel::Plain, TlsOffer::Offered) if state.has_transaction() => self.error(state, reply::MAIL_ALREADY),
            (_, Channel::Plain, TlsOffer::Offered) => {
                self.state = State::Securing;
                Action::StartTls(reply::TLS_READY)
            }
        }
    }

    /// RFC 3207 §4.2: whatever the client said in the clear is forgotten.
    pub(super) fn secured(&mut self, version: &'static str) -> Action {
        self.channel = Channel::Tls(version);
        self.state = State::Connected;
        Action::Listen
    }

    fn extensions(&self) -> String {
        let mut extensions = String::with_capacity(192);
        let size = self.site.message_octets;
        // Writing to a String cannot fail.
        let _ = write!(extensions, "\nPIPELINING\nSIZE {size}\n8BITMIME\nSMTPUTF8\nENHANCEDSTATUSCODES");
        extensions.push_str("\nCHUNKING\nBINARYMIME");
        // RFC 9422 §4. No more recipients or messages are refused than this says.
        let _ = write!(extensions, "\nLIMITS RCPTMAX={} MAILMAX={}", self.site.recipients, self.site.messages);
        match (self.channel, self.site.tls) {
            (Channel::Plain, TlsOffer::Offered) => extensions.push_str("\nSTARTTLS"),
            (Channel::Plain, TlsOffer::Unavailable) => {}
            (Channel::Tls(_), _) => extensions.push_str("\nREQUIRETLS"),
        }
        extensions
    }
}
