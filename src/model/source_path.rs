//! The folder that a controller of the cluster takes its objects from, by its path in the controller's own repository.

/// Names of folders; what a variable stands for may be any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePath(Vec<Option<String>>);

impl SourcePath {
    /// Of a path as written. `None` where nothing but variables is known of it.
    ///
    /// A variable at the beginning stands for any folders, one further on for one folder.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let mut parts: Vec<Option<String>> = Vec::new();
        let mut varies = false;
        for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
            match part {
                ".." => {
                    parts.pop();
                }
                part if part.contains("${") || part.contains("{{") => {
                    varies = true;
                    // What it begins with may be several folders.
                    if !parts.is_empty() {
                        parts.push(None);
                    }
                }
                part => parts.push(Some(part.to_owned())),
            }
        }
        (!varies || parts.iter().any(Option::is_some)).then_some(Self(parts))
    }

    /// Whether it is the root of its repository.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a folder's path ends as this one does.
    #[must_use]
    pub fn ends(&self, folder: &[&str]) -> bool {
        folder.len() >= self.0.len() && self.agrees(folder)
    }

    /// Whether the shorter of a folder's path and this one ends the longer.
    #[must_use]
    pub fn agrees(&self, folder: &[&str]) -> bool {
        let mut pairs = self.0.iter().rev().zip(folder.iter().rev());
        pairs.all(|(own, other)| own.as_ref().is_none_or(|own| own == other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_by_what_is_known_of_them() {
        for (path, folder, ends) in [
            ("./k/app", "repo/k/app", true),
            ("k/app/", "k/app", true),
            ("k/app", "k/other", false),
            ("k/app", "app", false),
            ("${CLUSTER}/../flux/app", "repo/clusters/flux/app", true),
            ("${CLUSTER}/app", "repo/other", false),
            ("apps/{{path.basename}}", "repo/apps/one", true),
            ("apps/{{name}}/prod", "repo/apps/one/test", false),
        ] {
            let folder: Vec<&str> = folder.split('/').collect();
            assert_eq!(SourcePath::parse(path).unwrap().ends(&folder), ends, "{path}");
        }
        assert_eq!(SourcePath::parse("${PATH}"), None);
        assert!(SourcePath::parse("./").unwrap().is_root());
        assert!(SourcePath::parse("infra/k/app").unwrap().agrees(&["k", "app"]));
    }
}
