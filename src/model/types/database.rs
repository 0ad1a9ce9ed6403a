//! Inside a database: they come back with its recovery point, so making them again fails or empties them.

use super::{Recovery, TypeEntry, Uniqueness, regional};

/// Starts an entry of a type inside a database.
const fn in_database(name: &'static str, page: &'static str) -> TypeEntry {
    regional(name, page).store(Recovery::OfDatabase).takes(1, 5)
}

pub(super) const TYPES: &[TypeEntry] = &[
    in_database("mysql_database", "petoju/mysql/latest/docs/resources/database")
        .named(Uniqueness::InParent, &["name"])
        .import("{name}")
        .replaced_by(&["name"]),
    in_database("mysql_grant", "petoju/mysql/latest/docs/resources/grant")
        .named(Uniqueness::InParent, &["user", "host", "database", "table"])
        .import("{user}@{host}@{database}@{table}")
        .replaced_by(&["user", "role", "host", "database", "table", "grant"]),
    in_database("mysql_role", "petoju/mysql/latest/docs/resources/role")
        .named(Uniqueness::InParent, &["name"])
        .not_importable()
        .replaced_by(&["name"]),
    in_database("mysql_user", "petoju/mysql/latest/docs/resources/user")
        .named(Uniqueness::InParent, &["user", "host"])
        .import("{user}@{host}")
        .replaced_by(&["user", "host"]),
    in_database("postgresql_database", "cyrilgdn/postgresql/latest/docs/resources/postgresql_database")
        .named(Uniqueness::InParent, &["name"])
        .import("{name}")
        .replaced_by(&["name", "template", "encoding", "lc_collate", "lc_ctype", "tablespace_name"]),
    in_database(
        "postgresql_default_privileges",
        "cyrilgdn/postgresql/latest/docs/resources/postgresql_default_privileges",
    )
    .named(Uniqueness::InParent, &["role", "database", "owner", "object_type", "schema"])
    .not_importable()
    .replaced_by(&["role", "database", "owner", "object_type", "schema"]),
    in_database("postgresql_extension", "cyrilgdn/postgresql/latest/docs/resources/postgresql_extension")
        .named(Uniqueness::InParent, &["database", "name"])
        .import("{database}.{name}")
        .replaced_by(&["name", "database"]),
    in_database("postgresql_function", "cyrilgdn/postgresql/latest/docs/resources/postgresql_function")
        .named(Uniqueness::InParent, &["database", "schema", "name"])
        .replaced_by(&["name", "schema", "database", "arg"]),
    in_database("postgresql_grant", "cyrilgdn/postgresql/latest/docs/resources/postgresql_grant")
        .named(Uniqueness::InParent, &["role", "database", "object_type", "schema"])
        .not_importable()
        .replaced_by(&["role", "database", "schema", "object_type", "objects", "with_grant_option"]),
    in_database("postgresql_grant_role", "cyrilgdn/postgresql/latest/docs/resources/postgresql_grant_role")
        .named(Uniqueness::InParent, &["role", "grant_role"])
        .not_importable()
        .replaced_by(&["role", "grant_role", "with_admin_option"]),
    in_database("postgresql_publication", "cyrilgdn/postgresql/latest/docs/resources/postgresql_publication")
        .named(Uniqueness::InParent, &["database", "name"])
        .import("{database}.{name}")
        .replaced_by(&["name", "database"]),
    in_database(
        "postgresql_replication_slot",
        "cyrilgdn/postgresql/latest/docs/resources/postgresql_replication_slot",
    )
    .named(Uniqueness::InParent, &["database", "name"])
    .import("{database}.{name}")
    .replaced_by(&["name", "database", "plugin"]),
    in_database("postgresql_role", "cyrilgdn/postgresql/latest/docs/resources/postgresql_role")
        .named(Uniqueness::InParent, &["name"])
        .import("{name}"),
    in_database("postgresql_schema", "cyrilgdn/postgresql/latest/docs/resources/postgresql_schema")
        .named(Uniqueness::InParent, &["database", "name"])
        .import("{database}.{name}")
        .replaced_by(&["database"]),
    in_database(
        "postgresql_subscription",
        "cyrilgdn/postgresql/latest/docs/resources/postgresql_subscription",
    )
    .named(Uniqueness::InParent, &["database", "name"])
    .import("{database}.{name}")
    .replaced_by(&["name", "database", "conninfo"]),
];
