"""Carries JSON patches out on settings as other programs read them, and counts what the edited text says otherwise.

Comes behind judge.py, whose readers it uses.
"""
import jsonpatch


def judge_edits():
    seen, wrong = {}, 0
    for line in sys.stdin:
        name, before, ops, after = json.loads(line)
        reader = READERS.get(name)
        if reader is None:
            seen[name] = "no reader"
            continue
        try:
            wanted = jsonpatch.apply_patch(reader(before), ops)
            is_right, found = same(wanted, reader(after)), reader(after)
        except Exception as error:
            is_right, found = False, repr(error)
        seen[name] = seen.get(name, 0) + 1
        if not is_right:
            wrong += 1
            print("WRONG", name, before, json.dumps(ops), after, found, sep="\n--------\n")
    print("read", json.dumps(seen, sort_keys=True))
    sys.exit(1 if wrong else 0)


judge_edits()
