use protocol::capability::Capability;

use super::{super::layers::Layers, *};

fn read(value: &str) -> Result<OperatorInbox, ConfigError> {
    let environment = vec![("MAYFLY_OPERATOR_INBOX".to_owned(), value.to_owned())];
    operator_inbox(&Settings::lay(Layers { environment, ..Layers::default() })?)
}

#[test]
fn it_is_what_key_inbox_prints_or_drawn_at_start() {
    let capability = Capability::from_bytes([7; 32]);
    let keys = PublicKeys::of(&capability);
    assert_eq!(read("").unwrap(), OperatorInbox::Drawn);
    assert_eq!(read(&keys.to_string()).unwrap(), OperatorInbox::Of(keys));
    // Whoever mistakes one for the other is told, and does not hand the origin what opens the mail.
    let error = read(&capability.to_text()).unwrap_err().to_string();
    assert!(error.contains("`mayfly key inbox`") && !error.contains(&capability.to_text()), "{error}");
}
