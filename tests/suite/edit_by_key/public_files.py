"""Picks values in files of other projects, and what they become: one operation with its tests a line.

Comes behind judge.py, edits.py and wild.py, whose readers it uses. Reads lines of `[form, text]`; answers each with
`{"places": [[where, operations], …]}`, or with why nobody here reads it.
"""
import hashlib

# Places that are picked in one file.
MOST = 12
# What names a document among several, as somebody who writes an edit would.
NAMES = [("kind",), ("metadata", "name"), ("apiVersion",), ("metadata", "namespace")]


class AnyKey(yaml.SafeLoader):
    """As YAML has it today: `on` and `yes` are words, and times are texts."""


AnyKey.yaml_implicit_resolvers = {
    first: [(tag, what) for tag, what in resolvers if tag.rsplit(":", 1)[1] not in ("bool", "timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
AnyKey.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def read_sections(text):
    """A unit: what is there several times is none of the values that are picked."""
    sections, section, continued = {}, {}, False
    for line in text.splitlines():
        if not continued and line.startswith("["):
            section = sections.setdefault(line.strip("[] "), {})
        elif not continued and re.match(r"\w+ *=", line):
            key, _, value = line.partition("=")
            section.setdefault(key.strip(), []).append(value.strip())
        continued = line.endswith("\\") and not line.lstrip().startswith(("#", ";"))
    return {name: {key: values[0] for key, values in pairs.items() if len(values) == 1} for name, pairs in sections.items()}


def documents(form, text):
    if form == "yaml":
        return [document for document in yaml.load_all(text, AnyKey)]
    if form == "unit":
        return [read_sections(text)]
    return [READERS["a.jsonc" if form == "json" else "a." + form](text)]


def named(document):
    there = dict(places(document)) if isinstance(document, (dict, list)) else {}
    return {".".join(path): there[path] for path in NAMES if isinstance(there.get(path), str)}


def where(all_of_them, index):
    """What tells this document from the others; nothing if it is alone, `None` if nothing does."""
    if len(all_of_them) == 1:
        return {}
    names = [named(document) for document in all_of_them]
    mine = names[index]
    fits = lambda other: all(other.get(key) == value for key, value in mine.items())
    return mine if mine and sum(map(fits, names)) == 1 else None


def other(value, is_text):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return value + "x" if not is_text else "changed"


def is_picked(value, lines):
    """Whether it stands on a line of its own: then all that happens can be seen on that line."""
    spelled = str(value).lower() if isinstance(value, bool) else str(value)
    return isinstance(value, (str, int, float)) and spelled.strip() and any(spelled in line.lower() or spelled in line for line in lines)


def picked(form, text):
    chance = random.Random(hashlib.sha256(text.encode()).hexdigest())
    everything, lines = documents(form, text), text.splitlines()
    all_places = []
    for index, document in enumerate(everything):
        which = where(everything, index)
        if which is not None and isinstance(document, (dict, list)):
            # What names a document is not changed by an edit that is asked to find it.
            all_places += [(document, which, path, value) for path, value in places(document) if not (which and path in NAMES)]
    found = []
    for document, which, path, value in chance.sample(all_places, min(4 * MOST, len(all_places))):
        if is_picked(value, lines):
            tests = guards(document, path)
            if all(is_plain(test["value"]) for test in tests):
                new = other(value, form in ("properties", "unit"))
                found.append([which, tests + [{"op": "replace", "path": pointer(path), "value": new}]])
    return found[:MOST]


def pick():
    for line in sys.stdin:
        form, text = json.loads(line)
        try:
            told = {"places": picked(form, text)}
        except Exception as error:
            told = {"unread": repr(error)[:200]}
        print(json.dumps(told, default=str), flush=True)
