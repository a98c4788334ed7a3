//! The command line. Every number has an upper bound: no run may go on for ever or fill the machine.

use std::path::PathBuf;

use clap::{Parser, Subcommand, builder::RangedU64ValueParser as Range};

use crate::{
    client::{Manner, Steps, Transfer},
    loopback::Target,
    mail::Content,
};

/// Loads SMTP servers of this machine, within bounds, and says what it cost them.
#[derive(Debug, Parser)]
#[command(name = "mayfly-load", about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// How many messages a second, and the server's processor time for each.
    Throughput(Throughput),
    /// Hold sessions that do nothing: what each takes of the server's memory, and how new mail fares meanwhile.
    Idle(Idle),
    /// Clients that are slow in every way there is: how each ends, and after how long.
    Slow(Slow),
    /// More clients than there are sessions, then more than there are descriptors: who hears 421, who nothing.
    Over(Over),
    /// The origin beside other servers, all in one run.
    Compare(Compare),
    /// The store's engines, one after another, with mail through SMTP. Starts Redis itself.
    Engines(Engines),
    /// The whole proof: start origins that share a port, hold 50,000 sessions, plain and under TLS.
    Herd(Herd),
    /// Holds sessions for another process of this program.
    #[command(hide = true)]
    Hold(Hold),
}

/// The server, and who gets mail there.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Server {
    /// Where mail is taken in.
    #[arg(long, value_name = "ADDR")]
    pub(crate) smtp: Target,
    /// Where inboxes are made, each at all of these (Mayfly's API); without it mail goes to --to.
    #[arg(long, value_name = "ADDR")]
    pub(crate) http: Vec<Target>,
    /// The recipient, for servers that take any; `{}` becomes a number.
    #[arg(long, value_name = "ADDRESS", default_value = "reader{}@mayfly.test")]
    pub(crate) to: String,
    /// The server's processes, whose time and memory are measured.
    #[arg(long)]
    pub(crate) pid: Vec<u32>,
}

