"""A Mamba language model in float32 with plain PyTorch on the CPU: random weights in the shape of the 130 M model."""
import torch
import torch.nn.functional as F


def selective_scan(u, dt, A, B, C, D, z, chunk=64):
    """(D, T) inputs, B and C (T, N). The recurrence runs step by step over (D, N); exp and the products of a chunk of
    steps are made at once."""
    channels, length = u.shape
    h = torch.zeros(channels, A.shape[1])
    y = torch.empty(length, channels)
    dt = F.softplus(dt)
    dtu = dt * u
    for start in range(0, length, chunk):
        part = slice(start, start + chunk)
        decay = torch.exp(dt[:, part].t().unsqueeze(-1) * A)
        added = dtu[:, part].t().unsqueeze(-1) * B[part].unsqueeze(1)
        states = []
        for t in range(decay.shape[0]):
            h = torch.addcmul(added[t], decay[t], h)
            states.append(h)
        y[part] = torch.matmul(torch.stack(states), C[part].unsqueeze(-1)).squeeze(-1)
    return (y.t() + D.unsqueeze(-1) * u) * F.silu(z), h


class Layer:
    def __init__(self, d_model, states=16, width=4):
        self.d_inner, self.states, self.width = 2 * d_model, states, width
        self.dt_rank = (d_model + 15) // 16
        d = self.d_inner

        def weights(rows, columns):
            return (2 * torch.rand(rows, columns) - 1) / columns**0.5

        self.norm = torch.ones(d_model)
        self.in_proj = weights(2 * d, d_model)
        self.conv_weight = (2 * torch.rand(d, 1, width) - 1) * 0.5
        self.conv_bias = torch.rand(d) - 0.5
        self.x_proj = weights(self.dt_rank + 2 * states, d)
        self.dt_proj = weights(d, self.dt_rank)
        self.dt_bias = torch.full((d,), -4.6)
        self.A = -torch.arange(1, states + 1, dtype=torch.float32).repeat(d, 1)
        self.D = torch.ones(d)
        self.out_proj = weights(d_model, d)

    def split(self, x):
        """dt before softplus (T, D), B and C (T, N) of the convolved x (T, D)."""
        rank, B, C = F.linear(x, self.x_proj).split([self.dt_rank, self.states, self.states], -1)
        return F.linear(rank, self.dt_proj, self.dt_bias), B, C

    def prefill(self, hidden):
        """hidden (T, M) -> (T, M) and the state behind the last token."""
        length = hidden.shape[0]
        x, z = F.linear(norm(hidden, self.norm), self.in_proj).t().chunk(2)
        conv = F.conv1d(x.unsqueeze(0), self.conv_weight, self.conv_bias, padding=self.width - 1, groups=self.d_inner)
        u = F.silu(conv[0, :, :length])
        dt, B, C = self.split(u.t())
        y, h = selective_scan(u, dt.t(), self.A, B, C, self.D, z)
        window = F.pad(x, (max(0, self.width - length), 0))[:, -self.width :].clone()
        return hidden + F.linear(y.t(), self.out_proj), [window, h]

    def decode(self, hidden, state):
        """hidden (M) -> (M); state is updated."""
        x, z = F.linear(norm(hidden, self.norm), self.in_proj).chunk(2)
        state[0] = torch.cat([state[0][:, 1:], x.unsqueeze(-1)], 1)
        u = F.silu((state[0] * self.conv_weight[:, 0]).sum(-1) + self.conv_bias)
        dt, B, C = self.split(u)
        dt = F.softplus(dt)
        state[1] = torch.addcmul((dt * u).unsqueeze(-1) * B, torch.exp(dt.unsqueeze(-1) * self.A), state[1])
        y = (torch.mv(state[1], C) + self.D * u) * F.silu(z)
        return hidden + F.linear(y, self.out_proj)


def norm(x, weight):
    if hasattr(F, "rms_norm"):
        return F.rms_norm(x, weight.shape, weight, 1e-5)
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * weight


class Mamba:
    def __init__(self, d_model, layers, vocabulary):
        self.embedding = torch.randn(vocabulary, d_model) * 0.02
        self.layers = [Layer(d_model) for _ in range(layers)]
        self.norm = torch.ones(d_model)

    def prefill(self, tokens):
        """The states behind the tokens, without logits."""
        hidden = F.embedding(tokens, self.embedding)
        states = []
        for layer in self.layers:
            hidden, state = layer.prefill(hidden)
            states.append(state)
        return states

    def decode(self, token, states):
        hidden = self.embedding[token]
        for layer, state in zip(self.layers, states):
            hidden = layer.decode(hidden, state)
        return F.linear(norm(hidden, self.norm), self.embedding)
