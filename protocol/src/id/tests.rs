use super::*;
use proptest::prelude::*;

#[test]
fn an_id_is_26_lower_case_characters() {
    let id = InboxId::from_bytes([0xff; 16]);
    assert_eq!(id.to_string().len(), ID_CHARS);
    assert_eq!(id.to_string().parse(), Ok(id));
}

#[test]
fn one_id_has_one_text() {
    let text = MessageId::from_bytes([7; 16]).to_string();
    assert_eq!(text.to_ascii_uppercase().parse::<MessageId>(), Err(NotAnId));
    assert_eq!(format!("{text}=").parse::<MessageId>(), Err(NotAnId));
    let mut stray = text.into_bytes();
    stray[25] = b'z';
    assert_eq!(String::from_utf8(stray).unwrap().parse::<MessageId>(), Err(NotAnId));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(bytes: [u8; 16]) {
        let id = MessageId::from_bytes(bytes);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn any_text_is_an_answer_and_no_panic(text in ".{0,40}") {
        if let Ok(id) = text.parse::<InboxId>() {
            prop_assert_eq!(id.to_string(), text);
        }
    }
}
