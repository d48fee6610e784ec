"""Makes up files of settings as people write them, with operations on them; one pair a line, for whoever asks.

Comes behind judge.py, whose readers it uses; what these cannot read is no file of settings and is left out.
"""
import random
from copy import deepcopy

WORDS = ["web", "x y", "1.10", "007", "yes", "Off", "null", "~", "", " lead", "tail ", "a: b", "a #b", "#no", "it's",
         'say "x"', "C:\\d", "é ü", "a\tb", "[x]", "{y}", "- z", "http://h/?a=1&b=2", "12:30:45", "2024-01-01", "0x1f",
         "1e3", "@at", "%p", "*star", "&and", "!bang", "|", ">", "'", "a,b", "?", "k=v", "tag:1.4.2", "$HOME", "`q`",
         "\U0001f600", "x;y", "; z", "=", "true", "-", "...", "---", "a\\"]
KEYS = ["a", "b-c", "d_e", "f.g", "h/i", "j k", "é", "l~m", "Name", "port", "image", "env", "x1", "spec", "list", "name"]


class Maker:
    def __init__(self, seed, name):
        self.r = random.Random(f"{name} {seed}")
        self.comments = 0
        self.has_comments = self.r.random() < 0.7
        self.unit = self.r.choice([2, 2, 4])
        self.list_unit = self.r.choice([0, self.unit])
        self.sign = self.r.choice([" = ", "=", " =", "= "])

    def some(self, share):
        return self.r.random() < share

    def word(self):
        return self.r.choice(WORDS + ["w%d" % self.r.randrange(50)] * 20)

    def scalar(self):
        return self.r.choice([self.word, self.word, lambda: self.r.randrange(-5, 5000),
                              lambda: self.r.random() < 0.5, lambda: self.r.randrange(100) / 8])()

    def value(self, depth):
        kind = self.r.randrange(10)
        if depth > 0 and kind < 2:
            return [self.value(depth - 1) for _ in range(self.r.randrange(4))]
        if depth > 0 and kind < 5:
            return self.group(depth - 1, self.r.randrange(4))
        return None if kind == 9 and self.some(0.3) else self.scalar()

    def group(self, depth, count):
        return {key: self.value(depth) for key in self.r.sample(KEYS, count)}

    def comment(self, sign="#"):
        self.comments += 1
        return f"{sign} {self.r.choice(['why', 'not: this', 'a # b', 'see [1]', chr(0x201c) + 'q' + chr(0x201d)])} {self.comments}"

    def comment_lines(self, indent, sign="#"):
        lines = []
        while self.has_comments and self.some(0.12):
            lines.append(self.r.choice([" " * indent + self.comment(sign), "", " " * indent + self.comment(sign)]))
        if self.some(0.05):
            lines.append("")
        return lines


