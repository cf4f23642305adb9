// Groups and user names that the API server gives to just anybody. An admin of that name would switch the rules off for tenants as well.

const EVERYBODYS: readonly string[] = [
  "system:authenticated",
  "system:unauthenticated",
  "system:serviceaccounts",
  "system:anonymous",
];

/** True for a group that tenants are in too, and for the user that everybody is who has not logged in. */
export const isEverybodys = (name: string): boolean => EVERYBODYS.includes(name);

/** What is said where one of them stands in place of the platform's people. */
export const NOT_EVERYBODY = "must be the platform's own: everybody is that, tenants too";
