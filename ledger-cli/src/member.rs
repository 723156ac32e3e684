//! `aiga member`: list and show; what records goes the way of every recording command.

use anstyle::Style;
use ledger_core::state::Member;
use ledger_core::{Date, MemberId, Rejection};
use serde_json::{Value, json};

use crate::args::{MemberCommand, today};
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::open;
use crate::output::{DIM, Out, Table};
use crate::record::record;
use crate::told::kind_shown;

/// Runs `aiga member …`.
pub fn run(context: &Context, out: &mut Out, command: MemberCommand) -> Result<Exit, CliError> {
    match command {
        MemberCommand::Enrol(flags) => record(context, out, flags),
        MemberCommand::Amend(flags) => record(context, out, flags),
        MemberCommand::Renew(flags) => record(context, out, flags),
        MemberCommand::List => show(context, out, None),
        MemberCommand::Show { member } => show(context, out, Some(&member)),
    }
}

/// Shows one member, or all of them by number, as they are today; those whose membership has ended are dimmed.
fn show(context: &Context, out: &mut Out, only: Option<&MemberId>) -> Result<Exit, CliError> {
    let view = open::view(&context.folder)?;
    let state = view.state()?.state;
    let unread_end = open::tell_unread_end(context, &view);
    let registers = state.registers();
    let mut members: Vec<(&MemberId, &Member)> = match only {
        Some(id) => registers.member(id).map(|member| (id, member)).into_iter().collect(),
        None => registers.members().collect(),
    };
    members.sort_unstable_by_key(|(id, _)| *id);
    let today = today()?;
    if let Some(member) = only.filter(|_| members.is_empty()) {
        return Err(Rejection::UnknownMember { member: member.clone() }.into());
    }
    if context.json {
        let shown: Vec<Value> = members.iter().map(|(id, member)| to_json(id, member, today)).collect();
        match shown.as_slice() {
            [member] if only.is_some() => {
                let mut member = member.clone();
                member["unread_end"] = json!(unread_end);
                out.json(&member)?;
            }
            _ => out.json(&shown)?,
        }
        return Ok(Exit::Done);
    }
    let (lang, figures) = (context.lang, context.figures(&state));
    let mut table = Table::new(&[lang.member(), lang.kind(), lang.group(), lang.valid_until()]);
    for (id, member) in members {
        let kind = kind_shown(*member.kind.on(today), lang).to_owned();
        let (local_group, valid_until) = (member.local_group.on(today), *member.valid_until.on(today));
        let cells = [id.to_string(), kind, local_group.to_string(), figures.date(valid_until)];
        table.row(cells, if valid_until < today { DIM } else { Style::new() });
    }
    table.write(out)?;
    Ok(Exit::Done)
}

fn to_json(id: &MemberId, member: &Member, today: Date) -> Value {
    let Member { enrolled_on, kind, local_group, valid_until } = member;
    json!({
        "member": id,
        "kind": kind.on(today),
        "local_group": local_group.on(today),
        "valid_until": valid_until.on(today),
        "enrolled_on": enrolled_on,
    })
}
