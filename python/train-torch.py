#!/usr/bin/env python3
"""Training by PyTorch, for `molflow train --engine torch` (needs torch and onnx; on a GPU some hundred times two cores).

  train-torch.py TASK
      TASK: a file of JSON, see TorchTask in src/training/torch/train-torch.node.ts.
      Prints a line of JSON for each report and each checkpoint.

Loss and gradient are the step programs that molflow records, one per atom count, as recorded_program.py translates them;
points come from molflow's samplers. What is written here is the loop and the optimiser, the same as in
src/training/optimiser.ts.
"""
import json, math, os, queue, signal, struct, subprocess, sys, threading, time
try:
    import numpy as np
    import onnx
    import torch
    from recorded_program import translated
except ImportError as missing:
    sys.exit(f"{missing.name} is not installed for this Python; training by PyTorch needs torch and onnx")

MOMENTUM, ADAM_SIZE = .95, .2
NEWTON_SCHULZ = (3.4445, -4.775, 2.0315)
BETA1, BETA2, EPSILON = .9, .99, 1e-8
RUNAWAY = 1e4  # Å², loss of a batch from which on its gradient tells nothing: the step is skipped
REPORT_SECONDS = 10
STEPS_BETWEEN_LOOKS = 10  # at the device's results, which waits for it
QUEUED_BATCHES = 64


class Table:
    """Features of the molecules of one atom count, on the device."""

    def __init__(self, file, device):
        with open(file, "rb") as handle:
            m, n, of_atoms, of_pairs, with_mobile = struct.unpack("<5i", handle.read(20))

            def take(dtype, *shape):
                data = np.fromfile(handle, dtype, math.prod(shape)).reshape(shape)
                return torch.from_numpy(data).to(device)
            self.atoms = take(np.float32, m, n, of_atoms)
            self.pairs = take(np.uint8, m, n * n, of_pairs)
            self.centres = take(np.uint8, m, 4, n, n)
            self.mobile = take(np.uint8, m, n, 1) if with_mobile else None

    def feeds(self, places):
        picked = {"atoms": self.atoms[places].flatten(0, 1), "pairs": self.pairs[places].float().flatten(0, 1),
                  "centres": self.centres[places].float()}
        return picked if self.mobile is None else {**picked, "mobile": self.mobile[places].float()}


def read_block(stream, pinned):
    """The next (n, size, numbers) of a stream of points: places and x, t, target, weight as one float32 vector."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    size, n = struct.unpack("<2i", head)
    numbers = torch.empty(size * (3 + 6 * n), pin_memory=pinned)
    view = memoryview(numbers.numpy()).cast("B")
    at = 0
    while at < len(view):
        got = stream.readinto(view[at:])
        if not got:
            return None
        at += got
    return n, size, numbers


def split_block(numbers, n, size):
    places, x, t, target, weight = torch.split(numbers, [size, 3 * n * size, size, 3 * n * size, size])
    return places.view(torch.int32).long(), {"x": x.view(size, n, 3), "t": t.view(size, 1), "target": target.view(size, n, 3),
                                             "weight": weight.view(size, 1, 1)}


class Programs:
    """Loss and gradient of a batch, one program per atom count, loaded at first use; on a GPU replayed as a graph."""

    def __init__(self, folder, device, weights, anchor, alive):
        self.folder, self.device, self.weights, self.anchor, self.alive = folder, device, weights, anchor, alive
        self.functions, self.tables, self.graphs = {}, {}, {}
        self.gradient = torch.zeros_like(weights)
        self.loss = torch.zeros((), device=device, dtype=torch.float64)
        self.graphed = device.startswith("cuda")
        self.pool = torch.cuda.graph_pool_handle() if self.graphed else None

    def wait_for(self, name):
        file = os.path.join(self.folder, name)
        while not os.path.exists(file):
            self.alive()
            time.sleep(.05)
        return file

    def function(self, n):
        if n not in self.functions:
            self.functions[n] = translated(onnx.load(self.wait_for(f"{n}.onnx")), self.device, mixed=self.graphed)
        return self.functions[n]

    def table(self, n, part):
        if (n, part) not in self.tables:
            self.tables[n, part] = Table(self.wait_for(f"{n}.{part}"), self.device)
        return self.tables[n, part]

    def run(self, n, size, numbers, part, weights):
        places, feeds = split_block(numbers, n, size)
        return self.function(n)({"weights": weights, "anchor": self.anchor, **feeds, **self.table(n, part).feeds(places)})

    def add(self, n, size, numbers):
        """Adds a batch's loss and gradient to `loss` and `gradient`."""
        if not self.graphed:
            self.accumulate(n, size, numbers.to(self.device))
            return
        if n not in self.graphs:
            static = numbers.to(self.device)
            self.function(n), self.table(n, "training")
            torch.cuda.synchronize()
            before = self.loss.clone(), self.gradient.clone()
            side = torch.cuda.Stream()
            with torch.cuda.stream(side):  # the first run sets libraries up, which may not be captured
                self.accumulate(n, size, static)
            torch.cuda.synchronize()
            self.loss.copy_(before[0]), self.gradient.copy_(before[1])
            graph = torch.cuda.CUDAGraph()
            # What the threads that read points do meanwhile (they pin memory) must not spoil the recording.
            with torch.cuda.graph(graph, pool=self.pool, capture_error_mode="thread_local"):
                self.accumulate(n, size, static)
            self.graphs[n] = static, graph
        static, graph = self.graphs[n]
        static.copy_(numbers, non_blocking=True)
        graph.replay()

    def accumulate(self, n, size, numbers):
        loss, gradient = self.run(n, size, numbers, "training", self.weights)
        sane = loss[0] < RUNAWAY
        self.loss.add_(torch.where(sane, loss[0], 0.).double())
        self.gradient.add_(torch.where(sane, gradient, torch.nan))


