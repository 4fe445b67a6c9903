import { Content, type Media, mapMedia, Media as media } from '@trunkline/contracts';
import type { WireContent } from './types-content.ts';

/** Gives the address of a file of ours. */
export type FileUrl = (file: Media) => string;

/** A content as it travels: of files an address and what they are, of people nothing. Pure. */
export function writeContent(content: Content, fileUrl: FileUrl): WireContent {
  const told = mapMedia(content, (file) => {
    const { mimeType, name, sizeBytes, width, height, durationSeconds } = file;
    return media.create({ url: fileUrl(file), mimeType, name, sizeBytes, width, height, durationSeconds });
  });
  // Whom a company knows under which id is nobody else's business.
  const isOwn = (name: string) => name === 'platformPartyId' || name === 'isSelf';
  const json = JSON.stringify(Content.toJSON(told), (name, value) => (isOwn(name) ? undefined : value));
  return JSON.parse(json) as WireContent;
}
