#!/usr/bin/python3
"""The training step of src/network/egnn.ts in PyTorch, to measure its speed: prints samples a second on one thread.

  training-torch.py ATOMS BATCH WIDTH EDGE_WIDTH LAYERS SECONDS        (Debian: apt-get install python3-torch)
"""
import math, sys, time
import torch
from torch import nn
import torch.nn.functional as F

n, B, width, edge, layers = map(int, sys.argv[1:6])
seconds = float(sys.argv[6])
torch.set_num_threads(1)
torch.manual_seed(0)
ATOM, PAIR, RADIAL, TIME, CHIRAL = 27, 21, 14, 9, 32


class Layer(nn.Module):
    def __init__(self, last):
        super().__init__()
        self.receiver, self.sender = nn.Linear(width, edge), nn.Linear(width, edge, bias=False)
        self.pair, self.distance = nn.Linear(PAIR, edge, bias=False), nn.Linear(2 * RADIAL, edge, bias=False)
        self.message, self.heads = nn.Linear(edge, edge), nn.Linear(edge, 2)
        self.chiral, self.chiral_out = nn.Linear(width + 1, CHIRAL), nn.Linear(CHIRAL, 3, bias=False)
        self.last = last
        if not last:
            self.node, self.node_out = nn.Linear(width + edge + 1, width), nn.Linear(width, width)

    def forward(self, h, x, pairs, centres, first, centre_of, width_of):
        difference = x[:, :, None] - x[:, None]
        distance = (difference.square().sum(-1) + 1e-4).sqrt()[..., None]
        radial = torch.exp(-((distance - centre_of) / width_of).square())
        first = radial if first is None else first
        hidden = F.silu(self.receiver(h)[:, :, None] + self.sender(h)[:, None] + self.distance(torch.cat([radial, first], -1)) + self.pair(pairs))
        message = F.silu(self.message(hidden))
        pull, gate = self.heads(message).split(1, -1)
        pulls = (pull / (distance + 1))[..., 0]
        moved = x * pulls.sum(2, keepdim=True) - pulls @ x
        picked = (centres.reshape(B, 4 * n, n) @ x).reshape(B, 4, n, 3)
        bonds = picked[:, 1:] - picked[:, :1]
        units = bonds / (bonds.square().sum(-1, keepdim=True) + 0.25).sqrt()
        directions = torch.cross(units.roll(-1, 1), units.roll(-2, 1), dim=-1)
        volume = ((units * directions).sum((1, 3)) / 3)[..., None]
        amounts = self.chiral_out(F.silu(self.chiral(torch.cat([h, volume], -1)))).transpose(1, 2)[..., None]
        forces = directions * amounts
        turned = centres.reshape(B, 4 * n, n).transpose(1, 2) @ torch.cat([-forces.sum(1, keepdim=True), forces], 1).reshape(B, 4 * n, 3)
        x = x + 0.2 * moved + 0.3 * turned
        if not self.last:
            gathered = (gate.sigmoid().transpose(2, 3) @ message)[:, :, 0]
            h = h + self.node_out(F.silu(self.node(torch.cat([h, 0.3 * gathered, volume], -1))))
        return h, x, first


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.embed_out = nn.Linear(ATOM + TIME, width), nn.Linear(width, width)
        self.layers = nn.ModuleList(Layer(l == layers - 1) for l in range(layers))
        self.centre_of = torch.tensor([0, 0.8, 1.2, 1.6, 2, 2.5, 3, 3.6, 4.3, 5.2, 6.5, 8, 10, 13])
        self.width_of = torch.tensor([0.4, 0.3, 0.3, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.8, 1, 1.2, 1.6, 2.2])

    def forward(self, x0, t, atoms, pairs, centres):
        angles = t * (torch.tensor([1.0, 2, 4, 8]) * math.pi / 2)
        time_of = torch.cat([t, angles.sin(), angles.cos()], 1)[:, None].expand(B, n, TIME)
        h = self.embed_out(F.silu(self.embed(torch.cat([atoms, time_of], -1))))
        x, first = x0, None
        for layer in self.layers:
            h, x, first = layer(h, x, pairs, centres, first, self.centre_of, self.width_of)
        moved = x - x0
        return moved - moved.mean(1, keepdim=True)


network = Network()
inputs = torch.randn(B, n, 3), torch.rand(B, 1), torch.rand(B, n, ATOM), (torch.rand(B, n, n, PAIR) > 0.8).float(), torch.zeros(B, 4, n, n)
target, weight = torch.randn(B, n, 3), torch.rand(B, 1, 1)


def step():
    network.zero_grad()
    (weight * (network(*inputs) - target).square()).mean().backward()


for _ in range(3):
    step()
start, steps = time.perf_counter(), 0
while time.perf_counter() - start < seconds:
    step()
    steps += 1
print(steps * B / (time.perf_counter() - start))
