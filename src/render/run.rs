//! A run as it goes: events folded into what a person needs to see, and that as a screen or as lines.

mod ended;
mod gate;
mod lines;
#[cfg(test)]
mod tests;
mod view;

pub use ended::{Folder, render_ended};
pub use gate::{Question, render_gate};
pub use lines::{line, wrapped};
pub use view::{View, render_view};
