// Why a file could not be used, in words for people: never its path, which the caller names, nor its content.

/** Why a file cannot be read or written, without its path. */
export function fileFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  if (code === "ENOENT") return "no such file";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "EROFS") return "the file system is read-only";
  if (code === "EISDIR") return "it is a directory";
  if (code === "ENOSPC") return "no space left";
  if (error instanceof Error && error.name === "AbortError") return "aborted";
  return error instanceof Error && code === undefined ? error.message : `not possible (${String(code)})`;
}
