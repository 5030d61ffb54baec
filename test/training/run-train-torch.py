"""Runs parts of python/train-torch.py for its test: SCRIPT FOLDER, which holds what to run on and gets the results."""
import importlib.util, json, os, sys
import numpy as np
import onnx
import torch

script, folder = sys.argv[1:]
sys.path.insert(0, os.path.dirname(script))
spec = importlib.util.spec_from_file_location("train_torch", script)
train_torch = importlib.util.module_from_spec(spec)
spec.loader.exec_module(train_torch)
torch.set_grad_enabled(False)


def array(name):
    return torch.from_numpy(np.fromfile(f"{folder}/{name}", np.float32))


with open(f"{folder}/task.json") as file:
    task = json.load(file)
for ending, mixed in (("-mixed", True), ("", False)):
    program = train_torch.translated(onnx.load(f"{folder}/program.onnx"), "cpu", mixed)
    loss, gradient = program({name: array(name).view(shape) for name, shape in task["inputs"].items()})
    gradient.numpy().tofile(f"{folder}/gradient{ending}")
    loss.numpy().tofile(f"{folder}/loss{ending}")

state = {name: array("weights") * scale for name, scale in (("weights", 1), ("average", 1), ("first", 0), ("second", 0))}
optimiser = train_torch.Optimiser(state, task["slices"], task["optimiser"], "cpu")
for step in (1, 2, 3):
    optimiser.update(gradient * step, (gradient * step).norm(), step, task["optimiser"]["learningRate"])
optimiser.update(gradient * torch.nan, (gradient * torch.nan).norm(), 4, 1.)
for name in ("weights", "average"):
    state[name].numpy().tofile(f"{folder}/updated-{name}")
