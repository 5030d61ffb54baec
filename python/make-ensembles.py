#!/usr/bin/env python3
"""Conformer ensembles by GFN2-xTB, for `molflow dataset make` (Debian: apt-get install python3-rdkit xtb; optional: openbabel).

  make-ensembles.py MODE < REQUESTS
      MODE: train, drug, pair, reference or mmff; see counts() below. A request is a line of JSON, {"smiles", "title",
      "seed"}, and "starts" with SDF text: conformers to start from where the program's own starts gave nothing. Prints a
      line of JSON for each, in order: {"conformers": N, "records": SDF text} or {"reason": why there are none}, and
      "wants": N where N conformers to start from could help.

SMILES -> starting coordinates -> MMFF94s minima, the distinct ones (shaken where it has no parameters) -> GFN2-xTB (not in
mode mmff; GFN-FF above 150 atoms) -> those whose bonds and stereo are still the molecule's, again the distinct ones. Stereo
that the SMILES leaves open is fixed by the first start. Starts are tried in turn until one gives a minimum: ETKDGv3, the
same from random coordinates, Open Babel, those of the request.
"""
import os
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
import json, random, shutil, signal, socket, subprocess, sys, tempfile, threading
from collections import Counter
try:
    import numpy as np
    from rdkit import Chem, RDLogger
    from rdkit.Chem import AllChem, rdMolDescriptors
    from rdkit.Chem.rdMolAlign import GetBestRMS
except ImportError:
    sys.exit("RDKit for Python is not installed (Debian: apt-get install python3-rdkit)")
RDLogger.DisableLog("rdApp.*")
# T shapes and the like are no stereo that a SMILES here tells, but newer versions write them.
if hasattr(Chem, "SetAllowNontetrahedralChirality"):
    Chem.SetAllowNontetrahedralChirality(False)

# Covalent radii in Å of hydrogen to radon, the elements that GFN2-xTB has: Cordero et al., Dalton Trans. 2832, 2008,
# table 2 (carbon sp3; Mn, Fe and Co low-spin).
RADII = [
    .31, .28, 1.28, .96, .84, .76, .71, .66, .57, .58, 1.66, 1.41, 1.21, 1.11, 1.07, 1.05, 1.02, 1.06, 2.03, 1.76, 1.70,
    1.60, 1.53, 1.39, 1.39, 1.32, 1.26, 1.24, 1.32, 1.22, 1.22, 1.20, 1.19, 1.20, 1.20, 1.16, 2.20, 1.95, 1.90, 1.75,
    1.64, 1.54, 1.47, 1.46, 1.42, 1.39, 1.45, 1.44, 1.42, 1.39, 1.39, 1.38, 1.39, 1.40, 2.44, 2.15, 2.07, 2.04, 2.03,
    2.01, 1.99, 1.98, 1.98, 1.96, 1.94, 1.92, 1.92, 1.89, 1.90, 1.87, 1.87, 1.75, 1.70, 1.62, 1.51, 1.44, 1.41, 1.36,
    1.36, 1.32, 1.45, 1.46, 1.48, 1.40, 1.50, 1.50,
]
KCAL_PER_HARTREE = 627.509474
RT = .5925  # kcal/mol at 298 K
XTB_SECONDS = 120  # up to XTB_ATOMS; beyond in proportion to the square of the atoms
XTB_ATOMS = 60
MOST_GFN2_ATOMS = 150
OPEN_BABEL_SECONDS = 60
SAME_ENERGY = .1  # kcal/mol
SAME_RMSD = .1  # Å
SHAKEN = .1  # Å
PAIR_WINDOW = 6  # kcal/mol
WATER_DIELECTRIC = 80
PHASES = {"gas": [], "water": ["--alpb", "water"]}


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
    if mode == "pair":  # of these one in the gas phase and one in water
        return min(4 + rotatable, 12), 12
    return min(30 + 15 * rotatable, 150), 40  # reference: exhaustive, for scoring


def checked(smiles, mode):
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        raise LeftOut("RDKit cannot read the SMILES")
    if "." in smiles:
        raise LeftOut("several fragments")
    if any(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms()):
        raise LeftOut("unpaired electrons")
    if any(not 1 <= atom.GetAtomicNum() <= len(RADII) for atom in mol.GetAtoms()):
        raise LeftOut("an element that is not covered")
    if abs(Chem.GetFormalCharge(mol)) > (2 if mode in ("drug", "mmff", "pair") else 0):
        raise LeftOut("charge")
    if mode == "mmff" and not mmff_knows(Chem.AddHs(mol)):
        raise LeftOut("MMFF94s has no parameters")
    return mol


