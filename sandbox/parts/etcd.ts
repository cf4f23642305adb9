// etcd for one apiserver. It listens on a unix socket in the sandbox's directory only: no port, and no other user gets in.
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { Program } from "../part.ts";

// etcd wants host:port here, so the socket is a file of just this name in the working directory. A relative name also
// keeps clear of the 104 bytes that a socket's path may have.
const SOCKET = "etcd.sock:0";
const PEER_SOCKET = "peer.sock:0";
export const ETCD_URL = `unix://${SOCKET}`;

/** Ready when it can be connected to: an apiserver that comes sooner waits a full second before it tries again. */
export const etcd = (command: string, directory: string): Program => ({
  name: "etcd",
  command,
  args: [
    "--data-dir=etcd",
    "--name=sandbox",
    "--unsafe-no-fsync",
    "--log-level=warn",
    `--listen-client-urls=${ETCD_URL}`,
    `--advertise-client-urls=${ETCD_URL}`,
    `--listen-peer-urls=unix://${PEER_SOCKET}`,
    `--initial-advertise-peer-urls=unix://${PEER_SOCKET}`,
    `--initial-cluster=sandbox=unix://${PEER_SOCKET}`,
  ],
  ready: () =>
    lstat(join(directory, SOCKET)).then(
      (found) => found.isSocket(),
      () => false,
    ),
});
