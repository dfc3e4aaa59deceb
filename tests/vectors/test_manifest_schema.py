#!/usr/bin/env python3
"""Manifests of suites by an independent validator (jsonschema), and their tensors by NumPy."""
import copy
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import numpy
except ImportError as missing:
    print(f"skipped: {missing} (./setup.sh --tests installs it)")
    sys.exit(77)

program = os.environ["QREF_PROGRAM"]
source = os.environ["QREF_SOURCE_DIR"]
with open(os.path.join(source, "vectors/schema/manifest.schema.json"), encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
failures = 0


def check(condition, message):
    global failures
    if not condition:
        failures += 1
        print(f"FAILED: {message}")


def generate(directory, *arguments):
    done = subprocess.run([program, "gen", *arguments, "-o", directory], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"qref gen {' '.join(arguments)} exits {done.returncode}: {done.stderr}")
    with open(os.path.join(directory, "manifest.json"), encoding="utf-8") as manifest:
        return json.load(manifest)


def tensors_of(case):
    for group in ("inputs", "intermediates", "outputs"):
        yield from case[group].items()


def words_of(lines, digits, lanes, count):
    words = []
    for line in lines:
        parts = [line[i : i + digits] for i in range(0, len(line), digits)]
        words += [int(part, 16) for part in reversed(parts)]
    check(len(words) - count < lanes and not any(words[count:]), "the last line is not padded with zeros")
    return numpy.array(words[:count], dtype=numpy.uint64)


def check_tensor(directory, case, name, tensor, lanes):
    where = f"{case['id']} {name}"
    array = None
    if "npy" in tensor:
        array = numpy.load(os.path.join(directory, tensor["npy"]), allow_pickle=False)
        check(array.dtype == numpy.dtype(tensor["dtype"]), f"{where}: dtype {array.dtype}")
        check(list(array.shape) == tensor["shape"], f"{where}: shape {array.shape}")
        little = array.astype(array.dtype.newbyteorder("<"))
        check(hashlib.sha256(little.tobytes()).hexdigest() == tensor["sha256"], f"{where}: digest")
    if "hex" in tensor:
        entry = tensor["hex"]
        count = int(numpy.prod(tensor["shape"]))
        with open(os.path.join(directory, entry["file"]), encoding="ascii") as file:
            text = file.read()
        lines = text.splitlines()
        check(text.endswith("\n") and len(lines) == entry["lines"] == -(-count // lanes), f"{where}: lines")
        check(entry["words"] == count, f"{where}: words")
        check(entry["digits"] == -(-tensor["bits"] // 4), f"{where}: digits")
        pattern = re.compile(f"[0-9a-f]{{{entry['digits'] * lanes}}}")
        check(all(pattern.fullmatch(line) for line in lines), f"{where}: form of the lines")
        words = words_of(lines, entry["digits"], lanes, count)
        if array is not None:
            bits = array.reshape(-1).view(f"u{array.dtype.itemsize}").astype(numpy.uint64)
            mask = numpy.uint64((1 << tensor["bits"]) - 1)
            check(bool((words == (bits & mask)).all()), f"{where}: .hex and .npy differ")


def check_digest(manifest):
    digest = hashlib.sha256()
    for case in manifest["cases"]:
        for name, tensor in tensors_of(case):
            shape = "x".join(map(str, tensor["shape"]))
            digest.update(f"{case['id']} {name} {tensor['dtype']} {shape} {tensor['sha256']}\n".encode())
        counts = " ".join(str(count) for count in case["counts"].values())
        digest.update(f"{case['id']} counts {counts}\n".encode())
    check(digest.hexdigest() == manifest["digest"], "the suite's digest")


def check_scales(case):
    for name, value in case["attributes"].items():
        if isinstance(value, dict) and value["value"] is not None:
            bits = int(numpy.float32(value["value"]).view(numpy.uint32))
            check(bits == int(value["bits"], 16), f"{case['id']}: attribute {name}")


def check_suite(directory, manifest):
    errors = list(validator.iter_errors(manifest))
    for error in errors[:5]:
        print("FAILED:", "/".join(map(str, error.absolute_path)), error.message[:200])
    check(not errors, f"{directory}: {len(errors)} errors of the schema")
    listed = {"manifest.json"} | ({"qref_vectors_pkg.sv"} if "hex" in manifest["formats"] else set())
    for case in manifest["cases"]:
        check_scales(case)
        for name, tensor in tensors_of(case):
            check_tensor(directory, case, name, tensor, manifest["hex_lanes"])
            listed |= {tensor[key] if key == "npy" else tensor[key]["file"] for key in ("npy", "hex") if key in tensor}
    check_digest(manifest)
    found = {
        os.path.relpath(os.path.join(folder, name), directory)
        for folder, _, names in os.walk(directory)
        for name in names
    }
    check(found == listed, f"{directory}: files that the manifest does not list, or that are missing: {found ^ listed}")


def first_tensor(manifest):
    return next(iter(manifest["cases"][0]["inputs"].values()))


def first_scale(manifest):
    return next(v for case in manifest["cases"] for v in case["attributes"].values() if isinstance(v, dict))


# Each breaks a good manifest in one way.
BROKEN = {
    "another format": lambda m: m.update(format="qref-vectors/2"),
    "no format": lambda m: m.pop("format"),
    "an unknown field": lambda m: m.update(extra=1),
    "a seed that is a number": lambda m: m.update(seed=2025),
    "a short seed": lambda m: m.update(seed="0x7e9"),
    "no formats": lambda m: m.update(formats=[]),
    "a digest in upper case": lambda m: m.update(digest=m["digest"].upper().replace("0", "A")),
    "a shard of one": lambda m: m.update(shard={"index": 1, "count": 1}),
    "no cases": lambda m: m.update(cases=[]),
    "no profiles": lambda m: m.update(profiles=[]),
    "a profile without a rule": lambda m: m["profiles"][0]["profile"].pop("hadamard"),
    "an unknown rounding": lambda m: m["profiles"][0]["profile"]["hadamard"]["output"].update(rounding="up"),
    "an unknown op": lambda m: m["cases"][0].update(op="convolution"),
    "an id that climbs": lambda m: m["cases"][0].update(id="../case"),
    "an id with a space": lambda m: m["cases"][0].update(id="case/a b"),
    "a case without outputs": lambda m: m["cases"][0].update(outputs={}),
    "a case without counts": lambda m: m["cases"][0].pop("counts"),
    "a negative count": lambda m: m["cases"][0]["counts"].update(saturated=-1),
    "a scale without bits": lambda m: first_scale(m).pop("bits"),
    "bits that are too long": lambda m: first_scale(m).update(bits="0x03d4ccccd"),
    "a tensor without a digest": lambda m: first_tensor(m).pop("sha256"),
    "a short digest": lambda m: first_tensor(m).update(sha256="abc"),
    "another dtype": lambda m: first_tensor(m).update(dtype="float64"),
    "a dimension of 0": lambda m: first_tensor(m)["shape"].__setitem__(0, 0),
    "33 bits": lambda m: first_tensor(m).update(bits=33),
    "an absolute path": lambda m: first_tensor(m).update(npy="/etc/x.npy"),
    "a path that climbs": lambda m: first_tensor(m).update(npy="cases/../../x.npy"),
    "a path that begins with ..": lambda m: first_tensor(m).update(npy="../x.npy"),
    "an empty part of a path": lambda m: first_tensor(m).update(npy="cases//x.npy"),
    "a .hex file that climbs": lambda m: first_tensor(m)["hex"].update(file="../x.hex"),
    "a listed format that a tensor lacks": lambda m: first_tensor(m).pop("hex"),
    "a format that is not listed": lambda m: m.update(formats=["npy"]),
    "an unknown field of a tensor": lambda m: first_tensor(m).update(order="C"),
    "an unknown layout": lambda m: m["cases"][0].update(
        links=[
            {
                "tensor": "x",
                "source_case": "a/b",
                "source_tensor": "y",
                "layout": "sideways",
                "first_column": 0,
                "columns": 0,
            }
        ]
    ),
}


def main():
    work = tempfile.mkdtemp(prefix="qref-schema-")
    try:
        both = os.path.join(work, "both")
        manifest = generate(both, "--suite", "smoke", "--format", "npy,hex")
        check_suite(both, manifest)
        for name, breaks in BROKEN.items():
            broken = copy.deepcopy(manifest)
            breaks(broken)
            check(broken != manifest, f"{name}: nothing was broken")
            check(not validator.is_valid(broken), f"{name}: accepted by the schema")
        chain = os.path.join(work, "block")
        check_suite(chain, generate(chain, "--suite", "block", "--format", "npy"))
        part = os.path.join(work, "part")
        check_suite(part, generate(part, "--suite", "smoke", "--format", "hex", "--shard", "2/3"))
    finally:
        shutil.rmtree(work)
    cases = len(manifest["cases"])
    print(f"{cases} cases of smoke, {len(BROKEN)} broken manifests: {failures} failures")
    return 1 if failures else 0


sys.exit(main())
