import { catalogueOf, type Product } from './catalogue.ts';
import { type Customer, customersOf } from './customers.ts';
import { Random, Weighted } from './random.ts';

/** What the shop's till writes: invoices of a day, line by line, with the habits of the real "Online Retail" set. */

/** A line of an invoice, before it has a number, a time and a buyer. */
export interface Line {
  readonly code: string;
  readonly description: string | null;
  readonly quantity: number;
  /** As text: the till keeps up to three decimals. */
  readonly price: string;
}

export interface Invoice {
  /** `C` for a cancellation, `A` for an adjustment of the books, nothing for all others. */
  readonly letter: '' | 'C' | 'A';
  readonly customer: string | null;
  readonly country: string;
  readonly lines: readonly Line[];
}

type Kind = 'trade' | 'web' | 'cancellation' | 'correction';

/** Share of the rows that gives the real set's shares in the end (web orders overshoot theirs), and mean rows an invoice. */
const KINDS: Readonly<Record<Kind, { readonly share: number; readonly size: number }>> = {
  trade: { share: 0.7662, size: 21.7 },
  web: { share: 0.212, size: 88 },
  cancellation: { share: 0.0171, size: 2.4 },
  correction: { share: 0.0047, size: 1 },
};

const QUANTITIES = new Weighted<number>([
  ...([
    [1, 148],
    [2, 82],
    [12, 61],
    [6, 41],
    [4, 38],
    [3, 37],
    [24, 24],
    [10, 22],
    [8, 13],
    [5, 12],
  ] as const),
  ...([
    [48, 6],
    [25, 5],
    [20, 5],
    [16, 4],
    [36, 4],
    [7, 3],
    [9, 2],
    [72, 2],
    [100, 2],
    [144, 1],
    [288, 0.3],
  ] as const),
  ...([
    [600, 0.05],
    [1440, 0.01],
  ] as const),
]);
const WEB_QUANTITIES = new Weighted<number>([
  [1, 62],
  [2, 20],
  [3, 8],
  [4, 5],
  [5, 2],
  [6, 2],
  [10, 1],
]);
/** What clerks write where a description belongs. */
const NOTES = [
  'check',
  'damaged',
  'found',
  'wet pallet',
  'thrown away',
  'sold as set on dotcom',
  'damages?',
  'counted',
  'Adjustment',
];

const HOME = 'United Kingdom';
/** Sale lines of the day that a cancellation may take back. */
const REMEMBERED_LINES = 500;

/** Writes the invoices of one day. `rows` written so far, of each kind, steer what comes next, so that shares hold. */
export class Till {
  readonly #random: Random;
  readonly #products: readonly Product[];
  readonly #customers: readonly Customer[];
  /** No invoice is longer: a quiet day is not one invoice. */
  readonly #maxLines: number;
  readonly #written: Record<Kind, number> = { trade: 0, web: 0, cancellation: 0, correction: 0 };
  readonly #sold: { readonly line: Line; readonly customer: Customer }[] = [];

  constructor(seed: number, day: string, rows: number) {
    this.#random = new Random(seed, 'till', day);
    this.#products = catalogueOf(seed);
    this.#customers = customersOf(seed);
    this.#maxLines = Math.max(1, Math.min(1100, Math.floor(rows / 5)));
  }

  /** The next invoice, of `limit` lines at most. */
  next(limit: number): Invoice {
    const kind = this.#chooseKind();
    const invoice = this.#write(kind, Math.min(limit, this.#maxLines));
    this.#written[kind] += invoice.lines.length;
    return invoice;
  }

