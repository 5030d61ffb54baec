#!/usr/bin/env python3
"""Checks of conformers without a protein, as PoseBusters defines them (Debian: apt-get install python3-rdkit).

Buttenschoen, Morris & Deane, Chem. Sci. 2024, 15, 3130, Table 4; distances are of heavy atoms, as in its program.

  posebusters.py MOLECULES.json CONFORMERS.sdf
      MOLECULES.json: [{"title": ..., "smiles": ...}, ...]; records carry those titles. Prints a JSON line a record:
      {"title", "check": true or false, ...}.
"""
import json, sys
import numpy
try:
    from rdkit import Chem, RDLogger
    from rdkit.Chem import AllChem, rdDistGeom
except ImportError:
    sys.exit("RDKit for Python is not installed (Debian: apt-get install python3-rdkit)")
RDLogger.DisableLog("rdApp.*")

# Å from the plane that lies nearest.
FLAT = 0.25
RINGS = [Chem.MolFromSmarts(text) for text in ("[ar5]1[ar5][ar5][ar5][ar5]1", "[ar6]1[ar6][ar6][ar6][ar6][ar6]1")]
DOUBLE_BOND = Chem.MolFromSmarts("[C;X3;^2;!a](*)(*)=[C;X3;^2;!a](*)(*)")


def bounds_of(mol):
    """Upper triangle: largest distances; lower triangle: smallest ones, Å."""
    return rdDistGeom.GetMoleculeBoundsMatrix(mol, set15bounds=True, scaleVDW=True, doTriangleSmoothing=True)


def distances(mol, xyz):
    heavy = [a.GetIdx() for a in mol.GetAtoms() if a.GetAtomicNum() > 1]
    bounds, path = bounds_of(mol), Chem.GetDistanceMatrix(mol)
    sound = {"bond lengths": True, "bond angles": True, "internal clash": True}
    for j in heavy:
        for i in heavy:
            if i >= j:
                break
            distance, least, most = numpy.linalg.norm(xyz[i] - xyz[j]), bounds[j][i], bounds[i][j]
            if path[i][j] <= 2:
                name = "bond lengths" if path[i][j] == 1 else "bond angles"
                sound[name] &= bool(0.75 * least <= distance <= 1.25 * most)
            else:
                sound["internal clash"] &= bool(distance >= 0.7 * least)
    return sound


def is_flat(xyz):
    centred = xyz - xyz.mean(axis=0)
    return bool(abs(centred @ numpy.linalg.svd(centred)[2][2]).max() <= FLAT)


def uff(mol):
    field = AllChem.UFFGetMoleculeForceField(mol) if AllChem.UFFHasAllMoleculeParams(mol) else None
    return field and field.CalcEnergy()


def mean_energy(smiles):
    """kcal/mol, of 50 conformers by ETKDGv3 relaxed in UFF for up to 200 iterations; None where there are none."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    parameters = AllChem.ETKDGv3()
    parameters.randomSeed = 7
    if not AllChem.UFFHasAllMoleculeParams(mol) or not AllChem.EmbedMultipleConfs(mol, 50, parameters):
        return None
    energies = [energy for _, energy in AllChem.UFFOptimizeMoleculeConfs(mol, maxIters=200)]
    return sum(energies) / len(energies)


def check(mol, smiles, energy):
    xyz = mol.GetConformer().GetPositions()
    own = uff(mol)
    Chem.AssignStereochemistryFrom3D(mol)
    wanted = Chem.MolFromSmiles(smiles)
    # Stereo that the SMILES leaves open may be either.
    match = Chem.RemoveHs(mol).HasSubstructMatch(wanted, useChirality=True)
    return {
        "formula, bonds, stereo": bool(match and mol.GetNumHeavyAtoms() == wanted.GetNumHeavyAtoms()),
        **distances(mol, xyz),
        "aromatic rings flat": all(is_flat(xyz[list(ring)]) for s in RINGS for ring in mol.GetSubstructMatches(s)),
        "double bonds flat": all(is_flat(xyz[list(bond)]) for bond in mol.GetSubstructMatches(DOUBLE_BOND)),
        # Where UFF knows an element or RDKit embeds nothing, there is no ratio.
        "energy ratio": own is None or energy is None or own <= 100 * energy,
    }


with open(sys.argv[1]) as file:
    molecules = {one["title"]: one["smiles"] for one in json.load(file)}
energies = {}
for mol in Chem.SDMolSupplier(sys.argv[2], removeHs=False):
    title = mol.GetProp("_Name")
    smiles = molecules[title]
    if title not in energies:
        energies[title] = mean_energy(smiles)
    print(json.dumps({"title": title, **check(mol, smiles, energies[title])}), flush=True)
