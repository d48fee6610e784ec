# Writes mails with patches in every way that mail programs have, and what `git am` makes of each.
import base64, email.utils, json, os, quopri, random, subprocess, sys
from email.header import Header

out, count = sys.argv[1], int(sys.argv[2])
env = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8", HOME=out,
           GIT_COMMITTER_NAME="c", GIT_COMMITTER_EMAIL="c@x.example")
repo = os.path.join(out, "repo")
os.makedirs(repo)

def git(*args, data=None, ok=True):
    done = subprocess.run(["git", *args], cwd=repo, env=env, input=data, capture_output=True)
    if ok and done.returncode:
        raise SystemExit("git %s: %s" % (args, done.stderr.decode()))
    return done

def put(name, content):
    path = os.path.join(repo, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)

OLD = {"f.txt": b"one\ntwo = 2\nthree\n\nfive\nsix\n", "dir/g.txt": "Gr\u00fc\u00dfe\nFrom here\nlast =20\n".encode(), "long.txt": b"x" * 120 + b"\nend\n"}
git("init", "-q")
for name, content in OLD.items():
    put(name, content)
git("add", "-A")
git("-c", "user.name=a", "-c", "user.email=a@x.example", "commit", "-q", "-m", "old")

def tree():
    names = git("ls-files", "-z").stdout.decode().split("\0")
    return {name: open(os.path.join(repo, name), "rb").read().hex() for name in names if name}

def clean():
    git("am", "--abort", ok=False)
    git("reset", "-q", "--hard", "old-state")
    git("clean", "-fdq")

git("tag", "old-state")
EDITS = [
    ("f.txt", lambda c: c.replace(b"two = 2", b"two = 3")),
    ("f.txt", lambda c: c.replace(b"five\n", b"five\nFrom the middle\n-- \nsign\n")),
    ("dir/g.txt", lambda c: c.replace(b"From here", "From h\u00e9re".encode())),
    ("dir/g.txt", lambda c: c + b"tail \t\n=3D\n"),
    ("long.txt", lambda c: c.replace(b"end", b"y" * 200)),
    ("new/h.txt", lambda c: b"fresh\nlines\n"),
]

def diff(chance):
    clean()
    for name, edit in chance.sample(EDITS, chance.randint(1, 3)):
        path = os.path.join(repo, name)
        old = open(path, "rb").read() if os.path.exists(path) else b""
        put(name, edit(old))
    git("add", "-A")
    return git("diff", "--cached", "--stat", "--patch").stdout

def word(text, chance):
    if text.isascii() and chance.random() < 0.7:
        return text
    charsets = [c for c in ("utf-8", "iso-8859-1", "windows-1252", "koi8-r", "iso-8859-15") if can(text, c)]
    charset = chance.choice(charsets)
    if chance.random() < 0.4:
        return "=?%s?B?%s?=" % (charset, base64.b64encode(text.encode(charset)).decode())
    if chance.random() < 0.5:
        return "=?%s?q?%s?=" % (charset.upper(), "".join(chr(b) if chr(b).isalnum() and b < 128 else "_" if b == 32 else "=%02X" % b for b in text.encode(charset)))
    return Header(text, charset, maxlinelen=60).encode()

def can(text, charset):
    try:
        text.encode(charset)
        return True
    except UnicodeEncodeError:
        return False

TITLES = ["Mend the parser", "Gr\u00fc\u00dfe aus K\u00f6ln", "\u041f\u0440\u0438\u0432\u0435\u0442", "net: a title that is long enough to be folded by whoever sends it, and then some more", "a: b [c] d", "caf\u00e9 \u2013 na\u00efve"]
NAMES = ["Ada Lovelace", "J\u00fcrgen M\u00fcller", "\u041f\u0451\u0442\u0440 \u0418\u0432\u0430\u043d\u043e\u0432", "Doe, Jane", "O'Neil"]

def sender(chance):
    name = chance.choice(NAMES)
    shown = word(name, chance)
    if shown == name and ("," in name or chance.random() < 0.2):
        shown = '"%s"' % name
    if name.isascii() and "," not in name and chance.random() < 0.1:
        return "a@x.example (%s)" % name
    return "%s <a%d@x.example>" % (shown, chance.randint(1, 9))

def encoded(text, how):
    if how == "base64":
        return base64.encodebytes(text)
    if how == "quoted-printable":
        return quopri.encodestring(text)
    return text

