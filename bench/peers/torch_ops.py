"""Times operations of PyTorch in float32 on request. A line in: threads, repetitions, 1 for time of the process, the
operation and its dimensions. A line out: seconds of one repetition. Inputs are made on the first request."""
import functools
import os
import sys
import time

import torch
import torch.nn.functional as F

from torch_mamba import Mamba, selective_scan

torch.set_grad_enabled(False)
torch.manual_seed(1)


def conv1d(channels, length, width):
    x = torch.randn(1, channels, length)
    w = torch.randn(channels, 1, width)
    bias = torch.randn(channels)
    return lambda: F.silu(F.conv1d(x, w, bias, padding=width - 1, groups=channels)[..., :length])


def scan(channels, states, length):
    u, dt, z = (torch.randn(channels, length) for _ in range(3))
    A = -torch.rand(channels, states) * states
    B, C = torch.randn(length, states), torch.randn(length, states)
    D = torch.randn(channels)
    return lambda: selective_scan(u, dt, A, B, C, D, z)


def linear(rows, columns, depth):
    x, w = torch.randn(rows, depth), torch.randn(columns, depth)
    return lambda: F.linear(x, w)


def rmsnorm(rows, n):
    x, residual, weight = torch.randn(rows, n), torch.randn(rows, n), torch.randn(n)
    if hasattr(F, "rms_norm"):
        return lambda: F.rms_norm(x + residual, (n,), weight, 1e-5)

    def norm():
        r = x + residual
        return r * torch.rsqrt(r.square().mean(-1, keepdim=True) + 1e-5) * weight

    return norm


def hadamard(rows, small, large):
    """dim = small * large: a product with the base matrix and one with the Sylvester matrix of the power of two."""
    x = torch.randn(rows, large, small)
    base = torch.sign(torch.randn(small, small))
    sylvester = torch.ones(1, 1)
    while sylvester.shape[0] < large:
        sylvester = torch.cat([torch.cat([sylvester, sylvester], 1), torch.cat([sylvester, -sylvester], 1)], 0)
    return lambda: torch.matmul(sylvester, torch.matmul(x, base))


def embedding(count, vocabulary, width):
    table = torch.randn(vocabulary, width)
    tokens = torch.randint(vocabulary, (count,))
    return lambda: F.embedding(tokens, table)


@functools.lru_cache(maxsize=1)
def model(d_model, layers, vocabulary):
    return Mamba(d_model, layers, vocabulary)


def prefill(d_model, layers, vocabulary, length):
    network = model(d_model, layers, vocabulary)
    tokens = torch.randint(vocabulary, (length,))
    return lambda: network.prefill(tokens)


def decode(d_model, layers, vocabulary, count):
    """`count` tokens, each with its logits, behind a prefill of 16."""
    network = model(d_model, layers, vocabulary)
    tokens = torch.randint(vocabulary, (count,)).tolist()
    state = network.prefill(torch.randint(vocabulary, (16,)))

    def run():
        for token in tokens:
            network.decode(token, state)

    return run


OPERATIONS = {f.__name__: f for f in (conv1d, scan, linear, rmsnorm, hadamard, embedding, prefill, decode)}


@functools.lru_cache(maxsize=4)
def prepare(request):
    name, *dimensions = request.split()
    return OPERATIONS[name](*map(int, dimensions))


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer
    print("torch", torch.__version__, file=answers, flush=True)
    for line in sys.stdin:
        threads, repetitions, cpu_time, request = line.strip().split(" ", 3)
        torch.set_num_threads(int(threads))
        run = prepare(request)
        clock = time.process_time if cpu_time == "1" else time.perf_counter
        start = clock()
        for _ in range(int(repetitions)):
            run()
        print((clock() - start) / int(repetitions), file=answers, flush=True)


if __name__ == "__main__":
    main()
