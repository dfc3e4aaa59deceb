"""The seeded faults of tests/mutation/faults/*.json.

A file is a list of groups: {"file": source, "ops": [op, ...], "faults": [fault, ...]}, where `ops` names the ops whose
cases can notice, and an empty list stands for all. A fault is

  id       unique within the source; the fault's name is "<source without suffix>/<id>", after its room
  fault    what is wrong, in one line
  find     text that occurs exactly once in the source, and
  replace  what stands there in the mutant; or
  edits    [[find, replace], ...] where one place is not enough
  ops      instead of the group's
  for      {"NAME": [value, ...]}: one fault per value (or combination), each @NAME@ replaced by it; the values are
           appended to the id in lower case. {"NAME": {label: value, ...}} appends labels instead, and a string names
           such a set of faults/shared/variants.json.
  equivalent   proof that no input can tell the mutant from the original: such a mutant must not be killed
"""
import itertools
import json
import pathlib
import re


class FaultError(Exception):
    """A fault that cannot be planted: the list and the sources have come apart."""


class Fault:
    def __init__(self, name, description, source, ops, edits, equivalent):
        self.name = name
        self.description = description
        self.source = source  # relative to the source directory
        self.ops = ops
        self.edits = edits
        self.equivalent = equivalent  # the proof, or None

    def mutated(self, root):
        """The source with the fault in it."""
        text = (pathlib.Path(root) / self.source).read_text()
        places = []
        for find, replace in self.edits:
            found = text.count(find)
            if found != 1:
                raise FaultError(f"{self.name}: {self.source}: expected exactly one occurrence of {find!r}, "
                                 f"found {found}")
            places.append((text.index(find), find, replace))
        for start, find, replace in sorted(places, reverse=True):
            text = text[:start] + replace + text[start + len(find):]
        return text


def _fill(value, names):
    if isinstance(value, str):
        return re.sub("@([A-Z_]+)@", lambda match: names[match.group(1)], value)
    if isinstance(value, list):
        return [_fill(item, names) for item in value]
    return value


def _choices(values, shared):
    """[(label, text), ...]"""
    if isinstance(values, str):
        values = shared[values]
    if isinstance(values, dict):
        return list(values.items())
    return [(re.sub("[^a-z0-9]+", "_", str(value).lower()).strip("_"), str(value)) for value in values]


def _expand(group, entry, shared):
    allowed = {"id", "fault", "find", "replace", "edits", "ops", "for", "equivalent"}
    if not {"id", "fault"} <= entry.keys() or entry.keys() - allowed:
        raise FaultError(f"{group['file']}: fault {entry.get('id')!r}: fields {sorted(entry)}")
    if ("find" in entry) != ("replace" in entry) or ("find" in entry) == ("edits" in entry):
        raise FaultError(f"{group['file']}: fault {entry['id']!r}: expected find and replace, or edits")
    edits = entry["edits"] if "edits" in entry else [[entry["find"], entry["replace"]]]
    choices = entry.get("for", {})
    for values in itertools.product(*(_choices(value, shared) for value in choices.values())):
        names = dict(zip(choices, (text for _, text in values)))
        labels = {name + "_LABEL": label for name, (label, _) in zip(choices, values)}
        names.update(labels)
        suffix = "".join("_" + label for label in labels.values())
        stem = pathlib.PurePosixPath(group["file"]).name.split(".")[0]
        yield Fault(f"{stem}/{entry['id']}{suffix}", _fill(entry["fault"], names), group["file"],
                    _fill(entry.get("ops", group["ops"]), names), _fill(edits, names),
                    _fill(entry.get("equivalent"), names))


def load(directory):
    shared = json.loads((pathlib.Path(directory) / "shared" / "variants.json").read_text())
    faults = []
    for path in sorted(pathlib.Path(directory).glob("*.json")):
        for group in json.loads(path.read_text()):
            for entry in group["faults"]:
                faults.extend(_expand(group, entry, shared))
    names = set()
    for fault in faults:
        if fault.name in names:
            raise FaultError(f"{fault.name}: the id is not unique")
        names.add(fault.name)
    return faults
