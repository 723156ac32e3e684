//! `aiga completions` and `aiga man`, from the one definition of the command line.

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::args::{Cli, CompletionFlags};
use crate::error::{CliError, Exit};
use crate::output::Out;

/// Prints completions for a shell.
pub fn completions(out: &mut Out, flags: &CompletionFlags) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(flags.shell, &mut Cli::command(), "aiga", &mut script);
    out.bytes(&script)?;
    Ok(Exit::Done)
}

/// Prints the man page of the whole tool: the commands follow as sections.
pub fn man(out: &mut Out) -> Result<Exit, CliError> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    out.bytes(&page)?;
    for command in leaves(&command) {
        let mut section = Vec::new();
        let man = Man::new(command.clone());
        man.render_synopsis_section(&mut section)?;
        man.render_description_section(&mut section)?;
        man.render_options_section(&mut section)?;
        man.render_extra_section(&mut section)?;
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_uppercase();
        out.line(format_args!(".SH \"{name}\""))?;
        out.bytes(String::from_utf8_lossy(&section).replace(".SH ", ".SS ").as_bytes())?;
    }
    Ok(Exit::Done)
}

/// The commands that do something, in the order of the help.
fn leaves(command: &Command) -> Vec<Command> {
    let below = command.get_subcommands().filter(|command| command.get_name() != "help");
    below
        .flat_map(|command| if command.has_subcommands() { leaves(command) } else { vec![command.clone()] })
        .collect()
}
