//! What the engine does: addresses together, as it takes them.

use std::collections::{BTreeMap, BTreeSet};

use super::Given;
use super::script::{Address, Script, address};
use super::words::word;
use crate::model::paste;
use crate::model::settings::ValueSource;
use crate::plan::action::{Action, EngineChange, Override, OverrideValue};
use crate::plan::left::ID;
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::step::Step;

/// The copy of the code that the engine works in: the user's files are never written.
pub(super) fn copy(script: &mut Script<'_>, given: &Given<'_>) {
    let saw = &script.plan.saw;
    let root = saw.configuration.as_ref().map_or(".", |configuration| configuration.root.as_str());
    script.line("TOFU=${TOFU:-tofu}");
    script.line(format!("ROOT=$(cd \"$BASE\"/{} && pwd -P)", word(root)));
    script.comment(
        "",
        "All that the code may name lies in its repository: CODE is that, or else the folder of drplan.hcl.",
    );
    script.line(
        "CODE=${CODE:-$(git -C \"$ROOT\" rev-parse --show-toplevel 2>/dev/null || printf '%s' \"$BASE\")}",
    );
    script.line(
        "case $RUN/ in \"$CODE\"/*) stop 'name a folder with RUN that lies outside of the code' ;; esac",
    );
    script.line("case $ROOT in");
    script.line("  \"$CODE\"*) TF=$RUN/code${ROOT#\"$CODE\"} ;;");
    script.line("  *) stop 'name a folder with CODE that holds the code and its modules' ;;");
    script.line("esac");
    script.line("");
    let workspace = saw.workspace.clone();
    let rewrites: Vec<(String, String)> = given
        .settings
        .iter()
        .flat_map(|settings| &settings.rewrites)
        .filter_map(|rewrite| Some((rewrite.text.clone(), rewrite.to.clone()?)))
        .collect();
    let shared = shared_blocks(&script.plan.resources);
    let plain = plain_variables(given);
    script.unless_done("the engine's copy of the code", &["the engine's copy of the code"], |script| {
        script.line("mkdir -p \"$RUN/code\"");
        script.line(
            "tar -C \"$CODE\" --exclude .git --exclude .terraform --exclude '*.tfstate*' -cf - . | tar -C \"$RUN/code\" -xf -",
        );
        for (from, to) in rewrites {
            script.line(format!("rewrite_code {} {}", word(&from), word(&to)));
        }
        if let Some(plain) = plain {
            script.line(format!("printf '%s\\n' {} >\"$TF/zz_by_hand.auto.tfvars.json\"", word(&plain)));
        }
        script.comment("", "The backend must not lie in the lost region: else add -backend-config=... here.");
        script.line("tofu_dr init -input=false");
        script.line(format!("tofu_dr workspace select -or-create=true {}", word(&workspace)));
        if !shared.is_empty() {
            script.comment("", "What the account has one of is used as it is: the engine changes nothing of it.");
        }
        for (module, type_name, name) in shared {
            let block = [&module, &type_name, &name].map(|part| word(part));
            script.line(format!("used_as_it_is {}", block.join(" ")));
        }
    });
}

/// Blocks all of whose instances are shared: module as the engine's list of modules has it, type and name.
fn shared_blocks(resources: &[PlannedResource]) -> BTreeSet<(String, String, String)> {
    let mut blocks: BTreeMap<(String, String, String), bool> = BTreeMap::new();
    for resource in resources.iter().filter(|resource| resource.deposed.is_none()) {
        let Address { module, type_name, name, index: _ } = address(&resource.address);
        let is_shared = resource.disposition == Disposition::Share && resource.engine == Engine::Import;
        let block = (module_key(&module), type_name.to_owned(), name.to_owned());
        *blocks.entry(block).or_insert(true) &= is_shared;
    }
    blocks.into_iter().filter_map(|(block, is_shared)| is_shared.then_some(block)).collect()
}

/// `a.b` of `module.a["x"].module.b`.
fn module_key(module: &str) -> String {
    let mut key = String::new();
    let mut rest = module;
    while let Some(after) = rest.strip_prefix("module.") {
        let end = after.find(['.', '[']).unwrap_or(after.len());
        let (name, tail) = after.split_at(end);
        if !key.is_empty() {
            key.push('.');
        }
        key.push_str(name);
        rest = tail.find(".module.").and_then(|at| tail.get(at + 1..)).unwrap_or_default();
    }
    key
}

/// Variables that are no secret, as a file of the copy: it wins over others that the code has.
fn plain_variables(given: &Given<'_>) -> Option<String> {
    let mut plain = serde_json::Map::new();
    for variable in &given.settings?.terraform.variables {
        if let ValueSource::Plain(text) = &variable.source {
            let list = text.trim_start().starts_with(['[', '{']);
            let value = list.then(|| serde_json::from_str(text).ok()).flatten();
            plain.insert(variable.name.clone(), value.unwrap_or_else(|| text.clone().into()));
        }
    }
    (!plain.is_empty()).then(|| serde_json::Value::Object(plain).to_string())
}

