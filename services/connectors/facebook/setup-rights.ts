/** What does not work without a right, in words for people. Without the first two nothing works. */
const rights: Readonly<Record<string, string>> = {
  pages_messaging: 'messages can be neither read nor written',
  pages_manage_metadata: 'nothing that happens on the page is heard',
  pages_read_engagement: 'nothing is known of the posts that comments stand under',
  pages_read_user_content: 'comments cannot be read',
  pages_manage_engagement: 'comments cannot be answered',
};
const needed = ['pages_messaging', 'pages_manage_metadata'];

/** What people are asked to agree to. Pages are listed by the first, those of a business by the second. */
export const wantedRights: readonly string[] = ['pages_show_list', 'business_management', ...Object.keys(rights)];

/** What was refused, and what does not work therefore; nothing where the platform does not say what was granted. Pure. */
export function warningOf(granted: readonly string[] | undefined): string[] {
  return missing(granted, Object.keys(rights)).map((right) => `Without the right "${right}" ${rights[right]}.`);
}

/** What was refused that nothing works without. Pure. */
export function refusedRights(granted: readonly string[] | undefined): string[] {
  return missing(granted, needed).map((right) => `Without the right "${right}" ${rights[right]}.`);
}

function missing(granted: readonly string[] | undefined, wanted: readonly string[]): string[] {
  return granted === undefined ? [] : wanted.filter((right) => !granted.includes(right));
}
