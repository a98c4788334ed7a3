use super::*;

fn capability() -> Capability {
    Capability::from_bytes([3; 32])
}

fn status(content_type: Option<&str>, body: &str) -> u16 {
    read(content_type, body.as_bytes()).err().map_or(200, |refusal| refusal.problem.status)
}

const JSON: Option<&str> = Some("application/json");

#[test]
fn a_wish_is_checked_before_a_region_hears_of_it() {
    assert_eq!(status(JSON, r#"{"assisted":true}"#), 200);
    assert_eq!(status(Some("Application/JSON; charset=utf-8"), r#"{"assisted":true,"ttl":60}"#), 200);
    assert_eq!(status(None, r#"{"assisted":true}"#), 415);
    assert_eq!(status(Some("text/plain"), r#"{"assisted":true}"#), 415);
    for body in [
        "",
        "{",
        "[]",
        "[null,null,true]",
        " [null,null,true]",
        r#"{"assisted":"yes"}"#,
        r#"{"assisted":true,"surprise":1}"#,
    ] {
        assert_eq!(status(JSON, body), 400, "{body}");
    }
    for body in ["{}", r#"{"assisted":false}"#, r#"{"assisted":true,"ttl":59}"#, r#"{"assisted":true,"name":"a"}"#] {
        assert_eq!(status(JSON, body), 422, "{body}");
    }
}

#[test]
fn a_refusal_repeats_nothing_of_the_body() {
    let body = br#"{"assisted":true,"canary":"canary"}"#;
    let refusal = read(JSON, body).err().unwrap();
    assert!(!serde_json::to_string(&refusal.problem).unwrap().contains("canary"));
}

#[test]
fn the_region_is_given_what_a_client_with_keys_would_give_and_no_capability() {
    let Wish::Assisted(body) =
        read(JSON, br#"{"assisted":true,"ttl":60,"name":"quiet-heron"}"#).unwrap_or_else(|_| panic!("a wish"))
    else {
        panic!("assisted");
    };
    let told = on_behalf(body, &capability());
    let text = serde_json::to_string(&told).unwrap();
    assert!(!text.contains(&capability().to_text()) && !text.contains("assisted"));
    assert!(matches!(read(JSON, text.as_bytes()), Ok(Wish::Sealed(_))));
    assert_eq!((told.ttl, told.name.as_deref()), (Some(60), Some("quiet-heron")));
    assert_eq!(told.read_token_hash.unwrap().as_slice(), capability().read_token().hash().as_bytes());
}

#[test]
fn a_webhook_goes_to_the_region_as_it_is_and_a_bad_one_goes_nowhere() {
    let wish = |url: &str| format!(r#"{{"assisted":true,"webhook":{{"url":"{url}"}}}}"#);
    let Ok(Wish::Assisted(body)) = read(JSON, wish("https://hooks.example.com/a").as_bytes()) else {
        panic!("a wish");
    };
    let told = serde_json::to_value(on_behalf(body, &capability())).unwrap();
    assert_eq!(told["webhook"], serde_json::json!({"url": "https://hooks.example.com/a"}));
    let refusal = read(JSON, wish("http://canary.example/").as_bytes()).err().unwrap();
    assert_eq!(refusal.problem.status, 422);
    assert!(!refusal.problem.detail.contains("canary"));
}
