use super::*;

fn workspace(root: &Path) -> Workspace {
    Workspace { root: root.to_owned(), target: root.join("target"), tools: root.join("tools") }
}

#[test]
fn a_stamp_is_fresh_until_an_input_a_word_or_an_output_changes() {
    let folder = tempfile::tempdir().unwrap();
    let here = workspace(folder.path());
    fs::create_dir_all(here.at("src/dist")).unwrap();
    fs::write(here.at("src/a.rs"), "one").unwrap();
    let output = vec![here.at("out")];
    let stamp = |word: &str| Stamp::of(&here, "step", &["src", "absent"], &[word]).unwrap();

    assert!(!stamp("v1").fresh(&output), "nothing was done yet");
    fs::write(&output[0], "made").unwrap();
    stamp("v1").done().unwrap();
    assert!(stamp("v1").fresh(&output));
    assert!(!stamp("v2").fresh(&output), "another version");

    fs::write(here.at("src/dist/made.js"), "made").unwrap();
    assert!(stamp("v1").fresh(&output), "what is made is no input");

    fs::write(here.at("src/a.rs"), "two").unwrap();
    assert!(!stamp("v1").fresh(&output), "an input changed");

    stamp("v1").done().unwrap();
    fs::remove_file(&output[0]).unwrap();
    assert!(!stamp("v1").fresh(&output), "the output is gone");
}
