//! `mayfly`: reads what was typed, the file and the environment, and hands over to the library.

use std::{
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use data_encoding::BASE64URL_NOPAD;
use origin::{
    app::{self, judge::Circumstances},
    chance::SystemChance,
    cli::{Cli, Command, KeyCommand, Serve},
    config::{
        Config, ConfigError,
        layers::{Layers, Settings},
    },
    operator::PublicKeys,
    ports::{Chance, Draw},
};
use protocol::{batch::SigningKey, capability::Capability, limits::MESSAGE_OCTETS};
use zeroize::Zeroizing;

/// Threads of its own give memory back that has not been used for a while, also where nothing is going on.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("mayfly: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Box<dyn std::error::Error>> {
    match command {
        Command::Serve(flags) => {
            let config = Config::from_settings(&settings(&flags)?)?;
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            let served = runtime.block_on(app::serve(config, say));
            // What has not ended by now was given its time; a thread that still seals has nobody to tell.
            runtime.shutdown_background();
            served?;
        }
        Command::Config(flags) => {
            let settings = settings(&flags)?;
            Config::from_settings(&settings)?;
            say(settings.to_string().trim_end());
        }
        Command::Judge(flags) => {
            let config = Config::from_settings(&lay(flags.config.as_ref(), |file, environment| {
                flags.layers(file, environment)
            })?)?;
            let how = Circumstances { client: flags.ip, helo: flags.helo, mail_from: flags.mail_from };
            let message = read_message(&flags.message)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let opinion = runtime.block_on(app::judge::judge(&config, how, &message))?;
            say(&serde_json::to_string_pretty(&opinion)?);
        }
        Command::Key(KeyCommand::New) => {
            let mut seed = Zeroizing::new([0; 32]);
            SystemChance.fill(seed.as_mut());
            let public = SigningKey::from_seed(&seed).verifying_key();
            let key = serde_json::json!({
                "secret": BASE64URL_NOPAD.encode(seed.as_ref()),
                "public": BASE64URL_NOPAD.encode(&public.to_bytes()),
                "id": public.id(),
            });
            say(&key.to_string());
        }
        Command::Key(KeyCommand::Inbox) => {
            let capability = Capability::generate(&mut Draw(&SystemChance));
            let keys = PublicKeys::of(&capability);
            let inbox = serde_json::json!({
                "capability": capability.to_text(),
                "inbox": keys.to_string(),
                "id": keys.inbox_id(),
            });
            say(&inbox.to_string());
        }
    }
    Ok(())
}

/// A message's octets, or those of standard input; somewhat more than the largest that is taken, so that a larger one is refused
/// for its size.
fn read_message(path: &Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let most = 2 * MESSAGE_OCTETS as u64;
    let mut message = Zeroizing::new(Vec::new());
    if path == Path::new("-") {
        std::io::stdin().take(most).read_to_end(&mut message)?;
    } else {
        std::fs::File::open(path)?.take(most).read_to_end(&mut message)?;
    }
    Ok(message)
}

fn settings(flags: &Serve) -> Result<Settings, ConfigError> {
    lay(flags.config.as_ref(), |file, environment| flags.layers(file, environment))
}

fn lay(
    config: Option<&PathBuf>,
    layers: impl FnOnce(Option<String>, Vec<(String, String)>) -> Layers,
) -> Result<Settings, ConfigError> {
    let read = |path: &std::path::PathBuf| {
        std::fs::read_to_string(path)
            .map_err(|error| ConfigError::File { path: path.clone(), reason: error.to_string() })
    };
    let file = config.map(read).transpose()?;
    // Variables that are not UTF-8 are none of ours: ours are all text.
    let environment = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    Settings::lay(layers(file, environment.collect()))
}

/// Who closed standard output does not want to hear it.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
