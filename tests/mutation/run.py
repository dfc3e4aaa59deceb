#!/usr/bin/env python3
"""The mutation test: plants every fault of faults/*.json in a copy of its source, builds a program with it, and lets
that verify a suite of golden vectors from its stored inputs. A suite that a mutant passes lacks a case.

  run.py --build BUILD_DIRECTORY [--only REGEX] [--names NAME ...] [--matrix FILE]

BUILD_DIRECTORY holds qref, compile_commands.json and tests/mutation/link.json. Exit code 0: every mutant is killed, and
none of those that are proved equivalent is; 1: not so; 2: a fault cannot be planted or built, or the test is broken."""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import kill_matrix
import seeded_faults

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class BrokenTest(Exception):
    """Nothing can be said about any mutant."""


def run(command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)


def tail(text):
    return " | ".join(text.strip().splitlines()[-5:])


class Build:
    """The unmodified program, and how its parts are compiled and linked."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory).resolve()
        self.program = self.directory / "qref"
        self.commands = {}
        for entry in json.loads((self.directory / "compile_commands.json").read_text()):
            self.commands[pathlib.Path(entry["file"])] = shlex.split(entry["command"])
        link = json.loads((self.directory / "tests" / "mutation" / "link.json").read_text())
        self.objects = [path for path in link["objects"].split(";") if path]
        self.libraries = [word for word in link["libraries"].split(";") if word]
        self.link_flags = shlex.split(link["flags"])
        self.sources = {path.relative_to(ROOT).as_posix(): path.read_text()
                        for room in ("numerics", "ops") for path in sorted((ROOT / "ref" / room).iterdir())}

    def units(self, source):
        """The files to compile again when `source` changes."""
        changed = {source}
        grown = True
        while grown:
            grown = False
            for path, text in self.sources.items():
                if path not in changed and any(f'#include "{header}"' in text for header in changed):
                    changed.add(path)
                    grown = True
        return sorted(path for path in changed if path.endswith(".c"))

    def compile_unit(self, unit, overlay, output):
        """Compiles a unit as the build does, with the headers and sources of `overlay` in front."""
        command = self.commands[ROOT / unit]
        source = overlay / unit if (overlay / unit).exists() else ROOT / unit
        options = command[1:command.index("-o")]
        result = run([command[0], f"-I{overlay}", *options, "-w", "-Wno-error", "-o", output, "-c", source],
                     cwd=self.directory)
        if result.returncode != 0:
            raise seeded_faults.FaultError(f"{unit} does not compile: {tail(result.stderr)}")

    def make_mutant(self, source, text, work):
        """A program in `work` with `text` for the content of `source`."""
        overlay = work / "overlay"
        (overlay / source).parent.mkdir(parents=True)
        (overlay / source).write_text(text)
        objects = []
        for unit in self.units(source):
            objects.append(work / f"{len(objects)}.o")
            self.compile_unit(unit, overlay, objects[-1])
        compiler = self.commands[ROOT / self.units(source)[0]][0]
        mutant = work / "qref-mutant"
        result = run([compiler, *self.link_flags, "-o", mutant, *self.objects, *objects, *self.libraries],
                     cwd=self.directory)
        if result.returncode != 0:
            raise seeded_faults.FaultError(f"{source} does not link: {tail(result.stderr)}")
        return mutant


class Suite:
    """The cases of a suite, a directory per op so that a mutant reads those of its ops only; made by the unmodified
    program."""

    def __init__(self, program, name, ops, directory, pool):
        self.name = name
        self.ops = list(ops)
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        manifests = list(pool.map(lambda op: self._make(program, op), self.ops))
        self.digests = {op: manifest["digest"] for op, manifest in zip(self.ops, manifests)}
        used = {flag for manifest in manifests for flag in manifest["flags"]}
        every = json.loads(run([program, "info", "--flags", "--json"]).stdout)["flags"]
        self.flags = [flag for flag in every if flag in used]
        self.case_flags = {case["id"]: case["flags"] for manifest in manifests for case in manifest["cases"]}
        self.sizes = {op: len(manifest["cases"]) for op, manifest in zip(self.ops, manifests)}

    def _make(self, program, op):
        directory = self.directory / op
        if not (directory / "manifest.json").exists():
            result = run([program, "gen", "--suite", self.name, "--op", op, "--format", "npy", "--quiet", "-o", directory])
            if result.returncode != 0:
                raise BrokenTest(f"qref gen failed: {tail(result.stderr)}")
        return json.loads((directory / "manifest.json").read_text())

    def count(self, ops):
        return sum(self.sizes[op] for op in ops or self.ops)


Result = collections.namedtuple("Result", "fault cases killed outputs intermediates counts flags ended seconds")


def verify(program, suite, ops, limit):
    """Failures by case id, or the way in which the program ended instead of answering."""
    failures = {}
    for op in ops or suite.ops:
        try:
            result = run([program, "verify", suite.directory / op, "--stored-inputs", "--json", "--quiet"],
                         timeout=limit)
        except subprocess.TimeoutExpired:
            return failures, "did not end"
        except UnicodeDecodeError:
            return failures, "wrote garbage"
        if result.returncode not in (0, 1):
            return failures, f"signal {-result.returncode}" if result.returncode < 0 else "error"
        for failure in json.loads(result.stdout)["failures"]:
            failures[failure["case"]] = failure
    return failures, None


def judge(build, suite, fault, text, scratch, limit):
    start = time.monotonic()
    work = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    try:
        mutant = build.make_mutant(fault.source, text, work)
        failures, ended = verify(mutant, suite, fault.ops, limit)
    except seeded_faults.FaultError as error:
        raise seeded_faults.FaultError(f"{fault.name}: {error}") from None
    finally:
        shutil.rmtree(work)
    by_output = sum(failure["different_outputs"] > 0 for failure in failures.values())
    by_intermediate = sum(failure["different_outputs"] == 0 and failure["different_intermediates"] > 0
                          for failure in failures.values())
    flags = collections.Counter(flag for case in failures for flag in suite.case_flags[case])
    by_count = sum(failure["different_outputs"] == failure["different_intermediates"] == 0 and failure["counts_differ"]
                   for failure in failures.values())
    return Result(fault, suite.count(fault.ops), len(failures), by_output, by_intermediate, by_count, flags, ended,
                  time.monotonic() - start)


def self_test(build, suite, scratch, limit):
    """The test must be able to say "not killed" of a copy without a fault, and must refuse a fault that has no place.
    """
    source = "ref/numerics/quantize.c"
    nothing = seeded_faults.Fault("no/fault", "none", source, [], [["#include <qref/numerics.h>"] * 2], None)
    result = judge(build, suite, nothing, nothing.mutated(ROOT), scratch, limit)
    if result.killed or result.ended:
        raise BrokenTest(f"an unmodified copy is killed by {result.killed} cases ({result.ended})")
    for find in ("text that is nowhere", "return"):
        try:
            seeded_faults.Fault("no/place", "none", source, [], [[find, ""]], None).mutated(ROOT)
        except seeded_faults.FaultError:
            continue
        raise BrokenTest(f"a fault that replaces {find!r} in {source} was accepted")
    return result.seconds


def select(faults, options):
    if options.names:
        by_name = {fault.name: fault for fault in faults}
        missing = [name for name in options.names if name not in by_name]
        if missing:
            raise seeded_faults.FaultError(f"no such fault: {', '.join(missing)}")
        return [by_name[name] for name in options.names]
    return [fault for fault in faults if re.search(options.only, fault.name)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, metavar="DIRECTORY")
    parser.add_argument("--suite", default="standard", metavar="NAME")
    parser.add_argument("--suite-directory", metavar="DIRECTORY", help="keep the suite here, or use the one that is")
    parser.add_argument("--only", default="", metavar="REGEX", help="faults with such a name")
    parser.add_argument("--names", nargs="+", metavar="NAME", help="these faults")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=120, metavar="SECONDS", help="for one verification")
    parser.add_argument("--matrix", metavar="FILE", help="write the kill matrix here")
    parser.add_argument("--list", action="store_true", help="print the faults only")
    options = parser.parse_args()

    start = time.monotonic()
    everything = seeded_faults.load(HERE / "faults")
    faults = select(everything, options)
    if options.list:
        for fault in faults:
            print(f"{fault.name}: {fault.description}" + (" (equivalent)" if fault.equivalent else ""))
        return 0
    texts = [fault.mutated(ROOT) for fault in faults]  # all of them have their places, before anything is built

    scratch = pathlib.Path(tempfile.mkdtemp(prefix="qref-mutation-"))
    try:
        build = Build(options.build)
        needed = faults if all(fault.ops for fault in faults) else everything
        ops = list(dict.fromkeys(op for fault in needed for op in fault.ops))
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            suite = Suite(build.program, options.suite, ops,
                          pathlib.Path(options.suite_directory or scratch / "suite"), pool)
        seconds = self_test(build, suite, scratch, options.limit)
        print(f"mutation: suite {options.suite} of {suite.count(None)} cases made in {time.monotonic() - start:.0f} s; "
              f"an unmodified copy passes it in {seconds:.1f} s; {len(faults)} of {len(everything)} faults", flush=True)
        done = 0
        lock = threading.Lock()

        def work(item):
            nonlocal done
            result = judge(build, suite, *item, scratch, options.limit)
            with lock:
                done += 1
                if not result.killed and not result.ended and not result.fault.equivalent:
                    print(f"SURVIVED {result.fault.name}: {result.fault.description}", flush=True)
                elif done % 50 == 0:
                    print(f"mutation: {done} of {len(faults)}, {time.monotonic() - start:.0f} s", flush=True)
            return result

        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            try:
                results = list(pool.map(work, zip(faults, texts)))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        text = kill_matrix.matrix(results, suite)
        if options.matrix:
            pathlib.Path(options.matrix).write_text(text)
        summary, good = kill_matrix.verdict(results)
        print(kill_matrix.table(results) if len(faults) <= 40 else kill_matrix.by_source(results, suite))
        if options.matrix:
            print(f"mutation: the kill matrix is in {options.matrix}")
        print(f"{summary}\nmutation: {len(faults)} of {len(everything)} faults in {time.monotonic() - start:.0f} s")
        return 0 if good else 1
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (seeded_faults.FaultError, BrokenTest, OSError, KeyError, ValueError) as error:
        print(f"mutation: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
