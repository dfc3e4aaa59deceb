#!/usr/bin/env python3
"""Independent NumPy implementation of SPEC sections 2 to 4 for one small run of the tiny model.

It shares no code with qref: float32 operations are done in binary64 and rounded, which is exact for + - * / sqrt, is
made so for fused multiply-add by rounding the sum to odd, and is right for exp and log1p but for one case in about 2^29.
Prints the SHA-256 values that tests/model/test_oracle.c expects. Usage: oracle.py [SOURCE_DIR]"""
import hashlib, json, os, struct, sys
import numpy as np

root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
model_dir = os.path.join(root, "vectors/models/tiny-mamba")
WINDOWS, LENGTH, PREFILL, DECODE = 2, 32, 24, 8
QUANTILE = 0.9995
f32, f64 = np.float32, np.float64
C = lambda v: np.asarray(v, f64)  # values that are exact float32, held in binary64
R = lambda v: np.asarray(np.asarray(v).astype(f32), f64)  # round to float32
R16 = lambda v: np.asarray(np.asarray(v).astype(np.float16), f64)  # round to float16

def fma(a, b, c):
    p = a * b; s = p + c
    t = s - p; e = (p - (s - t)) + (c - t)  # s + e is the exact sum
    even = (s.view(np.int64) & 1) == 0
    return R(np.where((e != 0) & even, np.nextafter(s, np.where(e > 0, np.inf, -np.inf)), s))

def read(path):
    with open(path, "rb") as f:
        n = struct.unpack("<Q", f.read(8))[0]
        header = json.loads(f.read(n)); data = f.read()
    out = {}
    for name, t in header.items():
        if name != "__metadata__":
            a, b = t["data_offsets"]
            out[name] = C(np.frombuffer(data[a:b], "<f2").reshape(t["shape"]))
    return out

w = read(os.path.join(model_dir, "model.safetensors"))
config = json.load(open(os.path.join(model_dir, "config.json")))
L, eps = config["num_hidden_layers"], float(f32(config["layer_norm_epsilon"]))
E = w["backbone.embeddings.weight"]
V, M = E.shape
D = w["backbone.layers.0.mixer.out_proj.weight"].shape[1]
N = w["backbone.layers.0.mixer.A_log"].shape[1]
Rk = w["backbone.layers.0.mixer.dt_proj.weight"].shape[1]
W = w["backbone.layers.0.mixer.conv1d.weight"].shape[2]
H12 = np.load(os.path.join(root, "vectors/recorded/quamba-h100/hadamard12.npy")).astype(f64)

