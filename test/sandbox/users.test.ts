import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ADMIN, CONTROLLER_MANAGER, createIdentities, DEFAULT_USERS, tokenFile } from "../../sandbox/users.ts";

describe("the users of a sandbox", () => {
  it("have a token each, that nobody else has, next to the admin and the controllers", () => {
    const identities = createIdentities(DEFAULT_USERS);
    assert.deepEqual([...identities.keys()], [ADMIN.name, CONTROLLER_MANAGER.name, "platform-admin", "developer"]);
    const tokens = [...identities.values(), ...createIdentities([]).values()].map(({ token }) => token);
    assert.equal(new Set(tokens).size, 6);
  });

  it("cannot take a name that is taken", () => {
    assert.throws(() => createIdentities([{ name: ADMIN.name }]), /add user sandbox-admin: there is one of that name/);
  });

  it("stand in the token file with their groups in one field, whatever their names hold", () => {
    const file = tokenFile([
      { name: "developer", token: "t1" },
      { name: 'a,"b"', groups: ["g1", "g2"], token: "t2" },
    ]);
    assert.equal(file, '"t1","developer","developer",""\n"t2","a,""b""","a,""b""","g1,g2"\n');
  });
});
