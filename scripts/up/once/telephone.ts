import type { TelegramSimulator } from '../../../services/connectors/telegram/simulator/index.ts';

/** A person with a telephone, on the simulated platform. */
export interface PersonSide {
  readonly write: (text: string) => void;
  /** Resolves when an answer with this text is on the screen. */
  readonly received: (text: string) => Promise<void>;
}

const lookMs = 50;
const limitMs = 60_000;

/** A new person. */
export function newPerson(simulator: TelegramSimulator): PersonSide {
  const { id } = simulator.person({ first_name: 'Anna' });
  return {
    write: (text) => void simulator.write({ from: id, text }),
    received: async (text) => {
      const endsAt = performance.now() + limitMs;
      while (performance.now() < endsAt) {
        const { messages } = simulator.screen(id);
        if (messages.some((message) => message.isFromBot && message.text === text)) return;
        await new Promise((done) => setTimeout(done, lookMs));
      }
      throw new Error('The answer did not reach the telephone.');
    },
  };
}
