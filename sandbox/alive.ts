// Whether a process is there.
import { errorCode } from "./error-code.ts";

/** True also for processes of other users, and for one that is dead but that its parent has not looked after yet. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}
