"""Reads what molflow writes: conformers from an SD file with RDKit, weights from a .safetensors file with NumPy.

    python3 read_molflow.py conformers.sdf node_modules/molflow/models/molflow-base.safetensors
"""
import json
import sys

import numpy as np
from rdkit import Chem


def read_weights(path):
    """The settings of a model, and its arrays by name. A .safetensors file is a length, a JSON header, and the numbers."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        numbers = file.read()
    settings = json.loads(header.pop("__metadata__")["molflow"])
    types = {"F16": np.float16, "F32": np.float32}
    arrays = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        arrays[name] = np.frombuffer(numbers[start:end], types[entry["dtype"]]).reshape(entry["shape"])
    return settings, arrays


def main(sdf, model):
    conformers = [molecule for molecule in Chem.SDMolSupplier(sdf, removeHs=False)]
    if not conformers or None in conformers:
        sys.exit(f"{sdf}: a record that RDKit cannot read")
    for molecule in conformers:
        fields = molecule.GetPropsAsDict()
        # Fields of molflow's own begin with MOLFLOW_; docs/fields.md has units and meanings.
        print(molecule.GetNumAtoms(), "atoms,", ", ".join(f"{k}={v}" for k, v in fields.items()))
        Chem.AssignStereochemistryFrom3D(molecule)
    print(len(conformers), "conformers of", Chem.MolToSmiles(Chem.RemoveHs(conformers[0])))

    settings, arrays = read_weights(model)
    numbers = sum(array.size for array in arrays.values())
    if not all(np.isfinite(array).all() for array in arrays.values()):
        sys.exit(f"{model}: a weight is not a number")
    print(f"{settings['name']}: {numbers} weights in {len(arrays)} arrays, {settings['skeleton']['network']['layers']} layers")


if __name__ == "__main__":
    main(*sys.argv[1:])
