//! What scripts answer, taken apart. An answer of another form is [`Unanswered`], never a panic.

use redis::Value;

use super::Unanswered;

pub(super) fn array(value: Value) -> Result<Vec<Value>, Unanswered> {
    match value {
        Value::Array(values) => Ok(values),
        _ => Err(Unanswered),
    }
}

pub(super) fn exactly<const N: usize>(values: Vec<Value>) -> Result<[Value; N], Unanswered> {
    values.try_into().map_err(|_| Unanswered)
}

pub(super) fn octets(value: &Value) -> Result<&[u8], Unanswered> {
    match value {
        Value::BulkString(octets) => Ok(octets),
        _ => Err(Unanswered),
    }
}

pub(super) fn signed(value: &Value) -> Result<i64, Unanswered> {
    match value {
        Value::Int(number) => Ok(*number),
        _ => Err(Unanswered),
    }
}

pub(super) fn number(value: &Value) -> Result<u64, Unanswered> {
    u64::try_from(signed(value)?).map_err(|_| Unanswered)
}
