//! Terraform configuration as it is written: blocks and literals with places, never evaluated.

use super::diagnostic::{Gap, Place};

/// All that was read of a root module and the local modules it calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Configuration {
    /// Folder of the root module, relative to drplan.hcl's.
    pub root: String,
    /// Module folders, the root first, then by path.
    pub modules: Vec<Module>,
    /// Values given in `terraform.tfvars` and `*.auto.tfvars` of the root, later files winning.
    pub given: Vec<Given>,
    /// What could not be read: remote modules, folders outside.
    pub gaps: Vec<Gap>,
    /// Providers of `.terraform.lock.hcl`; `None` without one.
    pub lock: Option<Vec<LockedProvider>>,
}

/// A provider of the dependency lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedProvider {
    /// Source address, `registry.terraform.io/hashicorp/aws`.
    pub name: String,
    /// Whether it has the registry's own hashes, which are of every platform.
    pub all_platforms: bool,
    /// Hashes of single platforms.
    pub hashes: usize,
}

impl Configuration {
    /// The module that nobody calls; none where its folder could not be read.
    pub fn root_module(&self) -> Option<&Module> {
        self.modules.iter().find(|module| module.is_root())
    }

    /// The module that is called under a path, `module.a.module.b`; none where its folder could not be read.
    #[must_use]
    pub fn module_of(&self, path: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.paths.iter().any(|known| known == path))
    }
}

/// One module folder, read once however often it is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// Its folder, relative to drplan.hcl's.
    pub folder: String,
    /// Module paths, without indexes, under which it is called: `""` for the root, `module.rds`, `module.a.module.b`.
    pub paths: Vec<String>,
    /// `resource` and `data` blocks, overrides merged in.
    pub resources: Vec<ResourceBlock>,
    /// `provider` blocks.
    pub providers: Vec<ProviderBlock>,
    /// The `backend` or `cloud` block of the root.
    pub backend: Option<Backend>,
    /// `variable` blocks.
    pub variables: Vec<Variable>,
    /// `module` blocks.
    pub calls: Vec<ModuleCall>,
    /// Every other argument of the module that holds text: locals, outputs, `import`, `moved`, `removed`, `check`.
    pub others: Vec<Argument>,
}

impl Module {
    /// Whether it is the configuration itself rather than a module that it calls.
    pub fn is_root(&self) -> bool {
        self.paths.iter().any(String::is_empty)
    }
}

/// A `resource` or `data` block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceBlock {
    /// Whether it is a `data` block.
    pub data: bool,
    /// Type.
    pub type_name: String,
    /// Name.
    pub name: String,
    /// Where its header stands.
    pub place: Option<Place>,
    /// Provider configuration it names, `aws.us_east_1`.
    pub provider: Option<String>,
    /// Arguments, nested blocks and object values flattened: `environment.variables.DB_HOST`.
    pub arguments: Vec<Argument>,
}

/// One argument: what its expression says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Argument {
    /// Names joined by `.`, without indexes; for `others` it starts with the block: `locals.region`.
    pub path: String,
    /// Where it stands.
    pub place: Option<Place>,
    /// Text that is written out in it: quoted strings, the fixed parts of templates, heredocs.
    pub literals: Vec<Literal>,
    /// What it refers to: `var.aws_region`, `aws_vpc.main.id`, `module.rds.endpoint`, `data.aws_region.current.name`.
    pub references: Vec<String>,
    /// Files that it reads by another name than one of `path.module`.
    pub files: Vec<NamedFile>,
}

/// The file that `file`, `templatefile` or `filebase64` reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedFile {
    /// By a path in the working folder, which is that of the root module.
    Written(String),
    /// By an expression that only the engine can evaluate; where it stands.
    Computed(Place),
}

impl Argument {
    /// Whether it is the argument of this name, or a part of the object that it is.
    #[must_use]
    pub fn is_of(&self, name: &str) -> bool {
        self.path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Text that is written out in the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text, escapes resolved.
    pub text: String,
    /// Where it begins.
    pub place: Place,
    /// Whether it stands alone as the whole of the argument: no reference or function beside it.
    pub whole: bool,
}

/// A `provider` block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProviderBlock {
    /// Local name, `aws`.
    pub name: String,
    /// `alias`.
    pub alias: Option<String>,
    /// Where it stands.
    pub place: Option<Place>,
    /// Where its region comes from.
    pub region: RegionSource,
    /// Its other arguments.
    pub arguments: Vec<Argument>,
}

/// Where a provider's region comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RegionSource {
    /// No `region` argument: environment or shared configuration.
    #[default]
    Environment,
    /// Written out.
    Literal(Literal),
    /// One variable and nothing else.
    Variable(String),
    /// Another expression; what it refers to.
    Expression(Vec<String>),
}

/// The backend of the root module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backend {
    /// `s3`, `local`, `remote`, `cloud`.
    pub kind: String,
    /// Where it stands.
    pub place: Option<Place>,
    /// Its arguments as written; a partial backend lacks some.
    pub arguments: Vec<Argument>,
}

impl Backend {
    /// The text of an argument that is a plain string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let argument = self.arguments.iter().find(|argument| argument.path == name)?;
        argument.literals.iter().find(|literal| literal.whole).map(|literal| literal.text.as_str())
    }
}

/// A `variable` block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variable {
    /// Name.
    pub name: String,
    /// Where it stands.
    pub place: Option<Place>,
    /// `default`; `None` where it is required.
    pub default: Option<Argument>,
    /// `sensitive = true`: its values are masked everywhere.
    pub sensitive: bool,
}

/// A `module` block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModuleCall {
    /// Name.
    pub name: String,
    /// Where it stands.
    pub place: Option<Place>,
    /// `source` as written.
    pub source: String,
    /// Folder of a local module that was read; `None` for a remote one.
    pub folder: Option<String>,
    /// Its arguments.
    pub arguments: Vec<Argument>,
}

/// A value given to a root variable by a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The variable.
    pub variable: String,
    /// The expression, as an argument.
    pub value: Argument,
}
