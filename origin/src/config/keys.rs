//! Every setting there is: its name, its default, and what it means.

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the table below says what each one means")]
pub enum Key {
    Region,
    Domains,
    LogLevel,
    SmtpListen,
    SmtpHostname,
    SmtpSharePort,
    SmtpSessions,
    SmtpAddressSessions,
    SmtpAddressRate,
    SmtpNetworkSessions,
    SmtpNetworkRate,
    SmtpUncounted,
    SmtpProxyFrom,
    SmtpGreetDelay,
    SmtpCertificate,
    SmtpKey,
    LmtpListen,
    LmtpMode,
    HttpListen,
    HttpPage,
    HttpCounted,
    HttpUncounted,
    HttpClientHeader,
    OperatorListen,
    OperatorInbox,
    StoreOctets,
    StoreHighWater,
    StoreRedis,
    StoreSentinels,
    StoreMaster,
    StoreReplicas,
    HandoverSocket,
    HandoverWait,
    JobsDepth,
    JobsDead,
    JobsRate,
    JobsWorkers,
    SyncEdge,
    SyncKey,
    DnsServers,
    WebhooksAllow,
    AcmeDirectory,
    AcmeContact,
    AcmeNames,
    AcmeChallenge,
    AcmeHttpListen,
    AcmeDnsZone,
    AcmeDnsServer,
    AcmeDnsKey,
    AcmeDnsWait,
    AcmeFolder,
    AcmeRoot,
    PolicySpfFail,
    PolicySpfTemperror,
    PolicySpfSoftfail,
    PolicySpfPermerror,
    PolicyDkimFail,
    PolicyDkimPermerror,
    PolicyDkimTemperror,
    PolicyDmarcReject,
    PolicyDmarcQuarantine,
    PolicyDmarcNone,
    PolicyDmarcTemperror,
    PolicyDmarcNoAuthor,
    PolicyAttachments,
    PolicyMacros,
    PolicyEncryptedArchives,
    PolicyUnreadableArchives,
}

/// Whether a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Plainly,
    /// Never.
    Never,
}

/// What a setting is.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// Which.
    pub key: Key,
    /// Its dotted name in the file; in the environment `MAYFLY_` and the name in capitals with `_` for the dot.
    pub name: &'static str,
    /// What it is unless set; empty: not set.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Whether `mayfly config` shows it.
    pub shown: Shown,
}

const fn plain(key: Key, name: &'static str, default: &'static str, meaning: &'static str) -> Description {
    Description { key, name, default, meaning, shown: Shown::Plainly }
}

