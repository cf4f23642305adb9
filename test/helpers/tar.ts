// Archives as Flux keeps its sources: files in a tar, gzipped. By hand, so that tests need neither a library nor a program for it.
import { gzipSync } from "node:zlib";

const BLOCK = 512;

/** Text by path, which has at most 100 bytes and no `./` before it. */
export type Files = Readonly<Record<string, string>>;

export function tarGz(files: Files): Buffer {
  const entries = Object.entries(files).flatMap(([path, text]) => {
    const content = Buffer.from(text);
    return [header(path, content.length), content, Buffer.alloc(-content.length & (BLOCK - 1))];
  });
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]));
}

/** The ustar header of a regular file (POSIX.1-1988); its checksum counts its own eight bytes as blanks. */
function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0);
  block.write("0000644\0", 100);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write("        0", 148);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
