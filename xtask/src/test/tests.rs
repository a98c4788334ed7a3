use super::*;

fn chosen(which: &Which) -> Vec<&'static str> {
    STEPS.iter().filter(|step| step.chosen(which)).map(|step| step.name()).collect()
}

#[test]
fn all_is_all_and_quick_leaves_out_fuzzing_and_the_system() {
    assert_eq!(chosen(&Which::All).len(), STEPS.len());
    let quick = chosen(&Which::Quick);
    assert_eq!(quick.len(), STEPS.len() - 2);
    assert!(!quick.contains(&"system") && !quick.contains(&"fuzz"));
}

#[test]
fn a_name_runs_tests_and_a_step_runs_that_step() {
    assert_eq!(chosen(&Which::Named("cursor".to_owned())), ["unit", "system"]);
    assert_eq!(chosen(&Which::Step("tidy".to_owned())), ["tidy"]);
    assert!(chosen(&Which::Step("tid".to_owned())).is_empty());
}

#[test]
fn scripts_are_found_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let here = Workspace { root: folder.path().to_owned(), target: "target".into(), tools: "tools".into() };
    std::fs::create_dir(here.at("s")).unwrap();
    assert!(scripts(&here, "s", ".mjs").is_err(), "a folder without scripts tests nothing");
    for name in ["b.mjs", "a.mjs", "notes.md"] {
        std::fs::write(here.at("s").join(name), "").unwrap();
    }
    assert_eq!(scripts(&here, "s", ".mjs").unwrap(), ["s/a.mjs", "s/b.mjs"]);
    assert!(scripts(&here, "absent", ".mjs").is_err());
}

#[test]
fn what_needs_no_tools_sets_none_up() {
    assert_eq!(Step::Tidy.needs(), Need::Nothing);
    assert_eq!(Step::System.needs(), Need::Servers);
    assert_eq!([Need::Servers, Need::Nothing, Need::Builders].into_iter().max(), Some(Need::Servers));
}
