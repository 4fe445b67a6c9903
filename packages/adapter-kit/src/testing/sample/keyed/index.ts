import sample from '../sample/index.ts';

/** The same messenger, but it drops repeats of a send by our id. */
export default { ...sample, title: 'Keyed', capabilities: { ...sample.capabilities, isSendIdempotent: true } };
