//! What holds of every refusal, whatever the input.

use drplan::model::diagnostic::BadInput;

/// A refusal names at least one problem, and each says what is wrong and what to do next.
pub fn refusal(refused: &BadInput) {
    assert!(!refused.0.is_empty(), "refused without a problem");
    for problem in &refused.0 {
        assert!(!problem.message.trim().is_empty(), "a problem without a message");
        assert!(!problem.fix.trim().is_empty(), "{:?} has no fix", problem.message);
    }
}
