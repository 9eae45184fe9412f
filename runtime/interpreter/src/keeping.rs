//! What people of the business keep of a contact: tasks, notes, subscribers. The same functions do it as for bots' steps.

use compact_str::CompactString;
use steps::{
    event::AgentCommand,
    step::{complete_tasks, note, subscribe, task},
    who::Author,
};

use crate::machine::Machine;

impl Machine<'_> {
    /// What can't be kept as it is asked for changes nothing, and the trace says why.
    pub fn keep(&mut self, command: &AgentCommand) {
        let turn = &mut self.turn;
        let kept = match command {
            AgentCommand::AddTask { kind, text, due, owner, lead, by } => {
                let (kind, text, owner, lead) = (kind.clone(), text.clone(), owner.clone(), lead.clone());
                task::add(turn, task::NewTask { kind, text, due: *due, owner, lead, by: person(by.as_ref()) }).map(drop)
            }
            AgentCommand::CompleteTask { task, result, by } => {
                complete_tasks::complete(turn, *task, result.clone(), person(by.as_ref()))
            }
            AgentCommand::AddNote { on, text, by } => note::add(turn, *on, text.clone(), person(by.as_ref())),
            AgentCommand::Subscribe { add, remove, remove_all } => {
                let conversation = turn.state.conversation();
                let all = conversation.filter(|_| *remove_all).map(|conversation| conversation.subscribers.clone());
                subscribe::change(turn, add.clone(), all.unwrap_or_else(|| remove.clone()))
            }
            _ => Ok(()),
        };
        if let Err(failure) = kept {
            self.ignore(&format!("this was not kept: {}", failure.text));
        }
    }
}

fn person(user: Option<&CompactString>) -> Option<Author> {
    user.map(|user| Author::User { user: user.clone() })
}
