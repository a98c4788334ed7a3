use super::{super::layers::Layers, *};

fn read(file: &str) -> Result<Lmtp, ConfigError> {
    let file = Some(("mayfly.toml".into(), file.to_owned()));
    lmtp(&Settings::lay(Layers { file, ..Layers::default() })?)
}

#[test]
fn it_is_off_or_at_a_path_with_a_mode() {
    assert_eq!(read("").unwrap(), Lmtp::Off);
    let at = |mode| Lmtp::Socket { path: "/run/mayfly/lmtp".into(), mode };
    assert_eq!(read("[lmtp]\nlisten = '/run/mayfly/lmtp'").unwrap(), at(0o660));
    assert_eq!(read("[lmtp]\nlisten = '/run/mayfly/lmtp'\nmode = '0600'").unwrap(), at(0o600));
}

#[test]
fn a_mode_that_could_be_taken_for_another_is_refused() {
    for mode in ["432", "0o660", "'660'", "'0999'", "'01777'", "'0+66'"] {
        assert!(read(&format!("[lmtp]\nmode = {mode}")).is_err(), "{mode}");
    }
}
