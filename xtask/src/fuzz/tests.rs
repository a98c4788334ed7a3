use super::*;

#[test]
fn every_target_has_seeds_and_is_named_in_the_manifest() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../origin/fuzz");
    let names = targets(&folder.join("fuzz_targets")).unwrap();
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for name in ["line", "command", "data", "bdat", "mime"] {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
    for name in names {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        let seeds = fs::read_dir(folder.join("seeds").join(&name)).unwrap();
        let largest = seeds.map(|seed| seed.unwrap().metadata().unwrap().len()).max();
        assert!(largest.is_some_and(|octets| octets <= OCTETS as u64), "{name}: {largest:?}");
    }
}
