//! The `[grants]` part of a manifest.

use super::fields::{Fields, Mistakes};
use super::names::{self, TableGrant};
use crate::components::grants::{
    ANY_DATABASE, Grants, HttpGrant, MailGrant, SecretsGrant, ServicesGrant, SqliteGrant, SseGrant, normal,
};
use crate::components::origin::OriginPattern;
use crate::limits;

pub fn read(mut fields: Fields, mistakes: &mut Mistakes) -> Grants {
    let mut grants = Grants::default();
    if let Some(databases) = fields.section("sqlite", mistakes) {
        for (name, section) in databases.sections(mistakes) {
            let grant = read_sqlite(section, mistakes);
            let mistake = match name.as_str() {
                ANY_DATABASE => (!grant.schema.is_empty()).then(|| {
                    "`*` has no `schema`: migrations are those of one database, which has to be named".to_owned()
                }),
                name => names::database_name_mistake(name),
            };
            if let Some(mistake) = mistake {
                mistakes.add(format!("grants.sqlite.{name}"), mistake);
            }
            grants.sqlite.insert(name, grant);
        }
    }
    if let Some(section) = fields.section("http", mistakes) {
        grants.http = read_http(section, mistakes);
    }
    if let Some(section) = fields.section("mail", mistakes) {
        grants.mail = read_mail(section, mistakes);
    }
    if let Some(section) = fields.section("secrets", mistakes) {
        grants.secrets = read_secrets(section, mistakes);
    }
    if let Some(section) = fields.section("services", mistakes) {
        grants.services = read_services(section, mistakes);
    }
    if let Some(section) = fields.section("sse", mistakes) {
        grants.sse = read_sse(section, mistakes);
    }
    fields.finish(mistakes);
    grants
}

fn read_sqlite(mut fields: Fields, mistakes: &mut Mistakes) -> SqliteGrant {
    let grant = SqliteGrant {
        read: read_tables(&mut fields, "read", TableGrant::Read, mistakes),
        write: read_tables(&mut fields, "write", TableGrant::Write, mistakes),
        schema: read_tables(&mut fields, "schema", TableGrant::Schema, mistakes),
    };
    fields.finish(mistakes);
    grant
}

fn read_tables(fields: &mut Fields, key: &'static str, kind: TableGrant, mistakes: &mut Mistakes) -> Vec<String> {
    let entries = bounded(fields, key, mistakes);
    for (path, entry) in &entries {
        if let Some(mistake) = names::table_mistake(entry, kind) {
            mistakes.add(path, mistake);
        }
    }
    normal(entries.into_iter().map(|(_, entry)| entry).collect())
}

fn read_http(mut fields: Fields, mistakes: &mut Mistakes) -> HttpGrant {
    let grant = HttpGrant {
        allow: read_origins(&mut fields, "allow", mistakes),
        allow_private: read_origins(&mut fields, "allow_private", mistakes),
    };
    fields.finish(mistakes);
    grant
}

fn read_origins(fields: &mut Fields, key: &'static str, mistakes: &mut Mistakes) -> Vec<OriginPattern> {
    let mut origins = Vec::new();
    for (path, text) in bounded(fields, key, mistakes) {
        match text.parse::<OriginPattern>() {
            Ok(origin) => origins.push(origin),
            Err(error) => mistakes.add(path, error.to_string()),
        }
    }
    normal(origins)
}

fn read_services(mut fields: Fields, mistakes: &mut Mistakes) -> ServicesGrant {
    let grant = ServicesGrant {
        provide: read_names(&mut fields, "provide", names::service_name_mistake, mistakes),
        uses: read_names(&mut fields, "use", names::service_name_mistake, mistakes),
    };
    fields.finish(mistakes);
    grant
}

fn read_mail(mut fields: Fields, mistakes: &mut Mistakes) -> MailGrant {
    let grant = MailGrant {
        send: read_names(&mut fields, "send", names::sender_mistake, mistakes),
        inspect: fields.optional("inspect", mistakes).unwrap_or_default(),
    };
    fields.finish(mistakes);
    grant
}

fn read_sse(mut fields: Fields, mistakes: &mut Mistakes) -> SseGrant {
    let grant = SseGrant {
        publish: read_names(&mut fields, "publish", names::topic_mistake, mistakes),
        listen: read_names(&mut fields, "listen", names::topic_mistake, mistakes),
    };
    fields.finish(mistakes);
    grant
}

fn read_secrets(mut fields: Fields, mistakes: &mut Mistakes) -> SecretsGrant {
    let grant = SecretsGrant {
        read: read_names(&mut fields, "read", names::secret_name_mistake, mistakes),
        generate: read_names(&mut fields, "generate", names::secret_name_mistake, mistakes),
        write: read_names(&mut fields, "write", names::secret_name_mistake, mistakes),
    };
    fields.finish(mistakes);
    grant
}

fn read_names(
    fields: &mut Fields,
    key: &'static str,
    mistake_of: fn(&str) -> Option<String>,
    mistakes: &mut Mistakes,
) -> Vec<String> {
    let entries = bounded(fields, key, mistakes);
    for (path, name) in &entries {
        if let Some(mistake) = mistake_of(name) {
            mistakes.add(path, mistake);
        }
    }
    normal(entries.into_iter().map(|(_, name)| name).collect())
}

fn bounded(fields: &mut Fields, key: &'static str, mistakes: &mut Mistakes) -> Vec<(String, String)> {
    let entries = fields.texts(key, mistakes);
    if entries.len() > limits::GRANTS_PER_KIND_MAX {
        mistakes.add(
            fields.path(key),
            format!("has more than {} entries", limits::GRANTS_PER_KIND_MAX),
        );
    }
    entries
}
