// What a part of the sandbox is. How its processes are watched and ended is in process.ts and room.ts.
/** What a part may search and build with. */
export interface Means {
  env: NodeJS.ProcessEnv;
  /** Takes one line about work that lets people wait. */
  log: (line: string) => void;
  /** Aborted when the sandbox is no longer wanted. */
  signal: AbortSignal;
}

/** One program, ready to run: its arguments may name files relative to the sandbox's directory, where it starts. */
export interface Program {
  /** Also the name of its log file. */
  name: string;
  command: string;
  args: readonly string[];
  /** On top of the little that every program sees. */
  env?: Record<string, string>;
  /** Asked again and again until it says yes; must not throw. */
  ready: () => Promise<boolean>;
}

export interface RunningProcess {
  readonly name: string;
  /** Undefined if it could not be started. */
  readonly pid: number | undefined;
  alive(): boolean;
  /** Whether it has been asked to end. */
  stopping(): boolean;
  /** Resolves when it has ended, asked or not. */
  readonly exited: Promise<void>;
  /** Rejects with the end of its log if it ends without having been asked to. */
  readonly failed: Promise<never>;
  /** The last lines of its log. */
  tail(): Promise<string>;
  /** SIGTERM to it and what it started, and SIGKILL after `graceMs`; with 0 at once. */
  stop(graceMs?: number): Promise<void>;
}

/** Where a part lives: a directory that goes away with everything that runs in it. */
export interface Room {
  /** Absolute, mode 0700. */
  readonly directory: string;
  /** Resolves when the program is ready; throws ProcessFailed, with the end of its log, if it ends before. */
  start(program: Program): Promise<RunningProcess>;
  running(): RunningProcess[];
  /** Rejects with ProcessFailed when a program that was ready ends without having been asked to. */
  readonly failed: Promise<never>;
  /** Ends all processes, removes the directory. */
  close(): Promise<void>;
}

/** A part: `find` comes first for all parts, so that nothing has started when one cannot be had. */
export interface Part<Files, Started, Options = void> {
  readonly name: string;
  /** The files it runs from: named by the environment, else cached, else built or fetched once. Throws MissingTool. */
  find(means: Means): Promise<Files>;
  /** Resolves when it is ready. It is stopped with its room. */
  start(files: Files, room: Room, options: Options): Promise<Started>;
}
