"""Carries JSON patches out on settings as other programs read them, and counts what the edited text says otherwise.

Comes behind judge.py, whose readers it uses.
"""
import os
import sys

import jsonpatch


def skipped(name, module):
    """Says that nobody else reads this form; fails where the module was installed."""
    if os.environ.get("REQUIRE_PYPI") == "1":
        sys.exit(f"REQUIRE_PYPI=1 is set, and Python has no module {module}")
    print(f"SKIPPED {name}: no {module}", file=sys.stderr)


# Readers of other people, where they are there: of YAML as of 1.2, and of TOML.
SECOND = {}
try:
    from ruamel.yaml import YAML
    SECOND["a.yaml"] = lambda text: YAML(typ="safe", pure=True).load(text)
except ImportError:
    skipped("a.yaml", "ruamel.yaml")
try:
    import tomlkit
    SECOND["a.toml"] = lambda text: tomlkit.parse(text).unwrap()
except ImportError:
    skipped("a.toml", "tomlkit")


def judge_edits():
    seen, wrong = {}, 0
    for line in sys.stdin:
        name, before, ops, after = json.loads(line)
        reader = READERS.get(name)
        if reader is None:
            seen[name] = "no reader"
            continue
        for who, reader in [(name, reader), ("second " + name, SECOND.get(name))]:
            if reader is None:
                continue
            try:
                # As text: what is applied becomes a part of the value, and a later operation may change it there.
                wanted = jsonpatch.apply_patch(reader(before), json.dumps(ops))
                is_right, found = same(wanted, reader(after)), reader(after)
            except Exception as error:
                is_right, found = False, repr(error)
            seen[who] = seen.get(who, 0) + 1
            if not is_right:
                wrong += 1
                print("WRONG", who, before, json.dumps(ops), after, found, sep="\n--------\n")
    print("read", json.dumps(seen, sort_keys=True))
    sys.exit(1 if wrong else 0)
