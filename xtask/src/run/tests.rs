use super::*;

#[test]
fn the_origins_ready_line_is_told_from_others() {
    let bound = Bound::read(r#"{"smtp":"127.0.0.1:2525","http":"127.0.0.1:8080"}"#);
    assert_eq!(bound, Some(Bound { smtp: local(2525), http: local(8080) }));
    assert_eq!(Bound::read(r#"{"level":"info"}"#), None);
    assert_eq!(Bound::read("starting"), None);
}

#[test]
fn the_region_table_carries_the_public_key_and_never_the_secret() {
    let key = Key::read(r#"{"secret":"c2VjcmV0","public":"cHVibGlj","id":"aWQ"}"#).unwrap();
    let table = regions(&key, local(8080));
    assert_eq!(table[0]["url"], "http://127.0.0.1:8080");
    assert_eq!(table[0]["keys"], json!(["cHVibGlj"]));
    assert!(!table.to_string().contains("c2VjcmV0"));
    assert!(Key::read(r#"{"public":"cHVibGlj"}"#).is_err());
}

#[test]
fn the_secret_is_handed_over_in_the_environment_not_in_the_arguments() {
    let built = Built { origin: "mayfly".into(), page: "dist".into(), worker: "build".into() };
    let key = Key { secret: "c2VjcmV0".to_owned(), public: "cHVibGlj".to_owned() };
    let command = origin_command(&built, &key, local(8787), 0);
    assert!(command.get_args().all(|arg| arg == "serve"));
    assert!(command.get_envs().any(|(name, value)| name == "MAYFLY_SYNC_KEY" && value == Some("c2VjcmV0".as_ref())));
}
