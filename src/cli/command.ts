// What a command is. Options come parsed; everything it touches beyond them is handed in.

export interface CommandOption {
  /** As commander writes them: `--roles <list>`. */
  flags: string;
  about: string;
}

export interface CommandDeps {
  /** Lines for people: results and mistakes. */
  out(line: string): void;
  error(line: string): void;
  /** Runs the service until it is told to stop. `settings` override the environment. Rejects with ConfigError for wrong settings. */
  serve(settings: Record<string, string>): Promise<void>;
}

export interface Command {
  /** kebab-case: file, heading. */
  name: string;
  summary: string;
  options: readonly CommandOption[];
  /** Resolves to the exit code: 0 done, 1 failed, 2 wrong use. Options are named as commander names them (camelCase). */
  run(options: Readonly<Record<string, string | undefined>>, deps: CommandDeps): Promise<number>;
}
