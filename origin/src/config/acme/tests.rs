use super::*;
use crate::config::{
    Certificate, Config,
    layers::{Layers, Settings},
};

const KEY: &str = "acme-key:AAECAwQFBgcICQoLDA0ODw==";

fn config(lines: &[&str]) -> Result<Config, ConfigError> {
    let text = format!("[smtp]\nhostname = 'mx.mail.example'\n[acme]\n{}", lines.join("\n"));
    Config::from_settings(&Settings::lay(Layers { file: Some(("f".into(), text)), ..Layers::default() })?)
}

fn acme(lines: &[&str]) -> Result<Acme, ConfigError> {
    let lines = [&["directory = 'https://ca.example/dir'"], lines].concat();
    match config(&lines)?.smtp.certificate {
        Certificate::Acme(acme) => Ok(*acme),
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_a_directory_nothing_is_ordered() {
    assert!(matches!(config(&["names = 'a.example'"]).unwrap().smtp.certificate, Certificate::SelfMade));
    let plain = config(&["directory = 'http://ca.example/dir'"]).unwrap_err().to_string();
    assert!(plain.contains("https://"), "{plain}");
}

#[test]
fn a_directory_is_enough() {
    let acme = acme(&[]).unwrap();
    assert_eq!(acme.names.iter().map(Domain::as_str).collect::<Vec<_>>(), ["mx.mail.example"]);
    assert!(matches!(acme.challenge, Challenge::Http { listen: None }));
    assert!(acme.folder.is_none() && acme.root.is_none() && acme.contacts.is_empty());
}

#[test]
fn names_and_contacts_are_lists() {
    let acme = acme(&[
        "names = ['mail.example', 'MX.mail.example']",
        "contact = ['ops@mail.example', 'mailto:two@mail.example']",
        "http_listen = '127.0.0.1:80'",
    ]);
    let acme = acme.unwrap();
    assert_eq!(acme.names.iter().map(Domain::as_str).collect::<Vec<_>>(), ["mx.mail.example", "mail.example"]);
    assert_eq!(acme.contacts, ["mailto:ops@mail.example", "mailto:two@mail.example"]);
    assert!(matches!(acme.challenge, Challenge::Http { listen: Some(_) }));
}

#[test]
fn dns_01_needs_a_zone_a_server_and_a_key() {
    let key = format!("dns_key = '{KEY}'");
    let all = ["challenge = 'dns-01'", "dns_zone = 'mail.example'", "dns_server = '192.0.2.1'", &key];
    let sound = acme(&all).unwrap();
    let Challenge::Dns { server, wait, .. } = sound.challenge else { panic!("{:?}", sound.challenge) };
    assert_eq!((server.to_string().as_str(), wait), ("192.0.2.1:53", Millis::from_secs(10)));
    for missing in 1..all.len() {
        let rest: Vec<_> = all.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, line)| *line).collect();
        assert!(acme(&rest).is_err(), "without {}", all[missing]);
    }
    let elsewhere = [&all[..], &["names = 'mail.test'"]].concat();
    assert!(matches!(acme(&elsewhere), Err(ConfigError::Together(_))));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for line in ["challenge = 'tls-alpn-01'", "contact = 'nobody'", "names = 'not a name'", "http_listen = '80'"] {
        assert!(acme(&[line]).is_err(), "{line}");
    }
    let many: Vec<_> = (0..CERTIFICATE_NAMES).map(|n| format!("n{n}.mail.example")).collect();
    assert!(acme(&[&format!("names = '{}'", many.join(","))]).is_err());
    assert!(acme(&[&format!("names = '{}'", many[1..].join(","))]).is_ok());
}

#[test]
fn two_sources_of_one_certificate_are_refused() {
    let text = "[smtp]\ncertificate = 'c'\nkey = 'k'\n[acme]\ndirectory = 'https://ca.example/dir'";
    let settings = Settings::lay(Layers { file: Some(("f".into(), text.to_owned())), ..Layers::default() });
    assert!(matches!(Config::from_settings(&settings.unwrap()), Err(ConfigError::Together(_))));
}

#[test]
fn the_key_is_never_shown() {
    let text = format!("[acme]\ndns_key = '{KEY}'");
    let settings = Settings::lay(Layers { file: Some(("f".into(), text)), ..Layers::default() }).unwrap();
    assert!(!settings.to_string().contains("AAECAw"), "{settings}");
    let lines = ["challenge = 'dns-01'", "dns_zone = 'mail.example'", "dns_server = '192.0.2.1'"];
    let acme = acme(&[&lines[..], &[&format!("dns_key = '{KEY}'")]].concat()).unwrap();
    assert!(!format!("{acme:?}").contains("AAECAw"));
}
