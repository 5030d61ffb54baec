#!/usr/bin/env python3
"""Conformer ensembles by GFN2-xTB, for `molflow dataset make` (Debian: apt-get install python3-rdkit xtb).

  make-ensembles.py MODE < REQUESTS
      MODE: train, drug, reference or mmff; see counts() below. A request is a line of JSON, {"smiles", "title", "seed"}.
      Prints a line of JSON for each, in order: {"conformers": N, "records": SDF text} or {"reason": why there are none}.

SMILES -> ETKDGv3 -> MMFF94s minima, the distinct ones -> GFN2-xTB (not in mode mmff) -> those whose bonds and stereo are
still the molecule's, again the distinct ones. Stereo that the SMILES leaves open is fixed by the first embedding.
"""
import os
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
import json, signal, socket, subprocess, sys, tempfile, threading
from collections import Counter
try:
    import numpy as np
    from rdkit import Chem, RDLogger
    from rdkit.Chem import AllChem, rdMolDescriptors
    from rdkit.Chem.rdMolAlign import GetBestRMS
except ImportError:
    sys.exit("RDKit for Python is not installed (Debian: apt-get install python3-rdkit)")
RDLogger.DisableLog("rdApp.*")

# Covalent radii, Å (Cordero et al., Dalton Trans. 2832, 2008), rounded for some; also the elements that are taken.
RADII = {1: .32, 5: .84, 6: .75, 7: .71, 8: .64, 9: .60, 14: 1.14, 15: 1.09, 16: 1.04, 17: 1.0, 35: 1.2, 53: 1.39}
KCAL_PER_HARTREE = 627.509474
RT = .5925  # kcal/mol at 298 K
XTB_SECONDS = 120
SAME_ENERGY = .1  # kcal/mol
SAME_RMSD = .1  # Å


programs = []  # that run now


class LeftOut(Exception):
    """Why a molecule gives no ensemble."""


def counts(mol, mode):
    """How many conformers are embedded, and how many distinct ones are relaxed at most."""
    rotatable = rdMolDescriptors.CalcNumRotatableBonds(mol, rdMolDescriptors.NumRotatableBondsOptions.NonStrict)
    if mode == "train":  # some distinct minima, low and high
        return min(8 + 8 * rotatable, 48), min(3 + 3 * rotatable, 12)
    if mode in ("drug", "mmff"):  # a few low ones
        return min(4 + rotatable, 8), 4
    return min(30 + 15 * rotatable, 150), 40  # reference: exhaustive, for scoring


def checked(smiles, mode):
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        raise LeftOut("RDKit cannot read the SMILES")
    if "." in smiles:
        raise LeftOut("several fragments")
    if any(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms()):
        raise LeftOut("unpaired electrons")
    if any(atom.GetAtomicNum() not in RADII for atom in mol.GetAtoms()):
        raise LeftOut("an element that is not covered")
    if abs(Chem.GetFormalCharge(mol)) > (1 if mode in ("drug", "mmff") else 0):
        raise LeftOut("charge")
    return mol


def ensemble(smiles, title, mode, seed, folder):
    """The SDF records of a molecule's ensemble, by energy."""
    mol = checked(smiles, mode)
    charge = Chem.GetFormalCharge(mol)
    mol = Chem.AddHs(mol)
    parameters = AllChem.ETKDGv3()
    parameters.randomSeed = seed
    parameters.maxIterations = 20
    if AllChem.EmbedMolecule(mol, parameters) < 0:
        raise LeftOut("ETKDG found no conformer")
    Chem.AssignStereochemistryFrom3D(mol, 0)
    mol = Chem.MolFromSmiles(Chem.MolToSmiles(Chem.RemoveHs(mol)))
    wanted = Chem.MolToSmiles(mol)
    embedded, relaxed = counts(mol, mode)
    mol = Chem.AddHs(mol)
    ids = list(AllChem.EmbedMultipleConfs(mol, embedded, parameters))
    if not ids:
        raise LeftOut("ETKDG found no conformer")
    known = AllChem.MMFFHasAllMoleculeParams(mol)
    if mode == "mmff" and not known:
        raise LeftOut("MMFF94s has no parameters")
    energies = dict.fromkeys(ids, 0.)  # kcal/mol
    if known:
        try:
            results = AllChem.MMFFOptimizeMoleculeConfs(mol, maxIters=200, mmffVariant="MMFF94s")
            energies = {i: energy for i, (_, energy) in zip(ids, results)}
        except Exception:
            if mode == "mmff":
                raise LeftOut("MMFF94s failed")

    failures, kept = Counter(), []  # kept: (Hartree, conformer, rotational constants)
    # For training as they come, so that high minima are seen too.
    for i in distinct(mol, ids if mode == "train" else sorted(ids, key=energies.get), energies, relaxed):
        conformer = mol.GetConformer(i)
        minimum = (energies[i] / KCAL_PER_HARTREE, conformer.GetPositions()) if mode == "mmff" else xtb(mol, i, charge, folder)
        if minimum is None:
            failures["xtb did not converge"] += 1
            continue
        energy, positions = minimum
        if not bonds_held(mol, positions):
            failures["bonds broke or formed"] += 1
            continue
        for atom, position in enumerate(positions):
            conformer.SetAtomPosition(atom, [float(x) for x in position])
        if stereo_of(mol, i) != wanted:
            failures["the stereo changed"] += 1
            continue
        constants = moments(mol, positions)
        heavy = Chem.RemoveHs(mol)
        if not any(
            abs(energy - e) * KCAL_PER_HARTREE < SAME_ENERGY and np.allclose(constants, c, rtol=.01) and same(heavy, i, k)
            for e, k, c in kept
        ):
            kept.append((energy, i, constants))
    if not kept:
        raise LeftOut(failures.most_common(1)[0][0])
    kept.sort()
    return records(mol, title, wanted, kept, mode)


