# Licensed under MIT or Apache-2.0, at your choice.
"""Running patchwright, and telling how it ended. The modules decide nothing that the program decides."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json

COMMON = {
    "path": {"type": "path", "required": True},
    "executable": {"type": "path", "default": "patchwright"},
}

# What a pipe between the hosts is spared.
MAX_DIFF_BYTES = 64 * 1024


class Failed(Exception):
    """The program did not do what it was asked to. It holds the exit code and the document that says why."""

    def __init__(self, code, document):
        super(Failed, self).__init__(document.get("code"))
        self.code = code
        self.document = document


def flags(params, names):
    """The options that were set, as they are typed: one spelling for all, whatever their values begin with."""
    typed = []
    for name in names:
        value, flag = params[name], "--" + name.replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            typed.append(flag)
        elif isinstance(value, dict):
            typed.extend("%s=%s=%s" % (flag, path, value[path]) for path in sorted(value))
        elif isinstance(value, list):
            typed.extend("%s=%s" % (flag, one) for one in value)
        else:
            typed.append("%s=%s" % (flag, value))
    return typed


def ask(module, *words, **named):
    """Runs the program and returns its document. Nobody is there to be asked anything."""
    program = module.get_bin_path(module.params["executable"], required=True)
    command = [program] + list(words)
    if not named.get("text"):
        command.insert(1, "--json")
    code, out, err = module.run_command(command, data="", binary_data=True)
    if named.get("text"):
        return out if code == 0 else None
    try:
        document = json.loads(out)
    except ValueError:
        module.fail_json(msg="%s gave no answer: %s" % (program, (err or out).strip()), rc=code)
    if code not in named.get("codes", (0,)):
        raise Failed(code, document)
    return document


def fail(module, failed, **more):
    """Ends the task with the code, the message and the hints of the program."""
    document = failed.document
    said = [document.get("message", "")] + document.get("causes", [])
    said += ["%s: %s" % (one["code"], one["meaning"]) for one in document.get("obstacles", [])]
    said += [document.get("files", "")] + document.get("hints", [])
    sentences = []
    for sentence in said:
        if sentence and sentence not in sentences:
            sentences.append(sentence)
    module.fail_json(
        msg="%s: %s" % (document.get("code", "E-UNKNOWN"), " | ".join(sentences)),
        rc=failed.code,
        code=document.get("code"),
        outcome=document.get("outcome"),
        hints=document.get("hints", []),
        obstacles=document.get("obstacles", []),
        **more
    )


def steps_as_text(document):
    """The files that change, a line for each: what a change without a patch file can show."""
    return "".join("%s %s\n" % (step["does"], step["path"]) for step in document.get("steps", []))


def bounded(text):
    """A diff that is not too long to be sent; else says how long it is."""
    size = len(text.encode("utf-8", "surrogateescape"))
    if size <= MAX_DIFF_BYTES:
        return text
    return "The diff has %d bytes. To read it: patchwright diff FILE\n" % size
