use super::*;

fn text(text: &str) -> Value {
    Value::BulkString(text.as_bytes().to_vec())
}

#[test]
fn an_answer_is_taken_apart() {
    let census = Value::Array([7, 10, 0, 1, -5, 0, 2, 1, 99].map(Value::Int).to_vec());
    let woken = Value::BulkString(vec![3; 32]);
    let whole = Value::Array(vec![text("ok"), Value::Array(vec![text("12")]), census, Value::Int(1), woken]);
    let answer = Answer::parse(whole).unwrap();
    assert_eq!((answer.what, number(&answer.payload[0])), (What::Ok, Ok(12)));
    let census = answer.census.unwrap();
    assert_eq!((census.version, census.used, census.evictable, census.messages), (7, 10, 0, 2));
    assert_eq!(census.owed_since, Some(Timestamp::from_millis(99)));
    assert_eq!(answer.news, News { rang: true, woken: vec![InboxId::from_bytes([3; 16]); 2] });
}

#[test]
fn what_no_script_says_is_refused() {
    let nothing = || vec![Value::Nil, Value::Nil, Value::Int(0), text("")];
    let with = |first: Value| Value::Array([vec![first], nothing()].concat());
    assert!(Answer::parse(with(text("ok"))).unwrap().census.is_none());
    for strange in [with(text("perhaps")), with(Value::Nil), Value::Okay, Value::Array(vec![text("ok")])] {
        assert_eq!(Answer::parse(strange).err(), Some(NotAnAnswer));
    }
}
