"""Writes inputs to start from below fuzz/corpus, from this project's own sample, tests and history.

Usage: python3 fuzz/seeds.py PATCHWRIGHT, with Git, in a checkout that has a history.
"""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "fuzz" / "corpus"
PATCHWRIGHT = Path(sys.argv[1]).resolve()
MAX_BYTES = 8192


def run(*args, cwd=ROOT):
    return subprocess.run([str(arg) for arg in args], cwd=cwd, capture_output=True).stdout


def seed(target, content):
    if 0 < len(content) <= MAX_BYTES:
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        number = len(list(folder.iterdir()))
        (folder / f"seed-{number:04}").write_bytes(content)


def string_literals(text):
    for literal in re.findall(r'b?"((?:[^"\\]|\\.)*)"', text, re.S):
        content = re.sub(r"\\\n\s*", "", literal)
        yield re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}.get(m[1], m[1]), content)


def texts():
    """Diffs and mails of the last changes, and what the tests have as literals."""
    for commit in run("git", "log", "-60", "--no-merges", "--format=%H").decode().split():
        for style in (["-U3"], ["-U0"], ["--no-prefix", "-M"], ["--binary", "--full-index"]):
            seed("text_parse", run("git", "show", "--format=", *style, commit))
        seed("mail", run("git", "format-patch", "-1", "--stdout", commit))
        seed("mail", run("git", "format-patch", "-1", "--stdout", "--attach", commit))
    rooms = [ROOT / "tests/suite", ROOT / "src/diff"]
    for path in sorted(path for room in rooms for path in room.rglob("*.rs")):
        for literal in string_literals(path.read_text()):
            content = literal.encode()
            if "\n@@ -" in literal or literal.startswith(("diff ", "--- ", "Index: ")):
                seed("text_parse", content)
            if "From: " in literal or "Content-Type" in literal:
                seed("mail", content)
    with tempfile.TemporaryDirectory() as out:
        run(sys.executable, ROOT / "tests/suite/apply_text_patches/mails.py", out, 60)
        for mail in sorted(Path(out).rglob("*")):
            if mail.is_file() and "repo" not in mail.parts:
                seed("mail", mail.read_bytes())


def diffs_of_one_file():
    for commit in run("git", "log", "-200", "--no-merges", "--format=%H").decode().split():
        for path in run("git", "show", "--format=", "--name-only", "--diff-filter=M", commit).decode().split()[:3]:
            before = run("git", "show", f"{commit}^:{path}")
            diff = run("git", "show", "--format=", "-U1", commit, "--", path)
            diff = diff.replace(path.encode(), b"x")
            seed("text_apply", before + b"=====\n" + diff)
    small = b"one\ntwo\nthree\nfour\nfive\n"
    for hunk in (b"@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n", b"@@ -5 +5,2 @@\n five\n+six\n\\ No newline at end of file\n"):
        seed("text_apply", small + b"=====\n--- a/x\n+++ b/x\n" + hunk)


SETTINGS = {
    "i": ["[a]\nx = 1\ny: 2\n; c\n[b]\nz=3\n", "[a]\nx = 9\ny: 2\n; c\n[b]\nz=3\n", "[a]\nx = 1\ny: 2\n[b]\nz=4\nw=5\n"],
    "j": ['{"a": 1, "b": [1, 2], "c": {"d": null}}\n', '{"a": 2, "b": [1, 2], "c": {"d": null}}\n', '{"a": 1, "b": [1, 2, 3], "c": {"d": true}}\n'],
    "p": ["a=1\nb : 2\n# c\nc\\ d = e\\\n  f\n", "a=2\nb : 2\n# c\nc\\ d = e\\\n  f\n", "a=1\nb : 3\nc\\ d = g\n"],
    "t": ['a = 1\n[b]\nc = "x" # y\n[[d]]\ne = [1, 2]\n', 'a = 2\n[b]\nc = "x" # y\n[[d]]\ne = [1, 2]\n', 'a = 1\n[b]\nc = "z"\n[[d]]\ne = [1]\n'],
    "y": ["a: 1\nb:\n- x: 1\n  y: |\n    t\n- z\nc: {d: 'e'}\n", "a: 2\nb:\n- x: 1\n  y: |\n    t\n- z\nc: {d: 'e'}\n", "a: 1\nb:\n- x: 2\n- z\nc: {d: f}\n"],
    "n": ["a\nb\nc\n", "a\nB\nc\n", "a\nb\nc\nd\n"],
}
FORMATS = {"i": "ini", "j": "json", "p": "properties", "t": "toml", "y": "yaml"}


def settings():
    for form, (base, mine, theirs) in SETTINGS.items():
        seed("merge", (form + "=====\n".join([base, mine, theirs])).encode())
        if name := FORMATS.get(form):
            for ops in (
                '[{"set":"a","to":2}]',
                '[{"set":"b.c","to":"new","create":true},{"test":"a","is":1}]',
                '[{"remove":"a"},{"add":"b[]","value":{"q":[1,null]}}]',
                '[{"move":"a","to":"z"},{"set":"b[=2]","to":5}]',
                '[{"merge":{"a":null,"c":{"d":1}}}]',
                '[{"op":"replace","path":"/a","value":7}]',
            ):
                edits = '[{"do":%s,"format":"%s"}]' % (ops, name)
                seed("edits", edits.encode() + b"\n=====\n" + base.encode())


def own_files():
    seed("order", (ROOT / "assets/order-template.toml").read_bytes())
    for order in sorted((ROOT / "assets/sample/orders").rglob("*.toml")):
        seed("order", order.read_bytes())
    with tempfile.TemporaryDirectory() as out:
        out = Path(out)
        os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = str(out / "home")
        app = out / "app"
        run("cp", "-r", ROOT / "assets/sample/delivered", app)
        for number, (old, new) in enumerate([("delivered", "hotfix"), ("delivered", "service-pack"), ("hotfix", "feature")]):
            bundle, key = out / f"{number}.patchbundle", out / f"{number}.key"
            sample = ROOT / "assets/sample"
            for name, folder in (("old", old), ("new", new)):
                run("rm", "-rf", out / name)
                run("cp", "-r", sample / "delivered", out / name)
                if folder != "delivered":
                    run("cp", "-r", f"{sample / folder}/.", out / name)
            run(PATCHWRIGHT, "make", "--from", out / "old", "--to", out / "new", "--id", f"SEED-{number}", "--output", bundle, "--yes")
            run(PATCHWRIGHT, "key", "new", f"k{number}", "--no-password", "--output", key)
            seed("bundle", bundle.read_bytes())
            run(PATCHWRIGHT, "sign", bundle, "--key", key)
            seed("bundle", bundle.read_bytes())
            with zipfile.ZipFile(bundle) as container:
                seed("manifest", container.read("manifest.json"))
            run(PATCHWRIGHT, "plan", bundle, app, "--output", out / f"{number}.plan")
            run(PATCHWRIGHT, "apply", bundle, app, "--allow-unsigned", "--yes")
            run(PATCHWRIGHT, "rollback", app, "--yes")
        for plan in sorted(out.glob("*.plan")):
            seed("plan_file", plan.read_bytes())
        for entry in sorted(app.rglob("entry.json")):
            seed("ledger", entry.read_bytes())


if __name__ == "__main__":
    texts()
    diffs_of_one_file()
    settings()
    own_files()
    for folder in sorted(CORPUS.iterdir()):
        print(folder.name, len(list(folder.iterdir())))
