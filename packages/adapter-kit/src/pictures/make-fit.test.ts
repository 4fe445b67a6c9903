import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { makeFit } from './make-fit.ts';

const both = ['image/jpeg', 'image/png'] as const;

/** A picture that no format can make small: noise. */
async function aPhoto(width = 1_200, height = 800) {
  const noise = { type: 'gaussian', mean: 128, sigma: 50 } as const;
  return await sharp({ create: { width, height, channels: 3, background: 'red', noise } })
    .png()
    .toBuffer();
}

test('a picture that is too large becomes a JPEG within the limit, in its own proportions', async () => {
  const photo = await aPhoto();
  for (const maxBytes of [64 * 1024, 256 * 1024]) {
    const { bytes, mimeType } = await makeFit(photo, { types: both, maxBytes });
    const { format, width = 0, height = 0 } = await sharp(bytes).metadata();
    assert.equal(mimeType, 'image/jpeg');
    assert.equal(format, 'jpeg');
    assert.ok(bytes.byteLength <= maxBytes && bytes.byteLength > maxBytes / 8, `${bytes.byteLength} of ${maxBytes}`);
    assert.ok(Math.abs(width / height - 1.5) < 0.02, `${width} × ${height}`);
  }
});

test('what is transparent stays so where PNG is taken and becomes white where it is not', async () => {
  const background = { r: 200, g: 0, b: 0, alpha: 0 };
  const clear = await sharp({ create: { width: 32, height: 32, channels: 4, background } })
    .webp()
    .toBuffer();
  const png = await makeFit(clear, { types: both, maxBytes: 0 });
  assert.equal(png.mimeType, 'image/png');
  assert.equal((await sharp(png.bytes).metadata()).hasAlpha, true);
  const jpeg = await makeFit(clear, { types: ['image/jpeg'], maxBytes: 0 });
  const [red, green, blue] = await sharp(jpeg.bytes).raw().toBuffer();
  assert.deepEqual([red, green, blue], [255, 255, 255]);
});

test('a picture stands upright and tells no more where it was taken', async () => {
  const tall = await sharp({ create: { width: 40, height: 20, channels: 3, background: 'blue' } })
    .withExif({ IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitude: '55/1 45/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  assert.ok((await sharp(tall).metadata()).exif);
  const { bytes } = await makeFit(tall, { types: ['image/jpeg'], maxBytes: 0 });
  const { width, height, orientation, exif } = await sharp(bytes).metadata();
  assert.deepEqual(
    { width, height, orientation, exif },
    { width: 20, height: 40, orientation: undefined, exif: undefined },
  );
});

test('other types are made into the wanted one', async () => {
  const photo = await aPhoto(60, 40);
  for (const bytes of [await sharp(photo).avif().toBuffer(), await sharp(photo).tiff().toBuffer()]) {
    const made = await makeFit(bytes, { types: ['image/jpeg'], maxBytes: 0 });
    assert.equal((await sharp(made.bytes).metadata()).format, 'jpeg');
  }
  const png = await makeFit(await sharp(photo).webp().toBuffer(), { types: ['image/png'], maxBytes: 0 });
  assert.equal((await sharp(png.bytes).metadata()).format, 'png');
});

test('what is no picture, is broken, or claims more pixels than are read is refused before it costs anything', async () => {
  const photo = await aPhoto(300, 200);
  const drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="9" height="9"/></svg>';
  const bad = [Buffer.from('not a picture'), Buffer.from(drawing), photo.subarray(0, 2_000), aBomb(30_000, 30_000)];
  for (const bytes of bad) {
    await assert.rejects(makeFit(bytes, { types: both, maxBytes: 100_000 }), {
      name: 'ConnectorError',
      code: 'media_failed',
    });
  }
});

/** A PNG of some hundred bytes that claims to be a gigapixel. */
function aBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1_000))),
    chunk('IEND'),
  ]);
}

function chunk(name: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