def part(text, kind, chance, extra=""):
    how = chance.choice(["base64", "quoted-printable", "8bit"])
    return ("Content-Type: %s%s\nContent-Transfer-Encoding: %s\n\n" % (kind, extra, how)).encode() + encoded(text, how)

def multi(kind, parts, extra=""):
    body = b"This is a message of several parts.\n\n"
    for one in parts:
        body += b"--=_b\n" + one + (b"" if one.endswith(b"\n") else b"\n") + b"\n"
    return ('MIME-Version: 1.0\nContent-Type: multipart/%s; boundary="=_b"%s\n\n' % (kind, extra)).encode() + body + b"--=_b--\n"

def mail(chance):
    patch = diff(chance)
    title = chance.choice(["[PATCH] ", "[PATCH v2 1/3] ", "Re: [PATCH] ", "", "[net-next] "]) + word(chance.choice(TITLES), chance)
    date = email.utils.formatdate(1700000000 + chance.randint(0, 10**7), localtime=False)
    head = "From: %s\nDate: %s\nSubject: %s\n" % (sender(chance), date, title)
    if chance.random() < 0.5:
        head = "Received: by x; %s\n" % date + head
    letter = chance.choice(["Why it is so.\n\nCloses: #1\n", "", "Gr\u00fc\u00dfe.\n", "A line that begins with a word: yes.\n"])
    way = chance.randrange(8)
    # In parts of parts Git takes no sender from the letter.
    if chance.random() < 0.15 and way != 6:
        letter = "From: %s\n\n" % sender(chance) + letter
    charset = "utf-8"
    if letter and can(letter, "iso-8859-1") and chance.random() < 0.4:
        charset = "iso-8859-1"
    text = letter.encode(charset) + b"---\n" + patch + b"-- \n2.47.3\n"
    plain = "text/plain; charset=%s" % charset
    if way == 0:
        return head.encode() + b"\n" + letter.encode() + b"---\n" + patch
    if way in (1, 2):
        return head.encode() + b"MIME-Version: 1.0\n" + part(text, plain, chance)
    if way == 3:
        return head.encode() + multi("mixed", [part(letter.encode(charset) + b"\n", plain, chance), part(patch, "text/x-patch; name=\"x.patch\"", chance, "\nContent-Disposition: attachment; filename=\"x.patch\"")])
    if way == 4:
        return head.encode() + multi("alternative", [part(text, plain, chance), part(b"<pre>a letter</pre>\n", "text/html; charset=utf-8", chance)])
    if way == 5:
        return head.encode() + multi("signed", [part(text, plain, chance), b"Content-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n"], "; micalg=pgp-sha256;\n protocol=\"application/pgp-signature\"")
    if way == 6:
        inner = multi("alternative", [part(letter.encode(charset) + b"\n", plain, chance), part(b"<p>a letter</p>\n", "text/html", chance)])
        inner = inner.replace(b"=_b", b"=_i").replace(b"This is a message of several parts.\n\n", b"")
        return head.encode() + multi("mixed", [inner, part(patch, "application/octet-stream; name=x.patch", chance)])
    # As Git writes it.
    git("-c", "user.name=" + chance.choice(NAMES), "-c", "user.email=g@x.example", "commit", "-q", "-m", chance.choice(TITLES) + "\n\n" + letter, "--date", date)
    how = chance.choice([[], ["--attach"], ["--inline"], ["--attach", "--signoff"]])
    made = git("-c", "user.name=s", "-c", "user.email=s@x.example", "format-patch", "-1", "--stdout", *how).stdout
    return made

results = []
for number in range(count):
    chance = random.Random(number)
    data = mail(chance)
    name = "m%03d.eml" % number
    with open(os.path.join(out, name), "wb") as file:
        file.write(data)
    clean()
    done = git("am", "-q", data=data, ok=False)
    if done.returncode:
        results.append({"file": name, "error": done.stderr.decode("utf-8", "replace")})
        continue
    subject, author, date = git("log", "-1", "--format=%s%n%an <%ae>%n%at").stdout.decode().split("\n")[:3]
    results.append({"file": name, "subject": subject, "author": author, "time": int(date), "tree": tree()})
with open(os.path.join(out, "results.json"), "w") as file:
    json.dump(results, file)