/// How messages are sent.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Way {
    /// Messages.
    #[arg(long, default_value_t = 6_000, value_parser = Range::<usize>::new().range(1..=1_000_000))]
    pub(crate) messages: usize,
    /// Octets of a message.
    #[arg(long, default_value_t = 4_096, value_parser = Range::<usize>::new().range(200..=20_000_000))]
    pub(crate) size: usize,
    /// What a message is made of.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) content: Content,
    /// Sessions at one time.
    #[arg(long, default_value_t = 50, value_parser = Range::<usize>::new().range(1..=10_000))]
    pub(crate) sessions: usize,
    /// Messages of one session; then another is opened.
    #[arg(long, default_value_t = 900, value_parser = Range::<usize>::new().range(1..=1_000_000))]
    pub(crate) per_session: usize,
    /// Send what may go together in one write.
    #[arg(long)]
    pub(crate) pipelined: bool,
    /// With which command.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) transfer: Transfer,
    /// Under TLS.
    #[arg(long)]
    pub(crate) tls: bool,
    /// Messages a second, sent when they are due whatever the server does (open loop), and measured from then; without
    /// it each follows the one before it.
    #[arg(long, value_parser = Range::<u32>::new().range(1..=100_000))]
    pub(crate) rate: Option<u32>,
    /// Messages before it is measured.
    #[arg(long, default_value_t = 500, value_parser = Range::<usize>::new().range(0..=100_000))]
    pub(crate) warm_up: usize,
    /// The run ends after so many seconds at the latest.
    #[arg(long, default_value_t = 60, value_parser = Range::<u64>::new().range(1..=600))]
    pub(crate) seconds: u64,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Throughput {
    #[command(flatten)]
    pub(crate) server: Server,
    #[command(flatten)]
    pub(crate) way: Way,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How sessions are held and mail is sent meanwhile.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Holding {
    /// Sessions to hold.
    #[arg(long, default_value_t = 1_000, value_parser = Range::<usize>::new().range(1..=200_000))]
    pub(crate) sessions: usize,
    /// Sessions that one process holds, at most.
    #[arg(long, default_value_t = 15_000, value_parser = Range::<usize>::new().range(1..=100_000))]
    pub(crate) per_process: usize,
    /// Sessions that one process opens at one time.
    #[arg(long, default_value_t = 64, value_parser = Range::<usize>::new().range(1..=4_000))]
    pub(crate) ramp: usize,
    /// New messages a second meanwhile, each in a session of its own.
    #[arg(long, default_value_t = 50, value_parser = Range::<u32>::new().range(1..=5_000))]
    pub(crate) rate: u32,
    /// For so many seconds.
    #[arg(long, default_value_t = 10, value_parser = Range::<u64>::new().range(1..=300))]
    pub(crate) seconds: u64,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Idle {
    #[command(flatten)]
    pub(crate) server: Server,
    #[command(flatten)]
    pub(crate) holding: Holding,
    /// Under TLS 1.3.
    #[arg(long)]
    pub(crate) tls: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The program that is started.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Program {
    /// The origin's program; unless given, `mayfly` beside this one.
    #[arg(long, value_name = "FILE")]
    pub(crate) bin: Option<PathBuf>,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Slow {
    #[command(flatten)]
    pub(crate) program: Program,
    /// Who is not gone by then counts as never.
    #[arg(long, default_value_t = 60, value_parser = Range::<u64>::new().range(1..=1_000))]
    pub(crate) seconds: u64,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Over {
    #[command(flatten)]
    pub(crate) program: Program,
    /// Sessions that the origin allows.
    #[arg(long, default_value_t = 1_000, value_parser = Range::<usize>::new().range(10..=15_000))]
    pub(crate) sessions: usize,
    /// Descriptors that it may open, for the second part.
    #[arg(long, default_value_t = 1_000, value_parser = Range::<usize>::new().range(100..=15_000))]
    pub(crate) descriptors: usize,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Compare {
    #[command(flatten)]
    pub(crate) program: Program,
    /// Postfix's smtp-sink; unless given, from the PATH or /usr/sbin, and left out where it is not.
    #[arg(long, value_name = "FILE")]
    pub(crate) sink: Option<PathBuf>,
    /// Another server that is running: NAME=ADDR@PID[,PID...]. It must take mail for --to.
    #[arg(long, value_name = "NAME=ADDR@PID")]
    pub(crate) peer: Vec<crate::peers::Running>,
    /// The recipient at other servers.
    #[arg(long, value_name = "ADDRESS", default_value = "reader{}@mayfly.test")]
    pub(crate) to: String,
    /// Rounds; the medians are told.
    #[arg(long, default_value_t = 3, value_parser = Range::<usize>::new().range(1..=20))]
    pub(crate) rounds: usize,
    /// Messages of 4 KiB in each run; of larger ones a quarter.
    #[arg(long, default_value_t = 6_000, value_parser = Range::<usize>::new().range(10..=100_000))]
    pub(crate) messages: usize,
    /// Only the scenarios whose names contain this.
    #[arg(long, default_value = "")]
    pub(crate) only: String,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Engines {
    #[command(flatten)]
    pub(crate) program: Program,
    /// Messages in each run.
    #[arg(long, default_value_t = 10_000, value_parser = Range::<usize>::new().range(10..=100_000))]
    pub(crate) messages: usize,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Herd {
    #[command(flatten)]
    pub(crate) program: Program,
    /// Origins that share a port; unless given, as many as the limit of descriptors asks for, and at least three.
    #[arg(long, value_parser = Range::<usize>::new().range(1..=32))]
    pub(crate) origins: Option<usize>,
    /// Sessions to hold.
    #[arg(long, default_value_t = 50_000, value_parser = Range::<usize>::new().range(1..=200_000))]
    pub(crate) sessions: usize,
    /// Which kinds of sessions.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) kind: Kind,
    /// New messages a second meanwhile, each in a session of its own.
    #[arg(long, default_value_t = 50, value_parser = Range::<u32>::new().range(1..=5_000))]
    pub(crate) rate: u32,
    /// For so many seconds.
    #[arg(long, default_value_t = 10, value_parser = Range::<u64>::new().range(1..=300))]
    pub(crate) seconds: u64,
}

/// Which kinds of sessions are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// First plain ones, then others under TLS.
    #[default]
    Both,
    Plain,
    Tls,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Hold {
    #[arg(long)]
    pub(crate) smtp: Target,
    #[arg(long, value_parser = Range::<usize>::new().range(1..=100_000))]
    pub(crate) sessions: usize,
    #[arg(long, value_parser = Range::<usize>::new().range(1..=4_000))]
    pub(crate) ramp: usize,
    /// Which of several holders this is.
    #[arg(long)]
    pub(crate) number: usize,
    #[arg(long)]
    pub(crate) tls: bool,
    /// How long each step may take.
    #[arg(long, value_parser = Range::<u64>::new().range(1..=60))]
    pub(crate) patience: u64,
    /// It ends by then, released or not.
    #[arg(long, value_parser = Range::<u64>::new().range(1..=900))]
    pub(crate) seconds: u64,
}

impl Way {
    /// As the client has it.
    pub(crate) fn manner(&self) -> Manner {
        let steps = if self.pipelined { Steps::Pipelined } else { Steps::Single };
        Manner { steps, transfer: self.transfer }
    }
}
