/** The periodic table: symbols and the few properties of an element that the chemistry here needs. */

const SYMBOLS = (
  'H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr ' +
  'Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu ' +
  'Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr ' +
  'Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og'
).split(' ');

const NUMBERS = new Map(SYMBOLS.map((symbol, index) => [symbol, index + 1]));

/** Symbol of an atomic number; `*` for 0 and what lies outside the table. */
export function elementSymbol(element: number): string {
  return SYMBOLS[element - 1] ?? '*';
}

/**
 * Atomic number of a symbol as files write it: any case, blanks around it, `D` and `T` as hydrogen.
 * Undefined for what is no element.
 */
export function atomicNumber(symbol: string): number | undefined {
  const trimmed = symbol.trim();
  const proper = trimmed.charAt(0).toUpperCase() + trimmed.slice(1).toLowerCase();
  return NUMBERS.get(proper) ?? (proper === 'D' || proper === 'T' ? 1 : undefined);
}
