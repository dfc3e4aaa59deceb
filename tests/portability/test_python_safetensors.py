"""A quantized model opens in Python's safetensors library, with the dtypes and the metadata that were written."""

import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy
    from safetensors import safe_open
except ImportError as error:
    print(f"skipped: {error} (./setup.sh --tests makes a Python environment with it)")
    sys.exit(77)

model = os.path.join(os.environ["QREF_SOURCE_DIR"], "vectors/models/tiny-mamba")
with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "quantized.safetensors")
    subprocess.run(
        [os.environ["QREF_PROGRAM"], "quantize", "--model", model, "--calib", f"{model}/calib.txt", "-o", path,
         "--calib-windows", "1", "--calib-length", "32", "--quiet"],
        check=True,
    )
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}

with open(f"{model}/config.json") as config:
    layers = json.load(config)["num_hidden_layers"]
assert metadata, "no metadata"
assert all(isinstance(value, str) for value in metadata.values())
of_int8 = [name for name, tensor in tensors.items() if tensor.dtype == numpy.int8]
# Per layer at least the weights of in_proj, conv1d, x_proj, dt_proj and out_proj are int8.
assert len(of_int8) >= 5 * layers, f"only {len(of_int8)} int8 tensors"
for name in of_int8:
    assert tensors[name].size > 0 and numpy.any(tensors[name]), f"{name} is all zero"
print(f"{len(tensors)} tensors, {len(of_int8)} of them int8; metadata keys: {', '.join(sorted(metadata))}")
