#!/usr/bin/env python3
"""RDKit's own conformers and RMSDs, to compare with (Debian: apt-get install python3-rdkit).

  baseline-rdkit.py embed MOLECULES.json OUT.sdf [--mmff] [--seed N] [--threads N] [--shuffle]
      MOLECULES.json: [{"title": ..., "smiles": ..., "count": ...}, ...]. Writes ETKDGv3 conformers, with --mmff relaxed
      with MMFF94; --threads 1 unless given, 0 for all; --shuffle puts the atoms in a random order. Prints a JSON line a molecule:
      {"title", "made", "seconds", "cpuSeconds", "relaxSeconds", "peakMemory"}: relaxSeconds is what MMFF94 took of cpuSeconds,
      memory is in bytes.
  baseline-rdkit.py hydrogens CONFORMERS.sdf[.gz]
      Prints a JSON number a record: the MMFF94s energy in kcal/mol that goes when the hydrogens relax and the heavy atoms
      stay; null where MMFF94 has no parameters.
  baseline-rdkit.py rmsd REFERENCE.sdf[.gz] GENERATED.sdf[.gz]
      Prints JSON: title -> GetBestRMS(RemoveHs(generated), RemoveHs(reference)) as a matrix [generated][reference].
"""
import argparse, gzip, json, random, resource, sys, time
try:
    from rdkit import Chem, RDLogger
    from rdkit.Chem import AllChem
    from rdkit.Chem.rdMolAlign import GetBestRMS
except ImportError:
    sys.exit("RDKit for Python is not installed (Debian: apt-get install python3-rdkit)")
RDLogger.DisableLog("rdApp.*")


def embed(options):
    writer = Chem.SDWriter(options.out)
    order = random.Random(options.seed)
    with open(options.molecules) as file:
        molecules = json.load(file)
    for molecule in molecules:
        start, cpu = time.perf_counter(), time.process_time()
        mol = Chem.MolFromSmiles(molecule["smiles"])
        ids, relaxing = [], 0
        if mol is not None:
            mol = Chem.AddHs(mol)
            parameters = AllChem.ETKDGv3()
            parameters.randomSeed = options.seed
            parameters.numThreads = options.threads
            ids = list(AllChem.EmbedMultipleConfs(mol, molecule["count"], parameters))
            embedded = time.process_time()
            if options.mmff and ids and AllChem.MMFFHasAllMoleculeParams(mol):
                AllChem.MMFFOptimizeMoleculeConfs(mol, numThreads=options.threads, maxIters=500)
            relaxing = time.process_time() - embedded
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        for i in ids:
            one = Chem.Mol(mol, confId=i)
            if options.shuffle:
                atoms = list(range(one.GetNumAtoms()))
                order.shuffle(atoms)
                one = Chem.RenumberAtoms(one, atoms)
            one.SetProp("_Name", molecule["title"])
            writer.write(one)
        row = {"title": molecule["title"], "made": len(ids), "seconds": seconds, "cpuSeconds": cpu, "relaxSeconds": relaxing}
        row["peakMemory"] = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps(row), flush=True)
    writer.close()


def read(path):
    groups = {}
    with (gzip.open(path) if path.endswith(".gz") else open(path, "rb")) as file:
        for mol in Chem.ForwardSDMolSupplier(file, removeHs=False):
            if mol is not None:
                groups.setdefault(mol.GetProp("_Name"), []).append(Chem.RemoveHs(mol))
    return groups


def hydrogens(options):
    path = options.conformers
    with (gzip.open(path) if path.endswith(".gz") else open(path, "rb")) as file:
        for mol in Chem.ForwardSDMolSupplier(file, removeHs=False):
            properties = mol and AllChem.MMFFGetMoleculeProperties(mol, "MMFF94s")
            field = properties and AllChem.MMFFGetMoleculeForceField(mol, properties)
            if not field:
                print("null", flush=True)
                continue
            before = field.CalcEnergy()
            for atom in mol.GetAtoms():
                if atom.GetAtomicNum() > 1:
                    field.AddFixedPoint(atom.GetIdx())
            field.Initialize()
            try:
                field.Minimize(maxIts=2000)
            except RuntimeError:  # RDKit's line search gives up on a few; such a conformer has no figure
                print("null", flush=True)
                continue
            print(json.dumps(before - field.CalcEnergy()), flush=True)


def rmsd(options):
    references, generated = read(options.reference), read(options.generated)
    matrices = {
        title: [[round(GetBestRMS(Chem.Mol(g), r), 6) for r in references[title]] for g in group]
        for title, group in generated.items()
        if title in references
    }
    print(json.dumps(matrices))


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
commands = parser.add_subparsers(required=True)
command = commands.add_parser("embed")
command.add_argument("molecules")
command.add_argument("out")
command.add_argument("--mmff", action="store_true")
command.add_argument("--shuffle", action="store_true")
command.add_argument("--seed", type=int, default=7)
command.add_argument("--threads", type=int, default=1)
command.set_defaults(run=embed)
command = commands.add_parser("hydrogens")
command.add_argument("conformers")
command.set_defaults(run=hydrogens)
command = commands.add_parser("rmsd")
command.add_argument("reference")
command.add_argument("generated")
command.set_defaults(run=rmsd)
options = parser.parse_args()
options.run(options)
