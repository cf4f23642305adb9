// A session with the sandbox's Cassandra, for fixtures: by the driver that the product uses, loaded when it is first needed.
import { isListening } from "../port.ts";

export interface Door {
  port: number;
  /** PEM. */
  ca: string;
  serverName: string;
  region: string;
}

export interface Login {
  username: string;
  password: string;
}

export type Cells = Record<string, unknown>;

export interface Session {
  /** Runs a statement at LOCAL_QUORUM, as a prepared one if it has parameters; gives the first 5,000 rows. */
  cql(statement: string, parameters?: readonly unknown[]): Promise<Cells[]>;
  close(): Promise<void>;
}

export async function openSession({ port, ca, serverName, region }: Door, login: Login): Promise<Session> {
  const { auth, Client, types } = await import("cassandra-driver");
  const client = new Client({
    contactPoints: ["127.0.0.1"],
    protocolOptions: { port, maxVersion: 4 },
    localDataCenter: region,
    sslOptions: { ca, rejectUnauthorized: true, servername: serverName },
    authProvider: new auth.PlainTextAuthProvider(login.username, login.password),
    isMetadataSyncEnabled: false,
    queryOptions: { consistency: types.consistencies.localQuorum },
  });
  const close = (): Promise<void> => client.shutdown();
  try {
    await client.connect();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async cql(statement, parameters = []) {
      const { rows } = await client.execute(statement, [...parameters], { prepare: parameters.length > 0 });
      return (rows ?? []).map((row) => ({ ...row })); // what has no rows gives undefined
    },
  };
}

/** Undefined if nobody listens, or the login is not known yet. */
export async function tryOpenSession(door: Door, login: Login): Promise<Session | undefined> {
  if (!(await isListening(door.port))) return undefined;
  return openSession(door, login).catch(() => undefined);
}
