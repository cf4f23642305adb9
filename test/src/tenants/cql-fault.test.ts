import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { errors, types } from "cassandra-driver";
import { describe as inWords } from "../../../src/model/errors.ts";
import { cqlFault, OwnFault } from "../../../src/tenants/cql-fault.ts";

const PLACE = { host: "db:9142", serverName: "cassandra.x", region: "us-east-1", keyspace: "ops", table: "configs" };
const SECRET = "hunter2";
const response = (code: number, text = ""): Error => new errors.ResponseError(code, `${text} ${SECRET}`);
const node = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const noHost = (...inner: unknown[]): Error =>
  new errors.NoHostAvailableError(Object.fromEntries(inner.map((error, index) => [`10.0.0.${index}:9142`, error])));

const CASES: [string, unknown, words: string, passing: boolean][] = [
  ["an overloaded server", response(types.responseErrorCodes.overloaded), "the server is overloaded", true],
  ["a throttled read", response(types.responseErrorCodes.readTimeout), "timeout in the server, or throttled", true],
  ["a missing right", response(0x2100), "the credentials have no right to do this to ops.configs", false],
  ["bad syntax", response(0x2000), "the server refused the statement", false],
  ["an older protocol", response(0x000a), "the server does not speak version 4 of the protocol", false],
  ["a code that nobody knows", response(0x7777), "the server refused the statement", false],
  ["a missing table", response(0x2200, "table configs does not exist"), "table ops.configs does not exist", false],
  ["a missing keyspace", response(0x2200, "Keyspace ops doesn't exist"), "keyspace ops does not exist", false],
  [
    "a missing column",
    response(0x2200, 'Undefined column name "params" in table'),
    "table ops.configs lacks column params",
    false,
  ],
  [
    "a strange column",
    response(0x2200, "Undefined column name zzz_hunter2"),
    "table ops.configs lacks a column",
    false,
  ],
  [
    "a value of another type",
    response(0x2200, "Expected 8 or 0 byte long"),
    "the server calls the statement invalid: a column of ops.configs may have another type",
    false,
  ],
  ["credentials", new errors.AuthenticationError(`wrong ${SECRET}`), "credentials refused", false],
  ["silence", new errors.OperationTimedOutError("x", "h"), "no answer in time", true],
  ["no free connection", new errors.BusyConnectionError("h", 1, 1), "no free connection", true],
  ["a refused connection", node("ECONNREFUSED"), "connection refused", true],
  ["an unknown name", node("ENOTFOUND"), "server name not found", true],
  ["any other trouble of the net", node("EWHATEVER"), "no answer (EWHATEVER)", true],
  [
    "another name's certificate",
    node("ERR_TLS_CERT_ALTNAME_INVALID"),
    "the server's certificate is not for cassandra.x",
    false,
  ],
  ["an old certificate", node("CERT_HAS_EXPIRED"), "the server's certificate has expired", false],
  ["plain TCP", node("ERR_SSL_WRONG_VERSION_NUMBER"), "the server does not speak TLS", false],
  ["no address", new errors.NoHostAvailableError({}, "No host could be resolved"), "server name not found", true],
  ["hosts that are down", noHost("Host considered as DOWN", null), "no host is up", true],
  [
    "hosts of which one tells more",
    noHost(node("ECONNREFUSED"), new errors.AuthenticationError("x")),
    "credentials refused",
    false,
  ],
  [
    "another data centre",
    noHost(
      new errors.ArgumentError(
        "localDataCenter was configured as 'us-east-1', but only found hosts in data centers: [dc1, dc2]",
      ),
    ),
    "no host is in data centre us-east-1 (found: dc1, dc2): the region must be the data centre's name",
    false,
  ],
  [
    "a data centre with a strange name",
    new errors.ArgumentError(
      `localDataCenter was configured as 'x', but only found hosts in data centers: [<${SECRET}>]`,
    ),
    "no host is in data centre us-east-1: the region must be the data centre's name",
    false,
  ],
  ["our own fault", new OwnFault("no credentials", { passing: true }), "no credentials", true],
  ["a bug of the driver", new errors.DriverInternalError(SECRET), "the driver failed", false],
  ["no error at all", SECRET, "no answer", true],
];

describe("what is wrong with the database", () => {
  for (const [what, error, words, passing] of CASES) {
    it(`is told of ${what}`, () => {
      const fault = cqlFault(error, PLACE);
      assert.deepEqual([fault.words, fault.passing], [words, passing]);
      assert.doesNotMatch(inWords(new Error(fault.words, { cause: fault.cause })), /hunter2/);
    });
  }

  it("names the code of a server's error, and keeps what the machine says of a connection", () => {
    assert.equal(cqlFault(response(0x1200), PLACE).cause?.message, "CQL error 0x1200");
    assert.equal(cqlFault(node("ECONNREFUSED"), PLACE).cause?.message, "connect ECONNREFUSED");
  });

  it("keeps the cause of our own faults", () => {
    const cause = new Error("no profile");
    assert.equal(cqlFault(noHost(new OwnFault("x", { passing: false, cause })), PLACE).cause, cause);
  });
});