# ---- Hadamard: K = kron(base, Sylvester), butterflies smallest stride first, then the base with ascending index ----
def hadamard(x, rnd):
    x = np.array(x, f64); n = x.shape[-1]; p = n
    while p % 2 == 0: p //= 2
    b = 1 if p == 1 else 12
    s = n // b
    assert p in (1, 3) and b * s == n
    h = 1
    while h < s:
        y = x.reshape(x.shape[:-1] + (n // (2 * h), 2, h))
        x = np.stack([rnd(y[..., 0, :] + y[..., 1, :]), rnd(y[..., 0, :] - y[..., 1, :])], -2).reshape(x.shape)
        h *= 2
    if b == 1: return x
    y = x.reshape(x.shape[:-1] + (b, s)); out = np.zeros_like(y)
    for j in range(b):
        acc = H12[0, j] * y[..., 0, :]
        for i in range(1, b): acc = rnd(acc + H12[i, j] * y[..., i, :])
        out[..., j, :] = acc
    return out.reshape(x.shape)

identity = lambda v: v
rotate = lambda row: hadamard(row, identity) * (1.0 / np.sqrt(f64(row.shape[-1])))

# ---- float32 model ----
def linear(x, wt):  # x (rows, k), wt (n, k): k ascending by fma from 0
    acc = np.zeros((x.shape[0], wt.shape[0]))
    for k in range(x.shape[1]): acc = fma(x[:, k, None], wt[None, :, k], acc)
    return acc

def rstd(r):
    sq = r * r; part = np.zeros((r.shape[0], 32))
    for i in range(0, r.shape[1], 32):
        chunk = sq[:, i:i + 32]; part[:, :chunk.shape[1]] += chunk
    total = np.zeros(r.shape[0])
    for j in range(32): total = total + part[:, j]
    ms = R(total / r.shape[1])
    return R(1.0 / R(np.sqrt(R(ms + eps))))

exp = lambda v: R(np.exp(v))
sigmoid_denominator = lambda v: R(1.0 + exp(-v))
silu = lambda v: R(v / sigmoid_denominator(v))
softplus = lambda v: np.where(v <= 20, R(np.log1p(exp(np.minimum(v, 20)))), v)

def scan(u, dt, A, Bm, Cm, Dv, z):  # u, dt, z (D, T); A (D, N); Bm, Cm (N, T)
    T = u.shape[1]; h = np.zeros((D, N)); ys = np.zeros((T, D))
    for t in range(T):
        a = exp(R(dt[:, t, None] * A)); x = R(Bm[None, :, t] * R(dt[:, t] * u[:, t])[:, None])
        h = fma(a, h, x); y = R(Dv * u[:, t])
        for n in range(N): y = fma(h[:, n], Cm[n, t], y)
        ys[t] = R(R(y * z[:, t]) / sigmoid_denominator(z[:, t]))
    return ys, h

# ---- offline ----
def q8(v, rounding=np.rint): return np.clip(rounding(v), -128, 127)
half_away = lambda v: np.sign(v) * np.floor(np.abs(v) + 0.5)
def weight_scale(x, dtype_round): return dtype_round(R(max(np.abs(x).max(), float(dtype_round(R(1e-5)))) / 127.0))
def quantize(x, dtype_round=R16):
    s = weight_scale(x, dtype_round)
    return q8(dtype_round(R(x / s))), float(s)
def scale(m): return float(max(f32(max(f32(m), f32(1e-5))) / f32(127), f32(1e-6)))
def smooth(values):
    m = None
    for v in values:
        q = f32(np.quantile(np.abs(v).ravel(), QUANTILE))
        m = q if m is None else f32(m + f32(f32(0.01) * f32(q - m)))
    return m

calib = np.frombuffer(open(os.path.join(model_dir, "calib.txt"), "rb").read(), np.uint8)[:WINDOWS * LENGTH].reshape(WINDOWS, LENGTH)
rotated_E = R16(rotate(E))
stream = [rotated_E[t] for t in calib]
layers = []
for i in range(L):
    p = f"backbone.layers.{i}."; m = lambda s: w[p + "mixer." + s]
    in_proj = R16(rotate(R16(m("in_proj.weight") * w[p + "norm.weight"][None, :])))
    out_proj = R16(rotate(rotate(m("out_proj.weight").T).T))
    cw, cb = m("conv1d.weight")[:, 0, :], m("conv1d.bias")
    A, Dv = C(-exp(m("A_log"))), m("D")
    rec = {k: [] for k in "norm in conv x dt state out".split()}
    for b in range(WINDOWS):
        x = stream[b]; T = LENGTH
        normed = R(x * rstd(x)[:, None]); rec["norm"].append(normed)
        xz = linear(normed, in_proj); rec["in"].append(xz)
        u, z = xz[:, :D].T, xz[:, D:].T
        v = np.repeat(cb[:, None], T, 1); padded = np.concatenate([np.zeros((D, W - 1)), u], 1)
        for k in range(W): v = fma(cw[:, k, None], padded[:, k:k + T], v)
        u = silu(v); rec["conv"].append(u)
        dbc = linear(u.T, m("x_proj.weight")); rec["x"].append(dbc)
        dt = linear(dbc[:, :Rk], m("dt_proj.weight")); rec["dt"].append(dt)
        dts = softplus(R(dt.T + m("dt_proj.bias")[:, None]))
        y, h = scan(u, dts, A, dbc[:, Rk:Rk + N].T, dbc[:, Rk + N:].T, Dv, z); rec["state"].append(h)
        y = R(hadamard(y, R) * float(f32(1.0 / np.sqrt(f64(D))))); rec["out"].append(y)
        stream[b] = R(x + linear(y, out_proj))
    top = lambda k: max(np.abs(v).max() for v in rec[k])
    q = {}; s = {}
    for name, value, rnd in (("in_proj_w", in_proj, R16), ("conv1d_w", cw, R16), ("conv1d_bias", cb, R16),
                             ("x_proj_w", m("x_proj.weight"), R16), ("dt_proj_w", m("dt_proj.weight"), R16),
                             ("dt_bias", m("dt_proj.bias"), R), ("A_log", m("A_log"), R16), ("D", Dv, R16), ("out_proj_w", out_proj, R16)):
        q[name], s[name] = quantize(value, rnd)
    s.update(norm_out=scale(top("norm")), in_proj_out=scale(top("in")), conv1d_out=scale(smooth(rec["conv"])),
             x_proj_out=scale(top("x")), dt_proj_out=scale(top("dt")), scan_state=scale(smooth(rec["state"])), hadamard_out=scale(top("out")))
    layers.append((q, s))
head_in = scale(max(np.abs(R(x * rstd(x)[:, None])).max() for x in stream))
head_q, head_w = quantize(R16(rotate(R16(E * w["backbone.norm_f.weight"][None, :]))))
E_scale = R16(R(rotated_E.max(1) / 127.0))
with np.errstate(divide="ignore", invalid="ignore"):
    E_q = q8(R16(R(rotated_E / E_scale[:, None])))

# ---- online ----
def q_linear(xq, q, ws, s_in, s_out):
    acc = R(xq @ q.T)
    if xq.shape[0] == 1:
        return q8(R(acc * float(f32(f32(f32(ws) * f32(s_in)) / f32(s_out)))))
    return q8(R(R(acc * ws) * float(f32(s_in) / f32(s_out))))
def q_linear_f16(xq, q, ws, s_in): return R16(R(R((R(xq @ q.T)) * ws) * s_in))
def q_norm(x, residual, s):
    r = R(x + residual)
    return r, q8(R(R(r * rstd(r)[:, None]) / s))
wrap = lambda v: (v.astype(np.int64) + 128) % 256 - 128.0

def q_conv(s, q, xs, old, mode):  # xs (D, T), old (D, W) state; returns int8 (D, T)
    T = xs.shape[1]; so = s["conv1d_out"]; b = R(q["conv1d_bias"] * s["conv1d_bias"])
    full = np.concatenate([old[:, 1:], xs], 1)
    if mode[0] == "int8" and T > 1:
        acc = sum(q["conv1d_w"][:, k, None] * full[:, k:k + T] for k in range(W))
        y = silu(fma(float(f32(f32(s["conv1d_w"]) * f32(s["in_proj_out"]))), acc, b[:, None]))
        return q8(R(y / so), half_away)
    if mode[0] == "int8":
        v = b; k0 = float(f32(f32(s["conv1d_w"]) * f32(s["in_proj_out"])))
        for k in range(W): v = fma(R(k0 * q["conv1d_w"][:, k]), full[:, k], v)
        return q8(R(silu(v) / so), half_away)[:, None]
    xf, wf = R(full * s["in_proj_out"]), R(q["conv1d_w"] * s["conv1d_w"])
    v = np.repeat(b[:, None], T, 1)
    for k in range(W): v = fma(wf[:, k, None], xf[:, k:k + T], v)
    e = float(f32(so) / f32(mode[1]))
    return q8(R(R(np.rint(R(silu(v) / e)) * e) / so))

def step(tokens, conv, state, decode, mode):
    T = len(tokens); x = R16(E_scale[tokens][:, None] * E_q[tokens]); residual = np.zeros((T, M))
    for i, (q, s) in enumerate(layers):
        residual, n = q_norm(x, residual, s["norm_out"])
        xz = q_linear(n, q["in_proj_w"], s["in_proj_w"], s["norm_out"], s["in_proj_out"])
        xs, zq = xz[:, :D].T, xz[:, D:].T
        uq = q_conv(s, q, xs, conv[i], mode); conv[i] = np.concatenate([conv[i], xs], 1)[:, -W:]
        dbc = q_linear(uq.T, q["x_proj_w"], s["x_proj_w"], s["conv1d_out"], s["x_proj_out"])
        dtq = q_linear(dbc[:, :Rk], q["dt_proj_w"], s["dt_proj_w"], s["x_proj_out"], s["dt_proj_out"]).T
        A = -exp(R(s["A_log"] * q["A_log"])); u = R(uq * s["conv1d_out"]); z = R(zq * s["in_proj_out"]); Dv = R(q["D"] * s["D"])
        Bm, Cm = R(dbc[:, Rk:Rk + N].T * s["x_proj_out"]), R(dbc[:, Rk + N:].T * s["x_proj_out"])
        db = R(q["dt_bias"] * s["dt_bias"])
        if not decode:
            dt = softplus(fma(s["dt_proj_out"], dtq, db[:, None]))
            y, h = scan(u, dt, A, Bm, Cm, Dv, z)
            state[i] = q8(R(h / s["scan_state"]), half_away)
        else:
            dt = R(R(dtq[:, 0] * s["dt_proj_out"]) + db)
            dt = np.where(dt <= 20, R(np.log(R(exp(np.minimum(dt, 20)) + 1.0))), dt)
            h = R(state[i] * s["scan_state"])
            h = R(R(h * exp(R(dt[:, None] * A))) + R(R(Bm[None, :, 0] * dt[:, None]) * u[:, 0, None]))
            state[i] = q8(R(R(h * 100.0) / float(f32(f32(s["scan_state"]) * f32(100)))))
            y = np.zeros(D)
            for k in range(N): y = fma(h[:, k], Cm[k, 0], y)
            y = R(y + R(u[:, 0] * Dv)); zf = z[:, 0]
            y = R(y * R(zf * R(1.0 / sigmoid_denominator(zf))))[None, :]
        y = R16(y)
        v = R(hadamard(y, R) * float(f32((1.0 / np.sqrt(f64(D))) / s["hadamard_out"])))
        x = q_linear_f16(wrap(half_away(v)), q["out_proj_w"], s["out_proj_w"], s["hadamard_out"])
    residual, n = q_norm(x, residual, head_in)
    return q_linear_f16(n, head_q, head_w, head_in)

def run(mode):
    tokens = np.load(os.path.join(model_dir, "hf_tokens.npy")).astype(int)[:PREFILL + DECODE]
    conv = [np.zeros((D, W)) for _ in range(L)]; state = [np.zeros((D, N)) for _ in range(L)]
    logits = [step(tokens[:PREFILL], conv, state, False, mode)]
    for t in tokens[PREFILL:]: logits.append(step(np.array([t]), conv, state, True, mode))
    return np.concatenate(logits)

sha = lambda *arrays: hashlib.sha256(b"".join(arrays)).hexdigest()
i8 = lambda v: np.asarray(v).astype(np.int8).tobytes()
fl = lambda v: np.asarray(v, "<f4").tobytes()
order = ["in_proj_w", "conv1d_w", "conv1d_bias", "x_proj_w", "dt_proj_w", "dt_bias", "A_log", "D", "out_proj_w"]
fields = ["norm_out", "in_proj_w", "in_proj_out", "conv1d_w", "conv1d_bias", "conv1d_out", "x_proj_w", "x_proj_out", "dt_proj_w",
          "dt_proj_out", "dt_bias", "A_log", "D", "scan_state", "hadamard_out", "out_proj_w"]
print("weights    ", sha(i8(E_q), E_scale.astype("<f2").tobytes(), *[i8(q[k]) for q, _ in layers for k in order], i8(head_q)))
print("scales     ", sha(*[fl(s[k]) for _, s in layers for k in fields], fl(head_in), fl(head_w)))
for name, mode in (("int8", ("int8",)), ("same scale", ("sim", 1)), ("better scale", ("sim", 2025))):
    print("%-11s" % name, sha(run(mode).astype("<f2").tobytes()))
if len(sys.argv) > 2: np.savez(sys.argv[2], scales=np.array([[s[k] for k in fields] for _, s in layers]), head=[head_in, head_w], int8=run(("int8",)))