/// All settings, in the order in which `mayfly config` prints them.
pub const ALL: &[Description] = &[
    plain(Key::Region, "region", "local", "this region's name, as the edge's region table has it"),
    plain(Key::Domains, "domains", "mayfly.test", "domains that anyone may take an address at"),
    plain(Key::LogLevel, "log.level", "info", "error, warn, info, debug or trace; people are logged at none of them"),
    plain(Key::SmtpListen, "smtp.listen", "127.0.0.1:2525", "where mail comes in; port 0 takes a free one"),
    plain(Key::SmtpHostname, "smtp.hostname", "localhost.localdomain", "what the greeting calls this host"),
    plain(Key::SmtpSharePort, "smtp.share_port", "no", "yes: other processes may listen on the same port"),
    plain(Key::SmtpSessions, "smtp.sessions", "50000", "SMTP sessions at one time"),
    plain(Key::SmtpAddressSessions, "smtp.address_sessions", "50", "of them, from one address (/32, /64)"),
    plain(Key::SmtpAddressRate, "smtp.address_rate", "600", "new sessions a minute from one address"),
    plain(Key::SmtpNetworkSessions, "smtp.network_sessions", "250", "sessions from one network (/24, /48)"),
    plain(Key::SmtpNetworkRate, "smtp.network_rate", "3000", "new sessions a minute from one network"),
    plain(Key::SmtpUncounted, "smtp.uncounted", "127.0.0.0/8,::1", "networks that these four limits are not for"),
    plain(Key::SmtpProxyFrom, "smtp.proxy_from", "", "networks of proxies: each connection begins with a PROXY header"),
    plain(
        Key::SmtpGreetDelay,
        "smtp.greet_delay_ms",
        "0",
        "how long to see whether a client talks before the greeting",
    ),
    plain(
        Key::SmtpCertificate,
        "smtp.certificate",
        "",
        "PEM file of the certificate chain; none: one is made at start",
    ),
    plain(Key::SmtpKey, "smtp.key", "", "PEM file of the certificate's private key"),
    plain(
        Key::LmtpListen,
        "lmtp.listen",
        "",
        "path of a Unix socket where a mail server of your own delivers; none: off",
    ),
    plain(Key::LmtpMode, "lmtp.mode", "0660", "mode of that socket's file: who may write to it may deliver"),
    plain(Key::HttpListen, "http.listen", "127.0.0.1:8025", "where the API listens; port 0 takes a free one"),
    plain(Key::HttpPage, "http.page", "", "folder of the built web page; none: this origin serves the API alone"),
    plain(
        Key::HttpCounted,
        "http.counted",
        "auto",
        "100 requests a minute of a client: yes, no, or auto: where no edge counts",
    ),
    plain(Key::HttpUncounted, "http.uncounted", "127.0.0.0/8,::1", "networks whose requests are not counted"),
    plain(Key::HttpClientHeader, "http.client_header", "", "the header in which those networks name the client"),
    plain(
        Key::OperatorListen,
        "operator.listen",
        "127.0.0.1:9025",
        "where /metrics and /inbox are; for the operator alone",
    ),
    plain(
        Key::OperatorInbox,
        "operator.inbox",
        "",
        "inbox of postmaster and abuse, from `mayfly key inbox`; none: one is drawn at start, see /inbox at operator.listen",
    ),
    plain(Key::StoreOctets, "store.octets", "1073741824", "memory for mail, in octets"),
    plain(Key::StoreHighWater, "store.high_water_percent", "90", "hundredths of it that new mail may fill"),
    Description {
        key: Key::StoreRedis,
        name: "store.redis",
        default: "",
        meaning: "URL of a Redis server, or of several of a cluster, that nodes share; none: mail is kept in this process",
        shown: Shown::Never,
    },
    Description {
        key: Key::StoreSentinels,
        name: "store.sentinels",
        default: "",
        meaning: "URLs of Sentinels that name the master; store.redis then gives the servers' user and TLS alone",
        shown: Shown::Never,
    },
    plain(Key::StoreMaster, "store.master", "mayfly", "what Sentinels call the master"),
    plain(Key::StoreReplicas, "store.replicas", "0", "replicas that must have a message before it is taken; 0: none"),
    plain(
        Key::HandoverSocket,
        "handover.socket",
        "",
        "path of a Unix socket where the next process takes over what this one holds; none: it ends with the process",
    ),
    plain(
        Key::HandoverWait,
        "handover.wait_ms",
        "0",
        "how long to go on, once told to end, for a next process to come",
    ),
    plain(
        Key::JobsDepth,
        "jobs.depth",
        "10000",
        "jobs of one priority that a queue takes; or by queue: webhooks=20000",
    ),
    plain(Key::JobsDead, "jobs.dead", "1000", "dead jobs that a queue keeps; or by queue"),
    plain(Key::JobsRate, "jobs.rate", "", "jobs a second that a queue hands out, such as webhooks=50; none: no limit"),
    plain(
        Key::JobsWorkers,
        "jobs.workers",
        "1-32",
        "workers of a queue, at least and at most; or by queue: webhooks=4-64",
    ),
    plain(Key::SyncEdge, "sync.edge", "", "URL of the edge worker; none: there is no edge"),
    Description {
        key: Key::SyncKey,
        name: "sync.key",
        default: "",
        meaning: "secret that batches to the edge are signed with, from `mayfly key new`",
        shown: Shown::Never,
    },
    plain(
        Key::DnsServers,
        "dns.servers",
        "system",
        "who is asked about senders: addresses, each with its port or 53; system: resolv.conf's; off: nobody, no sender is checked, and there are no webhooks",
    ),
    plain(
        Key::WebhooksAllow,
        "webhooks.allow",
        "",
        "networks of your own that inboxes' webhooks may be in, beside public addresses; none: public ones alone",
    ),
    plain(
        Key::AcmeDirectory,
        "acme.directory",
        "",
        "URL of the ACME directory to order the certificate at, agreeing to its terms; none: nothing is ordered",
    ),
    plain(Key::AcmeContact, "acme.contact", "", "mail addresses that the authority may write to"),
    plain(Key::AcmeNames, "acme.names", "", "host names that the certificate is for, beside smtp.hostname"),
    plain(
        Key::AcmeChallenge,
        "acme.challenge",
        "http-01",
        "how the names are shown to be ours: http-01 (port 80 leads to http.listen or acme.http_listen) or dns-01",
    ),
    plain(
        Key::AcmeHttpListen,
        "acme.http_listen",
        "",
        "where challenges alone are answered over HTTP, such as [::]:80",
    ),
    plain(Key::AcmeDnsZone, "acme.dns_zone", "", "dns-01: the zone that all the names lie in"),
    plain(Key::AcmeDnsServer, "acme.dns_server", "", "dns-01: its primary server, which takes updates (RFC 2136)"),
    Description {
        key: Key::AcmeDnsKey,
        name: "acme.dns_key",
        default: "",
        meaning: "dns-01: TSIG key that updates are signed with, NAME:SECRET for hmac-sha256",
        shown: Shown::Never,
    },
    plain(
        Key::AcmeDnsWait,
        "acme.dns_wait_ms",
        "10000",
        "dns-01: how long the zone's other servers take to have a new record",
    ),
    plain(
        Key::AcmeFolder,
        "acme.folder",
        "",
        "where account and certificate are kept; none: in memory, and ordered anew at each start",
    ),
    plain(
        Key::AcmeRoot,
        "acme.root",
        "",
        "PEM file of the root that the directory's own certificate comes from; none: the system's roots",
    ),
    plain(
        Key::PolicySpfFail,
        "policy.spf_fail",
        "tag",
        "a domain disowns its sender (SPF): tag the message or refuse it",
    ),
    plain(
        Key::PolicySpfTemperror,
        "policy.spf_temperror",
        "defer",
        "DNS does not say whether a sender may send: defer the message, or tag it",
    ),
    plain(
        Key::PolicySpfSoftfail,
        "policy.spf_softfail",
        "tag",
        "it says that the sender is probably not its own (SPF): tag or refuse",
    ),
    plain(Key::PolicySpfPermerror, "policy.spf_permerror", "tag", "its SPF record cannot be used: tag or refuse"),
    plain(Key::PolicyDkimFail, "policy.dkim_fail", "tag", "no signature holds and one is broken (DKIM): tag or refuse"),
    plain(
        Key::PolicyDkimPermerror,
        "policy.dkim_permerror",
        "tag",
        "no signature holds and one cannot be checked (DKIM): tag or refuse",
    ),
    plain(
        Key::PolicyDkimTemperror,
        "policy.dkim_temperror",
        "defer",
        "DNS does not give the key of a signature: defer or tag",
    ),
    plain(
        Key::PolicyDmarcReject,
        "policy.dmarc_reject",
        "refuse",
        "the author's domain disowns the message and asks for its refusal (DMARC): tag or refuse",
    ),
    plain(
        Key::PolicyDmarcQuarantine,
        "policy.dmarc_quarantine",
        "tag",
        "it disowns the message and asks to be wary of it (DMARC): tag or refuse",
    ),
    plain(
        Key::PolicyDmarcNone,
        "policy.dmarc_none",
        "tag",
        "it disowns the message and asks for nothing (DMARC): tag or refuse",
    ),
    plain(
        Key::PolicyDmarcTemperror,
        "policy.dmarc_temperror",
        "defer",
        "DNS does not say whether the author's domain vouches for the message: defer or tag",
    ),
    plain(
        Key::PolicyDmarcNoAuthor,
        "policy.dmarc_no_author",
        "tag",
        "the message names no author whose domain can be asked, or has several From fields: tag or refuse",
    ),
    plain(
        Key::PolicyAttachments,
        "policy.attachments",
        "block",
        "programs, scripts, shortcuts, installers, disk images: block the message, strip the file, or allow it",
    ),
    plain(
        Key::PolicyMacros,
        "policy.macros",
        "tag",
        "documents with macros or scripts: tag them, or refuse them as programs are",
    ),
    plain(
        Key::PolicyEncryptedArchives,
        "policy.encrypted_archives",
        "tag",
        "archives with a password: tag them, or refuse them as programs are",
    ),
    plain(
        Key::PolicyUnreadableArchives,
        "policy.unreadable_archives",
        "tag",
        "archives that cannot be looked through: tag them, or refuse them as programs are",
    ),
];

impl Key {
    /// The table's row.
    #[must_use]
    pub fn describe(self) -> &'static Description {
        // The enum and the table have the same order; a test holds them together.
        &ALL[self as usize]
    }
}

impl Description {
    /// The name of the environment variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("MAYFLY_{}", self.name.replace('.', "_").to_uppercase())
    }
}
