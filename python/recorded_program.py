"""A program that molflow recorded (an ONNX graph) as a PyTorch function, one operation after another. Shapes that depend
on sizes which are open are inputs: lists of whole numbers.

Two things are not as recorded. x·sigmoid(x) and its derivative, four and two passes over memory, are PyTorch's own one
each. And where asked for, what is many numbers for every pair of atoms is kept in bfloat16: messages and what they are
made of, but nothing with coordinates, distances or angles, no state of an atom and no sum.
"""
import numpy as np
import onnx
from onnx import numpy_helper
import torch

LEAST_CHANNELS = 24  # numbers a pair from which on a tensor is kept in bfloat16: angles are 16
LEAST_ATOMS = 4

INFIX = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Pow": "**"}
UNARY = {"Sigmoid": "sigmoid", "Sqrt": "sqrt", "Exp": "exp", "Neg": "neg", "Tanh": "tanh", "Sin": "sin", "Cos": "cos",
         "Log": "log", "Abs": "abs", "Reciprocal": "reciprocal", "Relu": "relu", "Sign": "sign"}
SILU = {"Silu": lambda x: f"torch.nn.functional.silu({x})", "SiluGradient": lambda dy, x: f"torch.ops.aten.silu_backward({dy}, {x})"}
VIEWS = {"Reshape", "Expand", "Tile", "Transpose", "Split", "Slice", "Identity"}
PRODUCTS = {"MatMul", "Gemm"}


def translated(model, device, mixed=False):
    """The program as a Python function of the inputs by name, returning the outputs in order. `mixed`: for static shapes alone."""
    constants, lists = {}, {}
    for initializer in model.graph.initializer:
        array = numpy_helper.to_array(initializer)
        if array.dtype == np.int64:
            lists[initializer.name] = array.tolist()
        else:
            constants[initializer.name] = torch.from_numpy(array.copy()).to(device)
    inputs = [value.name for value in model.graph.input]
    outputs = [value.name for value in model.graph.output]
    ones = {name for name, value in constants.items() if value.numel() == 1 and value.item() == 1}
    nodes = with_silu([(n.op_type, list(n.input), list(n.output), attributes_of(n)) for n in model.graph.node], ones, outputs)
    is_brief = brief_shapes(model) if mixed else lambda value: False
    brief = set()  # values in bfloat16
    names, casts = {}, {}

    def name(value):
        return names.setdefault(value, f"v{len(names)}")

    last_use = {value: k for k, (_, given, _, _) in enumerate(nodes) for value in given}
    lines = [f"def program({', '.join(name(v) for v in [*inputs, *constants])}):"]
    lists.update((v.name, name(v.name)) for v in model.graph.input if v.type.tensor_type.elem_type == onnx.TensorProto.INT64)
    for k, (op, given, made, attributes) in enumerate(nodes):
        tensors = [v for v in given if v not in lists]
        if op in VIEWS:
            makes_brief = wants_brief = tensors[0] in brief
        elif op in PRODUCTS:
            makes_brief = wants_brief = any(v in brief for v in tensors)
        elif op == "ReduceSum":
            wants_brief, makes_brief = tensors[0] in brief, is_brief(made[0])
        else:
            makes_brief = wants_brief = is_brief(made[0])

        def written(value):
            if value in lists:
                return lists[value]
            if (value in brief) == wants_brief or value in constants and constants[value].dim() == 0:
                return name(value)
            if value not in casts:
                casts[value] = f"{name(value)}_{'brief' if wants_brief else 'full'}"
                lines.append(f"  {casts[value]} = {name(value)}.to(torch.{'bfloat16' if wants_brief else 'float32'})")
            return casts[value]
        a, *rest = map(written, given)
        kind = "torch.float32" if op == "ReduceSum" and wants_brief and not makes_brief else None
        lines.append(f"  {', '.join(map(name, made))} = {expression(op, a, rest, attributes, kind)}")
        if makes_brief:
            brief.update(made)
        done = {v for v in given if v not in lists and v not in constants and last_use[v] == k}
        if done:
            lines.append(f"  del {', '.join(sorted([*map(name, done), *(casts[v] for v in done if v in casts)]))}")
    lines.append(f"  return {', '.join(name(v) + ('.float()' if v in brief else '') for v in outputs)}")
    scope = {"torch": torch}
    exec("\n".join(lines), scope)
    known = list(constants.values())
    return lambda feeds: scope["program"](*[feeds[v] for v in inputs], *known)