  /** A bad debt that is put into the books and taken out again: three invoices of a line. */
  adjustments(): readonly Invoice[] {
    const amount = (this.#random.skewed(3000, 1) + 1).toFixed(2);
    const line = { code: 'B', description: 'Adjust bad debt', quantity: 1 };
    return [amount, `-${amount}`, `-${amount}`].map((price) => ({
      letter: 'A',
      customer: null,
      country: HOME,
      lines: [{ ...line, price }],
    }));
  }

  /** The further a kind lags behind its share, the likelier it is. */
  #chooseKind(): Kind {
    const total = Object.values(this.#written).reduce((sum, rows) => sum + rows, 0);
    const lag = (kind: Kind): number => {
      const due = KINDS[kind].share * (total + 20) - this.#written[kind];
      return Math.max(0, due) / KINDS[kind].size;
    };
    const kinds: readonly Kind[] =
      this.#sold.length === 0 ? ['trade'] : ['trade', 'web', 'cancellation', 'correction'];
    let at = this.#random.next() * kinds.reduce((sum, kind) => sum + lag(kind), 0);
    for (const kind of kinds) {
      at -= lag(kind);
      if (at < 0) return kind;
    }
    return 'trade';
  }

  #write(kind: Kind, limit: number): Invoice {
    switch (kind) {
      case 'trade':
        return this.#writeTrade(limit);
      case 'web':
        return this.#writeWeb(limit);
      case 'cancellation':
        return this.#writeCancellation(limit);
      case 'correction':
        return { letter: '', customer: null, country: HOME, lines: [this.#correction()] };
    }
  }

  #writeTrade(limit: number): Invoice {
    const random = this.#random;
    const customer = random.pick(this.#customers);
    const size = Math.min(limit, Math.max(1, Math.round(random.skewed(14, 0.95))));
    const lines: Line[] = [];
    if (customer.country !== HOME && size > 1 && random.chance(0.7)) {
      lines.push({ code: 'POST', description: 'POSTAGE', quantity: random.between(1, 3), price: '18' });
    }
    while (lines.length < size) {
      const last = lines.at(-1);
      const line = last !== undefined && random.chance(0.004) ? last : this.#saleLine(QUANTITIES, 'price');
      lines.push(line);
      this.#remember(line, customer);
    }
    return { letter: '', customer: customer.id, country: customer.country, lines };
  }

  /** Orders of the web shop: nobody's account, many different things, and prices with tax. */
  #writeWeb(limit: number): Invoice {
    const random = this.#random;
    const size = Math.min(limit, Math.max(1, Math.round(random.skewed(30, 1.45))));
    const lines: Line[] = [];
    while (lines.length < size) {
      lines.push(random.chance(0.0003) ? this.#voucher() : this.#saleLine(WEB_QUANTITIES, 'webPrice'));
    }
    if (size > 20) {
      const price = (size * (1 + random.next() * 2)).toFixed(2);
      lines[size - 1] = { code: 'DOT', description: 'DOTCOM POSTAGE', quantity: 1, price };
    }
    return { letter: '', customer: null, country: HOME, lines };
  }

  #writeCancellation(limit: number): Invoice {
    const random = this.#random;
    if (random.chance(0.03)) return this.#writeFee();
    const first = random.pick(this.#sold);
    const size = Math.min(limit, Math.max(1, Math.round(random.skewed(1.5, 0.9))));
    const lines = [this.#takeBack(first.line)];
    while (lines.length < size) lines.push(this.#takeBack(random.pick(this.#sold).line));
    return { letter: 'C', customer: first.customer.id, country: first.customer.country, lines };
  }

  /** What others charge the shop, booked as a cancellation. */
  #writeFee(): Invoice {
    const [code, description, median] = this.#random.pick([
      ['AMAZONFEE', 'AMAZON FEE', 5000],
      ['BANK CHARGES', 'Bank Charges', 40],
      ['CRUK', 'CRUK Commission', 300],
      ['S', 'SAMPLES', 25],
    ] as const);
    const price = this.#random.skewed(median, 0.6).toFixed(2);
    return {
      letter: 'C',
      customer: null,
      country: HOME,
      lines: [{ code, description, quantity: -1, price }],
    };
  }

  #saleLine(quantities: Weighted<number>, price: 'price' | 'webPrice'): Line {
    const random = this.#random;
    const odd = random.next();
    if (odd < 0.001)
      return { code: 'M', description: 'Manual', quantity: 1, price: random.skewed(10, 1.5).toFixed(2) };
    if (odd < 0.00102)
      return { code: 'PADS', description: 'PADS TO MATCH ALL CUSHIONS', quantity: 1, price: '0.001' };
    const product = this.#product();
    const code = product.twin !== undefined && random.chance(0.07) ? product.twin : product.code;
    return {
      code,
      description: random.chance(0.03) ? product.formerly : product.description,
      quantity: quantities.draw(random),
      price: odd < 0.0011 ? '0' : product[price],
    };
  }

  #takeBack(line: Line): Line {
    const random = this.#random;
    if (random.chance(0.008)) {
      return { code: 'D', description: 'Discount', quantity: -1, price: random.skewed(25, 0.9).toFixed(2) };
    }
    const quantity = random.chance(0.6) ? line.quantity : random.between(1, line.quantity);
    return { ...line, quantity: -quantity };
  }

  /** Stock counted anew: no price, no buyer, and mostly no description. */
  #correction(): Line {
    const random = this.#random;
    const quantity = Math.max(1, Math.round(random.skewed(20, 1.3)));
    return {
      code: this.#product().code,
      description: random.chance(0.575) ? null : random.pick(NOTES),
      quantity: random.chance(0.6) ? -quantity : quantity,
      price: '0',
    };
  }

  #voucher(): Line {
    const pounds = this.#random.pick([10, 20, 30, 40, 50]);
    const price = (pounds / 1.175).toFixed(2);
    return { code: `gift_0001_${pounds}`, description: `Gift Voucher £${pounds}.00`, quantity: 1, price };
  }

  /** A few things sell all the time, most of the catalogue seldom. */
  #product(): Product {
    const index = Math.floor(this.#products.length * this.#random.next() ** 2.2);
    const product = this.#products[index];
    if (product === undefined) throw new RangeError('The catalogue is empty.');
    return product;
  }

  #remember(line: Line, customer: Customer): void {
    if (this.#sold.length < REMEMBERED_LINES) this.#sold.push({ line, customer });
    else this.#sold[this.#random.between(0, REMEMBERED_LINES - 1)] = { line, customer };
  }
}
