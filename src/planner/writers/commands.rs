//! Commands that write, in a line of a pipeline. A line is searched as text: variables and conditions are not evaluated.

/// A program, with the words after it that say what it does: those that write, and those that do not. The first of them
/// on the line decides.
struct Program {
    name: &'static str,
    writes: &'static [&'static str],
    reads: &'static [&'static str],
    /// Whether it writes into a cluster, which may be one that the job made for itself.
    in_cluster: bool,
}

const fn program(
    name: &'static str,
    in_cluster: bool,
    writes: &'static [&'static str],
    reads: &'static [&'static str],
) -> Program {
    Program { name, writes, reads, in_cluster }
}

const ENGINE_READS: &[&str] = &[
    "console",
    "fmt",
    "get",
    "graph",
    "init",
    "output",
    "plan",
    "providers",
    "show",
    "state",
    "test",
    "validate",
];

const PROGRAMS: [Program; 13] = [
    program("terraform", false, &["apply", "destroy"], ENGINE_READS),
    program("tofu", false, &["apply", "destroy"], ENGINE_READS),
    program("terragrunt", false, &["apply", "destroy"], ENGINE_READS),
    program(
        "kubectl",
        true,
        &["apply", "create", "delete", "edit", "patch", "replace", "restart", "scale", "set", "undo"],
        &[
            "api-resources",
            "auth",
            "cluster-info",
            "config",
            "describe",
            "diff",
            "exec",
            "explain",
            "get",
            "history",
            "kustomize",
            "logs",
            "port-forward",
            "status",
            "top",
            "version",
            "wait",
        ],
    ),
    program(
        "helm",
        true,
        &["install", "rollback", "uninstall", "upgrade"],
        &[
            "dependency",
            "diff",
            "get",
            "history",
            "lint",
            "list",
            "package",
            "plugin",
            "pull",
            "push",
            "registry",
            "repo",
            "show",
            "status",
            "template",
            "test",
            "version",
        ],
    ),
    program(
        "helmfile",
        true,
        &["apply", "delete", "destroy", "sync"],
        &["deps", "diff", "lint", "list", "template"],
    ),
    program("kapp", true, &["delete", "deploy"], &["inspect", "list", "logs"]),
    program(
        "argocd",
        true,
        &["create", "delete", "rollback", "set", "sync"],
        &["diff", "get", "list", "login", "logs", "version", "wait"],
    ),
    program(
        "flux",
        true,
        &["bootstrap", "create", "delete", "install", "reconcile", "resume", "uninstall"],
        &["build", "check", "diff", "events", "export", "get", "logs", "push", "stats", "tree", "version"],
    ),
    program("eksctl", false, &["create", "delete", "scale", "upgrade"], &["get", "info", "utils", "version"]),
    program("cdk", false, &["deploy", "destroy"], &["bootstrap", "diff", "list", "synth"]),
    program("pulumi", false, &["destroy", "up", "update"], &["config", "login", "preview", "stack"]),
    program("skaffold", true, &["delete", "deploy", "run"], &["build", "diagnose", "render"]),
];

/// Actions of GitHub that write, and whether they write into a cluster.
/// <https://github.com/dflook/terraform-github-actions>, <https://github.com/hashicorp/tfc-workflows-github>,
/// <https://github.com/Azure/k8s-deploy>
const ACTIONS: [(&str, bool); 8] = [
    ("aws-actions/aws-cloudformation-github-deploy", false),
    ("azure/k8s-deploy", true),
    ("bitovi/github-actions-deploy-eks-helm", true),
    ("dflook/terraform-apply", false),
    ("dflook/terraform-destroy", false),
    ("dflook/tofu-apply", false),
    ("dflook/tofu-destroy", false),
    ("hashicorp/tfc-workflows-github/actions/apply-run", false),
];

/// Signs of a cluster that a job makes for itself.
const LOCAL_CLUSTERS: [&str; 9] = [
    "k3d cluster create",
    "k3d-action",
    "kind create cluster",
    "kind load",
    "kind-action",
    "minikube start",
    "setup-k3d",
    "setup-kind",
    "setup-minikube",
];

/// What stands around the words of a command.
const BRACKETS: [char; 8] = ['"', '\'', ',', '&', '(', ')', '[', ']'];

/// Keys whose values are words for people, or conditions.
const PROSE: [&str; 8] = ["default", "description", "echo", "if", "label", "message", "name", "title"];

/// A command that writes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// Program and verb, or the action.
    pub(super) told: String,
    pub(super) in_cluster: bool,
}

/// Whether a line makes a cluster on the runner itself.
pub(super) fn makes_cluster(line: &str) -> bool {
    let line = line.trim_start();
    !line.starts_with('#') && LOCAL_CLUSTERS.iter().any(|sign| line.contains(sign))
}

/// The command of a line that writes; what is only called so, printed or commented out is none. `given`: what a
/// workflow's input may be.
pub(super) fn command_in(line: &str, given: &dyn Fn(&str) -> Option<&'static str>) -> Option<Command> {
    let line = line.trim_start().trim_start_matches("- ").trim_start();
    if line.starts_with(['#', '*']) || line.starts_with("//") {
        return None;
    }
    let (key, value) = line.split_once(": ").map_or(("", line), |(key, value)| (key.trim(), value));
    if PROSE.contains(&key) || PROSE.iter().any(|word| line.strip_prefix(word) == Some(":")) {
        return None;
    }
    if key == "uses" {
        return action_in(value);
    }
    let is_key =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let text = if is_key { value } else { line };
    let text = text.split(" #").next().unwrap_or_default();
    simple_commands(text).find_map(|command| written_by(&command, given))
}