def distinct(mol, ids, energies, most):
    heavy, kept = Chem.RemoveHs(mol), []
    for i in ids:
        if len(kept) < most and not any(abs(energies[i] - energies[k]) < SAME_ENERGY and same(heavy, i, k) for k in kept):
            kept.append(i)
    return kept


def same(heavy, i, k):
    return GetBestRMS(Chem.Mol(heavy), heavy, i, k, maxMatches=1000) < SAME_RMSD


def xtb(mol, i, charge, folder):
    """Energy in Hartree and positions in Å of the GFN2-xTB minimum (Bannwarth et al., JCTC 15, 1652, 2019)."""
    with open(f"{folder}/in.xyz", "w") as file:
        file.write(Chem.MolToXYZBlock(mol, i))
    command = ["xtb", "in.xyz", "--gfn", "2", "--opt", "normal", "--chrg", str(charge)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        programs.append(process)
        try:
            said = process.communicate(timeout=XTB_SECONDS)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return None
        finally:
            programs.remove(process)
    if process.returncode or "GEOMETRY OPTIMIZATION CONVERGED" not in said:
        return None
    with open(f"{folder}/xtbopt.xyz") as file:
        lines = file.read().split("\n")
    positions = [[float(x) for x in line.split()[1:4]] for line in lines[2:2 + mol.GetNumAtoms()]]
    return float(lines[1].split()[1]), np.array(positions)


def bonds_held(mol, positions):
    radii = np.array([RADII[atom.GetAtomicNum()] for atom in mol.GetAtoms()])
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
    sums = radii[:, None] + radii[None]
    bonded = Chem.GetAdjacencyMatrix(mol).astype(bool)
    apart = ~bonded & ~np.eye(len(radii), dtype=bool)
    return not ((bonded & (distances > 1.3 * sums)).any() or (apart & (distances < 1.15 * sums)).any())


def stereo_of(mol, i):
    one = Chem.Mol(mol, confId=i)
    Chem.AssignStereochemistryFrom3D(one, i)
    return Chem.MolToSmiles(Chem.RemoveHs(one))


def moments(mol, positions):
    masses = np.array([atom.GetMass() for atom in mol.GetAtoms()])
    x = positions - (masses[:, None] * positions).sum(0) / masses.sum()
    tensor = np.eye(3) * (masses * (x ** 2).sum(1)).sum() - np.einsum("i,ij,ik->jk", masses, x, x)
    return np.sort(np.linalg.eigvalsh(tensor))


def records(mol, title, smiles, kept, mode):
    above = np.array([(energy - kept[0][0]) * KCAL_PER_HARTREE for energy, _, _ in kept])
    weights = np.exp(-above / RT)
    weights /= weights.sum()
    window = 6 if mode == "reference" else 10  # kcal/mol; 6 is CREST's default
    level = "MMFF94S" if mode == "mmff" else "GFN2"
    mol.SetProp("_Name", title)
    return [
        f"{Chem.MolToMolBlock(mol, confId=i)}>  <SMILES>\n{smiles}\n\n>  <{level}_ENERGY_HARTREE>\n{energy:.8f}\n\n"
        f">  <RELATIVE_ENERGY_KCAL_MOL>\n{relative:.4f}\n\n>  <BOLTZMANN_WEIGHT_298K>\n{weight:.5f}\n\n$$$$\n"
        for (energy, i, _), relative, weight in zip(kept, above, weights)
        if relative <= window
    ]


def end_at_sigterm(temporary):
    """On SIGTERM ends at once what runs, and this. In a thread of its own, since a handler in Python waits until RDKit
    returns, and for ever where the signal comes just before the next line is read."""
    told, wake = socket.socketpair()
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.detach())
    signal.signal(signal.SIGTERM, lambda *_: None)

    def wait():
        told.recv(1)
        for process in list(programs):
            process.kill()
            process.wait()
        temporary.cleanup()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in ("train", "drug", "reference", "mmff"):
        sys.exit(__doc__)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which then ends this
    memory = "/dev/shm"
    temporary = tempfile.TemporaryDirectory(dir=memory if os.path.isdir(memory) else None)
    end_at_sigterm(temporary)
    with temporary as folder:
        for line in sys.stdin:
            request = json.loads(line)
            try:
                made = ensemble(request["smiles"], request["title"], sys.argv[1], request["seed"], folder)
                answer = {"conformers": len(made), "records": "".join(made)}
            except LeftOut as why:
                answer = {"reason": str(why)}
            except Exception as error:
                answer = {"reason": f"{type(error).__name__}: {error}"[:200]}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
