"""The kill matrix: a row per fault, with the number of cases that notice it, by what and by which generator flag."""

COUNTS = ("cases", "killed", "outputs", "intermediates", "counts")


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
    return ["".join(f"{name.rjust(height)[line]:>{width}}" for name in names).rstrip() for line in range(height)]


def matrix(results, suite):
    width = max(len(result.fault.name) for result in results)
    margin = " " * width
    lines = [f"Kill matrix of the suite {suite.name}", "",
             "A row per seeded fault (tests/mutation/faults). `cases`: cases of the ops that the fault concerns; "
             "`killed`: those that",
             "notice it, `outputs`: in an output, `intermediates`: in an intermediate only, `counts`: in the counts of "
             "events only. Then",
             "the killing cases by generator flag; a case may have several. Made by `cmake --build --preset mutation`.",
             "", *(f"{op:24} {suite.sizes[op]:4} cases, digest {suite.digests[op]}" for op in suite.ops), ""]
    lines.extend(margin + line for line in _upright(list(COUNTS) + suite.flags, 5))
    for result in results:
        numbers = _row(result) + [result.flags.get(flag, 0) for flag in suite.flags]
        cells = "".join(f"{number if number else '.':>5}" for number in numbers)
        note = "" if state(result) == "killed" else f"  {state(result)}"
        lines.append(f"{result.fault.name:{width}}{cells}{note}")
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
    ended = sum(result.ended is not None for result in faults)
    by_output = sum(result.outputs > 0 for result in faults)
    by_intermediate = sum(result.outputs == 0 and result.intermediates > 0 for result in faults)
    by_count = sum(result.outputs == 0 and result.intermediates == 0 and result.counts > 0 for result in faults)
    lines = [f"{len(faults)} faults: {len(faults) - len(survivors)} killed ({by_output} by an output, "
             f"{by_intermediate} by intermediates only, {by_count} by counts only, {ended} ended otherwise), "
             f"{len(survivors)} survived; {len(equivalents)} equivalent mutants: {len(wrong)} killed"]
    lines += [f"SURVIVED {result.fault.name}: {result.fault.description}" for result in survivors]
    lines += [f"KILLED BUT EQUIVALENT {result.fault.name}: {result.fault.description}" for result in wrong]
    return "\n".join(lines), not survivors and not wrong
