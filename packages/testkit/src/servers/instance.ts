import type { ServerName } from './fetch/fetch.mjs';

/** What is needed to run one server, whichever way it is run. All paths lie in `folder`. */
export interface Launch {
  readonly name: ServerName;
  /** Holds the configuration, the data and the log. */
  readonly folder: string;
  /** Where clients connect. */
  readonly port: number;
  readonly program: string;
  readonly args: readonly string[];
  /** Variables beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Stop politely, because the data will be used again; otherwise stopping is killing. */
  readonly keepsData: boolean;
  /** Others come first on the cores: it starts long, and nobody waits for it. */
  readonly isPatient?: boolean;
}

/** One running server. Every method returns when its effect is there. */
export interface Instance {
  /** The process to measure; undefined while it is down or when it runs elsewhere. */
  pid(): number | undefined;
  /** Starts it on the same port and the same data; rejects with the end of its log if it does not come up. */
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** SIGKILL: what a power cut does to it. */
  kill(): Promise<void>;
  /** SIGSTOP: it stays connected and says nothing. */
  freeze(): Promise<void>;
  /** SIGCONT. */
  thaw(): Promise<void>;
}