fn action_in(value: &str) -> Option<Command> {
    let name = value.trim().trim_matches(['"', '\'']).split('@').next()?.to_ascii_lowercase();
    let (told, in_cluster) = ACTIONS.iter().find(|(action, _)| *action == name)?;
    Some(Command { told: (*told).to_owned(), in_cluster: *in_cluster })
}

/// The commands of a line of a shell, each as its words.
fn simple_commands(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let parts =
        text.split("&&").flat_map(|part| part.split("||")).flat_map(|part| part.split([';', '|', '`']));
    parts.flat_map(|part| part.split("$(")).map(|part| {
        let words = part.split_whitespace().map(|word| word.trim_matches(BRACKETS));
        words.filter(|word| !word.is_empty()).collect()
    })
}

fn written_by(words: &[&str], given: &dyn Fn(&str) -> Option<&'static str>) -> Option<Command> {
    let known = words.iter().enumerate().find_map(|(at, word)| {
        let program = PROGRAMS.iter().find(|program| is_program(word, program.name))?;
        Some((at, program))
    });
    let (at, program) = known?;
    let prints = |word: &&str| ["echo", "printf", "grep", "which", "cat"].contains(word);
    let (before, after) = (words.get(..at)?, words.get(at + 1..)?);
    let tries = |word: &&str| {
        word.starts_with("--dry-run") && !["--dry-run=none", "--dry-run=false"].contains(word)
            || *word == "--export"
    };
    if before.iter().any(prints) || after.iter().any(tries) {
        return None;
    }
    let verb = after.iter().find_map(|word| {
        let word = input_of(word).and_then(given).unwrap_or(word);
        (program.writes.contains(&word) || program.reads.contains(&word)).then_some(word)
    });
    let verb = verb.filter(|verb| program.writes.contains(verb))?;
    Some(Command { told: format!("{} {verb}", program.name), in_cluster: program.in_cluster })
}

/// The program itself, by whatever path, or an image of it: `hashicorp/terraform:1.9`.
fn is_program(word: &str, name: &str) -> bool {
    let last = word.rsplit('/').next().unwrap_or_default();
    last == name || word.contains('/') && last.split([':', '@']).next() == Some(name)
}

/// The name of a workflow's input in an expression: `inputs.action`, as a word of its own between braces.
fn input_of(word: &str) -> Option<&str> {
    let word = word.trim_start_matches("${{").trim_end_matches("}}");
    word.strip_prefix("github.event.inputs.").or_else(|| word.strip_prefix("inputs."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Option<String> {
        command_in(line, &|name| (name == "action").then_some("apply")).map(|command| command.told)
    }

    #[test]
    fn lines_that_write() {
        for (line, expected) in [
            ("- run: terraform apply -auto-approve", "terraform apply"),
            ("terraform -chdir=tf destroy -auto-approve", "terraform destroy"),
            ("kubectl apply -f a || echo no", "kubectl apply"),
            ("echo x; kubectl apply -f a", "kubectl apply"),
            ("argocd app sync \"$a\" || echo \"Failed\"", "argocd sync"),
            ("kubectl delete -f k", "kubectl delete"),
            ("kubectl rollout restart deployment/a", "kubectl restart"),
            ("kubectl create ns a --dry-run=client -o yaml | kubectl apply -f -", "kubectl apply"),
            ("flux reconcile kustomization a", "flux reconcile"),
            ("docker run --rm -v $PWD:/w hashicorp/terraform:1.9 apply -auto-approve", "terraform apply"),
            ("terraform -chdir=tf ${{ inputs.action }} -auto-approve", "terraform apply"),
            ("- uses: dflook/terraform-apply@v1", "dflook/terraform-apply"),
            ("uses: Azure/k8s-deploy@v5", "azure/k8s-deploy"),
            (
                "uses: hashicorp/tfc-workflows-github/actions/apply-run@v1.3.0",
                "hashicorp/tfc-workflows-github/actions/apply-run",
            ),
            ("sh 'helm upgrade --install a ./a'", "helm upgrade"),
            ("NODE_PORT=3 helmfile apply -f x", "helmfile apply"),
            ("command: \"tofu apply\"", "tofu apply"),
        ] {
            assert_eq!(told(line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn lines_that_do_not() {
        for line in [
            "# terraform apply",
            "- name: terraform apply",
            "name: kubectl apply",
            "if: ${{ inputs.terraform_action == 'apply' }}",
            "echo terraform apply",
            "kubectl apply --dry-run=client -f \"$app\" || exit 1",
            "helm upgrade a ./a --dry-run",
            "helm plugin install x",
            "kubectl wait --for=delete pod/a",
            "kubectl config set current-context a",
            "kubectl auth can-i create deployments",
            "flux create source git a --export",
            "terraform plan -out=apply",
            "terraform ${{ inputs.other }}",
            "uses: hashicorp/setup-terraform@v3",
            "- 'terraform/**'",
        ] {
            assert_eq!(told(line), None, "{line}");
        }
    }
}
