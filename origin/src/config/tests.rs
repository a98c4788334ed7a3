use super::{
    keys::{ALL, Key},
    layers::{Layers, Settings, Source},
    *,
};
use crate::{
    limits,
    policy::{Mode, OnFail, OnFault, OnSuspect},
};

fn layers(file: &str, environment: &[(&str, &str)], flags: Vec<(&'static str, Key, String)>) -> Layers {
    Layers {
        file: (!file.is_empty()).then(|| ("mayfly.toml".into(), file.to_owned())),
        environment: environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        flags,
    }
}

fn config(layers: Layers) -> Result<Config, ConfigError> {
    Config::from_settings(&Settings::lay(layers)?)
}

#[test]
fn the_table_has_the_enums_order() {
    for (at, description) in ALL.iter().enumerate() {
        assert_eq!(description.key as usize, at, "{}", description.name);
    }
}

#[test]
fn nothing_needs_to_be_configured() {
    let config = config(Layers::default()).unwrap();
    assert_eq!(config.region, "local");
    assert!(matches!(config.sync, Sync::Off));
    assert!(matches!(config.smtp.certificate, Certificate::SelfMade));
}

#[test]
fn flags_beat_the_environment_beats_the_file_beats_defaults() {
    let file = "region = 'file'\n[smtp]\nlisten = '127.0.0.1:1'\n[http]\nlisten = '127.0.0.1:1'";
    let env = [("MAYFLY_SMTP_LISTEN", "127.0.0.1:2"), ("MAYFLY_HTTP_LISTEN", "127.0.0.1:2"), ("HOME", "/nowhere")];
    let flags = vec![("--http", Key::HttpListen, "127.0.0.1:3".to_owned())];
    let config = config(layers(file, &env, flags)).unwrap();
    assert_eq!(config.region, "file");
    assert_eq!((config.smtp.listen.port(), config.http.listen.port()), (2, 3));
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    let error = config(layers("[smtp]\nlistn = '127.0.0.1:1'", &[], vec![])).unwrap_err().to_string();
    assert_eq!(error, "file mayfly.toml sets smtp.listn, which does not exist; did you mean smtp.listen?");
    let error = config(layers("", &[("MAYFLY_SMPT_LISTEN", "x")], vec![])).unwrap_err().to_string();
    assert!(error.contains("did you mean MAYFLY_SMTP_LISTEN?"), "{error}");
    assert!(config(layers("[nonsense]\nx = 1", &[], vec![])).is_err());
}

#[test]
fn a_bad_value_names_its_key_its_source_and_what_is_wanted() {
    let error = config(layers("", &[("MAYFLY_SMTP_SESSIONS", "none")], vec![])).unwrap_err().to_string();
    assert_eq!(error, "smtp.sessions (from environment MAYFLY_SMTP_SESSIONS) must be a number from 1 to 1000000");
    assert!(config(layers("domains = []", &[], vec![])).is_err());
    assert!(config(layers("[smtp]\nkey = 'k.pem'", &[], vec![])).is_err());
    assert!(config(layers("[sync]\nedge = 'https://edge.example'", &[], vec![])).is_err(), "an edge needs a key");
}

#[test]
fn the_secret_is_never_shown() {
    let secret = BASE64URL_NOPAD.encode(&[7; 32]);
    let env = [("MAYFLY_SYNC_EDGE", "https://edge.example/"), ("MAYFLY_SYNC_KEY", secret.as_str())];
    let settings = Settings::lay(layers("", &env, vec![])).unwrap();
    let printed = settings.to_string();
    assert!(!printed.contains(&secret) && printed.contains("# sync.key is set, and not shown"), "{printed}");
    assert!(printed.contains("# environment MAYFLY_SYNC_KEY"));
    let config = Config::from_settings(&settings).unwrap();
    assert!(!format!("{config:?}").contains(&secret));
    assert!(matches!(config.sync, Sync::Edge { url, .. } if url == "https://edge.example"));
}

#[test]
fn lists_in_the_file_are_lists() {
    let config = config(layers("domains = ['a.example', 'B.example']", &[], vec![])).unwrap();
    assert_eq!(config.domains.iter().map(Domain::as_str).collect::<Vec<_>>(), ["a.example", "b.example"]);
    assert_eq!(Source::Flag("--smtp").to_string(), "flag --smtp");
}

#[test]
fn the_shipped_configuration_is_one() {
    let shipped = include_str!("../../../infra/config/mayfly.toml");
    let secret = BASE64URL_NOPAD.encode(&[7; 32]);
    let config = config(layers(shipped, &[("MAYFLY_SYNC_KEY", &secret)], vec![])).unwrap();
    assert_eq!((config.smtp.listen.port(), config.store.octets), (25, 4 << 30));
}

#[test]
fn what_is_printed_is_a_file_that_says_the_same() {
    let env = [("MAYFLY_DOMAINS", "a.example,b.example"), ("MAYFLY_HTTP_PAGE", "/srv/\"page\" #1")];
    let settings = Settings::lay(layers("[store]\noctets = 2097152", &env, vec![])).unwrap();
    let printed = settings.to_string();
    assert!(printed.contains("store.octets = 2097152  # file mayfly.toml"), "{printed}");
    let again = Settings::lay(layers(&printed, &[], vec![])).unwrap();
    for description in ALL {
        assert_eq!(again.optional(description.key), settings.optional(description.key), "{}", description.name);
    }
}

#[test]
fn the_limits_of_the_table_are_those_of_the_code() {
    let smtp = config(Layers::default()).unwrap().smtp;
    assert_eq!(smtp.of_address, (limits::ADDRESS_SESSIONS, limits::ADDRESS_RATE));
    assert_eq!(smtp.of_network, (limits::NETWORK_SESSIONS, limits::NETWORK_RATE));
    assert_eq!((smtp.sessions, smtp.greet_delay), (limits::SESSIONS, limits::GREET_DELAY));
    assert_eq!(smtp.port, Port::Own);
}

#[test]
fn networks_are_read_or_refused() {
    let smtp = config(layers("[smtp]\nproxy_from = '10.1.0.0/16, ::1'\nshare_port = true", &[], vec![])).unwrap().smtp;
    assert!(smtp.proxies.contains("10.1.2.3".parse().unwrap()) && !smtp.proxies.contains("10.2.2.3".parse().unwrap()));
    assert!(smtp.uncounted.contains("127.0.0.1".parse().unwrap()));
    assert_eq!(smtp.port, Port::Shared);
    assert!(config(layers("[smtp]\nproxy_from = '10.1.0.0/8'", &[], vec![])).is_err());
    assert!(config(layers("[smtp]\ngreet_delay_ms = 60000", &[], vec![])).is_err());
}

#[test]
fn dns_servers_are_the_systems_or_named_or_nobody() {
    let dns = |text: &str| config(layers("", &[("MAYFLY_DNS_SERVERS", text)], vec![])).map(|config| config.dns);
    assert_eq!(config(Layers::default()).unwrap().dns, Dns::System);
    assert_eq!(dns("off").unwrap(), Dns::Off);
    let named = vec!["192.0.2.1:53".parse().unwrap(), "[2001:db8::1]:5300".parse().unwrap()];
    assert_eq!(dns("192.0.2.1, [2001:db8::1]:5300").unwrap(), Dns::Servers(named));
    assert!(dns("ns.example").is_err() && dns("").is_err());
    assert!(dns(&["192.0.2.1"; DNS_SERVERS + 1].join(",")).is_err());
}

#[test]
fn policy_is_what_the_operator_wants() {
    assert_eq!(config(Layers::default()).unwrap().policy, Policy::default());
    let file = "[policy]\nspf_fail = 'refuse'\nspf_temperror = 'tag'";
    let policy = config(layers(file, &[], vec![])).unwrap().policy;
    assert_eq!(policy, Policy { spf_fail: OnFail::Refuse, spf_temperror: OnFault::Tag, ..Policy::default() });
    assert!(config(layers("[policy]\nspf_fail = 'drop'", &[], vec![])).is_err());
}

#[test]
fn each_outcome_has_a_setting_of_its_own() {
    let mut seen = vec![Policy::default()];
    for description in ALL.iter().filter(|description| description.name.starts_with("policy.")) {
        let other = match description.default {
            "tag" => "refuse",
            "block" => "strip",
            _ => "tag",
        };
        let policy = config(layers("", &[(&description.variable(), other)], vec![])).unwrap().policy;
        assert!(!seen.contains(&policy), "{} changes nothing of its own", description.name);
        seen.push(policy);
        let error = config(layers("", &[(&description.variable(), "drop")], vec![])).unwrap_err().to_string();
        assert!(error.contains(description.name) && error.contains(description.default), "{error}");
    }
    assert_eq!(seen.len(), 17);
}

#[test]
fn dangerous_attachments_are_what_the_operator_says() {
    let of = |file: &str| config(layers(file, &[], vec![])).map(|config| config.policy.attachments);
    let file = "[policy]\nattachments = 'strip'\nmacros = 'refuse'\nencrypted_archives = 'refuse'\n";
    let attachments = of(file).unwrap();
    assert_eq!(attachments.mode, Mode::Strip);
    assert_eq!((attachments.macros, attachments.encrypted), (OnSuspect::Refuse, OnSuspect::Refuse));
    assert_eq!(attachments.unreadable, OnSuspect::Tag);
    assert_eq!(of("[policy]\nattachments = 'allow'").unwrap().mode, Mode::Allow);
    assert!(of("[policy]\nattachments = 'drop'").is_err() && of("[policy]\nmacros = 'no'").is_err());
}
