import { Random, Weighted } from './random.ts';

/** What the shop sells. */
export interface Product {
  readonly code: string;
  /** The same letters in lower case, where the till knows that as a code of its own. */
  readonly twin: string | undefined;
  readonly description: string;
  /** How it was called for a time. */
  readonly formerly: string;
  /** Pounds a piece for trade customers and for the web shop, as text with the decimals of the till. */
  readonly price: string;
  readonly webPrice: string;
}

const PRODUCTS = 4000;
const TWINS = 112;
const TWIN_EVERY = Math.floor(PRODUCTS / TWINS);

const PRICES = new Weighted([
  ...([
    ['0.42', 24],
    ['0.85', 28],
    ['1.25', 50],
    ['1.45', 13],
    ['1.65', 38],
    ['1.95', 13],
    ['2.1', 18],
  ] as const),
  ...([
    ['2.55', 13],
    ['2.95', 28],
    ['3.75', 19],
    ['4.95', 19],
    ['5.95', 8],
    ['7.95', 6],
    ['9.95', 4],
  ] as const),
  ...([
    ['12.75', 3],
    ['14.95', 2],
    ['0.39', 8],
    ['0.65', 8],
    ['0.19', 3],
    ['6', 4],
    ['24.95', 1],
  ] as const),
]);

const SETS = [
  '',
  '',
  '',
  '',
  'SET OF 6 ',
  'SET/3 ',
  'PACK OF 12 ',
  'SET OF 2 ',
  'BOX OF 24 ',
  'LARGE ',
  'SMALL ',
  'MINI ',
];
const STYLES = [
  ...[
    'RED SPOTTY',
    'CREAM',
    'IVORY',
    'PINK POLKADOT',
    'VINTAGE',
    'REGENCY',
    'ROSE',
    'BLUE GINGHAM',
    'DOILY',
    'WOODLAND',
  ],
  ...[
    'SCANDINAVIAN',
    'PAISLEY',
    'STRAWBERRY',
    'ZINC',
    'ENAMEL',
    'WICKER',
    'RUSTIC',
    'FELTCRAFT',
    'GLITTER',
    'ANTIQUE SILVER',
  ],
];
const MOTIFS = [
  'HEART',
  'BIRD',
  'STAR',
  'OWL',
  'CHERRY',
  'DAISY',
  'ALPHABET',
  'CHRISTMAS',
  'BUTTERFLY',
  'LOVE',
  'GARDEN',
  'KITCHEN',
];
const THINGS = [
  ...[
    'T-LIGHT HOLDER',
    'LUNCH BAG',
    'CAKE STAND',
    'BUNTING',
    'PHOTO FRAME',
    'CANDLE',
    'TEA TOWEL',
    'MUG',
    'DOORMAT',
    'CLOCK',
  ],
  ...[
    'JAM JAR',
    'WATER BOTTLE',
    'TISSUES',
    'GIFT WRAP',
    'NOTEBOOK',
    'TRINKET BOX',
    'CUSHION COVER',
    'HOOK',
    'WASH BAG',
    'BAKING SET',
  ],
];
/** A comma and a double quote stand in about as many descriptions as in the real set. */
const ODD_THINGS = [
  ...[
    'TRAY, OVAL',
    'RECORD FRAME 7" SIZE',
    'PENCILS, TALL TUBE',
    'PARASOL, CREAM',
    'SIGN, "WELCOME"',
    'FAN, FOLDING',
    'SCALES, BRASS',
  ],
];

const catalogues = new Map<number, readonly Product[]>();

/** The catalogue of a seed, the best sold first. Codes are five digits, many with letters behind them. */
export function catalogueOf(seed: number): readonly Product[] {
  let catalogue = catalogues.get(seed);
  if (catalogue === undefined) {
    const random = new Random(seed, 'catalogue');
    catalogue = Array.from({ length: PRODUCTS }, (_, index) => makeProduct(random, index));
    catalogues.set(seed, catalogue);
  }
  return catalogue;
}

function makeProduct(random: Random, index: number): Product {
  const hasTwin = index % TWIN_EVERY === 0 && index / TWIN_EVERY < TWINS;
  const letter =
    hasTwin || random.chance(0.25) ? random.pick(['A', 'B', 'C', 'D', 'E', 'L', 'N', 'S', 'BL']) : '';
  // Numbers grow by a prime and turn over, so no two products share one.
  const code = `${10_000 + ((index * 7919 + 12_345) % 80_000)}${letter}`;
  const thing = random.chance(0.01) ? random.pick(ODD_THINGS) : random.pick(THINGS);
  const name = `${random.pick(SETS)}${random.pick(STYLES)} ${random.pick(MOTIFS)} ${thing}`;
  const price = PRICES.draw(random);
  return {
    code,
    twin: hasTwin ? code.toLowerCase() : undefined,
    description: pad(random, name),
    formerly: name.replace(/^(SET OF|PACK OF) (\d+) /, '$2 '),
    price,
    webPrice: (Number(price) * 1.96 + 0.01).toFixed(2),
  };
}

/** One description in five has a blank at its end, a few at the start or at both. */
function pad(random: Random, name: string): string {
  const drawn = random.next();
  if (drawn < 0.002) return ` ${name}`;
  if (drawn < 0.003) return ` ${name} `;
  if (drawn < 0.205) return `${name} `;
  return drawn < 0.21 ? `${name}  ` : name;
}
