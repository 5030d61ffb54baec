/** Results on GEOM (Axelrod & Gómez-Bombarelli 2022), as the papers of other models report them. */

export interface PublishedRow {
  readonly model: string;
  /** Millions of parameters and network evaluations a conformer, where told. */
  readonly size: string;
  /** COV in percent; AMR in Å, mean or mean/median. */
  readonly covRecall: string;
  readonly amrRecall: string;
  readonly covPrecision: string;
  readonly amrPrecision: string;
}

const row = (
  model: string,
  size: string,
  covRecall: string,
  amrRecall: string,
  covPrecision: string,
  amrPrecision: string,
): PublishedRow => ({
  model,
  size,
  covRecall,
  amrRecall,
  covPrecision,
  amrPrecision,
});

/** GEOM-QM9, δ 0.5 Å. */
export const PUBLISHED_QM9: readonly PublishedRow[] = [
  row('RDKit ETKDG', '', '85.1', '.235/.199', '86.8', '.232/.205'),
  row('OMEGA', '', '85.5', '.177/.126', '82.9', '.224/.186'),
  row('GeoMol', '0.3 M, 1', '91.5', '.225/.193', '86.7', '.270/.241'),
  row('Torsional Diffusion', '1.6 M, 20', '92.8', '.178/.147', '92.7', '.221/.195'),
  row('MCF-B', '64 M, 1000', '95.0', '.103/.044', '93.7', '.119/.055'),
  row('ET-Flow', '8.3 M, 50', '96.5', '.073/.047', '94.1', '.098/.039'),
  row('AvgFlow NequIP', '4.7 M, ~100', '96.4', '.089/.042', '92.8', '.132/.084'),
  row('AvgFlow NequIP, reflow', '4.7 M, 2', '95.9', '.151/.104', '87.7', '.236/.207'),
  row('AvgFlow NequIP, distilled', '4.7 M, 1', '95.1', '.220/.195', '84.8', '.304/.283'),
  row('AvgFlow DiT', '52 M, 100', '96.0', '.082/.030', '95.0', '.088/.039'),
  row('DiTMC+aPE-B', '9.5 M, 50', '96.1', '.073', '95.4', '.085'),
];

/** GEOM-DRUGS, δ 0.75 Å, means. */
export const PUBLISHED_DRUGS: readonly PublishedRow[] = [
  row('RDKit ETKDG', '', '38.4', '1.06', '40.9', '1.00'),
  row('GeoMol', '', '44.6', '.875', '43.0', '.928'),
  row('Torsional Diffusion', '', '72.7', '.582', '55.2', '.778'),
  row('ET-Flow', '', '79.5', '.452', '74.4', '.541'),
  row('AvgFlow DiT-L', '', '82.0', '.409', '75.7', '.516'),
  row('DMT-L+FM-Refiner', '', '87.5', '.349', '75.9', '.497'),
];
