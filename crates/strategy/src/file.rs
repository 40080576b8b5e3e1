//! What a strategy file says.

use std::fmt;

use cutover_plan::Window;
use cutover_release::{After, Configuration};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::strategy::AnyStrategy;

/// A strategy with its fields, and beside it what is asked of any:
///
/// ```yaml
/// rolling: { maxSurge: 1 }
/// after: { web: [api] }
/// configuration: version
/// window: { from: "09:00", to: "16:00", days: [Mon, Tue], timezone: Europe/Berlin }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StrategyFile {
    /// How the workloads get from what runs to what is wanted.
    pub strategy: AnyStrategy,
    /// Which workloads come after which.
    pub after: After,
    /// What becomes of configuration whose data changes.
    pub configuration: Configuration,
    /// When the plan may begin, and when it may give the new version more requests.
    pub window: Option<Window>,
}

impl<'de> Deserialize<'de> for StrategyFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = StrategyFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a strategy with its fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StrategyFile, A::Error> {
        let (mut strategy, mut after) = (None, None);
        let (mut configuration, mut window) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                AFTER => once(&mut after, map.next_value()?, AFTER)?,
                CONFIGURATION => once(&mut configuration, map.next_value()?, CONFIGURATION)?,
                WINDOW => once(&mut window, map.next_value()?, WINDOW)?,
                _ => {
                    let entry = Entry {
                        key: Some(key),
                        map: &mut map,
                    };
                    let read = AnyStrategy::deserialize(MapAccessDeserializer::new(entry))?;
                    once(&mut strategy, read, "strategy")?;
                }
            }
        }
        Ok(StrategyFile {
            strategy: strategy.ok_or_else(|| Error::custom(NO_STRATEGY))?,
            after: after.unwrap_or_default(),
            configuration: configuration.unwrap_or_default(),
            window,
        })
    }
}

const NO_STRATEGY: &str = "there is no strategy\nhint: write one with its fields, as canary: { steps: [{ setWeight: 25 }, { pause: {} }] }";
const AFTER: &str = "after";
const CONFIGURATION: &str = "configuration";
const WINDOW: &str = "window";

fn once<T, E: Error>(field: &mut Option<T>, value: T, what: &str) -> Result<(), E> {
    match field.replace(value) {
        Some(_) => Err(Error::custom(format!(
            "a second {what}\nhint: leave one of them out"
        ))),
        None => Ok(()),
    }
}

/// The entry of a map whose key has been read, and no other.
struct Entry<'a, A> {
    key: Option<String>,
    map: &'a mut A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entry<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error>
    where
        K: DeserializeSeed<'de>,
    {
        let key = self.key.take();
        key.map(|key| seed.deserialize(key.into_deserializer()))
            .transpose()
    }

    fn next_value_seed<V>(&mut self, seed: V) -> Result<V::Value, A::Error>
    where
        V: DeserializeSeed<'de>,
    {
        self.map.next_value_seed(seed)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for StrategyFile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Strategy".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let after = schemars::json_schema!({
            "type": "object",
            "description": "For each Deployment those that it comes after.",
            "additionalProperties": { "type": "array", "items": { "type": "string" } },
        });
        let configuration = schemars::json_schema!({
            "enum": [Configuration::Change, Configuration::Version],
            "description": "Whether configuration whose data changes is changed, or kept under names that tell its content.",
        });
        let beside = [
            (AFTER, defined("After", after, generator)),
            (
                CONFIGURATION,
                defined("Configuration", configuration, generator),
            ),
            (WINDOW, generator.subschema_for::<Window>()),
        ];
        let mut schema = AnyStrategy::json_schema(generator);
        let strategies = schema.get_mut("oneOf").and_then(|all| all.as_array_mut());
        for strategy in strategies.into_iter().flatten() {
            for (field, reference) in &beside {
                strategy["properties"][*field] = reference.clone().into();
            }
        }
        schema
    }
}

/// The JSON Schema of strategy files: what it takes is read, as far as one value tells.
#[cfg(feature = "schema")]
pub fn strategy_schema() -> schemars::Schema {
    cutover_workload::schema::document::<StrategyFile>()
}

/// What stands in the place of a definition by this name.
#[cfg(feature = "schema")]
fn defined(
    name: &str,
    definition: schemars::Schema,
    generator: &mut schemars::SchemaGenerator,
) -> schemars::Schema {
    let definitions = generator.definitions_mut();
    definitions.insert(name.to_owned(), definition.into());
    schemars::Schema::new_ref(format!("#/$defs/{name}"))
}
