//! What settings say, told without any help of the program, and what two edits of them come to.

use std::collections::BTreeSet;

/// What stands behind a key.
#[derive(Debug, Clone)]
pub enum Value {
    Leaf(String),
    List(Vec<Value>),
    Map(Map),
}

/// Keys with their values, in the order of the file.
pub type Map = Vec<(String, Value)>;

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Leaf(a), Value::Leaf(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len() && a.iter().all(|(key, value)| get(b, key) == Some(value))
            }
            _ => false,
        }
    }
}

pub fn get<'a>(map: &'a Map, key: &str) -> Option<&'a Value> {
    map.iter().find(|(found, _)| found == key).map(|(_, value)| value)
}

/// What two edits come to.
#[derive(Debug, PartialEq)]
pub enum Meant {
    Value(Value),
    /// A list that both edited: it may be put together, if nothing of either is lost.
    Either {
        base: Vec<Value>,
        mine: Vec<Value>,
        theirs: Vec<Value>,
    },
    Map(Vec<(String, Meant)>),
}

/// `None`: both changed the same in different ways.
pub fn meant(base: &Value, mine: &Value, theirs: &Value) -> Option<Meant> {
    if mine == base || mine == theirs {
        return Some(Meant::Value(theirs.clone()));
    }
    if theirs == base {
        return Some(Meant::Value(mine.clone()));
    }
    match (base, mine, theirs) {
        (Value::List(base), Value::List(mine), Value::List(theirs)) => {
            Some(Meant::Either { base: base.clone(), mine: mine.clone(), theirs: theirs.clone() })
        }
        (Value::Map(base), Value::Map(mine), Value::Map(theirs)) => {
            let names = |map: &Map| map.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
            let all: BTreeSet<String> = [base, mine, theirs].into_iter().flat_map(names).collect();
            let mut parts = Vec::new();
            for key in all {
                let sides = [base, mine, theirs].map(|map| get(map, &key));
                let part = match sides {
                    [Some(before), Some(here), Some(there)] => Some(meant(before, here, there)?),
                    [before, here, there] if here == before || here == there => {
                        there.cloned().map(Meant::Value)
                    }
                    [before, here, there] if there == before => here.cloned().map(Meant::Value),
                    _ => return None,
                };
                parts.extend(part.map(|part| (key, part)));
            }
            Some(Meant::Map(parts))
        }
        _ => None,
    }
}

impl Meant {
    /// Whether `found` says it.
    pub fn is(&self, found: &Value) -> bool {
        match (self, found) {
            (Meant::Value(value), _) => value == found,
            (Meant::Either { base, mine, theirs }, Value::List(found)) => {
                let stays = |element: &Value| {
                    let [was, here, there] = [base, mine, theirs].map(|list| list.contains(element));
                    if was { here && there } else { here || there }
                };
                let all = || base.iter().chain(mine).chain(theirs);
                let keeps_order = |side: &[Value]| {
                    let of_side = |list: &[Value], other: &[Value]| -> Vec<Value> {
                        list.iter().filter(|element| other.contains(element)).cloned().collect()
                    };
                    of_side(side, found) == of_side(found, side)
                };
                let has_twice = (1..found.len()).any(|at| found[..at].contains(&found[at]));
                all().all(|element| stays(element) == found.contains(element))
                    && found.iter().all(|element| all().any(|known| known == element))
                    && !has_twice
                    && keeps_order(mine)
                    && keeps_order(theirs)
            }
            (Meant::Map(parts), Value::Map(found)) => {
                parts.len() == found.len()
                    && parts.iter().all(|(key, part)| get(found, key).is_some_and(|value| part.is(value)))
            }
            _ => false,
        }
    }

    /// Whether a list is in it that both edited.
    pub fn has_shared_list(&self) -> bool {
        match self {
            Meant::Value(_) => false,
            Meant::Either { .. } => true,
            Meant::Map(parts) => parts.iter().any(|(_, part)| part.has_shared_list()),
        }
    }
}

/// All keys in the order of the file, each with those around it.
pub fn order(value: &Value) -> Vec<String> {
    fn add(map: &Map, above: &str, keys: &mut Vec<String>) {
        for (key, value) in map {
            let name = format!("{above}/{key}");
            if let Value::Map(inner) = value {
                add(inner, &name, keys);
            }
            keys.push(name);
        }
    }
    let mut keys = Vec::new();
    if let Value::Map(map) = value {
        add(map, "", &mut keys);
    }
    keys
}
