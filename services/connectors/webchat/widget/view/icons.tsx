interface IconProps {
  readonly path: string;
}

/** A drawing of one line, in the colour of the text around it. */
export function Icon({ path }: IconProps) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2">
      <path d={path} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

/** The drawings. */
export const paths = {
  chat: 'M21 11.5a8.5 8.5 0 0 1-12.6 7.4L3.5 20.5l1.6-4.7A8.5 8.5 0 1 1 21 11.5ZM8.5 10h8M8.5 13.5h5',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M6 9l6 6 6-6',
  send: 'M12 19V5M5.5 11.5L12 5l6.5 6.5',
  clip: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.6 8.5a1.7 1.7 0 0 1-2.4-2.4L15 7',
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8ZM14 3v5h5',
  clock: 'M12 7.5V12l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  checks: 'M2.5 12.5L7 17l9.5-9.5M12 16l1 1 9-9.5',
  alert: 'M12 8v5M12 16.5v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
};
