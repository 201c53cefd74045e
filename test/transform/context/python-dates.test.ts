import { expect, test } from 'vitest';
import { PythonDate } from '../../../lib/transform/context/python-dates.ts';

// What datetime.strptime gives for each.
test.each([
  ['20240301', '%Y%m%d', '2024-03-01 00:00:00'],
  ['2024-3-1', '%Y-%m-%d', '2024-03-01 00:00:00'],
  ['20240301T235960', '%Y%m%dT%H%M%S', undefined],
  ['03/01/24 01:02 PM', '%m/%d/%y %I:%M %p', '2024-03-01 13:02:00'],
  ['12 am', '%I %p', '1900-01-01 00:00:00'],
  ['2024-060', '%Y-%j', '2024-02-29 00:00:00'],
  ['Fri Mar 01 2024', '%a %b %d %Y', '2024-03-01 00:00:00'],
  ['2024-03-01 01:02:03.5', '%Y-%m-%d %H:%M:%S.%f', '2024-03-01 01:02:03.500000'],
  ['2024-13-01', '%Y-%m-%d', undefined],
])('%s read by %s', (text, format, expected) => {
  if (expected === undefined) expect(() => PythonDate.parse(text, format)).toThrow();
  else expect(PythonDate.parse(text, format).print()).toBe(expected);
});
