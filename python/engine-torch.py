#!/usr/bin/env python3
"""The network by PyTorch, for `molflow generate --engine torch` (needs torch and onnx).

  engine-torch.py DEVICE THREADS
      First a line of JSON: the version and the device, or an error. Then it answers requests of standard input on
      standard output, until that ends. Each is a uint32, so many bytes of JSON, and the float32 arrays that it names,
      little-endian:
        {"op": "load", "program": k, "bytes": n}  and n bytes of ONNX    ->  {}
        {"op": "run", "program": k, "feeds": [[name, shape], ..], "lists": {name: whole numbers}}, arrays
                                                                       ->  {"outputs": [[name, numbers], ..]}, arrays
        {"op": "free", "program": k}                                    ->  {}
      What goes wrong is answered with {"error": text}.
"""
import json, math, struct, sys
try:
    import numpy as np
    import onnx
    import torch
    from recorded_program import translated
except ImportError as missing:
    print(json.dumps({"error": f"{missing.name} is not installed for this Python; the engine torch needs torch and onnx"}), flush=True)
    sys.exit(1)

programs = {}


def read(count):
    data = sys.stdin.buffer.read(count)
    if len(data) < count:
        sys.exit(0)
    return data


def answer(request, device):
    if request["op"] == "free":
        programs.pop(request["program"], None)
        return {}, []
    if request["op"] == "load":
        model = onnx.load_from_string(read(request["bytes"]))
        programs[request["program"]] = [v.name for v in model.graph.output], translated(model, device)
        return {}, []
    feeds = {name: torch.from_numpy(np.frombuffer(read(4 * math.prod(shape)), np.float32).reshape(shape).copy()).to(device)
             for name, shape in request["feeds"]}
    names, program = programs[request["program"]]
    results = program({**feeds, **request["lists"]})
    arrays = [result.float().contiguous().cpu().numpy() for result in (results if isinstance(results, tuple) else (results,))]
    return {"outputs": [[name, array.size] for name, array in zip(names, arrays)]}, arrays


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    device, threads = sys.argv[1], int(sys.argv[2])
    if device.startswith("cuda") and not torch.cuda.is_available():
        print(json.dumps({"error": "PyTorch sees no GPU here; --device cpu works without"}), flush=True)
        sys.exit(1)
    torch.set_grad_enabled(False)
    torch.set_num_threads(threads)
    name = torch.cuda.get_device_name() if device.startswith("cuda") else f"cpu, {threads} thread{'' if threads == 1 else 's'}"
    print(json.dumps({"version": torch.__version__, "device": name}), flush=True)
    while True:
        request = json.loads(read(struct.unpack("<I", read(4))[0]))
        try:
            said, arrays = answer(request, device)
        except Exception as problem:
            said, arrays = {"error": f"{type(problem).__name__}: {problem}"}, []
        head = json.dumps(said).encode()
        sys.stdout.buffer.write(struct.pack("<I", len(head)) + head)
        for array in arrays:
            sys.stdout.buffer.write(array.tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