class Optimiser:
    """Muon on matrices, AdamW on the rest, and the average of the weights; on flat vectors, without looking at them."""

    def __init__(self, state, slices, settings, device):
        self.state, self.settings = state, settings
        self.muon = torch.zeros(state["weights"].numel(), dtype=torch.bool)
        by_shape = {}
        for s in slices:
            if s["muon"]:
                self.muon[s["offset"]:s["offset"] + s["size"]] = True
                by_shape.setdefault(tuple(s["shape"]), []).append(torch.arange(s["offset"], s["offset"] + s["size"]))
        self.groups = [(shape, torch.stack(indices).to(device)) for shape, indices in by_shape.items()]
        self.muon = self.muon.to(device)

    def update(self, gradient, norm, step, rate):
        """@param gradient the mean over the batches of a step; where its norm is not finite nothing changes."""
        o, (weights, average, first, second) = self.settings, (self.state[k] for k in ("weights", "average", "first", "second"))
        finite = torch.isfinite(norm)
        g = gradient * torch.clamp(o["clip"] / norm, max=1.)
        new_first = torch.where(self.muon, MOMENTUM * first + g, BETA1 * first + (1 - BETA1) * g)
        new_second = torch.where(self.muon, second, BETA2 * second + (1 - BETA2) * g * g)
        direction = new_first / (1 - BETA1 ** step) / ((new_second / (1 - BETA2 ** step)).sqrt() + EPSILON)
        nesterov = g + MOMENTUM * new_first
        for shape, indices in self.groups:
            made = orthogonal(nesterov[indices].view(-1, *shape)) * (ADAM_SIZE * math.sqrt(max(shape)))
            direction[indices] = made.reshape(indices.shape)
        new_weights = weights - rate * (direction + o["weightDecay"] * weights)
        decay = min(o["averageDecay"], (1 + step) / (10 + step))
        for old, new in ((first, new_first), (second, new_second), (weights, new_weights), (average, decay * average + (1 - decay) * new_weights)):
            old.copy_(torch.where(finite, new, old))


def orthogonal(matrices):
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.transpose(1, 2) if tall else matrices
    x = x / (x.square().sum((1, 2), keepdim=True).sqrt() + 1e-7)
    a, b, c = NEWTON_SCHULZ
    for _ in range(5):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.transpose(1, 2) if tall else x


def scheduled_rate(o, step, progress):
    cosine = (1 + math.cos(math.pi * min(1, progress))) / 2
    return o["learningRate"] * min(1, step / o["warmupSteps"]) * (o["finalShare"] + (1 - o["finalShare"]) * cosine)


STATE = ("weights", "average", "first", "second")


def read_state(file, device):
    with open(file, "rb") as handle:
        total, step, elapsed = struct.unpack("<3d", handle.read(24))
        return {k: torch.from_numpy(np.fromfile(handle, np.float32, int(total))).to(device) for k in STATE}, int(step), elapsed


