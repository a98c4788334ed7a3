use super::*;

#[test]
fn what_info_says_is_read() {
    let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
    let server = read(Fill::default(), &text("# Server\r\nrun_id:abc\r\n"));
    let memory = read(server, &text("# Memory\r\nused_memory:1024\r\nused_memory_rss:9\r\nmaxmemory:4096\r\n"));
    let all = read(memory, &text("# Stats\r\nevicted_keys:7\r\n"));
    assert_eq!(all, Fill { run: "abc".to_owned(), used: 1024, cap: 4096, evicted: 7 });
    assert_eq!(read(all.clone(), &Value::Nil), all);
}