/// Variables that may be secrets: each is looked up where the engine is called, and given by its environment.
pub(super) fn secret_variables(given: &Given<'_>) -> Vec<String> {
    let Some(settings) = given.settings else {
        return vec![
            "# No drplan.hcl was in reach: export TF_VAR_... for each variable that the recovery needs."
                .to_owned(),
        ];
    };
    let mut lines = Vec::new();
    for variable in &settings.terraform.variables {
        let name = format!("TF_VAR_{}", variable.name);
        if let Some(value) = reference(&variable.source) {
            lines.extend([format!("{name}={value}"), format!("export {name}")]);
        }
    }
    lines
}

/// Where a secret is, as what a shell puts in its place.
fn reference(source: &ValueSource) -> Option<String> {
    match source {
        ValueSource::Plain(_) => None,
        ValueSource::Environment(name) => {
            Some(format!("${{{name}:?it holds a secret that drplan.hcl names}}"))
        }
        ValueSource::File(path) => Some(format!("$(cat \"$BASE\"/{})", word(path))),
        ValueSource::Secret(name) => {
            let (secret, key) =
                name.split_once('#').map_or((name.as_str(), None), |(name, key)| (name, Some(key)));
            let fetch = format!(
                "aws secretsmanager get-secret-value --secret-id {} --query SecretString --output text",
                word(secret)
            );
            Some(match key {
                Some(key) => format!("$({fetch} | jq -er --arg key {} '.[$key]')", word(key)),
                None => format!("$({fetch})"),
            })
        }
    }
}

/// Steps of the engine that go together: their state, import blocks and overrides, and one call.
pub(super) fn together(script: &mut Script<'_>, steps: &[&Step]) {
    let mut targets = Vec::new();
    for step in steps {
        let Action::Engine { address: at, change, import_id, import_known_after, overrides } = &step.action
        else {
            continue;
        };
        for one in overrides {
            override_by(script, at, one);
        }
        match change {
            EngineChange::Carry => {
                let Address { module, type_name, name, index } = address(at);
                script.line(format!(
                    "carry_over {} {} {} {}",
                    word(type_name),
                    word(name),
                    word(&module),
                    word(index.unwrap_or("null"))
                ));
            }
            EngineChange::Import => {
                let id = script.value(import_id.as_deref(), import_known_after.as_deref(), ID);
                script.line(format!("import_block {} {id}", word(at)));
            }
            EngineChange::Create | EngineChange::Restore | EngineChange::Keep => {}
        }
        targets.push(word(at));
    }
    script.command("tofu_apply", &targets);
}

/// An argument that the copy has otherwise than the code.
fn override_by(script: &mut Script<'_>, at: &str, one: &Override) {
    let Address { module, type_name, name, index: _ } = address(at);
    let store = script.store(one.value.store());
    let given = store.and_then(|store| match &one.value {
        OverrideValue::RecoveryPoint { .. } => store.chosen.clone(),
        OverrideValue::Class { .. } => store.rule.classes.first().cloned(),
    });
    let others: Vec<&str> = match (&one.value, store) {
        (OverrideValue::Class { .. }, Some(store)) => {
            store.rule.classes.iter().skip(1).map(String::as_str).collect()
        }
        (OverrideValue::RecoveryPoint { .. }, Some(store)) => {
            let usable = store.candidates.iter().filter(|candidate| candidate.ruled_out.is_none());
            usable.map(|candidate| candidate.id.as_str()).filter(|id| Some(*id) != given.as_deref()).collect()
        }
        (_, None) => Vec::new(),
    };
    script.comment("", &format!("{}: {}", one.argument, one.why));
    if !others.is_empty() {
        script.comment("or, where that is not what was taken: ", &others.join(", "));
    }
    let line = format!("{} = {}", one.argument, paste::quoted(given.as_deref().unwrap_or("...")));
    script.line(format!(
        "override_block {} {} {} {}",
        word(&module_key(&module)),
        word(type_name),
        word(name),
        word(&line)
    ));
}

/// The engine has nothing left to do but for what was left out.
pub(super) fn converged(script: &mut Script<'_>, left_out: &[String]) {
    script.line("tofu_dr plan -out=\"$RUN/last.plan\"");
    script.line("tofu_dr show -json \"$RUN/last.plan\" |");
    script.line(
        "  jq -r '.resource_changes[] | select(.change.actions != [\"no-op\"] and .change.actions != [\"read\"]) | .address' >\"$RUN/open\"",
    );
    if left_out.is_empty() {
        script.line(
            "[ ! -s \"$RUN/open\" ] || { cat \"$RUN/open\"; stop 'the engine would still change these'; }",
        );
        return;
    }
    let addresses: Vec<String> = left_out.iter().map(|address| word(address)).collect();
    script.command("printf '%s\\n'", &addresses);
    // The list goes on: its output is what stays left out.
    script.out.truncate(script.out.trim_end().len());
    script.out.push_str(" >\"$RUN/left-out\"\n");
    script.line(
        "if grep -vxFf \"$RUN/left-out\" \"$RUN/open\"; then stop 'the engine would still change these'; fi",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_has_the_key_that_the_engine_keeps_it_under() {
        assert_eq!(module_key("module.a[\"x.y\"].module.b"), "a.b");
        assert_eq!(module_key(""), "");
    }

    #[test]
    fn secrets_are_only_named() {
        let of = |source: &str| reference(&ValueSource::Secret(source.to_owned())).unwrap_or_default();
        assert!(of("a/b#c").ends_with("| jq -er --arg key c '.[$key]')"));
        assert!(reference(&ValueSource::Plain("x".to_owned())).is_none());
    }
}