class Yaml(Maker):
    def text(self):
        value = self.group(3, self.r.randrange(1, 6))
        lines = (["---"] if self.some(0.2) else []) + self.block(value, 0)
        return "\n".join(lines) + "\n"

    def end(self):
        return "  " + self.comment() if self.has_comments and self.some(0.1) else ""

    def spelled(self, value, is_flow):
        if isinstance(value, (list, dict)):
            return self.flow(value)
        if not isinstance(value, str):
            return "" if value is None and not is_flow and self.some(0.3) else json.dumps(value)
        ways = [json.dumps(value, ensure_ascii=self.some(0.5)), "'" + value.replace("'", "''") + "'"]
        try:
            plain = yaml.safe_load("[" + value + "]" if is_flow else "k: " + value)
            if plain in ({"k": value}, [value]) and value.strip() == value and "\n" not in value:
                ways += [value] * 3
        except (yaml.YAMLError, ValueError):
            pass
        return self.r.choice(ways)

    def flow(self, value):
        gap, pad = self.r.choice([", ", ","]), self.r.choice(["", " "])
        if isinstance(value, list):
            inner = gap.join(self.spelled(item, True) for item in value)
            return f"[{pad}{inner}{pad}]" if value else "[]"
        inner = gap.join(f"{self.key(key)}: {self.spelled(item, True)}" for key, item in value.items())
        return f"{{{pad}{inner}{pad}}}" if value else "{}"

    def key(self, key):
        return self.r.choice([key, key, key, json.dumps(key), f"'{key}'"])

    def behind(self, value, indent):
        """What follows a key: the rest of its line, and the lines below."""
        if value and isinstance(value, dict) and not self.some(0.2):
            return self.end(), self.block(value, indent + self.unit)
        if value and isinstance(value, list) and not self.some(0.3):
            return self.end(), self.block(value, indent + self.list_unit)
        if isinstance(value, str) and self.some(0.1):
            inner = " " * (indent + self.unit)
            words = [self.r.choice(["one", "two: 2", "# no comment", "", "three"]) for _ in range(self.r.randrange(1, 4))]
            return " " + self.r.choice(["|", "|-", ">", ">-", "|+"]) + self.end(), \
                [inner + word if word else "" for word in ["zero"] + words]
        spelled = self.spelled(value, False)
        return (" " + spelled if spelled else "") + self.end(), []

    def block(self, value, indent):
        lines = []
        if isinstance(value, list):
            for item in value:
                lines += self.comment_lines(indent)
                if isinstance(item, dict) and item and self.some(0.8):
                    inner = self.block_without_comment(item, indent + 2)
                    lines += [" " * indent + "- " + inner[0].lstrip(" ")] + inner[1:]
                    continue
                rest, below = self.behind(item, indent) if not isinstance(item, (dict, list)) else (" " + self.flow(item) + self.end(), [])
                lines += [" " * indent + "-" + rest] + below
            return lines
        for key, item in value.items():
            lines += self.comment_lines(indent)
            rest, below = self.behind(item, indent)
            lines += [" " * indent + self.key(key) + ":" + rest] + below
        return lines

    def block_without_comment(self, item, indent):
        while True:
            lines = self.block(item, indent)
            if lines[0].strip() and not lines[0].lstrip().startswith("#"):
                return lines


class Json(Maker):
    has_any_comments = False

    def text(self):
        self.has_comments = self.has_comments and self.has_any_comments
        self.is_wide, self.gap = self.some(0.7), self.r.choice([" ", ""])
        self.trails = self.has_any_comments and self.some(0.3)
        return self.spelled(self.group(3, self.r.randrange(1, 6)), 0) + self.r.choice(["\n", "\n", ""])

    def aside(self):
        return " /* " + self.comment("").strip() + " */ " if self.has_comments and self.some(0.06) else ""

    def spelled(self, value, indent):
        if not isinstance(value, (list, dict)):
            return json.dumps(value, ensure_ascii=self.some(0.5))
        is_list = isinstance(value, list)
        opens, closes = "[]" if is_list else "{}"
        if not value:
            return opens + self.r.choice(["", " "]) + closes
        parts = [(None, item) for item in value] if is_list else list(value.items())
        name = lambda key: "" if key is None else json.dumps(key) + ":" + self.gap + self.aside()
        if not self.is_wide or self.some(0.2):
            inner = ("," + self.gap).join(name(key) + self.spelled(item, indent) + self.aside() for key, item in parts)
            return opens + inner + closes
        inner, lines = " " * (indent + self.unit), [opens]
        for index, (key, item) in enumerate(parts):
            lines += [line for line in self.comment_lines(indent + self.unit, "//")]
            comma = "," if index + 1 < len(parts) or self.trails else ""
            end = " " + self.comment("//") if self.has_comments and self.some(0.1) else ""
            lines.append(inner + name(key) + self.spelled(item, indent + self.unit) + comma + end)
        return "\n".join(lines + [" " * indent + closes])


class Jsonc(Json):
    has_any_comments = True


