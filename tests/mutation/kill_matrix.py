"""The kill matrix: a row per fault, with the number of cases that notice it, by what and by which generator flag."""

COUNTS = ("cases", "killed", "outputs", "intermediates", "counts")
FAULTS = ("faults", *COUNTS[1:])


def state(result):
    killed = result.killed > 0 or result.ended is not None
    if result.fault.equivalent:
        return "KILLED BUT EQUIVALENT" if killed else "equivalent"
    return ("ended: " + result.ended if result.ended else "killed") if killed else "SURVIVED"


def _row(result):
    return [result.cases, result.killed, result.outputs, result.intermediates, result.counts]


def table(results):
    """Without the flags, for a few faults."""
    width = max(len(result.fault.name) for result in results)
    lines = [f"{'fault':{width}}  " + "  ".join(COUNTS) + "  state"]
    for result in results:
        numbers = "  ".join(f"{number:{len(name)}}" for number, name in zip(_row(result), COUNTS))
        lines.append(f"{result.fault.name:{width}}  {numbers}  {state(result)}")
    return "\n".join(lines)


def _upright(names, width):
    """Column heads of `width` characters, written from top to bottom."""
    height = max(len(name) for name in names)
    return ["".join(f"{name.rjust(height)[line]:>{width}}" for name in names) for line in range(height)]


def _grid(heads, flags, rows):
    """Lines of a table: rows are (name, a number per head, a number per flag, note)."""
    width = max(len(row[0]) for row in rows)
    upright = [a + b for a, b in zip(*_level(_upright(heads, 6), _upright(flags, 4)))]
    lines = [(" " * width + line).rstrip() for line in upright]
    for name, numbers, by_flag, note in rows:
        cells = "".join(f"{number or '.':>6}" for number in numbers) + "".join(f"{n or '.':>4}" for n in by_flag)
        lines.append(f"{name:{width}}{cells}{'  ' + note if note else ''}")
    return lines


def _level(a, b):
    """Both padded at the top to one height."""
    height = max(len(a), len(b))
    return [[" " * len(lines[0])] * (height - len(lines)) + lines for lines in (a, b)]


def by_source(results, suite):
    """A row per source file: how many faults are noticed at all, in what, and by cases of which flag."""
    rows = {}
    for result in results:
        if result.fault.equivalent:
            continue
        numbers, by_flag = rows.setdefault(result.fault.source, ([0] * 5, [0] * len(suite.flags)))
        numbers[0] += 1
        numbers[1] += result.killed > 0 or result.ended is not None
        numbers[2] += result.outputs > 0
        numbers[3] += result.outputs == 0 and result.intermediates > 0
        numbers[4] += result.outputs == result.intermediates == 0 and result.counts > 0
        for i, flag in enumerate(suite.flags):
            by_flag[i] += result.flags.get(flag, 0) > 0
    lines = _grid(FAULTS, suite.flags, [(source, *row, "") for source, row in rows.items()])
    return "Faults by source: all, killed by any case, by an output, by intermediates only, by counts only, by cases " \
        "of each flag\n" + "\n".join(lines)


def matrix(results, suite):
    lines = [f"Kill matrix of the suite {suite.name}", "",
             "A row per seeded fault (tests/mutation/faults). `cases`: cases of the ops that the fault concerns; "
             "`killed`: those that",
             "notice it, `outputs`: in an output, `intermediates`: in an intermediate only, `counts`: in the counts of "
             "events only. Then",
             "the killing cases by generator flag; a case may have several. Made by `cmake --build --preset mutation`.",
             "", *(f"{op:24} {suite.sizes[op]:4} cases, digest {suite.digests[op]}" for op in suite.ops), ""]
    rows = [(result.fault.name, _row(result), [result.flags.get(flag, 0) for flag in suite.flags],
             "" if state(result) == "killed" else state(result)) for result in results]
    lines += _grid(COUNTS, suite.flags, rows)
    lines += ["", "Equivalent mutants:"]
    lines += [f"  {result.fault.name}: {result.fault.description}. {result.fault.equivalent}"
              for result in results if result.fault.equivalent]
    lines += ["", verdict(results)[0]]
    return "\n".join(lines) + "\n"


def verdict(results):
    """The sum, and whether every mutant is as it should be."""
    faults = [result for result in results if not result.fault.equivalent]
    equivalents = [result for result in results if result.fault.equivalent]
    survivors = [result for result in faults if state(result) == "SURVIVED"]
    wrong = [result for result in equivalents if state(result) != "equivalent"]
    ended = sum(result.ended is not None and result.killed == 0 for result in faults)
    by_output = sum(result.outputs > 0 for result in faults)
    by_intermediate = sum(result.outputs == 0 and result.intermediates > 0 for result in faults)
    by_count = sum(result.outputs == 0 and result.intermediates == 0 and result.counts > 0 for result in faults)
    killed = len(faults) - len(survivors)
    refused = killed - by_output - by_intermediate - by_count - ended
    lines = [f"{len(faults)} faults: {killed} killed ({by_output} by an output, {by_intermediate} by intermediates only, "
             f"{by_count} by counts only, {refused} refuse a case, {ended} ended without an answer), "
             f"{len(survivors)} survived; {len(equivalents)} equivalent mutants: {len(wrong)} killed"]
    lines += [f"SURVIVED {result.fault.name}: {result.fault.description}" for result in survivors]
    lines += [f"KILLED BUT EQUIVALENT {result.fault.name}: {result.fault.description}" for result in wrong]
    return "\n".join(lines), not survivors and not wrong