def attributes_of(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def with_silu(nodes, ones, outputs):
    """The (op, inputs, outputs, attributes) with Silu and SiluGradient for what egnn.ts writes out, and without what no one needs then."""
    maker = {made[0]: (op, given) for op, given, made, _ in nodes}

    def parts(value, op):
        return maker[value][1] if value in maker and maker[value][0] == op else (None, None)

    silu_of = {}
    for op, given, made, _ in nodes:
        if op == "Mul" and parts(given[1], "Sigmoid")[0] == given[0]:
            silu_of[made[0]] = given[0], given[1]

    def rewritten(node):
        op, given, made, attributes = node
        if made[0] in silu_of:
            return "Silu", [silu_of[made[0]][0]], made, attributes
        if op == "Mul":
            # dy · (s · ((x − y) + 1))
            s, slope = parts(given[1], "Mul")
            difference, one = parts(slope, "Add")
            x, y = parts(difference, "Sub")
            if one in ones and silu_of.get(y) == (x, s):
                return "SiluGradient", [given[0], x], made, attributes
        return node

    needed, kept = set(outputs), []
    for node in reversed([rewritten(node) for node in nodes]):
        if needed.intersection(node[2]):
            needed.update(node[1])
            kept.append(node)
    return kept[::-1]


def brief_shapes(model):
    """Whether a value is one of at least LEAST_CHANNELS numbers for every pair of atoms."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in [*graph.value_info, *graph.input, *graph.output]}
    size, n, _ = shapes["x"]

    def is_brief(value):
        shape = shapes.get(value, [])
        of_pairs = any(d % (n * n) == 0 for d in shape) or shape.count(n) > 1 or shape[:2] == [size * n, n]
        return n >= LEAST_ATOMS and of_pairs and np.prod(shape) >= LEAST_CHANNELS * size * n * n
    return is_brief


def expression(op, a, rest, attributes, sum_in=None):
    """The Python of one node: `a` its first input, `rest` the others; those that are lists are written out. Sums are in the type `sum_in`."""
    b = rest[0] if rest else None
    if op in INFIX:
        return f"{a} {INFIX[op]} {b}"
    if op in UNARY:
        return f"torch.{UNARY[op]}({a})"
    if op in SILU:
        return SILU[op](a, *rest)
    if op in ("Max", "Min"):
        return f"torch.{op.lower()}imum({a}, {b})"
    if op == "Identity":
        return a
    if op == "MatMul":
        return f"torch.matmul({a}, {b})"
    if op == "Gemm":
        x = f"{a}.t()" if attributes.get("transA") else a
        y = f"{b}.t()" if attributes.get("transB") else b
        return f"torch.addmm({rest[1]}, {x}, {y})" if len(rest) > 1 else f"torch.mm({x}, {y})"
    if op == "Reshape":
        return f"{a}.reshape({b})"
    if op == "Expand":
        return f"{a}.expand({b})"
    if op == "Tile":
        return f"{a}.repeat({b})"
    if op == "Transpose":
        return f"{a}.permute({list(attributes['perm'])})"
    if op == "ReduceSum":
        return f"{a}.sum({b}, keepdim={bool(attributes.get('keepdims', 1))}, dtype={sum_in})"
    if op == "ReduceMean":
        return f"{a}.mean({list(attributes['axes'])}, keepdim={bool(attributes.get('keepdims', 1))})"
    if op == "Concat":
        return f"torch.cat(({', '.join([a, *rest])},), {attributes['axis']})"
    if op == "Split":
        return f"torch.split({a}, {b}, {attributes.get('axis', 0)})" + ("[0]" if isinstance(b, list) and len(b) == 1 else "")
    if op == "Slice":
        begins, ends, axes = rest
        if isinstance(begins, str) or isinstance(ends, str):
            return f"{a}[tuple(slice(*dict(zip({axes}, zip({begins}, {ends}))).get(k, (None,))) for k in range({max(axes) + 1}))]"
        at = dict(zip(axes, (f"{s}:{e}" for s, e in zip(begins, ends))))
        return f"{a}[{', '.join(at.get(k, ':') for k in range(max(axes) + 1))}]"
    if op == "Cast":
        return f"{a}.long()"
    if op == "Gather":
        return f"torch.index_select({a}, {attributes.get('axis', 0)}, {b})"
    if op == "Pad" and isinstance(b, list):
        half = len(b) // 2
        widths = [w for k in reversed(range(half)) for w in (b[k], b[half + k])]
        return f"torch.nn.functional.pad({a}, {widths}, value={rest[1]}.item())" if len(rest) > 1 else f"torch.nn.functional.pad({a}, {widths})"
    raise SystemExit(f"the operation {op} is not one that PyTorch is given here")
