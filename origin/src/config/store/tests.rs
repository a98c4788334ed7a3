use super::*;
use crate::config::layers::Layers;

fn engine_of(toml: &str) -> Result<Engine, ConfigError> {
    let file = Some(("mayfly.toml".into(), toml.to_owned()));
    engine(&Settings::lay(Layers { file, ..Layers::default() })?)
}

#[test]
fn no_redis_is_the_embedded_store() {
    assert_eq!(engine_of("").unwrap(), Engine::Embedded);
}

#[test]
fn one_url_is_a_server_and_several_are_a_cluster() {
    let one = engine_of("[store]\nredis = \"rediss://u:secret@a:1\"\nreplicas = 2").unwrap();
    assert_eq!(one, Engine::Redis { servers: Servers::One("rediss://u:secret@a:1".into()), replicas: 2 });
    assert!(!format!("{one:?}").contains("secret"));
    let Engine::Redis { servers, replicas: 0 } = engine_of("[store]\nredis = \"redis://a:1, redis://b:1\"").unwrap()
    else {
        panic!("redis");
    };
    assert!(servers == Servers::Cluster(vec!["redis://a:1".into(), "redis://b:1".into()]));
}

#[test]
fn sentinels_name_a_master() {
    let engine =
        engine_of("[store]\nredis = \"redis://u:p@x\"\nsentinels = \"redis://a:1,redis://b:1\"\nmaster = \"mail\"");
    let Engine::Redis { servers: Servers::Sentinel { sentinels, master, like }, .. } = engine.unwrap() else {
        panic!("sentinel");
    };
    assert_eq!((sentinels.len(), master.as_str(), like.as_str()), (2, "mail", "redis://u:p@x"));
}

#[test]
fn what_does_not_go_together_is_refused() {
    for strange in [
        "sentinels = \"redis://a\"",
        "sentinels = \"redis://a\"\nredis = \"redis://a,redis://b\"",
        "redis = \"http://a\"",
        "redis = \"redis://a\"\nreplicas = 9",
    ] {
        assert!(engine_of(&format!("[store]\n{strange}")).is_err(), "{strange}");
    }
}
