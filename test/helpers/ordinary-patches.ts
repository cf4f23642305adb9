// Patches as people write them, in the manner of the documentation of kustomize, Flux and Argo CD: all of them have to be allowed.
import type { Candidate } from "./kustomize.ts";

const CONTAINER = "/spec/template/spec/containers/0";
/** To be merged into each of the objects that the differential test has. */
const merged = (body: string): Candidate => ({
  target: "all",
  patch: `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: not-used\n${body}`,
});
const all = (patch: string): Candidate => ({ target: "all", patch });

export const ORDINARY: readonly (readonly [what: string, candidate: Candidate])[] = [
  ["another number of replicas", all("- op: replace\n  path: /spec/replicas\n  value: 3\n")],
  [
    "operations with comments",
    all(
      "# scale out\n- op: replace # not add\n  path: /spec/replicas\n  value: 3 # was 1\n\n# and\n- op: remove\n  path: /data/map\n",
    ),
  ],
  ["another image", all(`- op: replace\n  path: ${CONTAINER}/image\n  value: ghcr.io/org/app:v1.2.3\n`)],
  ["an argument at the end", all(`- op: add\n  path: ${CONTAINER}/args/-\n  value: --log-level=debug\n`)],
  [
    "operations without indentation of lists",
    all(
      `- op: add\n  path: ${CONTAINER}/env\n  value:\n  - name: A\n    value: "1"\n  - name: B\n    valueFrom:\n      fieldRef:\n        fieldPath: metadata.namespace\n`,
    ),
  ],
  [
    "an annotation with a slash in its name",
    all("- op: add\n  path: /metadata/annotations/nginx.ingress.kubernetes.io~1rewrite-target\n  value: /$1\n"),
  ],
  ["all labels", all("- op: replace\n  path: /metadata/labels\n  value: {app.kubernetes.io/name: web, team: a}\n")],
  [
    "operations in braces",
    all(
      "- {op: remove, path: /data/list/0}\n- {op: add, path: /spec/selector, value: {app.kubernetes.io~1name: web}}\n",
    ),
  ],
  [
    "a test before a change",
    all('- op: test\n  path: /spec/replicas\n  value: 1\n- op: replace\n  path: "/spec/replicas"\n  value: 2\n'),
  ],
  [
    "a copy and a move",
    all("- op: copy\n  from: /data/key\n  path: /data/copy\n- op: move\n  from: /data/list\n  path: /data/moved\n"),
  ],
  [
    "a copy of the namespace, which reads it",
    all("- op: copy\n  from: /metadata/namespace\n  path: /data/namespace\n"),
  ],
  [
    "operations in JSON",
    all('[\n  {"op": "replace", "path": "/spec/replicas", "value": 3},\n  {"op": "remove", "path": "/data/key"}\n]'),
  ],
  ["operations in JSON on one line", all('[{"op":"add","path":"/data/x","value":"y"}]')],
  [
    "a file within an operation",
    all("- op: add\n  path: /data/app.conf\n  value: |\n    [server]\n    port = 80 # the default\n\n    key: value\n"),
  ],
  [
    "a folded text within an operation",
    all("- op: add\n  path: /data/text\n  value: >-\n    one line\n    that goes on\n"),
  ],
  ["another name", { target: "cm", patch: "- op: replace\n  path: /metadata/name\n  value: renamed-ID\n" }],
  [
    "labels and annotations merged in",
    merged("  labels:\n    team: a\n  annotations:\n    example.com/note: 'it''s \"fine\"'\n"),
  ],
  [
    "a sidecar",
    merged(
      'spec:\n  template:\n    spec:\n      containers:\n        - name: proxy\n          image: envoyproxy/envoy:v1.30\n          args: ["-c", "/etc/envoy.yaml", --log-level, info]\n          resources:\n            limits: {cpu: 100m, memory: 128Mi}\n',
    ),
  ],
  [
    "a container taken out",
    merged("spec:\n  template:\n    spec:\n      containers:\n      - name: a\n        $patch: delete\n"),
  ],
  [
    "a list replaced",
    merged(
      "spec:\n  template:\n    spec:\n      containers:\n      - $patch: replace\n      - name: b\n        image: c\n",
    ),
  ],
  [
    "a script",
    merged(
      'spec:\n  template:\n    spec:\n      containers:\n      - name: a\n        command:\n        - sh\n        - -ec\n        - |\n          # start\n          if [ -n "$HOME" ]; then\n          \techo \'---\'\n          fi\n          exec app --flag="${FLAG:-none}"\n',
    ),
  ],
  [
    "files",
    merged(
      'data:\n  00-init.sql: |\n    SELECT 1;\n  app.properties: |-\n    a=b\n    c=d\n  config.json: \'{"a": [1, 2]}\'\n  empty: ""\n',
    ),
  ],
  [
    "numbers, truth values and nothing",
    merged(
      'spec:\n  replicas: 2\n  paused: false\n  minReadySeconds: 0x10\n  strategy: null\n  port: "8080"\n  hours: 12:30\n',
    ),
  ],
  [
    "an order of elements",
    merged("spec:\n  template:\n    spec:\n      $setElementOrder/containers:\n      - name: a\n"),
  ],
  [
    "an anchor",
    merged("spec:\n  resources:\n    limits: &size\n      cpu: 1\n      memory: 1Gi\n    requests: *size\n"),
  ],
  [
    "several lines of one text",
    merged('data:\n  description: this goes\n    on here\n  other: "and this\n    here"\n'),
  ],
  ["lines of Windows", merged("data:\r\n  a: b\r\n  c: |\r\n    d\r\n    e\r\n")],
  [
    "a foreign namespace, which changes nothing",
    {
      target: "all",
      patch: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  namespace: kube-system\ndata:\n  a: b\n",
    },
  ],
  ["a whole object taken out", merged("$patch: delete\n")],
  [
    "an object in JSON",
    all('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "b"}}'),
  ],
  [
    "objects by their names",
    {
      patch:
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm-ID\n  namespace: HOME\ndata:\n  a: b\n---\n# the other\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: dep-ID\n  namespace: HOME\nspec:\n  replicas: 2\n",
    },
  ],
];
