//! `aiga`: the ledger of a local currency on the command line. It parses, hands over, and ends with a documented code;
//! it knows no rule of the ledger.

mod account;
mod args;
mod aside;
mod audit;
mod audited;
mod backup;
mod bureau;
mod checkpoint;
mod consistency;
mod context;
mod dates;
mod demo;
mod doctor;
mod error;
mod export;
mod import;
mod input;
mod interrupt;
mod journal;
mod key;
mod kind;
mod lang;
mod manual;
mod member;
mod open;
mod output;
mod post;
mod proof_file;
mod question;
mod receipt;
mod reconcile;
mod record;
mod scratch;
mod shortfall;
mod statement;
mod status;
mod subject;
mod told;

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anstyle::AnsiColor;
use clap::Parser;
use clap::error::ErrorKind;
use ledger_core::ledger::ClockTrust;
use ledger_core::text::without_keys;
use serde_json::json;

use crate::args::{Cli, Command};
use crate::context::Context;
use crate::error::{CliError, Exit, no_thread};
use crate::lang::Lang;
use crate::output::{ALERT, Out, label, to_stderr};
use crate::record::{found, record};

/// The longest line of a usage message, in characters.
const LINE_MAX: usize = 400;

/// What the work may put on its stack, in bytes, whatever the shell allows the first thread: nothing here goes deeper.
const STACK_BYTES: usize = 8 << 20;

fn main() -> ExitCode {
    match thread::Builder::new().name("aiga".to_owned()).stack_size(STACK_BYTES).spawn(work) {
        Ok(worker) => worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        Err(error) => {
            let (lang, error) = (Lang::of_environment(), no_thread(&error));
            to_stderr(format_args!(
                "{} {} ({})",
                label(ALERT, lang.error()),
                error.message(lang),
                error.code()
            ));
            error.exit().into()
        }
    }
}

fn work() -> ExitCode {
    let mut out = Out::new();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&mut out, &error),
    };
    let lang = cli.lang.unwrap_or_else(Lang::of_environment);
    let clock = if cli.clock_is_right { ClockTrust::Confirmed } else { ClockTrust::Asked };
    let wait = Duration::from_secs(cli.wait);
    let context = Context { folder: cli.ledger, lang, json: cli.json, clock, wait };
    interrupt::watch(&context, cli.command.only_reads());
    let ended = run(&context, &mut out, cli.command).and_then(|exit| out.flush().map(|()| exit));
    interrupt::unless_answering(|| ());
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => report(&context, &mut out, &error).into(),
    }
}

fn run(context: &Context, out: &mut Out, command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Status(flags) => status::show(context, out, &flags),
        Command::Journal(flags) => journal::show(context, out, &flags),
        Command::Account(flags) => account::show(context, out, &flags),
        Command::Backup(flags) => backup::back_up(context, out, &flags),
        Command::Restore(flags) => backup::restore(context, out, &flags),
        Command::Audit(flags) => audit::run(context, out, &flags),
        Command::Doctor(flags) => doctor::run(context, out, &flags),
        Command::Post(flags) => post::run(context, out, &flags),
        Command::Export(flags) => export::run(context, out, &flags),
        Command::ImportJournal(flags) => import::run(context, out, &flags),
        Command::Demo(flags) => demo::run(context, out, flags),
        Command::Init(flags) => found(context, out, flags),
        Command::Bureau(command) => bureau::run(context, out, command),
        Command::Member(command) => member::run(context, out, command),
        Command::Fee(flags) => record(context, out, flags),
        Command::Print(flags) => record(context, out, flags),
        Command::Destroy(flags) => record(context, out, flags),
        Command::Supply(flags) => record(context, out, flags),
        Command::Return(flags) => record(context, out, flags),
        Command::Issue(flags) => record(context, out, flags),
        Command::Swap(flags) => record(context, out, flags),
        Command::Exchange(flags) => record(context, out, flags),
        Command::Count(flags) => record(context, out, flags),
        Command::Remit(flags) => record(context, out, flags),
        Command::Deposit(flags) => record(context, out, flags),
        Command::Reconvert(flags) => record(context, out, flags),
        Command::PayOut(flags) => record(context, out, flags),
        Command::Release(flags) => record(context, out, flags),
        Command::Cover(flags) => record(context, out, flags),
        Command::WriteOff(flags) => record(context, out, flags),
        Command::Reclassify(flags) => record(context, out, flags),
        Command::Interest(flags) => record(context, out, flags),
        Command::Charge(flags) => record(context, out, flags),
        Command::TopUp(flags) => record(context, out, flags),
        Command::Withdraw(flags) => record(context, out, flags),
        Command::Statement(command) => statement::run(context, out, &command),
        Command::Reconcile(flags) => reconcile::run(context, out, &flags),
        Command::Reverse(flags) => record(context, out, flags),
        Command::ClosePeriod(flags) => record(context, out, flags),
        Command::Key(command) => key::run(context, out, command),
        Command::Checkpoint(flags) => checkpoint::run(context, out, &flags),
        Command::Receipt(flags) => receipt::run(context, out, &flags),
        Command::Consistency(flags) => consistency::run(context, out, &flags),
        Command::Completions(flags) => manual::completions(out, &flags),
        Command::Man => manual::man(out),
    }
}

/// Tells what went wrong, for people on standard error and for scripts on standard output.
pub(crate) fn report(context: &Context, out: &mut Out, error: &CliError) -> Exit {
    if error.is_closed_pipe() {
        return Exit::Done;
    }
    let lang = context.lang;
    // If nobody reads the output any more, the exit code still says it.
    let _ = out.flush();
    if context.json {
        let _ = out.json(&error.to_json(lang)).and_then(|()| out.flush());
    }
    to_stderr(format_args!("{} {} ({})", label(ALERT, lang.error()), error.message(lang), error.code()));
    if let Some(hint) = error.hint(lang) {
        to_stderr(format_args!("{} {hint}", label(AnsiColor::Cyan.on_default().bold(), lang.hint())));
    }
    error.exit()
}

/// Help and version as asked, or what clap did not understand.
fn not_understood(out: &mut Out, error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return Exit::Done.into();
    }
    let message = shortened(&error.to_string());
    if std::env::args_os().any(|argument| argument == "--json") {
        let _ = out.json(&json!({ "error": { "code": "usage", "message": without_keys(&message) } }));
        let _ = out.flush();
    }
    let message = message.replacen("error:", &label(ALERT, "error:"), 1);
    message.lines().for_each(to_stderr);
    Exit::Usage.into()
}

/// The lines of a message, without the middle of those that read out a very long argument.
fn shortened(message: &str) -> String {
    let line = |line: &str| {
        let length = line.chars().count();
        if length <= LINE_MAX {
            return line.to_owned();
        }
        let (head, tail): (String, String) =
            (line.chars().take(LINE_MAX / 2).collect(), line.chars().skip(length - LINE_MAX / 2).collect());
        format!("{head}…{tail}")
    };
    message.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}
