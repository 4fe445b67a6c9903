import { LengthUnit } from '@trunkline/contracts';

/** Length of a text in a platform's unit. Pure. */
export function textLength(text: string, unit: LengthUnit): number {
  switch (unit) {
    case LengthUnit.LENGTH_UNIT_BYTES:
      return Buffer.byteLength(text);
    case LengthUnit.LENGTH_UNIT_CODE_POINTS:
      return countCodePoints(text);
    case LengthUnit.LENGTH_UNIT_UTF16:
    case LengthUnit.LENGTH_UNIT_UNSPECIFIED:
      return text.length;
  }
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
