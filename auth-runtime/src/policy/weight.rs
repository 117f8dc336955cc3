//! Estimates of what values occupy in memory, rather too high than too low.

use serde_json::{Map, Value};

/// Estimates what a string occupies on the heap, including the allocator's own bytes.
pub(super) fn heap_bytes(text: &str) -> usize {
    16 + text.len().next_multiple_of(16)
}

/// Estimates the heap bytes of a map. The map is a tree whose nodes have room for eleven members each. If there are
/// several nodes, each holds at least five members.
pub(super) fn map_bytes(map: &Map<String, Value>) -> usize {
    const ROOM: usize = 11;
    const NODE: usize = ROOM * (size_of::<String>() + size_of::<Value>()) + 32;
    let nodes = if map.len() <= ROOM { 1 } else { map.len() / 5 + 1 };
    let members = map.iter().map(|(name, value)| heap_bytes(name) + value_bytes(value));
    nodes * NODE + members.sum::<usize>()
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => heap_bytes(text),
        Value::Array(list) => {
            let room = 16 + list.len().next_power_of_two().max(4) * size_of::<Value>();
            room + list.iter().map(value_bytes).sum::<usize>()
        }
        Value::Object(map) => map_bytes(map),
    }
}
