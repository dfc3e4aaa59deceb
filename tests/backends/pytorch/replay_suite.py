#!/usr/bin/env python3
"""A kernel in PyTorch against the reference: takes the inputs of a suite's cases, runs the function below for each op,
and hands what comes out to `qref replay`, which gives every difference a verdict.

    qref gen --suite smoke -o /tmp/smoke
    replay_suite.py /tmp/smoke /tmp/outputs --device cuda

Put a kernel of yours in the place of one of the functions of KERNELS. The exit status is that of qref replay.
"""
import argparse
import hashlib
import json
import pathlib
import subprocess
import sys

import numpy
import torch


def conv1d_silu(case):
    """x (B, D, T), w (D, W) oldest tap first, bias (D) -> y (B, D, T), all int8."""
    x, w = case.tensor("x"), case.tensor("w")
    taps = torch.nn.functional.pad(x.float(), (w.shape[1] - 1, 0))
    accumulator = torch.nn.functional.conv1d(taps, w.float().unsqueeze(1), groups=w.shape[0])
    bias = case.tensor("bias").float() * case.scale("bias_scale") if case.has("bias") else torch.zeros(1).to(x.device)
    # The product and the sum are rounded once: a product of float32 is exact in float64.
    v = accumulator.double() * (case.scale("w_scale") * case.scale("x_scale")).double() + bias.double().unsqueeze(1)
    v = v.float()
    if case.attributes["silu"]:
        v = torch.nn.functional.silu(v)
    v = v / case.scale("out_scale")
    rounded = torch.trunc(v + torch.copysign(torch.full_like(v, 0.5), v))  # ties away from zero
    return rounded.clamp(-128, 127).to(torch.int8)


def linear_w8a8(case):
    """x (M, K), w (N, K) -> y (M, N), all int8. Sums of int8 products are exact in float64."""
    accumulator = (case.tensor("x").double() @ case.tensor("w").double().T).float()
    t = accumulator * case.tensor("weight_scale") * case.scale("input_scale")
    return torch.round(t).clamp(-128, 127).to(torch.int8)


KERNELS = {"conv1d_silu": conv1d_silu, "linear_w8a8": linear_w8a8}


class Case:
    """A case of the suite's manifest, with its tensors on the device."""

    def __init__(self, suite, entry, device):
        self.suite, self.entry, self.device = suite, entry, device
        self.attributes = entry["attributes"]

    def has(self, name):
        return name in self.entry["inputs"]

    def array(self, name):
        return numpy.load(self.suite / self.entry["inputs"][name]["npy"])

    def tensor(self, name):
        return torch.from_numpy(self.array(name)).to(self.device)

    def scale(self, name):
        """A float32 by its bits: no decimal comes in between."""
        bits = numpy.array(int(self.attributes[name]["bits"], 16), numpy.uint32)
        return torch.tensor(float(bits.view(numpy.float32)), dtype=torch.float32, device=self.device)


def write_tensor(directory, file, array):
    numpy.save(directory / file, array)
    digest = hashlib.sha256((directory / file).read_bytes()).hexdigest()
    return {"file": file, "dtype": str(array.dtype), "shape": list(array.shape), "sha256": digest}


def record(case, directory):
    """Writes inputs and output in the layout of vectors/recorded; returns the case's entry in its manifest."""
    op = case.entry["op"]
    name = case.entry["id"].replace("/", "_")
    y = KERNELS[op](case).cpu().numpy()
    inputs = {"x": "x", "w": "w", "b": "bias"} if op == "conv1d_silu" else {"x": "x", "w": "w"}
    entry = {
        "id": name,
        "op": op,
        "inputs": {
            key: write_tensor(directory, f"{name}.{key}.npy", case.array(source))
            for key, source in inputs.items()
            if case.has(source)
        },
    }
    if op == "conv1d_silu":
        entry["has_bias"] = case.has("bias")
        entry["scales"] = {key: float(case.scale(key + "_scale")) for key in ("x", "w", "out")}
        if case.has("bias"):
            entry["scales"]["bias"] = float(case.scale("bias_scale"))
        output = "y" if case.attributes["silu"] else "y_no_silu"
    else:
        entry["a"], entry["b"] = float(case.scale("input_scale")), float(case.array("weight_scale")[0])
        output = "y"
    entry["outputs"] = {output: write_tensor(directory, f"{name}.{output}.npy", y)}
    return entry


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", type=pathlib.Path, help="what qref gen wrote, with .npy files")
    parser.add_argument("outputs", type=pathlib.Path, help="where the recording goes")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--qref", default="qref", help="the program (default: that of PATH)")
    options = parser.parse_args()

    manifest = json.loads((options.suite / "manifest.json").read_text())
    options.outputs.mkdir(parents=True, exist_ok=True)
    # Variants of the profile have other roundings and widths than the functions above.
    cases = [
        record(Case(options.suite, entry, options.device), options.outputs)
        for entry in manifest["cases"]
        if entry["op"] in KERNELS and entry["profile"] == "quamba"
    ]
    recording = {"source": f"PyTorch {torch.__version__} on {options.device}", "cases": cases}
    (options.outputs / "manifest.json").write_text(json.dumps(recording, indent=1) + "\n")
    print(f"{len(cases)} cases of {options.suite} on {options.device}", flush=True)
    return subprocess.call([options.qref, "replay", str(options.outputs)])


if __name__ == "__main__":
    sys.exit(main())
