//! Dialog tests: conversations written as data, played on the same `turn` as production, with a clock of their own, so that a day
//! passes in a microsecond. The preview and the terminal chat play the same lines.
//!
//! The channel is simulated: every send is accepted at once, calls wait for their `reply` line. What the bot sent and no line named
//! fails the dialog.

mod answers;
mod branches;
mod lines;
mod matching;
mod play;
mod preview;
mod rules;
mod test;

pub use answers::{Answers, Recorded, is_to_model, reply};
pub use branches::branches;
pub use lines::{Dialog, DialogContact, DialogError, Dialogs, Line};
pub use matching::{expected, view};
pub use play::{Failure, Play, called_by};
pub use preview::{Played, PlayedLine, preview};
pub use test::{Report, Test, run};