def ensemble(smiles, title, mode, seed, folder, given):
    """The SDF records of a molecule's ensemble, by energy."""
    graph = checked(smiles, mode)
    starts = [lambda: from_text(graph, given, mode)] if given else [
        lambda: embedded(graph, mode, seed, False),
        lambda: embedded(graph, mode, seed, True),
        lambda: from_open_babel(graph, mode, folder),
    ]
    reason = None
    for start in starts:
        try:
            mol = start()
            if not mmff_knows(mol):
                shake(mol, seed)
            return pair(mol, title, seed, folder) if mode == "pair" else minima(mol, title, mode, folder)
        except LeftOut as why:
            reason = reason or why
    raise reason


def embedded(graph, mode, seed, at_random):
    """Conformers by ETKDGv3."""
    mol = Chem.AddHs(graph)
    parameters = AllChem.ETKDGv3()
    parameters.randomSeed = seed
    parameters.maxIterations = 20
    parameters.useRandomCoords = at_random
    if AllChem.EmbedMolecule(mol, parameters) < 0:
        raise LeftOut("ETKDG found no conformer")
    Chem.AssignStereochemistryFrom3D(mol, 0)
    mol = Chem.MolFromSmiles(Chem.MolToSmiles(Chem.RemoveHs(mol)))
    wanted, (count, _) = Chem.MolToSmiles(mol), counts(mol, mode)
    mol = Chem.AddHs(mol)
    if not AllChem.EmbedMultipleConfs(mol, count, parameters):
        raise LeftOut("ETKDG found no conformer")
    mol.SetProp("wanted", wanted)
    return mol


def from_open_babel(graph, mode, folder):
    """One conformer by Open Babel's builder and force field."""
    if shutil.which("obabel") is None:
        raise LeftOut("Open Babel is not installed")
    said = run(["obabel", f"-:{Chem.MolToSmiles(graph)}", "-osdf", "--gen3d"], folder, OPEN_BABEL_SECONDS)
    return from_text(graph, said or "", mode)


def from_text(graph, text, mode):
    """Conformers of an SD file's text, in the order of the atoms of the SMILES: those with the stereo that it specifies."""
    mol, wanted = Chem.AddHs(graph), None
    for block in text.split("$$$$\n"):
        other = Chem.MolFromMolBlock(block, removeHs=False)
        if other is None or other.GetNumAtoms() != mol.GetNumAtoms() or not other.GetConformer().Is3D():
            continue
        match = other.GetSubstructMatch(mol)
        positions = other.GetConformer().GetPositions()
        if not match or not np.isfinite(positions).all():
            continue
        conformer = Chem.Conformer(mol.GetNumAtoms())
        for atom, place in enumerate(match):
            conformer.SetAtomPosition(atom, [float(x) for x in positions[place]])
        i = mol.AddConformer(conformer, assignId=True)
        found = stereo_of(mol, i)
        # The first one fixes what the SMILES leaves open.
        if wanted is None and Chem.MolFromSmiles(found).HasSubstructMatch(graph, useChirality=True):
            wanted = found
        if found != wanted:
            mol.RemoveConformer(i)
    if wanted is None:
        raise LeftOut("no start has the molecule's bonds and stereo")
    mol.SetProp("wanted", wanted)
    return mol


def mmff_knows(mol):
    """Whether MMFF94s has parameters for all atoms, and not only for others of their element: RDKit types SF4 as a sulfone."""
    def is_hypervalent(atom):
        single = all(bond.GetBondType() == Chem.BondType.SINGLE for bond in atom.GetBonds()) and atom.GetFormalCharge() == 0
        least = {16: 4, 34: 4, 52: 4, 17: 3, 35: 3, 53: 3}.get(atom.GetAtomicNum(), 5)
        return atom.GetDegree() >= 5 or (single and atom.GetDegree() >= least)

    return AllChem.MMFFHasAllMoleculeParams(mol) and not any(map(is_hypervalent, mol.GetAtoms()))


def shake(mol, seed):
    """Moves every atom a little, so that xtb does not come to rest at a saddle point: starts of SF4 are tetrahedral."""
    drawn = np.random.default_rng(seed)
    for conformer in mol.GetConformers():
        positions = conformer.GetPositions() + drawn.normal(0, SHAKEN, (mol.GetNumAtoms(), 3))
        for atom, position in enumerate(positions):
            conformer.SetAtomPosition(atom, [float(x) for x in position])


