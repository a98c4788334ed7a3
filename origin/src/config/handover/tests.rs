use super::{super::layers::Layers, *};

fn read(file: &str) -> Result<Handover, ConfigError> {
    let file = Some(("mayfly.toml".into(), file.to_owned()));
    handover(&Settings::lay(Layers { file, ..Layers::default() })?)
}

#[test]
fn it_is_off_or_at_a_path_with_a_wait() {
    assert_eq!(read("").unwrap(), Handover::Off);
    let at = |millis| Handover::Socket { path: "/run/mayfly/handover".into(), wait: Millis::from_millis(millis) };
    assert_eq!(read("[handover]\nsocket = '/run/mayfly/handover'").unwrap(), at(0));
    assert_eq!(read("[handover]\nsocket = '/run/mayfly/handover'\nwait_ms = 2000").unwrap(), at(2_000));
}

#[test]
fn a_wait_without_end_is_refused() {
    for wait in ["600001", "'soon'", "-1"] {
        assert!(read(&format!("[handover]\nwait_ms = {wait}")).is_err(), "{wait}");
    }
}
