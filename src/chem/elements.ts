/** The periodic table: symbols and the few properties of an element that the chemistry here needs. */

const SYMBOLS = (
  'H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr ' +
  'Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu ' +
  'Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr ' +
  'Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og'
).split(' ');

const NAMES = (
  'hydrogen helium lithium beryllium boron carbon nitrogen oxygen fluorine neon sodium magnesium aluminium silicon ' +
  'phosphorus sulfur chlorine argon potassium calcium scandium titanium vanadium chromium manganese iron cobalt nickel ' +
  'copper zinc gallium germanium arsenic selenium bromine krypton rubidium strontium yttrium zirconium niobium ' +
  'molybdenum technetium ruthenium rhodium palladium silver cadmium indium tin antimony tellurium iodine xenon caesium ' +
  'barium lanthanum cerium praseodymium neodymium promethium samarium europium gadolinium terbium dysprosium holmium ' +
  'erbium thulium ytterbium lutetium hafnium tantalum tungsten rhenium osmium iridium platinum gold mercury thallium ' +
  'lead bismuth polonium astatine radon francium radium actinium thorium protactinium uranium neptunium plutonium ' +
  'americium curium berkelium californium einsteinium fermium mendelevium nobelium lawrencium rutherfordium dubnium ' +
  'seaborgium bohrium hassium meitnerium darmstadtium roentgenium copernicium nihonium flerovium moscovium livermorium ' +
  'tennessine oganesson'
).split(' ');

const NUMBERS = new Map(SYMBOLS.map((symbol, index) => [symbol, index + 1]));

/** Symbol of an atomic number; `*` for 0 and what lies outside the table. */
export function elementSymbol(element: number): string {
  return SYMBOLS[element - 1] ?? '*';
}

/** English name of an element by its atomic number. */
export function elementName(element: number): string {
  return NAMES[element - 1] ?? 'an unknown element';
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

/**
 * Covalent radii in Å from hydrogen to curium: Cordero et al., Dalton Trans. 2008, 2832, table 2 (carbon sp³; Mn, Fe
 * and Co low-spin).
 */
const COVALENT_RADII = [
  0.31, 0.28, 1.28, 0.96, 0.84, 0.76, 0.71, 0.66, 0.57, 0.58, 1.66, 1.41, 1.21, 1.11, 1.07, 1.05, 1.02, 1.06, 2.03,
  1.76, 1.7, 1.6, 1.53, 1.39, 1.39, 1.32, 1.26, 1.24, 1.32, 1.22, 1.22, 1.2, 1.19, 1.2, 1.2, 1.16, 2.2, 1.95, 1.9, 1.75,
  1.64, 1.54, 1.47, 1.46, 1.42, 1.39, 1.45, 1.44, 1.42, 1.39, 1.39, 1.38, 1.39, 1.4, 2.44, 2.15, 2.07, 2.04, 2.03, 2.01,
  1.99, 1.98, 1.98, 1.96, 1.94, 1.92, 1.92, 1.89, 1.9, 1.87, 1.87, 1.75, 1.7, 1.62, 1.51, 1.44, 1.41, 1.36, 1.36, 1.32,
  1.45, 1.46, 1.48, 1.4, 1.5, 1.5, 2.6, 2.21, 2.15, 2.06, 2.0, 1.96, 1.9, 1.87, 1.8, 1.69,
];

/** Covalent radius in Å; that of curium for what lies beyond. */
export function covalentRadius(element: number): number {
  return COVALENT_RADII[element - 1] ?? 1.69;
}
