// A CRD that takes anything, for kinds whose real one nobody here needs: that they are served is what matters.
export interface StandIn {
  group: string;
  resource: string;
  kind?: string;
  version?: string;
}

export function standIn({ group, resource, kind = capital(resource), version = "v1" }: StandIn): object {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${resource}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: resource, kind },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
