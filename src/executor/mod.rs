//! Runs a plan: journal, precheck, effect, wait. It decides nothing that the plan has not decided.
