use super::*;

fn laws(path: &str, text: &str) -> Vec<Law> {
    let source = Source { path: path.to_owned(), text: text.to_owned(), rust: None };
    check(&source).into_iter().map(|finding| finding.law).collect()
}

#[test]
fn unfinished_work_is_found() {
    for mark in UNFINISHED {
        assert_eq!(laws("a.rs", &format!("fn f() {{ {mark} }}")), [Law::Unfinished], "{mark}");
        assert_eq!(laws("golden.json", &format!("\"{mark}\"")), [], "data is not written by people");
    }
    assert_eq!(laws("a.rs", concat!("A", "X", "XX", "B")), [], "part of a word");
}

#[test]
fn traces_of_one_machine_are_found() {
    for folder in FOLDERS {
        assert_eq!(laws("a.md", &format!("see {folder}me/mayfly")), [Law::Machine], "{folder}");
        assert_eq!(laws("Makefile", &format!("DIR={folder}me")), [Law::Machine], "{folder}");
        assert_eq!(laws("a.md", &format!("https://mayfly.example{folder}page")), [], "{folder}");
    }
    for host in REGISTRIES {
        assert_eq!(laws(".npmrc", &format!("registry=https://{host}/")), [Law::Machine], "{host}");
    }
    let line = "      \"resolved\": \"http://mirror.example/a.tgz\",";
    assert_eq!(laws("package-lock.json", line), [Law::Machine]);
    assert_eq!(laws("notes.json", line), []);
}