class Toml(Maker):
    def text(self):
        lines = []
        for key, item in self.group(1, self.r.randrange(4)).items():
            lines += self.comment_lines(0) + [self.line(self.key(key), item)]
        for key in self.r.sample(KEYS, self.r.randrange(4)):
            if any(line.startswith((key, json.dumps(key))) for line in lines):
                continue
            heading = [self.key(key)] + ([self.key("sub")] if self.some(0.2) else [])
            is_many = self.some(0.25)
            for _ in range(self.r.randrange(1, 4) if is_many else 1):
                signs = "[[{}]]" if is_many else "[{}]"
                lines += self.comment_lines(0) + self.r.choice([[""], []]) + [signs.format(".".join(heading)) + self.end()]
                for name, item in self.group(1, self.r.randrange(4)).items():
                    lines += self.comment_lines(0) + [self.line(self.key(name), item)]
        return "\n".join(lines) + "\n"

    def end(self):
        return " " + self.comment() if self.has_comments and self.some(0.1) else ""

    def key(self, key):
        is_bare = re.fullmatch(r"[A-Za-z0-9_-]+", key)
        return key if is_bare and self.some(0.9) else json.dumps(key, ensure_ascii=False)

    def line(self, key, value):
        if isinstance(value, dict) and value and self.some(0.4):
            return "\n".join(f"{key}.{self.key(name)}{self.sign}{self.spelled(item)}{self.end()}" for name, item in value.items())
        return f"{key}{self.sign}{self.spelled(value)}{self.end()}"

    def spelled(self, value):
        if isinstance(value, dict):
            inner = ", ".join(f"{self.key(key)} = {self.spelled(item)}" for key, item in value.items())
            return "{ " + inner + " }" if inner else "{}"
        if isinstance(value, list):
            if value and self.some(0.3):
                return "[\n" + "".join(f"  {self.spelled(item)},{self.end()}\n" for item in value) + "]"
            return "[" + ", ".join(map(self.spelled, value)) + "]"
        if value is None or self.some(0.03):
            return self.r.choice(["2024-01-01", "1979-05-27T07:32:00Z", "0xff", "1_000", "inf", "12:30:00"])
        if isinstance(value, str):
            is_literal = "'" not in value and not re.search(r"[\x00-\x08\n]", value)
            more = [f"'{value}'"] if is_literal else []
            return self.r.choice([json.dumps(value, ensure_ascii=False)] * 2 + more + ['"""' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""'])
        return json.dumps(value)


class Ini(Maker):
    def text(self):
        self.sign = self.r.choice([" = ", "=", ": ", " =", "= "])
        lines = []
        for name in self.r.sample(KEYS, self.r.randrange(1, 4)):
            lines += self.comment_lines(0, self.r.choice(";#")) + [f"[{name}]"]
            for key in self.r.sample(KEYS, self.r.randrange(5)):
                lines += self.comment_lines(0, self.r.choice(";#"))
                lines.append(key if self.some(0.05) else key + self.sign + str(self.scalar()).strip())
                if self.some(0.05):
                    lines.append("   more of it")
            lines += [""] if self.some(0.6) else []
        return "\n".join(lines) + "\n"


class Properties(Maker):
    def text(self):
        self.sign = self.r.choice([" = ", "=", ": ", " =", " "])
        lines = []
        for key in self.r.sample(KEYS, self.r.randrange(1, 8)):
            lines += self.comment_lines(0, self.r.choice("#!"))
            value = str(self.scalar()).replace("\\", "\\\\").lstrip()
            value = "".join(c if ord(c) < 128 and self.some(0.98) else "".join(
                "\\u%04x" % int.from_bytes(c.encode("utf-16-be")[at:at + 2], "big")
                for at in range(0, len(c.encode("utf-16-be")), 2)) for c in value)
            more = " \\\n    and more" if self.some(0.06) else ""
            lines.append(key.replace(" ", "\\ ").replace("é", "\\u00e9") + self.sign + value + more)
        return "\n".join(lines) + "\n"


MAKERS = {"a.json": Json, "a.jsonc": Jsonc, "a.toml": Toml, "a.ini": Ini, "a.properties": Properties, "a.yaml": Yaml}


def read_jsonc(text):
    text = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda m: m[1] or " ", text, flags=re.S)
    text = re.sub(r'("(?:\\.|[^"\\])*")|,(\s*[}\]])', lambda m: m[1] or m[2], text)
    return json.loads(text, object_pairs_hook=once)


READERS["a.jsonc"] = read_jsonc
try:
    import javaproperties
    SECOND["a.properties"] = javaproperties.loads
except ImportError:
    skipped("a.properties", "javaproperties")


def places(value, path=()):
    """All places that are named by texts and numbers alone."""
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                yield path + (key,), item
                yield from places(item, path + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield path + (index,), item
            yield from places(item, path + (index,))


def pointer(path):
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def is_plain(value):
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (str, bool, int)) or isinstance(value, float) and abs(value) < 1e6


def guards(value, path):
    """A test for every index on the way."""
    above = [path[:at + 1] for at, part in enumerate(path) if isinstance(part, int)]
    there = dict(places(value))
    return [{"op": "test", "path": pointer(place), "value": deepcopy(there[place])} for place in above]


def operation(maker, name, value):
    r, is_flat = maker.r, name in ("a.ini", "a.properties")
    everywhere = list(places(value))
    if name == "a.ini":
        everywhere = [place for place in everywhere if len(place[0]) == 2 and isinstance(place[1], str)]
    if not everywhere:
        return None
    path, item = r.choice(everywhere)
    new = str(maker.word()) if is_flat else maker.value(0 if maker.some(0.7) else 2)
    if name == "a.toml":
        new = json.loads(json.dumps(new), object_pairs_hook=dict) if "null" not in json.dumps(new) else "none"
    kind = r.randrange(6)
    tests = guards(value, path)
    if not all(is_plain(test["value"]) for test in tests):
        return None
    if kind == 0:
        return tests + [{"op": "remove", "path": pointer(path)}]
    if kind == 1:
        fresh = path[:-1] + (r.choice(["new", "n.w", "n w", "neu-é"] + KEYS),)
        if isinstance(path[-1], int):
            fresh = path[:-1] + ("-",)
            tests = guards(value, path[:-1])
        elif name == "a.ini" and not re.fullmatch(r"[\w.-]+", fresh[-1]):
            return None
        return tests + [{"op": "add", "path": pointer(fresh), "value": new}]
    if kind == 2 and isinstance(item, list):
        return tests + [{"op": "add", "path": pointer(path) + "/-", "value": new}]
    if kind == 3 and isinstance(item, dict):
        return tests + [{"op": "add", "path": pointer(path) + "/" + r.choice(["fresh", "p q"]), "value": new}]
    if kind == 4 and len(everywhere) > 1 and not is_flat:
        other, _ = r.choice(everywhere)
        if any(isinstance(part, int) for part in path + other) or other[:len(path)] == path or not is_plain(item):
            return None
        return [{"op": r.choice(["move", "copy"]), "from": pointer(path), "path": pointer(other[:-1] + ("moved",))}]
    return tests + [{"op": "replace", "path": pointer(path), "value": new}]


def make_up():
    name, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, last):
        maker = MAKERS[name](seed, name)
        text = maker.text()
        for ends in (["\r\n"] if maker.some(0.1) else []):
            text = text.replace("\n", ends)
        text = text.rstrip("\r\n") if maker.some(0.1) else text
        ops = []
        try:
            value = READERS[name](text)
            second = SECOND[name](text) if name in SECOND else value
            for _ in range(maker.r.randrange(1, 4)):
                # As text: what is applied becomes a part of the value, and must not change with it.
                more = json.loads(json.dumps(operation(maker, name, value) or []))
                after = jsonpatch.apply_patch(value, json.dumps(more))
                jsonpatch.apply_patch(second, json.dumps(ops + more))
                ops, value = ops + more, after
        except Exception:
            # Not what this reader takes for settings, or no operation on them.
            pass
        if ops:
            print(json.dumps([name, text, ops]), flush=False)
