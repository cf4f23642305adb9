// The line that Java runs Cassandra by. What Cassandra itself is told is in settings.ts.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** `flags`: what is to be done about the class archive. */
export function javaArguments(
  directory: string,
  { jars, flags }: { jars: readonly string[]; flags: readonly string[] },
): string[] {
  const url = (name: string): string => pathToFileURL(join(directory, name)).href;
  return [
    ...JVM,
    ...flags,
    `-Dcassandra.config=${url("cassandra.yaml")}`,
    `-Dcassandra-rackdc.properties=${url("cassandra-rackdc.properties")}`,
    `-Dlogback.configurationFile=${join(directory, "logback.xml")}`,
    `-Dcassandra.storagedir=${directory}`,
    `-Djava.io.tmpdir=${join(directory, "tmp")}`,
    ...CASSANDRA,
    "-cp",
    jars.join(":"),
    "org.apache.cassandra.service.CassandraDaemon",
  ];
}

// As root Cassandra locks its first heap in memory, so that is small. No option asks for JMX: then there is no port of it.
export const JVM: readonly string[] = [
  "-Xms64m",
  "-Xmx512m",
  "-Xmn48m",
  "-Xss512k",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-XX:-UsePerfData",
  "-XX:+ExitOnOutOfMemoryError",
  ...opened("--add-exports", [
    "java.base/jdk.internal.misc",
    "java.base/java.lang.ref",
    "java.management.rmi/com.sun.jmx.remote.internal.rmi",
    "java.rmi/sun.rmi.registry",
    "java.rmi/sun.rmi.server",
    "java.sql/java.sql",
    "jdk.unsupported/sun.misc",
    "jdk.compiler/com.sun.tools.javac.file",
    "jdk.attach/sun.tools.attach",
  ]),
  ...opened("--add-opens", [
    "java.base/java.lang.module",
    "java.base/jdk.internal.loader",
    "java.base/jdk.internal.ref",
    "java.base/jdk.internal.reflect",
    "java.base/jdk.internal.math",
    "java.base/jdk.internal.module",
    "java.base/jdk.internal.util.jar",
    "java.base/sun.nio.ch",
    "java.base/java.io",
    "java.base/java.lang.reflect",
    "java.base/java.lang",
    "java.base/java.util",
    "java.base/java.nio",
    "jdk.management/com.sun.management.internal",
    "jdk.compiler/com.sun.tools.javac",
  ]),
  "-Djdk.attach.allowAttachSelf=true",
  "-Dio.netty.tryReflectionSetAccessible=true",
  "-Djava.net.preferIPv4Stack=true",
];

// Without the first, nobody can log in for ten seconds after the port is open. Not `unsafesystem`: it would lose schema and roles to a SIGKILL.
const CASSANDRA = [
  "-Dcassandra.superuser_setup_delay_ms=0",
  "-Dcassandra.shutdown_announce_in_ms=0",
  "-Dcassandra.auth_bcrypt_gensalt_log2_rounds=4",
  "-Dcassandra.skip_wait_for_gossip_to_settle=0",
  "-Dcassandra.ring_delay_ms=0",
  "-Dcassandra-foreground=yes",
];

function opened(flag: string, packages: readonly string[]): string[] {
  return packages.map((name) => `${flag}=${name}=ALL-UNNAMED`);
}