def minima(mol, title, mode, folder):
    """The records of the distinct minima, lowest first."""
    relaxed, energies = mmff_minima(mol, mode)
    wanted, charge = mol.GetProp("wanted"), Chem.GetFormalCharge(mol)
    failures, kept = Counter(), []  # kept: (Hartree, conformer, rotational constants)
    for i in relaxed:
        conformer = mol.GetConformer(i)
        minimum = (
            (energies[i] / KCAL_PER_HARTREE, conformer.GetPositions()) if mode == "mmff" else xtb(mol, i, charge, folder)
        )
        problem = taken_over(mol, i, minimum, wanted)
        if problem:
            failures[problem] += 1
            continue
        energy, positions = minimum
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


def pair(mol, title, seed, folder):
    """One minimum in the gas phase and one in water, each from a conformer drawn at random from those that are low: by
    MMFF94s, for water with its dielectric constant, so that it does not fold onto its hydrogen bonds."""
    drawn, energies = random.Random(seed), {}
    relaxed, energies["gas"] = mmff_minima(mol, "pair")
    starts = {"gas": mol, "water": Chem.Mol(mol)}
    energies["water"] = in_water(starts["water"], relaxed)
    wanted, charge = mol.GetProp("wanted"), Chem.GetFormalCharge(mol)
    made, failures, before = [], Counter(), None
    for phase, start in starts.items():
        lowest = min(energies[phase][i] for i in relaxed)
        low = [i for i in relaxed if energies[phase][i] - lowest < PAIR_WINDOW]
        i = drawn.choice([i for i in low if i != before] or low)
        before = i
        minimum = xtb(start, i, charge, folder, phase)
        problem = taken_over(start, i, minimum, wanted)
        other = None if problem else single_point(start, i, charge, folder, "water" if phase == "gas" else "gas")
        if problem or other is None:
            failures[problem or "xtb did not converge"] += 1
            continue
        gas, water = (minimum[0], other) if phase == "gas" else (other, minimum[0])
        start.SetProp("_Name", title)
        made.append(record(start, i, [
            ("SMILES", wanted), ("PHASE", phase),
            (f"{level(start)}_ENERGY_HARTREE", f"{gas:.8f}"), (f"{level(start)}_ALPB_WATER_ENERGY_HARTREE", f"{water:.8f}"),
        ]))
    if not made:
        raise LeftOut(failures.most_common(1)[0][0])
    return made


def mmff_minima(mol, mode):
    """Relaxes all conformers where there are parameters. The distinct ones that go on, and the energies of all, kcal/mol."""
    ids = [conformer.GetId() for conformer in mol.GetConformers()]
    energies = dict.fromkeys(ids, 0.)
    if mmff_knows(mol):
        try:
            results = AllChem.MMFFOptimizeMoleculeConfs(mol, maxIters=200, mmffVariant="MMFF94s")
            energies = {i: energy for i, (_, energy) in zip(ids, results)}
        except Exception:
            if mode == "mmff":
                raise LeftOut("MMFF94s failed")
    # For training as they come, so that high minima are seen too.
    order = ids if mode == "train" else sorted(ids, key=energies.get)
    return distinct(mol, order, energies, counts(Chem.RemoveHs(mol), mode)[1]), energies


def in_water(mol, ids):
    """Relaxes conformers by MMFF94s with the dielectric constant of water. Their energies, kcal/mol."""
    if not mmff_knows(mol):
        return dict.fromkeys(ids, 0.)
    properties = AllChem.MMFFGetMoleculeProperties(mol, "MMFF94s")
    properties.SetMMFFDielectricConstant(WATER_DIELECTRIC)
    energies = {}
    for i in ids:
        field = AllChem.MMFFGetMoleculeForceField(mol, properties, confId=i)
        field.Minimize(maxIts=100)
        energies[i] = field.CalcEnergy()
    return energies


def distinct(mol, ids, energies, most):
    heavy, kept = Chem.RemoveHs(mol), []
    for i in ids:
        if len(kept) < most and not any(abs(energies[i] - energies[k]) < SAME_ENERGY and same(heavy, i, k) for k in kept):
            kept.append(i)
    return kept


def same(heavy, i, k):
    return GetBestRMS(Chem.Mol(heavy), heavy, i, k, maxMatches=1000) < SAME_RMSD


