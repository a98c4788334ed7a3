use super::*;
use proptest::prelude::*;

#[test]
fn since_takes_a_cursor_or_a_time() {
    assert_eq!("c42".parse(), Ok(Since::Cursor(Cursor(Seq(42)))));
    assert_eq!("1970-01-01T00:00:01Z".parse(), Ok(Since::Time(Timestamp::from_millis(1000))));
    for bad in ["", "c", "c-1", "c042", "c+1", "42", "c99999999999999999999999", "soon"] {
        assert_eq!(bad.parse::<Since>(), Err(NotACursor), "{bad}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(seq: u64) {
        let cursor = Cursor(Seq(seq));
        prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
}
