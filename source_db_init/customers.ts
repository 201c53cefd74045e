import { Random, Weighted } from './random.ts';

export interface Customer {
  readonly id: string;
  readonly country: string;
}

const CUSTOMERS = 4372;
const FIRST_ID = 12_346;

/** Countries by their share of the customers; the shop sells from and mostly to the United Kingdom. */
const COUNTRIES = new Weighted<string>([
  ['United Kingdom', 3950],
  ['Germany', 95],
  ['France', 87],
  ['Spain', 31],
  ['Belgium', 25],
  ['Switzerland', 21],
  ['Portugal', 19],
  ['Italy', 15],
  ['Finland', 12],
  ['Austria', 11],
  ['Norway', 10],
  ['Channel Islands', 9],
  ['Denmark', 9],
  ['Netherlands', 9],
  ['Australia', 9],
  ['Cyprus', 8],
  ['Sweden', 8],
  ['Japan', 8],
  ['Poland', 6],
  ['USA', 4],
  ['Israel', 4],
  ['Unspecified', 4],
  ['EIRE', 3],
  ['Canada', 4],
  ['Greece', 4],
  ['Iceland', 1],
  ['Singapore', 1],
  ['United Arab Emirates', 2],
  ['RSA', 1],
  ['Malta', 2],
]);

const registers = new Map<number, readonly Customer[]>();

/** The customers of a seed. */
export function customersOf(seed: number): readonly Customer[] {
  let customers = registers.get(seed);
  if (customers === undefined) {
    const random = new Random(seed, 'customers');
    customers = Array.from({ length: CUSTOMERS }, (_, index) => ({
      id: String(FIRST_ID + index),
      country: COUNTRIES.draw(random),
    }));
    registers.set(seed, customers);
  }
  return customers;
}