def taken_over(mol, i, minimum, wanted):
    """Gives conformer i the positions of its minimum. Why it does not count, where it does not."""
    if minimum is None:
        return "xtb did not converge"
    if not bonds_held(mol, minimum[1]):
        return "bonds broke or formed"
    conformer = mol.GetConformer(i)
    for atom, position in enumerate(minimum[1]):
        conformer.SetAtomPosition(atom, [float(x) for x in position])
    return None if stereo_of(mol, i) == wanted else "the stereo changed"


def level(mol):
    return "GFN2" if mol.GetNumAtoms() <= MOST_GFN2_ATOMS else "GFNFF"


def xtb(mol, i, charge, folder, phase="gas"):
    """Energy in Hartree and positions in Å of the minimum by GFN2-xTB (Bannwarth et al., JCTC 15, 1652, 2019), of a large
    molecule by GFN-FF (Spicher & Grimme, Angew. Chem. 59, 15665, 2020)."""
    said = run_xtb(mol, i, charge, folder, phase, ["--opt", "normal"])
    if said is None or "GEOMETRY OPTIMIZATION CONVERGED" not in said:
        return None
    with open(f"{folder}/xtbopt.xyz") as file:
        lines = file.read().split("\n")
    positions = [[float(x) for x in line.split()[1:4]] for line in lines[2:2 + mol.GetNumAtoms()]]
    return float(lines[1].split()[1]), np.array(positions)


def single_point(mol, i, charge, folder, phase):
    """Energy in Hartree of a conformer as it is."""
    said = run_xtb(mol, i, charge, folder, phase, [])
    found = [line.split()[3] for line in (said or "").split("\n") if "TOTAL ENERGY" in line]
    return float(found[-1]) if found else None


def run_xtb(mol, i, charge, folder, phase, options):
    # What a run leaves is of another molecule for the next: guesses, topologies.
    for name in os.listdir(folder):
        os.remove(f"{folder}/{name}")
    with open(f"{folder}/in.xyz", "w") as file:
        file.write(Chem.MolToXYZBlock(mol, i))
    atoms = mol.GetNumAtoms()
    method = ["--gfn", "2"] if level(mol) == "GFN2" else ["--gfnff"]
    seconds = XTB_SECONDS * max(1, atoms / XTB_ATOMS) ** 2
    return run(["xtb", "in.xyz", *method, *options, "--chrg", str(charge), *PHASES[phase]], folder, seconds)


def run(command, folder, seconds):
    """What a program prints; None where it fails or takes longer."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        programs.append(process)
        try:
            said = process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return None
        finally:
            programs.remove(process)
    return None if process.returncode else said


def bonds_held(mol, positions):
    radii = np.array([RADII[atom.GetAtomicNum() - 1] for atom in mol.GetAtoms()])
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
    by = "MMFF94S" if mode == "mmff" else level(mol)
    mol.SetProp("_Name", title)
    return [
        record(mol, i, [
            ("SMILES", smiles), (f"{by}_ENERGY_HARTREE", f"{energy:.8f}"),
            ("RELATIVE_ENERGY_KCAL_MOL", f"{relative:.4f}"), ("BOLTZMANN_WEIGHT_298K", f"{weight:.5f}"),
        ])
        for (energy, i, _), relative, weight in zip(kept, above, weights)
        if relative <= window
    ]


def record(mol, i, fields):
    block = Chem.MolToMolBlock(mol, confId=i)
    return block + "".join(f">  <{name}>\n{value}\n\n" for name, value in fields) + "$$$$\n"


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


def answer_to(request, mode, folder):
    given = request.get("starts")
    try:
        made = ensemble(request["smiles"], request["title"], mode, request["seed"], folder, given)
        return {"conformers": len(made), "records": "".join(made)}
    except LeftOut as why:
        reason = str(why)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"[:200]
    try:
        wants = 0 if given else counts(checked(request["smiles"], mode), mode)[0]
    except LeftOut:
        wants = 0
    return {"reason": reason, **({"wants": wants} if wants else {})}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in ("train", "drug", "pair", "reference", "mmff"):
        sys.exit(__doc__)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which then ends this
    memory = "/dev/shm"
    temporary = tempfile.TemporaryDirectory(dir=memory if os.path.isdir(memory) else None)
    end_at_sigterm(temporary)
    with temporary as folder:
        for line in sys.stdin:
            print(json.dumps(answer_to(json.loads(line), sys.argv[1], folder)), flush=True)


if __name__ == "__main__":
    main()
