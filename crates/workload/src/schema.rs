//! Shapes for JSON Schemas, of what other crates define.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};

/// Which object.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Object {
    /// As `apps/v1`.
    api_version: String,
    /// As `Deployment`.
    kind: String,
    /// Where the manifest has one.
    #[serde(default)]
    namespace: Option<String>,
    /// Its name.
    name: String,
}

/// The schema of a document: numbers have the limits of what reads them.
pub fn document<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12();
    let settings = settings.with_transform(RecursiveTransform(limited));
    settings.into_generator().into_root_schema_for::<T>()
}

/// What a validator does not make of a number's format.
fn limited(schema: &mut Schema) {
    let format = schema.get("format").and_then(|format| format.as_str());
    let most = match format {
        Some("uint16") => u64::from(u16::MAX),
        Some("uint32") => u64::from(u32::MAX),
        _ => return,
    };
    schema.insert("maximum".to_owned(), most.into());
}

/// Gives a type that is read by its own rules the shape of what these take, where it stands.
#[macro_export]
macro_rules! shape {
    ($type:ty, $shape:tt) => {
        impl ::schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!($shape)
            }
        }
    };
}
