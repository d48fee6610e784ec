"""Reads merged settings as programs do, and counts what says something else than both sides meant."""
import configparser, json, re, sys
try:
    import tomllib
except ImportError:
    tomllib = None
try:
    import yaml
except ImportError:
    yaml = None

GONE = object()


class Twice(Exception):
    pass


def once(pairs):
    names = [key for key, _ in pairs]
    if len(set(names)) < len(names):
        raise Twice(names)
    return dict(pairs)


def read_json(text):
    lines = [line for line in text.splitlines() if not line.strip().startswith("//")]
    text = re.sub(r",(\s*[}\]])", r"\1", "\n".join(lines))
    return json.loads(text, object_pairs_hook=once)


def read_ini(text):
    reader = configparser.RawConfigParser(strict=True, allow_no_value=True)
    reader.optionxform = str
    reader.read_string(text)
    return {name: dict(reader.items(name)) for name in reader.sections()}


def read_properties(text):
    pairs, logical = [], ""
    for line in text.splitlines():
        line = line.lstrip(" \t\f")
        if not logical and (not line or line[0] in "#!"):
            continue
        logical += line
        if (len(logical) - len(logical.rstrip("\\"))) % 2:
            logical = logical[:-1]
            continue
        key, value = re.fullmatch(r"((?:\\.|[^\\ \t\f=:])*)[ \t\f]*[=:]?[ \t\f]*(.*)", logical).groups()
        names = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}
        plain = lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "u" else names.get(m[1], m[1])
        parts = [re.sub(r"\\(u[0-9a-fA-F]{4}|.)", plain, part) for part in (key, value)]
        # Two halves of a character are one.
        pairs.append(tuple(part.encode("utf-16", "surrogatepass").decode("utf-16") for part in parts))
        logical = ""
    return once(pairs)


def read_yaml(text):
    class Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        pass

    Strict.add_constructor("tag:yaml.org,2002:map", lambda loader, node: once(
        [(loader.construct_object(key, True), loader.construct_object(value, True)) for key, value in node.value]))
    return yaml.load(text, Strict)


READERS = {"a.json": read_json, "a.jsonc": read_json, "a.ini": read_ini, "a.properties": read_properties}
if tomllib:
    READERS["a.toml"] = tomllib.loads
if yaml:
    READERS["a.yaml"] = read_yaml


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def is_meant(base, mine, theirs, found):
    """Whether `found` has each edit, and nothing else."""
    if same(base, mine) or same(mine, theirs):
        return same(found, theirs)
    if same(base, theirs):
        return same(found, mine)
    sides = (base, mine, theirs, found)
    if all(isinstance(side, dict) for side in sides):
        keys = {key for side in sides for key in side}
        return all(is_meant(*(side.get(key, GONE) for side in sides)) for key in keys)
    if all(isinstance(side, list) for side in sides):
        gone = [e for e in base if e not in mine or e not in theirs]
        new = [e for e in mine + theirs if e not in base]
        wanted = [e for e in base if e not in gone] + [e for at, e in enumerate(new) if e not in new[:at]]
        return sorted(map(str, wanted)) == sorted(map(str, found))
    return False


def main():
    seen, wrong = {}, 0
    for line in sys.stdin:
        name, *texts = json.loads(line)
        reader = READERS.get(name)
        if reader is None:
            seen[name] = "no reader"
            continue
        try:
            is_right = is_meant(*map(reader, texts))
        except Exception as error:
            is_right, texts = False, texts + [repr(error)]
        seen[name] = seen.get(name, 0) + 1
        if not is_right:
            wrong += 1
            print("WRONG", name, *texts, sep="\n--------\n")
    print("read", json.dumps(seen, sort_keys=True))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