def write_state(file, state, step, elapsed):
    with open(f"{file}.new", "wb") as handle:
        handle.write(struct.pack("<3d", state["weights"].numel(), step, elapsed))
        for k in STATE:
            handle.write(state[k].cpu().numpy().tobytes())
    os.replace(f"{file}.new", file)


class Samplers:
    """The sampler processes, and the batches they have drawn."""

    def __init__(self, task, task_file, pinned):
        self.batches = queue.Queue(QUEUED_BATCHES)
        self.processes = [subprocess.Popen([*task["sampler"], task_file, str(k)], stdout=subprocess.PIPE) for k in range(task["samplers"])]
        for process in self.processes:
            threading.Thread(target=self.read, args=(process.stdout, pinned), daemon=True).start()

    def read(self, stream, pinned):
        while (block := read_block(stream, pinned)) is not None:
            self.batches.put(block)

    def alive(self):
        for process in self.processes:
            if process.poll() is not None:
                raise SystemExit(f"a sampler ended with status {process.returncode}")

    def next(self):
        while True:
            try:
                return self.batches.get(timeout=1)
            except queue.Empty:
                self.alive()

    def stop(self):
        for process in self.processes:
            process.kill()


def finite(value):
    """JSON has no word for what is not a number."""
    return value if math.isfinite(value) else None


def say(kind, **fields):
    print(json.dumps({"kind": kind, **fields}), flush=True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        task = json.load(file)
    config, device = task["config"], task["device"]
    if device.startswith("cuda"):
        if not torch.cuda.is_available():
            sys.exit("PyTorch sees no GPU here; --device cpu works without")
        torch.backends.cuda.matmul.allow_tf32 = True
    torch.set_grad_enabled(False)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    state, step, elapsed = read_state(task["statePath"], device)
    samplers = Samplers(task, sys.argv[1], device.startswith("cuda"))
    try:
        train(config, device, task, state, step, elapsed, samplers, stopping)
    finally:
        samplers.stop()


def train(config, device, task, state, step, elapsed, samplers, stopping):
    options, total_ms = config["optimiser"], config["minutes"] * 60e3
    anchor = torch.from_numpy(np.fromfile(task["anchorPath"], np.float32)).to(device) if "anchorPath" in task else None
    programs = Programs(task["folder"], device, state["weights"], anchor, samplers.alive)
    optimiser = Optimiser(state, task["slices"], options, device)
    with open(programs.wait_for("validation.points"), "rb") as stream:
        validation = [(n, size, numbers.to(device)) for n, size, numbers in iter(lambda: read_block(stream, False), None)]

    def checkpoint():
        losses = [programs.run(n, size, numbers, "validation", state["average"])[0].item() for n, size, numbers in validation]
        write_state(task["statePath"], state, step, elapsed)
        mean = sum(losses) / len(losses) if losses else None
        say("checkpoint", **({} if mean is None else {"validationLoss": mean}))
        return mean

    skipped = torch.zeros((), device=device)
    samples = batches = 0
    held_out = None
    clock = reported = saved = time.monotonic()
    ended = False
    while not ended:
        step += 1
        programs.gradient.zero_()
        for _ in range(config["batchesPerStep"]):
            n, size, numbers = samplers.next()
            programs.add(n, size, numbers)
            samples += size
            batches += 1
        programs.gradient.div_(config["batchesPerStep"])
        norm = programs.gradient.norm()
        rate = scheduled_rate(options, step, elapsed / total_ms)
        optimiser.update(programs.gradient, norm, step, rate)
        skipped.add_(~torch.isfinite(norm))
        if step % STEPS_BETWEEN_LOOKS == 0:
            norm.item()
        now = time.monotonic()
        elapsed += (now - clock) * 1e3
        clock = now
        ended = elapsed >= total_ms or stopping.is_set()
        if ended or now - saved > config["saveMinutes"] * 60:
            held_out = checkpoint()
            clock = saved = time.monotonic()
        if ended or now - reported > REPORT_SECONDS:
            minutes = elapsed / 60e3
            say("progress", step=step, minutes=minutes, minutesLeft=max(0, config["minutes"] - minutes), loss=programs.loss.item() / batches,
                samplesPerSecond=samples / (now - reported), learningRate=rate, gradientNorm=finite(norm.item()), skippedSteps=int(skipped.item()),
                **({} if held_out is None else {"validationLoss": held_out}))
            held_out, samples, batches, reported = None, 0, 0, now
            programs.loss.zero_()


if __name__ == "__main__":
    main()
