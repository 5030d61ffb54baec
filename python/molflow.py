"""Conformers by molflow as RDKit molecules, as they come. Needs RDKit, and the molflow command.

    import molflow
    for mol in molflow.generate(["CCO ethanol", "c1ccccc1 benzene"], num_confs=5):
        print(mol.GetProp("_Name"), mol.GetProp("MOLFLOW_SMILES"), mol.GetNumConformers())

Each molecule is a conformer, with the fields of docs/fields.md as properties. Molecules that fail are left out, and
listed in `failures` of the stream; what ends the command is raised as Error. To stop early, close the stream, leave its
`with` block or just stop iterating over it: the processes end.

The command is $MOLFLOW, else the one that this file came with, else `molflow` of the PATH.
"""

import json
import os
import shutil
import subprocess
import threading

from rdkit import Chem


class Error(RuntimeError):
    """What the command said when it ended without its work done; `code` is its exit code."""

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


def command():
    """The command line that runs molflow, without its arguments."""
    if os.environ.get("MOLFLOW"):
        return [os.environ["MOLFLOW"]]
    main = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "dist", "cli", "main.js")
    if os.path.exists(main) and shutil.which("node"):
        return ["node", main]
    found = shutil.which("molflow")
    if not found:
        raise Error("molflow is not found; install it (npm install -g molflow) or set MOLFLOW to the command", None)
    return [found]


def _flags(options):
    for name, value in options.items():
        flag = "--" + name.strip("_").replace("_", "-")
        if value is True:
            yield flag
        elif value is not None and value is not False:
            yield from (flag, str(value))


class Stream:
    """Conformers in the order of the input. `failures`: (input, message) of those that gave none, so far."""

    def __init__(self, arguments, write):
        self.failures = []
        self._said = []
        self._process = subprocess.Popen(
            command() + arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._problem = None
        self._threads = [threading.Thread(target=work, daemon=True) for work in (lambda: self._feed(write), self._listen)]
        for thread in self._threads:
            thread.start()
        self._molecules = self._read()

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._molecules)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()

    def close(self):
        """Ends the command; conformers that are not read yet are not made."""
        process = getattr(self, "_process", None)
        if process is None or process.stdout.closed:
            return
        if process.poll() is None:
            process.terminate()
        process.stdout.close()
        process.wait()

    def _feed(self, write):
        try:
            for text in write:
                self._process.stdin.write(text.encode())
                self._process.stdin.flush()
        except BrokenPipeError:
            pass
        except Exception as problem:  # Of the caller's own iterator: raised where the molecules are read.
            self._problem = problem
            self._process.terminate()
        finally:
            try:
                self._process.stdin.close()
            except BrokenPipeError:
                pass

    def _listen(self):
        for line in self._process.stderr:
            text = line.decode(errors="replace").rstrip("\n")
            if text.startswith("{"):
                said = json.loads(text)
                if "error" in said:
                    self.failures.append((said["input"], said["error"]))
            elif text:
                self._said.append(text)

    def _read(self):
        try:
            record = []
            for line in self._process.stdout:
                record.append(line)
                if line.startswith(b"$$$$"):
                    yield _molecule(b"".join(record).decode())
                    record = []
            code = self._process.wait()
            for thread in self._threads:
                thread.join()
            if self._problem:
                raise self._problem
            if code not in (0, 3) and not (code == 1 and self.failures):
                raise Error("\n".join(self._said) or "molflow ended with code %d" % code, code)
        finally:
            self.close()


def _molecule(record):
    supplier = Chem.SDMolSupplier()
    supplier.SetData(record, removeHs=False)
    return supplier[0]


def generate(molecules, **options):
    """
    Conformers of SMILES (one a line, each may have a name after a blank) or of RDKit molecules, of any iterable.
    Options are the flags of `molflow generate`: num_confs=5, seed=7, fast=True, optimize="mmff94".
    """
    return Stream(["generate", "--input", "-", "--format", "smi", "--json", *_flags(options)], _lines(molecules))


def refine(molecules, **options):
    """The 3D conformers of RDKit molecules, refined; options are the flags of `molflow refine`."""
    return Stream(["refine", "--input", "-", "--quiet", *_flags(options)], _records(molecules))


def _lines(molecules):
    for molecule in [molecules] if isinstance(molecules, str) else molecules:
        if isinstance(molecule, str):
            yield from (line + "\n" for line in molecule.splitlines() if line.strip())
        else:
            name = molecule.GetProp("_Name") if molecule.HasProp("_Name") else ""
            yield " ".join([Chem.MolToSmiles(molecule), *name.split()]) + "\n"


def _records(molecules):
    for molecule in molecules:
        for conformer in molecule.GetConformers():
            yield Chem.MolToMolBlock(molecule, confId=conformer.GetId()) + "$$$$\n"
